"""Extracts on both databases: who is in one, what is refused, what is frozen, what the log keeps."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import AppError, Conflict, Invalid, NotFound
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.language import in_language
from attention_point.intake.corrections.person_services import correct_person
from attention_point.intake.corrections.requests import CorrectionRequest
from attention_point.intake.records.research_records import list_consented_visits
from attention_point.people.models import Person
from attention_point.statistics.extracts import services
from attention_point.statistics.extracts.files.archive import build_base_name, build_files, build_zip
from attention_point.statistics.extracts.models import Extract, LogEntry
from attention_point.statistics.extracts.requests import parse_request
from tests.statistics.extracts.adversary import read_rows
from tests.statistics.extracts.people import (
    AUTUMN,
    SPRING,
    STEMS,
    RecordedPeople,
    record_consenting_people,
    record_visit,
)
from tests.statistics.extracts.published import publish_recorded
from tests.support.visits import AGENT, consents, recorded

SEMESTER = ("2017-07", "2017-12")


def make(database: Database, *months: str, recipient: str = "UIS", agreement: str = "Convenio 12", k: int = 5) -> Any:
    """An extract as page and command make it: the id of its line in the log."""
    first, last = months or SEMESTER
    with database.read_session() as reading:
        prepared = services.prepare_extract(reading, parse_request(first, last, recipient, agreement, k))
    with database.write_session() as writing:
        return services.save_extract(writing, SYSTEM, prepared)


def take(database: Database, log: Any) -> tuple[LogEntry, Extract]:
    """The file, as whoever receives it gets it."""
    with database.read_session() as reading:
        services.check_download(reading, log)
    with database.write_session() as writing:
        return services.hand_over_extract(writing, SYSTEM, log)


@pytest.fixture
def spanish() -> Iterator[None]:
    """Refusals in the language of the office."""
    with in_language("es"):
        yield


def members(session: Session, purpose: str = "research", days: tuple[date, date] = AUTUMN) -> list[bytes]:
    """Who is in an extract of these days."""
    return [visit.member for visit in list_consented_visits(session, purpose, *days)]


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ([None], 0),
        ([True], 1),
        ([False], 0),
        ([True, None], 1),
        ([True, False], 0),
        ([False, True], 1),
        ([True, False, True], 1),
        ([None, False], 0),
    ],
)
def test_the_last_word_on_research_counts(session: Session, said: list[bool | None], counts: int) -> None:
    somebody = record_visit(session, said[0], "2017-08-09")
    for month, answer in enumerate(said[1:], 9):
        record_visit(session, answer, f"2017-{month:02d}-13", somebody)
    assert len(members(session)) == counts
    assert members(session, "statistics") == []


def test_a_revocation_after_the_period_counts_and_late_news_do_not_undo_it(session: Session) -> None:
    somebody = record_visit(session, True, "2017-08-09")
    record_visit(session, False, "2018-03-05", somebody)
    assert members(session) == []
    record_visit(session, True, "2017-09-20", somebody)
    assert members(session) == []


def test_a_person_stands_in_the_period_of_the_first_agreement(session: Session) -> None:
    once = record_visit(session, True, "2017-08-09")
    record_visit(session, True, "2018-02-01", once)
    later = record_visit(session, None, "2017-08-10")
    record_visit(session, True, "2018-02-02", later)
    in_autumn, in_spring = members(session), members(session, days=SPRING)
    assert len(in_autumn) == len(in_spring) == 1
    assert in_autumn != in_spring


def test_what_was_said_then_is_told_and_nothing_else(session: Session) -> None:
    somebody = record_visit(session, True, "2017-08-09", needs=["VBG"], ethnicity=1)
    record_visit(session, None, "2017-10-09", somebody, needs=["EMP-SENA"], ethnicity=5)
    (found,) = list_consented_visits(session, "research", *AUTUMN)
    assert (found.day, found.needs, str(found.ethnicity)) == (date(2017, 8, 9), ("VBG",), "1")
    assert not any(stem in repr(found).casefold() for stem in STEMS)


def test_a_child_who_was_taken_for_an_adult_is_not_told_of(session: Session) -> None:
    record_visit(session, True, "2017-08-09", birth_date="1990-03-17")
    publish_recorded(session, "2017-08")
    assert len(members(session)) == 1
    who = session.scalars(select(Person.id)).one()
    correct_person(session, AGENT, who, CorrectionRequest({"birth_date": "2003-03-17"}, "typing-error"))
    assert members(session) == []


def test_a_child_alone_of_unknown_age_is_not_told_of(session: Session) -> None:
    for vulnerabilities in ([], ["unaccompanied_child"]):
        recorded(
            session,
            person={"given_names": "Quetzalnombre"},
            consents=consents(("attention", True), ("research", True)),
            vulnerabilities=vulnerabilities,
            attended_at="2017-08-09T08:30:00-05:00",
        )
    assert len(members(session)) == 1


def test_an_extract_holds_only_those_who_agreed(database: Database) -> None:
    came = record_consenting_people(database, 70)
    line, extract = take(database, make(database))
    rows = read_rows(extract.content)
    assert len(rows) == line.rows
    assert line.rows + line.suppressed == 70
    assert len(extract.members) == 70 * 16
    assert all(row["month"].startswith("2017") for row in rows)
    _nothing_leads_back(database, came, line, extract)


def _nothing_leads_back(database: Database, came: RecordedPeople, line: LogEntry, extract: Extract) -> None:
    files = build_files(line, extract)
    everything = b"".join((*files.values(), *(name.encode() for name in files), build_zip(files, line.made_at)))
    plain = everything.decode("utf-8", "replace").casefold()
    with database.read_session() as session:
        people = session.scalars(select(Person.id)).all()
    ids = [form for record_id in (*people, *came.visits) for form in (str(record_id), record_id.hex)]
    tags = [extract.members[place : place + 16] for place in range(0, len(extract.members), 16)]
    assert not [stem for stem in STEMS if stem in plain]
    assert not [form for form in ids if form in plain]
    assert not [tag for tag in tags if tag in everything or tag.hex() in plain]
    for stem in STEMS:
        assert any(stem in str(draft).casefold() for draft in came.drafts), "the stem was never in the source"
    days = {draft["attended_at"][:10] for draft in came.drafts}
    assert not [day for day in days if day in extract.content.decode()]


def test_the_files_agree_with_one_another(database: Database) -> None:
    record_consenting_people(database, 70)
    line, extract = take(database, make(database))
    files = build_files(line, extract)
    assert set(files) == {
        f"{build_base_name(line)}.csv",
        "codebook.csv",
        "codebook.json",
        "method-es.md",
        "method-en.md",
    }
    book = json.loads(files["codebook.json"])
    rows = read_rows(extract.content)
    assert [column["name"] for column in book["columns"]] == list(rows[0])
    assert (book["rows"], book["suppressed"], book["sha256"]) == (line.rows, line.suppressed, line.sha256)
    for column in book["columns"]:
        codes = {code["code"] for code in column["codes"]} | {"2017", "2017-Q3", "2017-Q4"}
        told = [row[column["name"]] for row in rows]
        assert {value for value in told if not value.startswith("2017-")} <= codes, column["name"]
        assert all(code["es"] and code["en"] for code in column["codes"])
        if column["levels"]:
            assert sum(column["levels"].values()) == len(rows)
        else:
            assert column["withheld"] == told.count("*")
    lines = read_rows(files["codebook.csv"])
    assert {line["column"] for line in lines} == set(rows[0])
    assert all(len(line) == 13 for line in lines)
    spanish, english = files["method-es.md"].decode(), files["method-en.md"].decode()
    assert "Convenio 12" in spanish
    assert "Convenio 12" in english
    assert "Quiénes están" in spanish
    assert "People included" in english
    assert build_zip(files, line.made_at) == build_zip(build_files(line, extract), line.made_at)


def test_the_same_period_gives_the_same_rows(database: Database) -> None:
    record_consenting_people(database, 60)
    first = take(database, make(database))
    record_consenting_people(database, 20, "2017-10")
    second = take(database, make(database, recipient="UNAB", agreement="Convenio 13"))
    assert first[1].content == second[1].content
    assert first[0].sha256 == second[0].sha256
    with database.read_session() as session:
        assert len(session.scalars(select(Extract)).all()) == 1
        assert len(session.scalars(select(LogEntry)).all()) == 2


def test_nobody_is_in_two_extracts(database: Database) -> None:
    came = record_consenting_people(database, 60)
    make(database)
    record_consenting_people(database, 55, "2018-02")
    with database.write_session() as session:
        for known in came.drafts[:30]:
            record_visit(session, True, "2018-03-01", known["person"])
        publish_recorded(session, "2018-03")
    line, extract = take(database, make(database, "2018-01", "2018-06"))
    assert line.rows + line.suppressed == 55
    with database.read_session() as session:
        autumn, spring = session.scalars(select(Extract).order_by(Extract.first)).all()
    tags = [
        {extract.members[place : place + 16] for place in range(0, len(extract.members), 16)}
        for extract in (autumn, spring)
    ]
    assert not tags[0] & tags[1]


@pytest.mark.usefixtures("spanish")
def test_after_a_withdrawal_the_rows_do_not_leave_again(database: Database) -> None:
    came = record_consenting_people(database, 60)
    taken, waiting = make(database), make(database)
    take(database, taken)
    with database.write_session() as session:
        record_visit(session, False, "2018-03-01", came.drafts[7]["person"])
    with pytest.raises(AppError, match="revocó") as refused:
        make(database)
    assert refused.value.code == "withdrawn"
    with pytest.raises(AppError, match="revocó"):
        take(database, waiting)


def test_after_an_erasure_the_rows_do_not_leave_again(database: Database) -> None:
    record_consenting_people(database, 60)
    make(database)
    with database.write_session() as session:
        somebody = session.scalars(select(Person.id).limit(1)).one()
        gone = {"wrapped_key": None, "sealed": None, "erased_at": clock.now()}
        session.execute(update(Person).where(Person.id == somebody).values(gone))
    with pytest.raises(AppError) as refused:
        make(database)
    assert refused.value.code == "withdrawn"


@pytest.mark.usefixtures("spanish")
def test_too_few_people_are_refused(database: Database) -> None:
    record_consenting_people(database, 49)
    with pytest.raises(AppError, match="Muy pocas personas.*al menos 50") as refused:
        make(database)
    assert refused.value.code == "too_few"
    record_consenting_people(database, 11)
    with pytest.raises(AppError, match="al menos 70"):
        make(database, k=7)
    assert make(database, k=6)


@pytest.mark.usefixtures("spanish")
def test_a_period_that_could_be_set_against_another_is_refused(database: Database) -> None:
    record_consenting_people(database, 80)
    make(database)
    with pytest.raises(Conflict, match="se cruza con uno ya entregado") as refused:
        make(database, "2017-01", "2017-12")
    assert refused.value.code == "overlap"
    with pytest.raises(Conflict, match="k = 5") as refused:
        make(database, k=6)
    assert refused.value.code == "given"


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        (("2017-08", "2017-12", "UIS", "12"), ["first"]),
        (("2017-07", "2018-06", "UIS", "12"), ["first"]),
        (("2017-12", "2017-07", "UIS", "12"), ["first"]),
        (("2099-01", "2099-06", "UIS", "12"), ["last"]),
        (("2017-13", "septiembre", "UIS", "12"), ["first", "last"]),
        ((*SEMESTER, "", "12"), ["recipient"]),
        ((*SEMESTER, "UIS", None), ["agreement"]),
        ((*SEMESTER, "UIS", "   "), ["agreement"]),
        ((*SEMESTER, "U" * 121, "1\n2"), ["recipient", "agreement"]),
        ((*SEMESTER, "UIS", "12", 2), ["k"]),
    ],
)
def test_what_is_asked_wrongly_is_named(asked: tuple[Any, ...], fields: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        parse_request(*asked)
    assert [error.field for error in refused.value.field_errors] == fields


def test_a_semester_that_still_runs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2017, 12, 31))
    with pytest.raises(Invalid):
        parse_request(*SEMESTER, "UIS", "12")
    monkeypatch.setattr(clock, "today", lambda: date(2018, 1, 1))
    assert parse_request(*SEMESTER, "UIS", "12").period.last == date(2017, 12, 31)


def test_a_file_is_taken_once_and_the_journal_knows(database: Database) -> None:
    record_consenting_people(database, 55)
    line, _extract = take(database, log := make(database))
    with pytest.raises(Conflict) as refused:
        take(database, log)
    assert refused.value.code == "taken"
    with pytest.raises(NotFound):
        take(database, new_id())
    with database.read_session() as session:
        entries = session.execute(
            select(JournalEntry.action, JournalEntry.subject_id, JournalEntry.detail)
            .where(JournalEntry.action.like("statistics.extract%"))
            .order_by(JournalEntry.seq)
        ).all()
    assert [entry.action for entry in entries] == ["statistics.extract", "statistics.extract.take"]
    assert {entry.subject_id for entry in entries} == {str(line.id)}
    detail = json.loads(entries[0].detail)
    assert (detail["period"], detail["rows"], detail["again"]) == ("2017-07-to-2017-12", line.rows, False)
    assert detail["sha256"] == line.sha256
    assert "UIS" not in entries[0].detail


def test_the_database_keeps_rows_and_log(database: Database) -> None:
    record_consenting_people(database, 55)
    take(database, make(database))
    for change in (
        update(Extract).values(content=b"other"),
        delete(Extract),
        update(LogEntry).values(recipient="nobody"),
        update(LogEntry).values(downloaded_at=None),
        delete(LogEntry),
    ):
        with pytest.raises(DBAPIError, match="never change"), database.write_session() as session:
            session.execute(change)
