"""Places: confirmed as they stand, open as they say, and with a history that stays."""

import json
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory import freshness, queries
from attention_point.directory.models import EmergencyLine
from attention_point.directory.pages.place_forms import build_place_form, read_place_values
from attention_point.directory.places import services
from attention_point.directory.places.opening_hours import describe_hours, list_openings
from attention_point.directory.services import save_line
from attention_point.directory.snapshot import OpeningHours, PlaceRow
from attention_point.directory.upkeep.history import list_entity_changes
from attention_point.directory.validation.place_schemas import PlaceData
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import AppError, Conflict, Invalid, NotFound
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.language import in_language

TODAY = date(2026, 8, 3)
DAY = timedelta(days=1)
ADDRESS = {"es": "Calle 35 # 10-43", "en": "Calle 35 # 10-43"}
HOURS = [
    *({"weekday": day, "opens_at": "8:00", "closes_at": "12:00"} for day in range(1, 6)),
    *({"weekday": day, "opens_at": "14:00", "closes_at": "17:30"} for day in range(1, 6)),
    {"weekday": 6, "opens_at": "08:00", "closes_at": "12:00"},
]


@pytest.fixture(autouse=True)
def _on_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def place_of(session: Session, place_id: str = "icbf") -> PlaceRow:
    place = queries.find_place(session, place_id)
    assert place is not None
    return place


def values(**changes: Any) -> dict[str, Any]:
    return {"municipality": "68001", "valid_from": "2017-01-01", "order": 1, **changes}


def state(session: Session, day: date = TODAY) -> str:
    return freshness.find_freshness(place_of(session), day)


def test_a_place_is_confirmed_by_somebody_and_only_as_it_stands(loaded: Session, actor: Actor) -> None:
    assert state(loaded) == "unconfirmed"
    services.save_place(loaded, actor, "icbf", 1, values(address=ADDRESS, confirmed_today=True))
    place = place_of(loaded)
    assert (place.confirmed_on, place.confirmed_by, place.review_on) == (TODAY, actor.journal_label, TODAY + 180 * DAY)
    services.save_place(loaded, actor, "icbf", 2, values(address=ADDRESS, order=2, source="Una llamada"))
    assert state(loaded) == "fresh"  # what a visitor relies on is the same
    services.save_place(loaded, actor, "icbf", 3, values(address=ADDRESS, order=2, phone="607 000 0000"))
    assert (state(loaded), place_of(loaded).confirmed_by) == ("unconfirmed", None)
    services.confirm_place(loaded, actor, "icbf", 4)
    assert [state(loaded, TODAY + days * DAY) for days in (0, 179, 180)] == ["fresh", "fresh", "stale"]
    services.save_place(
        loaded, actor, "icbf", 5, values(address=ADDRESS, phone="123", valid_to="2026-09-01", confirmed_today=True)
    )
    assert [state(loaded), state(loaded, date(2026, 9, 2))] == ["ending", "fresh"]
    assert [change.action for change in list_entity_changes(loaded, "icbf")] == ["edit", "confirm", *["edit"] * 3]


def test_nothing_is_confirmed_that_is_not_there_or_not_what_was_shown(loaded: Session, actor: Actor) -> None:
    with pytest.raises(AppError):
        services.confirm_place(loaded, actor, "icbf", 1)
    with pytest.raises(Invalid) as caught:
        services.save_place(loaded, actor, "icbf", 1, values(confirmed_today=True))
    assert [error.field for error in caught.value.field_errors] == ["confirmed_today"]
    services.save_place(loaded, actor, "icbf", 1, values(address=ADDRESS))
    for refused in (1, 3):
        with pytest.raises(Conflict):
            services.confirm_place(loaded, actor, "icbf", refused)
    with pytest.raises(NotFound):
        services.confirm_place(loaded, actor, "nowhere", 1)


def test_the_second_saver_is_told_what_differs_in_words(loaded: Session, actor: Actor) -> None:
    services.save_place(loaded, actor, "icbf", 1, values(hours=HOURS[:5], holidays="closed"))
    with in_language("es"), pytest.raises(Conflict) as caught:
        services.save_place(loaded, actor, "icbf", 1, values(hours=HOURS[10:], holidays="open"))
    assert [(difference.label, difference.yours, difference.theirs) for difference in caught.value.differences] == [
        ("Horario", "sábado, 8:00 a 12:00", "lunes a viernes, 8:00 a 12:00"),
        ("En festivos", "Abierto en festivos", "Cerrado en festivos"),
    ]


def test_the_history_says_what_stood_before_and_names_nobody_in_the_journal(loaded: Session, actor: Actor) -> None:
    services.save_place(loaded, actor, "icbf", 1, values(phone="607 1"))
    services.save_place(loaded, actor, "icbf", 2, values(phone="607 2"))
    with in_language("es"):
        latest = list_entity_changes(loaded, "icbf")[0]
    assert latest.fields == (("Teléfono", "607 1", "607 2"),)
    entry = loaded.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc()).limit(1)).one()
    assert (entry.action, entry.subject, json.loads(entry.detail)) == ("directory.edit", "place", {"fields": ["phone"]})


BAD: list[tuple[dict[str, Any], str]] = [
    ({"hours": [{"weekday": 8, "opens_at": "08:00", "closes_at": "09:00"}]}, "hours.0.weekday"),
    ({"hours": [{"weekday": 1, "opens_at": "7:99", "closes_at": "10:00"}]}, "hours.0.opens_at"),
    ({"hours": [{"weekday": 1, "opens_at": "12:00", "closes_at": "08:00"}]}, "hours.0.closes_at"),
    ({"hours": [*HOURS[:1], {"weekday": 1, "opens_at": "11:00", "closes_at": "13:00"}]}, "hours"),
    ({"municipality": "99999"}, "municipality"),
    ({"services": ["NOTHING"]}, "services"),
    ({"email": "nobody"}, "email"),
    ({"website": "javascript:alert(1)"}, "website"),
    ({"latitude": "91"}, "latitude"),
    ({"valid_to": "2016-01-01"}, "valid_to"),
]


