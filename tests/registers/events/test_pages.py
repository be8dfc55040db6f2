"""The pages of the events, as the office uses them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import queries, services
from attention_point.registers.shared.records.organisations import ORGANISATIONS
from tests.registers.support import fields_of, only, submit
from tests.support.pages import PageClient

SignIn = Callable[..., PageClient]
Reading = Callable[[], Session]
TYPED = {
    "name": "Hora del Río",
    "kind": "campaign",
    "date": "03/2019",
    "state": "done",
    "countries": ["NL", "CO"],
    "organisers-0-name": "Fundación Río Vivo",
    "partners-0-name": "Universidad del Páramo",
    "partners-0-role": "host",
    "partners-1-name": "universidad del paramo",
    "partners-1-role": "host",
    "participants-number": "1.030",
    "participants-mark": "approximate",
    "activities": "Ciclopaseo nocturno\nEvento cultural",
    "press-0-medium": "El Diario",
    "press-0-link": "https://diario.example.org/rio",
    "cost-amount": "0",
    "sdgs": ["11", "13"],
    "tags": "Bicicleta, movilidad",
}


@pytest.fixture
def office(as_role: SignIn) -> PageClient:
    """Somebody of the office."""
    return as_role("office")


@contextmanager
def reading(app: Flask) -> Iterator[Session]:
    """A reading session on the app's database."""
    with app.extensions["database"].read_session() as session:
        yield session


def added(app: Flask, client: PageClient) -> str:
    """Add an event by its form; its address."""
    reply = submit(client, "/registers/events/new", **TYPED)
    assert reply.status_code == 303, reply.get_data(as_text=True)
    return reply.headers["Location"]


def test_an_event_is_added_read_and_found(app: Flask, office: PageClient) -> None:
    assert "Todavía no hay eventos" in office.get("/registers/events").get_data(as_text=True)
    address = added(app, office)
    page = office.get(address).get_data(as_text=True)
    for text in ("cerca de 1.030", "marzo de 2019", "Universidad del Páramo (anfitrión)", "Ciclopaseo nocturno", "$ 0"):
        assert text in page
    for query in (
        "",
        "?q=rio+hora",
        "?q=paramo",
        "?kind=campaign&year=2019",
        "?countries=NL",
        "?tags=bicicleta",
        "?sdgs=13",
    ):
        assert "Hora del Río" in office.get(f"/registers/events{query}").get_data(as_text=True), query
    for query in ("?q=mar", "?year=2018", "?state=planned", "?countries=FR"):
        assert "Hora del Río" not in office.get(f"/registers/events{query}").get_data(as_text=True), query
    with reading(app) as session:
        row = only(session, EVENTS)
        assert len(row.data["partners"]) == 1
        assert queries.count_records(session, ORGANISATIONS) == 2


def test_the_form_gives_back_what_is_kept(app: Flask, office: PageClient) -> None:
    address = added(app, office)
    sent = fields_of(office.get(f"{address}/edit"))
    assert sent["date"] == "03/2019"
    assert sent["partners-0-name"] == "Universidad del Páramo"
    assert office.post(f"{address}/edit", data=sent).status_code == 303
    with reading(app) as session:
        assert only(session, EVENTS).version == 1


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(app: Flask, office: PageClient) -> None:
    wrong = {"date": "32/2019", "participants-number": "muchos", "press-1-title": "Sin medio", "state": ""}
    reply = submit(office, "/registers/events/new", **{**TYPED, **wrong})
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    for field in ("date", "participants-number", "press-1-medium", "state"):
        assert f'data-field="{field}"' in page, field
    assert fields_of(reply)["press-1-title"] == "Sin medio"
    assert "Ciclopaseo nocturno" in page
    with reading(app) as session:
        assert queries.count_records(session, EVENTS) == queries.count_records(session, ORGANISATIONS) == 0


def test_the_second_saver_is_told_what_differs(app: Flask, office: PageClient, as_role: SignIn) -> None:
    address = added(app, office)
    sent = fields_of(office.get(f"{address}/edit"))
    assert submit(as_role("office", number=2), f"{address}/edit", place="Parque").status_code == 303
    reply = office.post(f"{address}/edit", data={**sent, "place": "Estadio"})
    page = reply.get_data(as_text=True)
    assert reply.status_code == 409
    assert "Parque" in page
    assert fields_of(reply)["place"] == "Estadio"
    assert office.post(f"{address}/edit", data=fields_of(reply)).status_code == 303
    with reading(app) as session:
        assert only(session, EVENTS).data["place"] == "Estadio"


