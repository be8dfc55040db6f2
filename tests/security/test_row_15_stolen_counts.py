"""Row 15: neither the log, nor transactions, nor copies of a stolen database tell what a single visit was about."""

import random
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import get_permissions
from attention_point.foundation.access.actor import Actor
from attention_point.foundation.database import Database
from attention_point.intake.models import Visit
from attention_point.people.models import Person
from attention_point.referrals.models import Referral
from attention_point.referrals.services import Answer, answer_for_entity
from attention_point.tallies import queries
from attention_point.tallies.models import MonthTallies, PendingTallies
from attention_point.tallies.stored_counts import read_all_cells
from tests.security import stolen_counts
from tests.support.counts import fold_everything
from tests.support.directory import load_shipped
from tests.support.visits import person, recorded

NEEDS = (["VBG"], ["MIG-REG", "EMP-SENA"], ["TRATA", "HUMAN"], ["EDU"], ["SALUD-URG", "VBG", "EDU"], ["HUMAN"])
VULNERABILITIES: tuple[list[str], ...] = ([], ["pregnant"], ["gender_violence"], ["chronic_illness"])
VISITS = 12
Truth = dict[UUID, frozenset[str]]


@pytest.fixture
def loaded(database: Database) -> Database:
    """A database with the shipped directory."""
    with database.write_session() as session:
        load_shipped(session)
    return database


def record_visits(database: Database, truth: Truth) -> Iterator[UUID]:
    """Record visits, and keep what each was about."""
    chance = random.Random(15)
    for number in range(VISITS):
        needs, vulnerabilities = NEEDS[number % len(NEEDS)], chance.choice(VULNERABILITIES)
        with database.write_session() as session:
            response = recorded(
                session,
                attended_at=clock.now().isoformat(),
                person=person(sex=chance.choice("FM")),
                needs=needs,
                vulnerabilities=vulnerabilities,
            )
            for referral in response["referrals"][:1]:
                actor = Actor("test", None, "E", "entity", get_permissions("entity"), referral["entity"])
                answer_for_entity(session, actor, UUID(referral["id"]), Answer("accepted", 1))
        visit_id = UUID(response["id"])
        truth[visit_id] = frozenset([*needs, *vulnerabilities])
        yield visit_id


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_write_ahead_log_tells_of_no_visit(loaded: Database, tmp_path: Path) -> None:
    file = Path(loaded.url.database or "")
    first_copy = stolen_counts.copy_database(file, tmp_path / "first")
    reference_tables = stolen_counts.list_filled_tables(first_copy)
    before = stolen_counts.read_copy(first_copy, reference_tables)
    truth: Truth = {}
    guesses: dict[UUID, frozenset[str]] = {}
    codes = frozenset(code for group in (*NEEDS, *VULNERABILITIES) for code in group)
    for visit_id in record_visits(loaded, truth):
        copy = stolen_counts.copy_database(file, tmp_path / str(visit_id))
        after = stolen_counts.read_copy(copy, reference_tables)
        guesses[visit_id] = stolen_counts.guess_by_difference(before, after, codes)
        before = after
    # Not only is no visit guessed: no code of any need or vulnerability stands anywhere.
    assert guesses == dict.fromkeys(truth, frozenset())
    # Two copies with the counts folded between them are no better.
    assert fold_everything(loaded) > VISITS
    copy = stolen_counts.copy_database(file, tmp_path / "folded")
    assert not stolen_counts.guess_by_difference(before, stolen_counts.read_copy(copy, reference_tables), codes)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_rows_of_one_transaction_tell_of_no_visit(loaded: Database) -> None:
    truth: Truth = {}
    codes = frozenset(code for group in (*NEEDS, *VULNERABILITIES) for code in group)
    for _visit_id in record_visits(loaded, truth):
        pass
    with loaded.read_session() as session:
        guesses = stolen_counts.guess_by_transaction(session, codes)
        assert guesses == dict.fromkeys(truth, frozenset())
    fold_everything(loaded)
    with loaded.read_session() as session:
        assert not any(stolen_counts.guess_by_transaction(session, codes).values())
        assert session.scalar(select(func.count()).select_from(PendingTallies)) == 0


def test_rows_are_equally_long_and_those_that_wait_say_nothing_of_their_order(loaded: Database) -> None:
    truth: Truth = {}
    list(record_visits(loaded, truth))
    with loaded.read_session() as session:
        # While they were of whole blocks of 128 bytes, the longest visits were those about violence.
        for column in (Visit.sealed, Referral.sealed, Person.sealed, Person.counted):
            assert len({len(sealed or b"") for sealed in session.scalars(select(column))}) == 1, column
        rows = session.execute(select(PendingTallies.id, PendingTallies.sealed)).all()
    assert len({len(row.sealed) for row in rows}) == 1
    assert all(row.id.version == 4 for row in rows)  # not 7, which carries a time


def test_counts_that_were_moved_or_put_back_are_not_read_as_others(session: Session) -> None:
    recorded(session)
    recorded(session, attended_at="2017-09-04T09:00:00-05:00")
    rows = session.scalars(select(PendingTallies)).all()
    rows[0].sealed, rows[1].sealed = rows[1].sealed, rows[0].sealed
    session.flush()
    assert read_all_cells(session) == {}
    assert {damage.purpose for damage in session.info["damage"].values()} == {"pending-tallies"}


def test_what_waits_and_what_is_folded_count_alike(loaded: Database) -> None:
    list(record_visits(loaded, {}))
    with loaded.read_session() as session:
        before = read_all_cells(session)
        assert session.scalar(select(func.count()).select_from(MonthTallies)) == 0
    fold_everything(loaded)
    with loaded.read_session() as session:
        assert read_all_cells(session) == before
        assert session.scalar(select(func.count()).select_from(PendingTallies)) == 0
        assert queries.list_differences(session, before) == []