def test_bad_input_is_refused_by_field_and_nothing_is_stored(loaded: Session, actor: Actor) -> None:
    before = place_of(loaded)
    for changes, field in BAD:
        with pytest.raises(Invalid) as caught:
            services.save_place(loaded, actor, "icbf", 1, values(**changes))
        assert [error.field for error in caught.value.field_errors] == [field]
    assert place_of(loaded) == before


def test_a_place_of_a_service_comes_first_and_only_for_it(loaded: Session) -> None:
    directory = queries.get_directory(loaded)
    assert [row.id for row in directory.list_places("fiscalia", "VBG", TODAY)] == ["fiscalia-caivas", "fiscalia"]
    assert [row.id for row in directory.list_places("fiscalia", "TRATA", TODAY)] == ["fiscalia"]
    assert directory.list_places("centro-integrate", None, date(2022, 5, 16)) == ()
    assert len(directory.list_places("centro-integrate", None, date(2022, 5, 17))) == 1
    assert all(not place.confirmed_on for places in directory.places.values() for place in places)


def test_the_week_is_said_in_words_and_a_holiday_closes(loaded: Session, actor: Actor) -> None:
    services.save_place(loaded, actor, "icbf", 1, values(hours=HOURS, holidays="closed"))
    place = place_of(loaded)
    with in_language("es"):
        assert describe_hours(place) == (
            "lunes a viernes, 8:00 a 12:00 y 14:00 a 17:30; sábado, 8:00 a 12:00; cerrado en festivos"
        )
    monday_holiday, monday = date(2026, 8, 17), date(2026, 8, 10)
    assert list_openings(place, monday_holiday) == ()
    assert list_openings(place, monday) == (
        OpeningHours(1, time(8), time(12)),
        OpeningHours(1, time(14), time(17, 30)),
    )
    assert list_openings(place, date(2026, 8, 9)) == ()  # a Sunday
    assert list_openings(place_of(loaded, "sena"), monday) is None  # nobody knows


@st.composite
def _weeks(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Hours as a page sends them: on each day at most two openings that do not overlap."""
    week = []
    for weekday in range(1, 8):
        times = sorted(draw(st.lists(st.integers(0, 23), max_size=4, unique=True)))
        pairs = zip(times[::2], times[1::2], strict=False)
        week += [{"weekday": weekday, "opens_at": f"{a:02}:00", "closes_at": f"{b:02}:00"} for a, b in pairs]
    return week


@given(_weeks())
def test_any_week_is_read_as_it_was_written(week: list[dict[str, Any]]) -> None:
    data = PlaceData.model_validate({"id": "x", "entity": "x", "valid_from": "2017-01-01", "hours": week})
    assert [opening.model_dump() for opening in data.hours] == week


def test_the_form_gives_back_the_week_that_it_shows(loaded: Session, actor: Actor, app: Any) -> None:
    services.save_place(loaded, actor, "icbf", 1, values(hours=HOURS))
    place = place_of(loaded)
    with app.test_request_context():
        form = build_place_form(place, [])
        assert [entry.weekdays.data for entry in form.hours][:3] == [["working-week", "6"], ["working-week"], None]
        read_values = read_place_values(form)
    assert read_values.pop("confirmed_today") is False
    read = PlaceData(**{**read_values, "id": "icbf", "entity": "icbf"})
    assert [opening.model_dump() for opening in read.hours] == [
        {"weekday": row.weekday, "opens_at": f"{row.opens_at:%H:%M}", "closes_at": f"{row.closes_at:%H:%M}"}
        for row in place.hours
    ]


def test_a_line_that_changes_its_number_is_to_be_confirmed_again(loaded: Session, actor: Actor) -> None:
    line = {
        "name": {"es": "Línea 141", "en": "Line 141"},
        "services": ["NNA-PROT"],
        "valid_from": "2017-01-01",
        "confirmed_today": True,
    }
    save_line(loaded, actor, "line-141", 1, {**line, "number": "141"})
    row = loaded.get(EmergencyLine, "line-141")
    assert row is not None
    assert (row.confirmed_on, row.origin) == (TODAY, "edited")
    save_line(loaded, actor, "line-141", 2, {**line, "number": "142", "confirmed_today": False})
    assert row.confirmed_on is None


@given(st.dates(date(2017, 1, 1), date(2030, 1, 1)), st.integers(0, 400), st.none() | st.integers(0, 400))
def test_an_entry_never_grows_fresher_by_itself(day: date, later: int, ends_in: int | None) -> None:
    place = _Confirmed(day, None, None if ends_in is None else day + ends_in * DAY)
    order = ("fresh", "ending", "fresh", "stale")  # past its last day it is no longer a matter of its freshness
    seen = [freshness.find_freshness(place, day + days * DAY) for days in range(later + 1)]
    changes = [state for index, state in enumerate(seen) if index == 0 or seen[index - 1] != state]
    position = 0
    for change in changes:
        position = order.index(change, position)


class _Confirmed:
    def __init__(self, confirmed_on: date, review_on: date | None, valid_to: date | None) -> None:
        self.confirmed_on, self.review_on, self.valid_to = confirmed_on, review_on, valid_to
