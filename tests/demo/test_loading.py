"""Invented people walk through the one door: on both engines, once however often they are loaded."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from attention_point.accounts.models import Account
from attention_point.demo import commands, users
from attention_point.demo.commands import demo_commands
from attention_point.demo.loading import Loaded, load
from attention_point.demo.visits import invent
from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.settings import PREFIX, from_environment
from attention_point.intake import queries as intake
from attention_point.intake.models import Visit
from attention_point.people.models import Person
from attention_point.referrals.models import Referral
from attention_point.tallies import queries as tallies
from attention_point.tallies.models import Tally
from attention_point.tallies.rules import cells_of
from tests.demo.support import invite_once
from tests.support.directory import load_shipped
from tests.support.visits import recorded

TABLES = (Account, Person, Visit, Referral, JournalEntry, Tally)
OPTIONS = ["load", "--people", "40", "--from", "2017-08-09", "--to", "2017-08-31", "--seed", "5"]


def counts(database: Database) -> dict[str, int]:
    """The rows of every table that a load writes."""
    with database.reading() as session:
        return {each.__tablename__: session.scalar(select(func.count()).select_from(each)) or 0 for each in TABLES}


def differences(database: Database) -> list[tallies.Difference]:
    """Where the kept counts differ from a recount of the sealed rows."""
    total: dict = {}
    with database.reading() as session:
        for facts in intake.recount(session):
            for cell, count in cells_of(facts).items():
                total[cell] = total.get(cell, 0) + count
        return tallies.compare(session, total)


def test_forty_people_twice_are_forty_people(database: Database) -> None:
    drafts = invent(40, date(2017, 8, 9), date(2017, 8, 31), 5)
    first, second = Loaded(), Loaded()
    with database.writing() as session:
        load_shipped(session)
        load(session, drafts, first)
    stored = counts(database)
    with database.writing() as session:
        load(session, drafts, second)
    assert counts(database) == stored
    assert stored["visit"] == first.visits == len(drafts) == second.again
    assert stored["person"] == 40
    assert stored["referral"] == first.referrals > first.answers > 0
    assert (second.visits, second.referrals, second.answers) == (0, 0, 0)
    assert differences(database) == []


def test_entities_answer_in_several_ways(database: Database) -> None:
    with database.writing() as session:
        load_shipped(session)
        load(session, invent(120, date(2017, 8, 9), date(2017, 9, 30), 5), Loaded())
    with database.reading() as session:
        states = set(session.scalars(select(Referral.state)))
    assert {"created", "attended", "no_show", "rejected"} <= states


def reopened(database: Database) -> Database:
    """The same database once more: a command closes the one that it opens."""
    return Database(database.url.render_as_string(hide_password=False), database.info)


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line on the test's own instance and database."""
    monkeypatch.setenv(f"{PREFIX}INSTANCE", str(tmp_path))
    monkeypatch.setattr(users, "invite", invite_once)
    with database.writing() as session:
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
    with database.writing() as session:
        recorded(session)
    before = counts(database)
    result = run.invoke(demo_commands, OPTIONS, obj=lambda: reopened(database))
    assert result.exit_code == 1
    assert "personas reales" in result.stderr
    assert counts(database) == before
    assert not from_environment().demo


def test_an_installation_is_marked_as_a_demonstration(run: CliRunner, database: Database) -> None:
    assert not from_environment().demo
    assert run.invoke(demo_commands, OPTIONS, obj=lambda: reopened(database)).exit_code == 0
    assert from_environment().demo


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
    with database.writing() as session:
        load_shipped(session)
        load(session, invent(40, date(2017, 8, 9), date(2017, 8, 31), 5), Loaded())
    with database.reading() as session:
        received = session.scalars(select(Visit.received_at)).all()
        assert {moment.year for moment in received} == {2017}
        times = tallies.month(session, "answers-by-time", date(2017, 8, 1))
        assert len(times) > 2