def test_the_history_says_who_changed_what(app: Flask, office: PageClient) -> None:
    address = added(app, office)
    submit(office, f"{address}/edit", state="cancelled", reason="Lluvia")
    page = office.get(f"{address}/history").get_data(as_text=True)
    for text in ("Ana Rojas", "Realizado", "Cancelado", "Lluvia", "Universidad del Páramo"):
        assert text in page


def test_a_removed_record_leaves_its_history(app: Flask, office: PageClient) -> None:
    address = added(app, office)
    page = office.get(address)
    assert office.post(f"{address}/remove", data=fields_of(page)).status_code == 303
    assert office.get(address).status_code == 404
    with reading(app) as session:
        assert queries.count_records(session, EVENTS) == 0
        assert queries.count_index_values(session, EVENTS, "word") == []


def test_an_organisation_shows_what_names_it_and_stays(app: Flask, office: PageClient) -> None:
    added(app, office)
    with reading(app) as session:
        (organisation,) = queries.list_records_page(session, ORGANISATIONS, queries.RecordFilter("páramo"), None, 5)
    address = f"/registers/organisations/{organisation.id}"
    page = office.get(address)
    assert "Hora del Río" in page.get_data(as_text=True)
    listed = office.get(f"/registers/events?organisation={organisation.id.hex}").get_data(as_text=True)
    assert "Hora del Río" in listed
    assert office.post(f"{address}/remove", data=fields_of(page)).status_code == 400


def test_two_organisations_do_not_share_a_name(app: Flask, office: PageClient) -> None:
    added(app, office)
    reply = submit(office, "/registers/organisations/new", name="FUNDACION RIO VIVO")
    assert reply.status_code == 422
    assert "Otra organización tiene este nombre" in reply.get_data(as_text=True)


def test_a_search_is_kept_for_its_account(app: Flask, office: PageClient, as_role: SignIn) -> None:
    added(app, office)
    page = office.get("/registers/events?kind=campaign&q=rio")
    sent = {**fields_of(page), "filter_name": "Campañas"}
    reply = office.post("/registers/events/searches", data=sent)
    assert reply.status_code == 303
    page = office.get("/registers/events?kind=campaign")
    assert "Campañas" in page.get_data(as_text=True)
    assert "Campañas" not in as_role("office", number=2).get("/registers/events?kind=campaign").get_data(as_text=True)
    with reading(app) as session:
        (saved_filter,) = session.query(queries.SavedFilter).all()
    assert saved_filter.query == "q=rio&kind=campaign"
    forget = f"/registers/events/searches/{saved_filter.id}/drop"
    assert as_role("office", number=3).post(forget, data=fields_of(page)).status_code == 403  # another session's token
    assert office.post(forget, data=fields_of(page)).status_code == 303


def test_a_list_goes_on_page_after_page(app: Flask, office: PageClient) -> None:
    with app.extensions["database"].write_session() as session:
        for number in range(120):
            services.add_record(
                session, SYSTEM, EVENTS, {"name": f"Foro {number}", "state": "done", "date": f"20{number % 20:02d}"}
            )
    seen: list[str] = []
    address = "/registers/events"
    while address:
        page = office.get(address).get_data(as_text=True)
        rows = page.split("<tbody>")[1].split("</tbody>")[0]
        seen += [part.split("<")[0] for part in rows.split('">')[1:] if part.startswith("Foro ")]
        address = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&") if 'rel="next"' in page else ""
    assert len(seen) == len(set(seen)) == 120


def test_an_auditor_reads_and_writes_nothing(app: Flask, office: PageClient, as_role: SignIn) -> None:
    address = added(app, office)
    auditor = as_role("auditor")
    assert "Editar" not in auditor.get(address).get_data(as_text=True)
    assert auditor.get(f"{address}/edit").status_code == 403
    assert "Eventos" in auditor.get("/registers").get_data(as_text=True)
