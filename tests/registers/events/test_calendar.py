"""Events by their days: the month's page, the feeds, the countries."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import icalendar
import pytest
from flask import Flask

from attention_point.foundation.access import SYSTEM
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import services
from attention_point.registers.shared.records.due_dates import list_due_dates
from attention_point.registers.shared.schema.schema import Register
from tests.support.pages import PageClient

SignIn = Callable[..., PageClient]
KNOWN: list[dict[str, Any]] = [
    {
        "name": "Foro abierto",
        "state": "done",
        "date": "2019-03-30",
        "until": "2019-04-02",
        "public": True,
        "place": "Plaza",
        "countries": ["FR", "NL"],
        "notes": "Reservado",
        "participants": 77,
    },
    {"name": "Reunión interna", "state": "planned", "date": "2019-03-05", "countries": ["NL"]},
    {"name": "Campaña sin día", "state": "done", "date": "2019-03", "public": True},
    {"name": "Foro cancelado", "state": "cancelled", "date": "2020-01-10", "public": True},
]


@pytest.fixture
def known(app: Flask) -> Flask:
    """An app with some events."""
    with app.extensions["database"].write_session() as session:
        for facts in KNOWN:
            services.add_record(session, SYSTEM, EVENTS, facts)
    return app


def test_a_month_shows_its_events_on_their_days(known: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    march = office.get("/registers/events/calendar?month=2019-03").get_data(as_text=True)
    assert march.count("Foro abierto") == 2  # the 30th and the 31st
    assert "Sin día definido" in march
    assert "Campaña sin día" in march
    assert "Foro cancelado" not in march
    assert office.get("/registers/events/calendar?month=2019-04").get_data(as_text=True).count("Foro abierto") == 2
    for odd in ("", "?month=2019-13", "?month=x"):
        assert office.get(f"/registers/events/calendar{odd}").status_code == 200


def test_the_public_feed_holds_what_is_marked_and_no_more(known: Flask, client: PageClient) -> None:
    reply = client.get("/calendar/events.ics")
    assert reply.mimetype == "text/calendar"
    entries = {str(entry["summary"]): entry for entry in icalendar.Calendar.from_ical(reply.data).walk("VEVENT")}
    assert set(entries) == {"Foro abierto", "Foro cancelado"}
    forum: Any = entries["Foro abierto"]
    assert (forum["dtstart"].dt, forum["dtend"].dt) == (date(2019, 3, 30), date(2019, 4, 3))
    assert entries["Foro cancelado"]["status"] == "CANCELLED"
    assert {key.upper() for key in forum} == {"UID", "DTSTAMP", "SUMMARY", "DTSTART", "DTEND", "STATUS", "LOCATION"}
    assert client.get("/calendar/events.ics").data == reply.data


def test_who_is_signed_in_may_take_every_dated_event(known: Flask, as_role: SignIn) -> None:
    reply = as_role("auditor").get("/registers/events/calendar.ics")
    assert reply.data.count(b"BEGIN:VEVENT") == 3


DUE: list[tuple[Register, dict[str, Any]]] = [
    (CALLS, {"name": "Fondo del Agua", "state": "open", "closes": "2019-03-12"}),
    (CALLS, {"name": "Fondo retirado", "state": "cancelled", "closes": "2019-03-12"}),
    (PROPOSALS, {"name": "Ríos limpios", "call": "Fondo del Agua", "state": "presented", "deadline": "2019-03-31"}),
    (PROPOSALS, {"name": "Ya negada", "call": "Fondo del Agua", "state": "presented", "deadline": "2019-03-31",
                 "result": "not-approved"}),
    (AGREEMENTS, {"name": "Convenio de aguas", "state": "running", "valid_to": "2019-03-01",
                  "milestones": [{"name": "Informe", "due": "2019-03"}, {"name": "Mesa", "due": "2019-04-01"}]}),
]  # fmt: skip
TOLD = {
    "Cierra la convocatoria: Fondo del Agua",
    "Plazo de la propuesta: Ríos limpios",
    "Termina la vigencia: Convenio de aguas",
    "Vence el hito: Informe: Convenio de aguas",
}


def test_the_calendar_tells_what_is_due_in_the_other_registers(
    app: Flask, as_role: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.extensions["database"].write_session() as session:
        for register, facts in DUE:
            services.add_record(session, SYSTEM, register, facts)
    office = as_role("office")
    march = re.sub(r"<[^>]+>", "", office.get("/registers/events/calendar?month=2019-03").get_data(as_text=True))
    assert all(march.count(text) == 1 for text in TOLD)
    assert not any(name in march for name in ("Fondo retirado", "Ya negada", "Mesa"))
    monkeypatch.setattr("attention_point.foundation.clock.today", lambda: date(2019, 3, 2))
    content = office.get("/registers/events/calendar.ics").data
    entries: Any = icalendar.Calendar.from_ical(content).walk("VEVENT")
    days_by_summary = {str(entry["summary"]): entry["dtstart"].dt for entry in entries}
    assert days_by_summary.keys() == TOLD | {"Vence el hito: Mesa: Convenio de aguas"}
    assert days_by_summary["Vence el hito: Informe: Convenio de aguas"] == date(2019, 3, 31)
    with app.extensions["database"].read_session() as session:
        days = date(2019, 3, 1), date(2019, 3, 31)
        seen = list_due_dates(session, *days, {"events.view", "agreements.view"})
        assert {due_date.register for due_date in seen} == {AGREEMENTS}
        assert list_due_dates(session, *days, ()) == []


def test_countries_are_listed_with_their_counts(known: Flask, as_role: SignIn) -> None:
    page = as_role("office").get("/registers/events/countries?year=2019").get_data(as_text=True)
    rows = page.split("<tbody>")[1].split("</tbody>")[0]
    assert rows.index("Países Bajos") < rows.index("Francia")
    assert '<td class="number" data-label="Eventos">2</td>' in rows
