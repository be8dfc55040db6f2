"""The whole demonstration: people until this hour, months released, registers filled; once, even if it is stopped."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from attention_point.accounts import queries as account_queries
from attention_point.demo import commands, demo_users
from attention_point.demo.commands import demo_commands
from attention_point.demo.steps import timeline
from attention_point.demo.steps.register_steps import FILLED_REGISTERS, holds_own_records
from attention_point.demo.steps.timeline import Step, Timeline
from attention_point.foundation import clock
from attention_point.foundation.access import ROLES
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import JobRun
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.journal.verification.chain_verification import verify_chain
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.settings import DEMO_MARKER_FILE, ENVIRONMENT_PREFIX
from attention_point.intake.models import Visit
from attention_point.referrals.models import Referral
from attention_point.registers.annual_report.models import ReportText
from attention_point.registers.calls.models import Bulletin, CallAnswer
from attention_point.registers.shared.models import Change
from attention_point.registers.shared.records.services import add_record
from attention_point.statistics.releases.models import Release
from tests.demo.support import invite_once
from tests.demo.test_loading import differences, reopened
from tests.support.directory import load_shipped
from tests.support.visits import AGENT

NOW = datetime(2026, 11, 29, 11, 40, tzinfo=clock.TIME_ZONE)  # a Sunday
PEOPLE = 90


@pytest.fixture
def instance(
    database: Database, database_url: str, keyring_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A fresh installation at another moment, with a demonstration of one month that is over."""
    # The worker that draws the files opens the same database with the same keyring.
    for name, value in (("INSTANCE", tmp_path), ("KEYRING", keyring_path), ("DATABASE_URL", database_url)):
        monkeypatch.setenv(f"{ENVIRONMENT_PREFIX}{name}", str(value))
    monkeypatch.setattr(commands, "MONTHS_BEFORE_TODAY", 1)
    monkeypatch.setattr(demo_users, "create_passwords", invite_once)
    with clock.override_now(NOW):
        with database.write_session() as session:
            load_shipped(session)
        yield tmp_path


def run(database: Database, *options: str) -> Result:
    return CliRunner().invoke(demo_commands, ["load", *options], obj=lambda: reopened(database))


def numbers(database: Database) -> dict[str, int]:
    """How much there is of everything that a load writes, and how far the referrals are."""
    models = (Visit, Referral, JournalEntry, Release, JobRun, OutboxMail, Bulletin, CallAnswer, ReportText, Change)
    with database.read_session() as session:
        found = {model.__tablename__: session.scalar(select(func.count()).select_from(model)) or 0 for model in models}
        states = session.execute(select(Referral.state, func.count()).group_by(Referral.state))
        return {**found, **{f"referral.{state}": count for state, count in states}}


def test_a_demonstration_looks_alive(database: Database, instance: Path) -> None:
    result = run(database, "--people", str(PEOPLE))
    assert result.exit_code == 0, result.output
    with database.read_session() as session:
        today = session.scalars(select(Visit).where(Visit.day == NOW.date())).all()
        assert len(today) >= 2
        assert {"created", "attended", "no_show"} <= set(session.scalars(select(Referral.state)))
        assert {entry.month for entry in session.scalars(select(Release))} == {date(2026, 10, 1)}
        for register in FILLED_REGISTERS:
            assert session.scalar(select(func.count()).select_from(register.model)), register.name
        assert session.scalar(select(func.count()).select_from(Bulletin).where(Bulletin.sent_at.is_(None))) == 1
        assert session.scalar(select(func.count()).select_from(CallAnswer)) == 4
        assert session.scalar(select(func.count()).select_from(OutboxMail))
        assert verify_chain(session).faults == []
    assert differences(database) == []
    assert len(list((instance / "open-data").iterdir())) == 5  # four of the month, and the one of all months
    marker = instance / DEMO_MARKER_FILE
    assert marker.stat().st_mode & 0o777 == 0o600
    kept = json.loads(marker.read_text())["users"]
    with database.read_session() as session:
        known = [account for account in account_queries.list_accounts(session) if account.email in kept]
        assert {account.role for account in known} == set(ROLES)
        assert not any(account.must_change_password for account in known)

    _nothing_is_still_to_come(database)
    _again_it_changes_nothing(database)


