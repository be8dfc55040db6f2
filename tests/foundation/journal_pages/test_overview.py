"""The auditor's home: what is unusual, whether the journal holds, and the way to who saw a person."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.journal_pages import chain_state
from attention_point.foundation.journal_pages.checks import check_chain
from attention_point.foundation.journal_pages.unusual_readings import list_unusual_readings
from attention_point.foundation.settings import Settings
from attention_point.intake.models import Visit
from tests.foundation.journal.support import disarm, rearm
from tests.portal.support import browser, visit
from tests.support.openings import open_page
from tests.support.visits import acting

# A Monday and a Sunday, at ten in the morning in Bogotá, and the Monday at eleven at night.
MONDAY, SUNDAY, NIGHT = (
    datetime(2026, 11, day, hour, tzinfo=clock.TIME_ZONE) for day, hour in ((30, 10), (29, 10), (30, 23))
)


def read_people(session: Session, moment: datetime, count: int, *, received: bool = True, reason: bool = False) -> str:
    """Somebody opens the data of so many people; returns the label of the reader."""
    reader = acting("agent")
    with clock.override_now(moment):
        for _number in range(count):
            person = new_id()
            if received:
                journal.record(session, SYSTEM, "visit.record", "visit", new_id(), person=person)
            if reason:
                journal.record(session, reader, "person.open", "person", person)
            journal.record(session, reader, "person.view", "person", person, purpose="page")
    return reader.journal_label


def test_what_is_unusual_is_named_and_what_is_usual_is_not(session: Session) -> None:
    many = read_people(session, MONDAY, 61)
    without_visit = read_people(session, MONDAY, 11, received=False)
    on_sunday, at_night = read_people(session, SUNDAY, 1), read_people(session, NIGHT, 2)
    read_people(session, MONDAY, 60)  # a full day
    read_people(session, MONDAY, 10, received=False)
    read_people(session, MONDAY, 30, received=False, reason=True)  # the reason is reviewed elsewhere
    with clock.override_now(NIGHT + timedelta(hours=1)):
        found = list_unusual_readings(session)
    assert {(reading.code, reading.actor, reading.count) for reading in found.readings} == {
        ("many_people", many, 61),
        ("without_visit", without_visit, 11),
        ("odd_hours", on_sunday, 1),
        ("odd_hours", at_night, 2),
    }
    assert not found.is_cut
    with clock.override_now(NIGHT + timedelta(days=30)):
        assert list_unusual_readings(session).readings == []


def test_the_daily_verification_is_kept_and_told(database: Database, settings: Settings) -> None:
    with database.write_session() as session:
        journal.record(session, SYSTEM, "journal.export", "journal")
    chain_state.verify_journal_daily(database, settings, "2026-11-30")
    with database.read_session() as session:
        assert chain_state.find_chain_state(session).is_whole
        assert [line.advice for line in chain_state.list_chain_status(session, settings)] == [""]
    assert list(check_chain(database, settings)) == []
    with clock.override_now(clock.now() + timedelta(days=4)), database.read_session() as session:
        assert all(line.advice for line in chain_state.list_chain_status(session, settings))
    with database.write_session() as session:
        triggers = disarm(session)
        session.connection().exec_driver_sql("UPDATE journal_entry SET action = 'journal.verify' WHERE seq = 1")
        rearm(session, triggers)
    chain_state.verify_journal_daily(database, settings, "2026-12-01")
    with database.read_session() as session:
        state = chain_state.find_chain_state(session)
        assert (state.is_whole, state.fault_count) == (False, 1)
    assert "journal verify" in "".join(check_chain(database, settings))


def test_the_auditor_begins_there_and_finds_who_saw_a_person(app: Flask, database: Database) -> None:
    answer = visit(app, needs=["VBG"])
    with database.read_session() as session:
        row = session.get_one(Visit, UUID(answer["id"]))
    auditor = browser(app, "auditor")
    assert auditor.get("/").headers["Location"] == "/journal/overview"
    page = auditor.get("/journal/overview").text
    assert "Nadie ha anotado todavía un sello afuera" in page
    token = page.split('csrf_token" value="')[1].split('"')[0]
    for number in (answer["reference"], row.code):
        found = auditor.post("/journal/overview/person", data={"csrf_token": token, "number": number})
        assert found.headers["Location"] == f"/journal/people/{row.person_id}"
        assert "Yohana" not in open_page(auditor, found.headers["Location"])
    missing = auditor.post("/journal/overview/person", data={"csrf_token": token, "number": "Yohana Velásquez"})
    assert missing.status_code == 422
    assert "Escríbalo como está en la hoja" in missing.text
    assert auditor.post("/journal/overview/head", data={"csrf_token": token, "seq": "x"}).status_code == 422
    assert auditor.post("/journal/overview/head", data={"csrf_token": token, "seq": "1"}).status_code == 303
    assert "Último sello anotado afuera: el de la entrada 1," in auditor.get("/journal/overview").text


@pytest.mark.parametrize("role", ["agent", "office", "supervisor", "entity"])
def test_nobody_else_begins_there(app: Flask, role: str) -> None:
    assert browser(app, role, "sena" if role == "entity" else None).get("/journal/overview").status_code == 403
