"""Invented people walk through the one door: on both engines, once however often they are loaded."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from attention_point.accounts.models import Account
from attention_point.demo import commands
from attention_point.demo import demo_users as users
from attention_point.demo.commands import demo_commands
from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.demo.steps.visit_steps import LoadedCounts, load_visits
from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.settings import ENVIRONMENT_PREFIX, read_settings
from attention_point.intake import recount as intake_recount
from attention_point.intake.models import Visit
from attention_point.people.models import Person
from attention_point.referrals.models import Referral
from attention_point.tallies import queries as tally_queries
from attention_point.tallies.counted_cells import build_cells_of_facts
from attention_point.tallies.models import PendingTallies
from attention_point.turns.models import Turn
from tests.demo.support import invite_once
from tests.support.directory import load_shipped
from tests.support.visits import recorded

TABLES = (Account, Person, Visit, Referral, JournalEntry, PendingTallies, Turn)
OPTIONS = ["load", "--people", "40", "--from", "2017-08-09", "--to", "2017-08-31", "--seed", "5"]


def counts(database: Database) -> dict[str, int]:
    """The rows of every table that a load writes."""
    with database.read_session() as session:
        return {each.__tablename__: session.scalar(select(func.count()).select_from(each)) or 0 for each in TABLES}


def differences(database: Database) -> list[tally_queries.TallyDifference]:
    """Where the kept counts differ from a recount of the sealed rows."""
    total: dict = {}
    with database.read_session() as session:
        for facts in intake_recount.recount_all(session):
            for cell, count in build_cells_of_facts(facts).items():
                total[cell] = total.get(cell, 0) + count
        return tally_queries.list_differences(session, total)


def test_forty_people_twice_are_forty_people(database: Database) -> None:
    drafts = invent_visits(40, date(2017, 8, 9), date(2017, 8, 31), 5)
    first, second = LoadedCounts(), LoadedCounts()
    with database.write_session() as session:
        load_shipped(session)
        load_visits(session, drafts, first)
    stored = counts(database)
    with database.write_session() as session:
        load_visits(session, drafts, second)
    assert counts(database) == stored
    assert stored["visit"] == first.recorded_visits == len(drafts) == second.existing_visits
    assert stored["person"] == 40
    assert stored["referral"] == first.created_referrals > first.answer_count > 0
    assert (second.recorded_visits, second.created_referrals, second.answer_count) == (0, 0, 0)
    assert differences(database) == []


def test_entities_answer_in_several_ways(database: Database) -> None:
    with database.write_session() as session:
        load_shipped(session)
        load_visits(session, invent_visits(120, date(2017, 8, 9), date(2017, 9, 30), 5), LoadedCounts())
    with database.read_session() as session:
        states = set(session.scalars(select(Referral.state)))
    assert {"created", "attended", "no_show", "rejected"} <= states


def reopened(database: Database) -> Database:
    """The same database once more: a command closes the one that it opens."""
    return Database(database.url.render_as_string(hide_password=False), database.info)


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line on the test's own instance and database."""
    monkeypatch.setenv(f"{ENVIRONMENT_PREFIX}INSTANCE", str(tmp_path))
    monkeypatch.setattr(users, "create_passwords", invite_once)
    with database.write_session() as session:
        load_shipped(session)
    return CliRunner()


def test_the_command_loads_people_and_users(run: CliRunner, database: Database) -> None:
    first = run.invoke(demo_commands, OPTIONS, obj=lambda: reopened(database))
    assert first.exit_code == 0, first.output
    users = [line.split("\t") for line in first.stdout.splitlines() if "@demo.example\t" in line]
    assert {"agent@demo.example", "supervisor@demo.example", "sena@demo.example"} <= {each[0] for each in users}
    assert len({each[1] for each in users}) == len(users)
    stored = counts(database)
    again = run.invoke(demo_commands, OPTIONS, obj=lambda: reopened(database))
    assert again.exit_code == 0
    assert "@demo.example" not in again.output
    assert counts(database) == stored


def test_an_installation_that_received_somebody_real_is_refused(run: CliRunner, database: Database) -> None:
    with database.write_session() as session:
        recorded(session)
    before = counts(database)
    result = run.invoke(demo_commands, OPTIONS, obj=lambda: reopened(database))
    assert result.exit_code == 1
    assert "personas reales" in result.stderr
    assert counts(database) == before
    assert not read_settings().demo


def test_an_installation_is_marked_as_a_demonstration(run: CliRunner, database: Database) -> None:
    assert not read_settings().demo
    assert run.invoke(demo_commands, OPTIONS, obj=lambda: reopened(database)).exit_code == 0
    assert read_settings().demo


@pytest.mark.parametrize(
    "options",
    [
        ["--people", "0"],
        ["--people", "many"],
        ["--seed", "x"],
        ["--from", "2017-13-01"],
        ["--from", "2017-12-31", "--to", "2017-08-09"],
        ["--to", "2999-01-01"],
        ["--from", "1999-12-31"],
        ["--from", "2017-08-12", "--to", "2017-08-13"],
    ],
)
def test_wrong_usage_is_told_before_anything_is_opened(options: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(commands.demo_commands, ["load", *options], obj=lambda: pytest.fail("opened"))
    assert result.exit_code == 2
    assert "Error" in result.stderr


def test_what_happened_then_is_dated_then(database: Database) -> None:
    with database.write_session() as session:
        load_shipped(session)
        load_visits(session, invent_visits(40, date(2017, 8, 9), date(2017, 8, 31), 5), LoadedCounts())
    with database.read_session() as session:
        received = session.scalars(select(Visit.received_at)).all()
        assert {moment.year for moment in received} == {2017}
        times = tally_queries.sum_month_tables(session, date(2017, 8, 1))["answers-by-time"]
        assert len(times) > 2