def _nothing_is_still_to_come(database: Database) -> None:
    """And the journal reads as if the months had been lived through."""
    with database.read_session() as session:
        for column in (
            Visit.attended_at, Visit.received_at, Referral.created_at, Referral.state_at, Release.released_at,
            Change.at, ReportText.at, JobRun.started_at, OutboxMail.created_at, CallAnswer.answered_at,
        ):  # fmt: skip
            latest = session.scalar(select(func.max(column)))
            assert latest is not None
            assert latest <= NOW, column
        entries = session.execute(select(JournalEntry.at, JournalEntry.action).order_by(JournalEntry.seq)).all()
        lived = [at for at, action in entries if action not in {"directory.load", "account.add"}]
        assert all(before <= after for before, after in pairwise(lived))
        answered = session.scalars(select(Referral).where(Referral.state == "attended"))
        assert all(
            clock.to_local_time(referral.state_at).weekday() < 5 or referral.day == NOW.date() for referral in answered
        )


def _again_it_changes_nothing(database: Database) -> None:
    """And it tells until when people come; another one in its place is refused with what to do."""
    before = numbers(database)
    again = run(database)
    assert again.exit_code == 0
    assert "29/11/2026" in again.stdout
    assert "demo-fresh" not in again.stdout
    assert numbers(database) == before
    with clock.override_now(NOW.replace(day=30)):
        later = run(database)
    assert "demo-fresh" in later.stdout
    other = run(database, "--people", str(PEOPLE + 1))
    assert other.exit_code == 1
    assert "make demo-fresh" in other.stderr
    assert numbers(database) == before


def test_one_that_was_stopped_goes_on_to_the_same_end(
    database: Database, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "STEPS_PER_TRANSACTION", 7)
    whole = Timeline.run_steps
    stops = iter([20, 90, 130])

    def stopped(self: Timeline, database: Database) -> Iterator[Step]:
        last = next(stops, None)
        for place, step in enumerate(whole(self, database)):
            if place == last:
                raise KeyboardInterrupt
            yield step

    monkeypatch.setattr(Timeline, "run_steps", stopped)
    results = [run(database, "--people", "40") for _time in range(4)]
    assert [result.exit_code for result in results] == [1, 1, 1, 0]
    assert "continúa" in results[-1].stderr
    assert differences(database) == []
    stopped_numbers = numbers(database)
    with database.read_session() as session:
        visits = set(session.scalars(select(Visit.id)))
        sources = [
            source
            for register in FILLED_REGISTERS
            for source in session.scalars(select(register.model.source))
            if source
        ]
    assert len(sources) == len(set(sources))
    plan = commands.LoadPlan(40, date(2026, 10, 1), NOW, commands.DEFAULT_SEED, is_whole=True)
    assert visits == {UUID(draft["id"]) for draft in plan.invent_drafts()}
    again = run(database)
    assert again.exit_code == 0
    assert numbers(database) == stopped_numbers


def test_other_invented_people_are_not_mixed_with_it(database: Database, instance: Path) -> None:
    assert run(database, "--people", "5", "--from", "2026-09-01", "--to", "2026-09-10").exit_code == 0
    result = run(database)
    assert result.exit_code == 1
    assert "make demo-fresh" in result.stderr


def test_people_of_named_days_come_alone(database: Database, instance: Path) -> None:
    result = run(database, "--people", "10", "--from", "2026-09-01", "--to", "2026-10-10")
    assert result.exit_code == 0, result.output
    found = numbers(database)
    assert found["visit"] >= 10
    assert found[Release.__tablename__] == 0
    assert found[Change.__tablename__] == 0


def test_the_offices_own_records_are_left_alone(database: Database, instance: Path) -> None:
    (events,) = (register for register in FILLED_REGISTERS if register.name == "events")
    with database.write_session() as session:
        assert not holds_own_records(session)
        add_record(
            session, AGENT, events, {"name": "Jornada inventada", "state": "done"}, "demo/events/jornada inventada"
        )
        assert not holds_own_records(session)
        add_record(session, AGENT, events, {"name": "Hora del Planeta", "state": "done"})
        assert holds_own_records(session)
    result = run(database, "--people", "1")
    assert result.exit_code == 0, result.output
    assert "Los registros ya tienen datos" in result.stderr
    assert numbers(database)[Change.__tablename__] == 2
