"""A person counts once a month, once a quarter and once a year, whatever comes in whatever order."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from attention_point.dates import PERIOD_KINDS, Period, find_period
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.intake import recount
from attention_point.intake.corrections.requests import CorrectionRequest
from attention_point.intake.corrections.services import annul_visit, correct_visit
from attention_point.intake.draft import read_draft
from attention_point.intake.duplicates import joining
from attention_point.intake.models import VOID, Visit
from attention_point.intake.records import person_counts
from attention_point.intake.services import record_visit
from attention_point.people import queries as people_queries
from attention_point.people.duplicates import pairs
from attention_point.people.duplicates.decisions import Judgement
from attention_point.people.models import Person
from attention_point.tallies import services as tally_services
from attention_point.tallies.counted_cells import build_cells_of_facts
from attention_point.tallies.queries import list_differences, sum_period_tables
from tests.support.counts import read_cells, rebuild
from tests.support.directory import load_shipped
from tests.support.visits import AGENT, consents, draft

NEEDS = ("EDU", "DDHH", "EMP-SENA")
FIRST_DAY = date(2017, 9, 20)  # two quarters and two years lie within the days that follow
DAYS = st.sampled_from((0, 3, 12, 40, 95, 104, 130))
VISITS = st.fixed_dictionaries(
    {"who": st.integers(0, 1), "day": DAYS, "needs": st.lists(st.sampled_from(NEEDS), min_size=1, unique=True)}
)
STEPS = st.one_of(
    st.tuples(st.just("record"), VISITS),
    st.tuples(st.just("annul"), st.integers(0, 9)),
    st.tuples(st.just("move"), st.integers(0, 9), DAYS),
    st.tuples(st.just("needs"), st.integers(0, 9), st.lists(st.sampled_from(NEEDS), min_size=1, unique=True)),
    st.tuples(st.just("forget")),
)
STEPS_AND_JOINS = st.one_of(STEPS, st.tuples(st.just("join"), st.integers(0, 1)))


class Undone(Exception):
    """Ends an example without leaving anything."""


def say(visit: dict[str, Any]) -> dict[str, Any]:
    person = {
        "given_names": "Ana",
        "sex": ("F", "M")[visit["who"]],
        "birth_date": f"19{70 + visit['who']}-05-01",
        "documents": [{"type": "PA", "number": f"90000000{visit['who']}"}],
    }
    attended_at = f"{FIRST_DAY + timedelta(days=visit['day'])}T10:00:00-05:00"
    return draft(attended_at=attended_at, person=person, needs=visit["needs"], consents=consents(("attention", True)))


def play(session: Session, steps: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Take the steps, and return the visits that stand. Those of joined records are of one person, the first."""
    ids: list[UUID] = []
    standing: list[dict[str, Any] | None] = []
    records: dict[int, UUID] = {}
    kept: int | None = None
    for number, (kind, *values) in enumerate(steps):
        if kind == "record":
            visit = values[0] if kept is None else values[0] | {"who": kept}
            ids.append(UUID(record_visit(session, AGENT, read_draft(say(visit))).response["id"]))
            standing.append(visit)
            records[visit["who"]] = session.scalars(select(Visit.person_id).where(Visit.id == ids[-1])).one()
        elif kind == "join":
            kept = join_or_separate(session, records, kept, values[0])
        elif kind == "close":
            for month in sorted(values[0]):
                tally_services.close_month(session, date(2017, month, 1))
        elif kind == "forget":  # as earlier versions of the program left it
            session.execute(update(Person).values(counted=None))
        elif ids and (visit := standing[index := values[0] % len(ids)]) is not None:
            changed = {"move": "day", "needs": "needs"}.get(kind)
            standing[index] = visit | {changed: values[1]} if changed else None
            if changed is None:
                annul_visit(session, AGENT, ids[index], CorrectionRequest({}, f"reason {number}"))
            else:
                sent = say(standing[index] or {})
                fields = {"attended_at": sent["attended_at"]} if kind == "move" else {"needs": sent["needs"]}
                correct_visit(session, AGENT, ids[index], CorrectionRequest(fields, f"reason {number}"))
    return [visit if kept is None else visit | {"who": 0} for visit in standing if visit is not None]


def join_or_separate(session: Session, records: dict[int, UUID], kept: int | None, goes_on: int) -> int | None:
    """Join the two records, or separate them; nothing while there is one only."""
    if len(records) < 2:
        return None
    earlier, later = sorted(records.values())
    if kept is not None:
        joining.undo_decision(session, AGENT, later, earlier, "decided-by-mistake")
        return None
    pairs.note_pairs(session, later, [earlier], clock.now())
    joining.decide_pair(session, AGENT, later, earlier, Judgement("one-person-said-so", records[goes_on]))
    return goes_on


def undo(database: Database, example: Callable[[Session], None]) -> None:
    """Run an example in a transaction of its own, which leaves nothing."""
    with pytest.raises(Undone), database.write_session() as session:  # noqa: PT012 - the whole example is undone
        load_shipped(session)
        example(session)
        raise Undone


def list_periods() -> list[Period]:
    days = [FIRST_DAY + timedelta(days=number) for number in (0, 12, 40, 95, 104, 130)]
    return sorted({find_period(kind, day) for kind in PERIOD_KINDS for day in days})


