"""Extracts on both databases: who is in one, what is refused, what is frozen, what the log keeps."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.language import speaking
from attention_point.foundation.refusals import Conflict, Invalid, NotFound, Refusal
from attention_point.intake.extracting import consenting
from attention_point.people.models import Person
from attention_point.statistics import extracts
from attention_point.statistics.extracts_documents import files_of, name_of, zipped
from attention_point.statistics.extracts_models import Extract, ExtractLog
from tests.statistics.extract_adversary import rows_of
from tests.statistics.extract_people import AUTUMN, SPRING, STEMS, Came, agreed, come

SEMESTER = ("2017-07", "2017-12")


def make(database: Database, *months: str, recipient: str = "UIS", agreement: str = "Convenio 12", k: int = 5) -> Any:
    """An extract as page and command make it: the id of its line in the log."""
    first, last = months or SEMESTER
    with database.reading() as reading:
        prepared = extracts.prepare(reading, extracts.wanted(first, last, recipient, agreement, k))
    with database.writing() as writing:
        return extracts.keep(writing, SYSTEM, prepared)


def take(database: Database, log: Any) -> tuple[ExtractLog, Extract]:
    """The file, as whoever receives it gets it."""
    with database.reading() as reading:
        extracts.check(reading, log)
    with database.writing() as writing:
        return extracts.hand_over(writing, SYSTEM, log)


@pytest.fixture
def spanish() -> Iterator[None]:
    """Refusals in the language of the office."""
    with speaking("es"):
        yield


def members(session: Session, purpose: str = "research", days: tuple[date, date] = AUTUMN) -> list[bytes]:
    """Who is in an extract of these days."""
    return [one.member for one in consenting(session, purpose, *days)]


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
    somebody = come(session, said[0], "2017-08-09")
    for month, answer in enumerate(said[1:], 9):
        come(session, answer, f"2017-{month:02d}-13", somebody)
    assert len(members(session)) == counts
    assert members(session, "statistics") == []


def test_a_revocation_after_the_period_counts_and_late_news_do_not_undo_it(session: Session) -> None:
    somebody = come(session, True, "2017-08-09")
    come(session, False, "2018-03-05", somebody)
    assert members(session) == []
    come(session, True, "2017-09-20", somebody)
    assert members(session) == []


def test_a_person_stands_in_the_period_of_the_first_agreement(session: Session) -> None:
    once = come(session, True, "2017-08-09")
    come(session, True, "2018-02-01", once)
    later = come(session, None, "2017-08-10")
    come(session, True, "2018-02-02", later)
    in_autumn, in_spring = members(session), members(session, days=SPRING)
    assert len(in_autumn) == len(in_spring) == 1
    assert in_autumn != in_spring


def test_what_was_said_then_is_told_and_nothing_else(session: Session) -> None:
    somebody = come(session, True, "2017-08-09", needs=["VBG"], ethnicity=1)
    come(session, None, "2017-10-09", somebody, needs=["EMP-SENA"], ethnicity=5)
    (found,) = consenting(session, "research", *AUTUMN)
    assert (found.day, found.needs, str(found.ethnicity)) == (date(2017, 8, 9), ("VBG",), "1")
    assert not any(stem in repr(found).casefold() for stem in STEMS)


def test_an_extract_holds_only_those_who_agreed(database: Database) -> None:
    came = agreed(database, 70)
    line, extract = take(database, make(database))
    rows = rows_of(extract.content)
    assert len(rows) == line.rows
    assert line.rows + line.suppressed == 70
    assert len(extract.members) == 70 * 16
    assert all(row["month"].startswith("2017") for row in rows)
    _nothing_leads_back(database, came, line, extract)


def _nothing_leads_back(database: Database, came: Came, line: ExtractLog, extract: Extract) -> None:
    files = files_of(line, extract)
    everything = b"".join((*files.values(), *(name.encode() for name in files), zipped(files, line.made_at)))
    plain = everything.decode("utf-8", "replace").casefold()
    with database.reading() as session:
        people = session.scalars(select(Person.id)).all()
    ids = [form for one in (*people, *came.visits) for form in (str(one), one.hex)]
    tags = [extract.members[place : place + 16] for place in range(0, len(extract.members), 16)]
    assert not [stem for stem in STEMS if stem in plain]
    assert not [form for form in ids if form in plain]
    assert not [tag for tag in tags if tag in everything or tag.hex() in plain]
    for stem in STEMS:
        assert any(stem in str(one).casefold() for one in came.drafts), "the stem was never in the source"
    days = {one["attended_at"][:10] for one in came.drafts}
    assert not [day for day in days if day in extract.content.decode()]


def test_the_files_agree_with_one_another(database: Database) -> None:
    agreed(database, 70)
    line, extract = take(database, make(database))
    files = files_of(line, extract)
    assert set(files) == {f"{name_of(line)}.csv", "codebook.csv", "codebook.json", "method-es.md", "method-en.md"}
    book = json.loads(files["codebook.json"])
    rows = rows_of(extract.content)
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
    lines = rows_of(files["codebook.csv"])
    assert {one["column"] for one in lines} == set(rows[0])
    assert all(len(one) == 9 for one in lines)
    spanish, english = files["method-es.md"].decode(), files["method-en.md"].decode()
    assert "Convenio 12" in spanish
    assert "Convenio 12" in english
    assert "Quiénes están" in spanish
    assert "Who is in it" in english
    assert zipped(files, line.made_at) == zipped(files_of(line, extract), line.made_at)


def test_the_same_period_gives_the_same_rows(database: Database) -> None:
    agreed(database, 60)
    first = take(database, make(database))
    agreed(database, 20, "2017-10")
    second = take(database, make(database, recipient="UNAB", agreement="Convenio 13"))
    assert first[1].content == second[1].content
    assert first[0].sha256 == second[0].sha256
    with database.reading() as session:
        assert len(session.scalars(select(Extract)).all()) == 1
        assert len(session.scalars(select(ExtractLog)).all()) == 2


def test_nobody_is_in_two_extracts(database: Database) -> None:
    came = agreed(database, 60)
    make(database)
    agreed(database, 55, "2018-02")
    with database.writing() as session:
        for known in came.drafts[:30]:
            come(session, True, "2018-03-01", known["person"])
    line, extract = take(database, make(database, "2018-01", "2018-06"))
    assert line.rows + line.suppressed == 55
    with database.reading() as session:
        autumn, spring = session.scalars(select(Extract).order_by(Extract.first)).all()
    tags = [{one.members[place : place + 16] for place in range(0, len(one.members), 16)} for one in (autumn, spring)]
    assert not tags[0] & tags[1]


@pytest.mark.usefixtures("spanish")
def test_after_a_withdrawal_the_rows_do_not_leave_again(database: Database) -> None:
    came = agreed(database, 60)
    taken, waiting = make(database), make(database)
    take(database, taken)
    with database.writing() as session:
        come(session, False, "2018-03-01", came.drafts[7]["person"])
    with pytest.raises(Refusal, match="revocó") as refused:
        make(database)
    assert refused.value.code == "withdrawn"
    with pytest.raises(Refusal, match="revocó"):
        take(database, waiting)


def test_after_an_erasure_the_rows_do_not_leave_again(database: Database) -> None:
    agreed(database, 60)
    make(database)
    with database.writing() as session:
        somebody = session.scalars(select(Person.id).limit(1)).one()
        gone = {"wrapped_key": None, "sealed": None, "erased_at": extracts.clock.now()}
        session.execute(update(Person).where(Person.id == somebody).values(gone))
    with pytest.raises(Refusal) as refused:
        make(database)
    assert refused.value.code == "withdrawn"


@pytest.mark.usefixtures("spanish")
def test_too_few_people_are_refused(database: Database) -> None:
    agreed(database, 49)
    with pytest.raises(Refusal, match="Muy pocas personas.*al menos 50") as refused:
        make(database)
    assert refused.value.code == "too_few"
    agreed(database, 11)
    with pytest.raises(Refusal, match="al menos 70"):
        make(database, k=7)
    assert make(database, k=6)


@pytest.mark.usefixtures("spanish")
def test_a_period_that_could_be_set_against_another_is_refused(database: Database) -> None:
    agreed(database, 80)
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
        extracts.wanted(*asked)
    assert [each.field for each in refused.value.fields] == fields


def test_a_semester_that_still_runs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extracts.clock, "today", lambda: date(2017, 12, 31))
    with pytest.raises(Invalid):
        extracts.wanted(*SEMESTER, "UIS", "12")
    monkeypatch.setattr(extracts.clock, "today", lambda: date(2018, 1, 1))
    assert extracts.wanted(*SEMESTER, "UIS", "12").period.last == date(2017, 12, 31)


def test_a_file_is_taken_once_and_the_journal_knows(database: Database) -> None:
    agreed(database, 55)
    line, _extract = take(database, log := make(database))
    with pytest.raises(Conflict) as refused:
        take(database, log)
    assert refused.value.code == "taken"
    with pytest.raises(NotFound):
        take(database, new_id())
    with database.reading() as session:
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
    agreed(database, 55)
    take(database, make(database))
    for change in (
        update(Extract).values(content=b"other"),
        delete(Extract),
        update(ExtractLog).values(recipient="nobody"),
        update(ExtractLog).values(downloaded_at=None),
        delete(ExtractLog),
    ):
        with pytest.raises(DBAPIError, match="never change"), database.writing() as session:
            session.execute(change)
