"""The office's year as a file: every fact of its sections of events stands in the register; twice changes nothing."""

import copy
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Base
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import format_month
from attention_point.registers.events.loading import load_diplomatic_contacts, load_events
from attention_point.registers.events.register import EVENT_STATES, EVENTS
from attention_point.registers.shared.code_lists import COUNTRIES, find_code
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.records import queries, services
from attention_point.registers.shared.records.loading import load_year_file
from attention_point.registers.shared.records.queries import RecordFilter
from attention_point.registers.shared.rules import fold_text
from attention_point.registers.shared.schema.formatting import format_field_value
from tests.registers.seed import seed

SECTIONS = {"events": load_events, "diplomatic_contacts": load_diplomatic_contacts}
FILE = {
    "office": {"year": 2019},
    "events": [
        {"name": "Foro del agua", "status": "planeado", "month": date(2019, 3, 1), "partners": ["Fundación Río"]},
        {"name": "Estudio de parques", "status": "en seguimiento", "participants": 40, "approximate": True},
    ],
    "diplomatic_contacts": {"countries": ["Holanda", "Corea"]},
}


def format_facts(session: Session, row: RecordColumns) -> str:
    """Everything that a record says, in words."""
    names = queries.list_organisation_names(session, EVENTS, row.data)
    return " · ".join(format_field_value(field, row.data.get(field.key), names) for field in EVENTS.fields)


def facts(record: Mapping[str, Any]) -> Iterator[str]:
    """The facts of a record of the file, one text each."""
    for value in record.values():
        yield from map(str, value if isinstance(value, list) else [value])


def stands(fact: str, text: str) -> bool:
    """Whether a text says a fact: as it is, as a date in words, as a number, or as a state's words."""
    number = f"{int(fact):,}".replace(",", ".") if fact.isdecimal() else fact
    state = find_code(EVENT_STATES, fact)
    return any(
        fold_text(form) in fold_text(text)
        for form in (
            fact,
            number,
            EVENT_STATES.label_for_code(state, "es") if state else fact,
            _date(fact) or fact,
        )
    )


def _date(fact: str) -> str:
    months = [format_month(date(2019, month, 1)).split()[0] for month in range(1, 13)]
    parts = fact.split("-")
    if len(parts) < 2 or not all(part.isdecimal() for part in parts):
        return ""
    day = f"{int(parts[2])} de " if len(parts) == 3 else ""
    return f"{day}{months[int(parts[1]) - 1]} de {parts[0]}"


def test_every_fact_of_the_real_events_is_kept(session: Session) -> None:
    file = seed()
    done = load_year_file(session, SYSTEM, file, SECTIONS)
    rows = {row.name: row for row in queries.list_records_of_year(session, EVENTS, 2017)}
    missing = {
        f"{record['name']}: {fact}"
        for record in file["events"]
        for fact in facts(record)
        if not stands(fact, format_facts(session, rows[record["name"]]))
    }
    assert missing == set()
    met = {
        code for row in rows.values() if row.data.get("kind") == "diplomatic-meeting" for code in row.data["countries"]
    }
    assert met == {find_code(COUNTRIES, word) for word in file["diplomatic_contacts"]["countries"]}
    assert set(done.unread_sections) == set(file) - set(SECTIONS)


def rows_of(session: Session) -> dict[str, list[str]]:
    """Every row of every table but the journal's."""
    session.flush()
    return {
        table.name: sorted(map(repr, session.execute(select(table)).all()))
        for table in Base.metadata.sorted_tables
        if not table.name.startswith("journal")
    }


def test_loading_twice_changes_nothing(session: Session) -> None:
    first = load_year_file(session, SYSTEM, FILE, SECTIONS)
    before = rows_of(session)
    again = load_year_file(session, SYSTEM, FILE, SECTIONS)
    assert first.counts == {"added": 4, "changed": 0, "unchanged": 0, "left": 0}
    assert again.counts == {"added": 0, "changed": 0, "unchanged": 4, "left": 0}
    assert rows_of(session) == before


def test_a_corrected_file_corrects_what_nobody_edited(session: Session) -> None:
    load_year_file(session, SYSTEM, FILE, SECTIONS)
    forum, study = (
        queries.list_records_page(session, EVENTS, RecordFilter(word), None, 1)[0] for word in ("foro", "estudio")
    )
    services.update_record(session, SYSTEM, EVENTS, study.id, 1, {"name": study.name, "state": "done", "year": 2019})
    corrected = copy.deepcopy(FILE)
    corrected["events"][0]["venue"] = "Parque del Agua"  # type: ignore[index]
    corrected["events"][1]["venue"] = "Alcaldía"  # type: ignore[index]
    done = load_year_file(session, SYSTEM, corrected, SECTIONS)
    assert (done.counts["changed"], done.counts["left"]) == (1, 1)
    session.expire_all()
    assert forum.data["place"] == "Parque del Agua"
    assert "place" not in study.data


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"name": "Foro", "status": "quizá"}, "events.2.state"),
        ({"name": "Foro", "status": "realizado", "colour": "blue"}, "events.2.colour"),
        ({"status": "realizado"}, "events.2.name"),
        ({"name": "Foro", "status": "realizado", "month": "2019-13"}, "events.2.date"),
        ({"name": "Foro", "status": "realizado", "participants": "muchos"}, "events.2.participants"),
        ("Foro", "events.2"),
        ({"name": "FORO del Água", "status": "realizado"}, "events.2.name"),
    ],
)
def test_a_wrong_fact_is_told_by_its_place(session: Session, event: Any, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        load_year_file(session, SYSTEM, {**FILE, "events": [*FILE["events"], event]}, SECTIONS)
    assert field in {error.field for error in caught.value.field_errors}


def test_a_file_without_its_year_is_refused(session: Session) -> None:
    with pytest.raises(Invalid, match="office"):
        load_year_file(session, SYSTEM, {"events": []}, SECTIONS)
