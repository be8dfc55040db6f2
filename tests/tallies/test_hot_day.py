"""A hot day on PostgreSQL: many record it while entities answer and another month is released; no count is lost."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import product
from queue import SimpleQueue
from uuid import UUID

import pytest

from attention_point.dates import Period
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database
from attention_point.foundation.journal.verification.chain_verification import verify_chain
from attention_point.foundation.vault import Vault
from attention_point.intake.draft import read_draft
from attention_point.intake.queries import list_hidden_visits
from attention_point.intake.services import record_visit
from attention_point.referrals.services import Answer, answer_for_entity
from attention_point.statistics.releases import period_counts, queries, services
from attention_point.tallies import queries as tally_queries
from tests.support.directory import load_shipped
from tests.support.visits import AGENT, acting, draft, person, recorded

MONTHS = [date(2017, month, 1) for month in (8, 9, 10, 11)]
WRITERS, ANSWERERS, VISITS, RECORDED = 16, 3, 12, 20
OFFICE = acting("office")
Made = SimpleQueue[tuple[UUID, str] | None]

pytestmark = pytest.mark.faults


@pytest.fixture(params=["postgresql"])
def database_url(database_url: str) -> str:
    """SQLite has one writer: nothing there can wait in a circle."""
    return database_url


@pytest.fixture
def database(database_url: str, vault: Vault) -> Iterator[Database]:
    """A connection for each of them."""
    opened = Database(
        database_url, {"vault": vault, "hidden_visits": list_hidden_visits}, pool_size=WRITERS + ANSWERERS + 1
    )
    yield opened
    opened.close()


def _record(database: Database, made: Made) -> int:
    """Visits of today, a third of them of somebody who came before."""
    known: list[dict[str, object]] = []
    for number in range(VISITS):
        if number % 3 == 2:
            somebody = known[number // 3]
        else:
            somebody = person(sex="FM"[number % 2], birth_date=f"19{40 + number}-03-17")
            known.append(somebody)
        visit = draft(attended_at=clock.now().isoformat(), person=somebody)
        with database.write_session() as session:
            answer = record_visit(session, AGENT, read_draft(visit)).response
        for referral in answer["referrals"]:
            made.put((UUID(referral["id"]), referral["entity"]))
    return VISITS


def _answer(database: Database, made: Made) -> int:
    """What the entities say, until nothing is left."""
    actors: dict[str, Actor] = {}
    said = 0
    while (one := made.get(timeout=60)) is not None:
        referral, entity = one
        actor = actors.setdefault(entity, acting("entity", entity))
        with database.write_session() as session:
            answer_for_entity(session, actor, referral, Answer("accepted", 1))
        said += 1
    return said


def _release(database: Database) -> int:
    """Months that are over, one after the other."""
    for month in MONTHS:
        with database.write_session() as session:
            services.release_period(session, OFFICE, Period("month", month))
    return len(MONTHS)


def _together(starts: list[Callable[[], int]]) -> list[int]:
    barrier = threading.Barrier(len(starts))

    def begin(start: Callable[[], int]) -> int:
        barrier.wait(60)
        return start()

    with ThreadPoolExecutor(len(starts)) as pool:
        return list(pool.map(begin, starts))


def test_sixteen_writers_of_one_day_wait_in_no_circle_and_lose_no_count(database: Database) -> None:
    with database.write_session() as session:
        load_shipped(session)
        for month, number in product(MONTHS, range(RECORDED)):
            somebody = person(sex="FM"[number % 2], birth_date=f"19{60 + number}-03-17")
            recorded(session, person=somebody, attended_at=f"{month:%Y-%m}-09T08:30:00-05:00")
    made: Made = SimpleQueue()
    writers = [lambda: _record(database, made)] * WRITERS
    with ThreadPoolExecutor(ANSWERERS) as entities:
        answers = [entities.submit(_answer, database, made) for _each in range(ANSWERERS)]
        try:
            *visits, releases = _together([*writers, lambda: _release(database)])
        finally:
            for _each in answers:
                made.put(None)
        said = sum(answer.result() for answer in answers)
    assert (sum(visits), releases) == (WRITERS * VISITS, len(MONTHS))
    assert said >= WRITERS * VISITS
    with database.read_session() as session:
        recounted = period_counts.recount_all_visits(session, lambda facts: facts)
        assert tally_queries.list_differences(session, recounted) == []
        today = tally_queries.sum_month_tables(session, clock.today().replace(day=1))["attentions-by-day"]
        assert sum(today.values()) == WRITERS * VISITS
        assert all(queries.find_current_release(session, Period("month", month)) for month in MONTHS)
        assert verify_chain(session).faults == []