def recount_everything(session: Session) -> dict[Any, int]:
    cells: dict[Any, int] = {}
    for facts in recount.recount_all(session):
        for key, count in build_cells_of_facts(facts).items():
            cells[key] = cells.get(key, 0) + count
    return cells


@given(st.lists(STEPS_AND_JOINS, min_size=1, max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_people_and_their_needs_count_once_in_each_period(database: Database, steps: list[tuple[Any, ...]]) -> None:
    def count(session: Session) -> None:
        standing = play(session, steps)
        assert list_differences(session, recount_everything(session)) == []
        for period in list_periods():
            visits = [visit for visit in standing if FIRST_DAY + timedelta(days=visit["day"]) in period]
            counts = sum_period_tables(session, period)
            sexes = {
                sex: len({visit["who"] for visit in visits if visit["who"] == who}) for who, sex in enumerate("FM")
            }
            counted = {sex: 0 for sex in "FM"}
            for cell, number in counts["people-by-sex-and-age"].items():
                counted[cell[0]] += number
            assert sum(counted.values()) == sum(sexes.values()), period.code
            assert counted == sexes or ("join", 0) in steps or ("join", 1) in steps, period.code
            needs = {(visit["who"], need) for visit in visits for need in visit["needs"]}
            assert sum(counts["needs-by-sex-and-age"].values()) == len(needs), period.code
            assert sum(counts["attentions-by-hour"].values()) == len(visits)
            assert min((number for cells in counts.values() for number in cells.values()), default=1) > 0

    undo(database, count)


@given(st.lists(STEPS, min_size=2, max_size=7), st.sets(st.sampled_from((9, 10)), min_size=1))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_closed_months_stay_and_years_count_nobody_twice(
    database: Database, steps: list[tuple[Any, ...]], closed: set[int]
) -> None:
    """A person of a month is a person of its quarter and its year, also where the month counts who was annulled."""

    def close_and_go_on(session: Session) -> None:
        play(session, [*steps[: len(steps) // 2], ("close", closed), *steps[len(steps) // 2 :]])
        for visit in session.scalars(select(Visit.id).where(Visit.state != VOID)).all():
            annul_visit(session, AGENT, visit, CorrectionRequest({}, "all"))
        assert list_differences(session, recount_everything(session)) == []
        months = [sum_people(session, period) for period in list_periods() if period.kind == "month"]
        for kind in ("quarter", "year"):
            longer = [sum_people(session, period) for period in list_periods() if period.kind == kind]
            assert max(months) <= max(longer) <= 2
            assert (sum(longer) > 0) == (sum(months) > 0)

    undo(database, close_and_go_on)


def sum_people(session: Session, period: Period) -> int:
    return sum(sum_period_tables(session, period)["people-by-sex-and-age"].values())


def test_a_registration_opens_no_earlier_visit_of_the_person(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    load_shipped(session)
    opened: list[str] = []
    open_record = people_queries.open_record_or_note

    def watch(session: Session, key: Any, purpose: str, row_id: UUID, sealed: bytes, version: int) -> Any:
        opened.append(purpose)
        return open_record(session, key, purpose, row_id, sealed, version)

    monkeypatch.setattr(people_queries, "open_record_or_note", watch)
    for day in (0, 3, 12, 95, 130):
        record_visit(session, AGENT, read_draft(say({"who": 0, "day": day, "needs": ["EDU"]})))
    assert opened == [person_counts.PURPOSE] * 4
    opened.clear()
    # One that is entered late, in the year before: the visits of that year are opened.
    record_visit(session, AGENT, read_draft(say({"who": 0, "day": 13, "needs": ["EDU"]})))
    assert sorted(opened) == [person_counts.PURPOSE, *["visit"] * 4]


def test_what_earlier_versions_recorded_counts_in_years_after_a_recount(session: Session) -> None:
    load_shipped(session)
    for day in (0, 12, 40, 95, 104, 130):
        record_visit(session, AGENT, read_draft(say({"who": 0, "day": day, "needs": ["EDU"]})))
    keep_only_what_the_earlier_version_kept(session)
    rebuild(session, recount_everything(session))
    assert [sum_people(session, period) for period in list_periods()] == [1] * len(list_periods())
    record_visit(session, AGENT, read_draft(say({"who": 0, "day": 131, "needs": ["EDU", "DDHH"]})))
    assert list_differences(session, recount_everything(session)) == []
    assert [sum_people(session, period) for period in list_periods()] == [1] * len(list_periods())


def keep_only_what_the_earlier_version_kept(session: Session) -> None:
    """Take away what this version seals of how a person counts in a quarter and a year."""
    session.execute(update(Person).values(counted=None))
    rebuild(session, {key: count for key, count in read_cells(session).items() if "-repeats-of-" not in key[2]})
    rows = session.execute(select(Visit.id, Visit.person_id, Visit.sealed, Visit.version)).all()
    keys = people_queries.open_person_keys(session, {row.person_id for row in rows})
    for row in rows:
        key = keys[row.person_id]
        assert key is not None
        record = key.open("visit", row.id, row.sealed or b"", version=row.version)
        del record["counted"]["repeats"]
        sealed = key.seal("visit", row.id, record, version=row.version)
        session.execute(update(Visit).where(Visit.id == row.id).values(sealed=sealed))
