"""On the first working day the month before is made ready and announced; nobody but a person publishes it."""

from datetime import date

import pytest
from sqlalchemy import func, select

from attention_point.accounts import services as account_services
from attention_point.accounts.services import NewAccount
from attention_point.dates import Period
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.settings import Settings
from attention_point.statistics.jobs import MONTH_READY_JOB, prepare_month_for_release
from attention_point.statistics.releases import period_counts, queries
from attention_point.tallies import services
from tests.statistics.invented_month import invent_counts
from tests.support.counts import read_cells
from tests.support.directory import load_shipped
from tests.support.visits import recorded

SEPTEMBER = date(2017, 9, 1)


@pytest.fixture
def staffed(database: Database) -> None:
    """Two who may publish, one who may not."""
    with database.write_session() as session:
        for email, role in (("o@example.org", "office"), ("s@example.org", "supervisor"), ("a@example.org", "agent")):
            account_services.add_account(session, SYSTEM, NewAccount(email, email, role), "no password")


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2017, 9, 1), "2017-08"),  # a Friday
        (date(2017, 9, 30), "2017-08"),
        (date(2017, 10, 1), "2017-08"),  # a Sunday: the next day
        (date(2017, 10, 2), "2017-09"),
        (date(2018, 1, 1), "2017-11"),  # New Year
        (date(2018, 1, 2), "2017-12"),
    ],
)
def test_it_falls_due_on_the_first_working_day(today: date, month: str) -> None:
    assert MONTH_READY_JOB.due_period(today) == month


def _letters(database: Database) -> int:
    with database.read_session() as session:
        return session.scalar(select(func.count()).select_from(OutboxMail)) or 0


@pytest.mark.usefixtures("staffed")
def test_those_who_publish_are_told_once_and_nothing_is_published(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write_session() as session:
        load_shipped(session)
        services.add_to_tallies(session, invent_counts(80))
    monkeypatch.setattr(period_counts, "list_differences", lambda _session, _month: [])
    prepare_month_for_release(database, settings, "2017-09")
    prepare_month_for_release(database, settings, "2017-09")
    assert _letters(database) == 2
    with database.read_session() as session:
        assert queries.find_current_release(session, Period("month", SEPTEMBER)) is None
        details = session.scalars(select(JournalEntry.detail).where(JournalEntry.action == "statistics.prepare")).all()
    # The job makes the month ready at each run; the letter went out once.
    assert len(details) == 2
    assert all('"ready":true' in detail for detail in details)


@pytest.mark.usefixtures("staffed")
def test_a_month_that_does_not_agree_is_told_too(database: Database, settings: Settings) -> None:
    with database.write_session() as session:
        recorded(session, attended_at="2017-09-04T09:00:00-05:00")
        counted_day = next(key for key in read_cells(session) if key[2] == "attentions-by-day")
        services.add_to_tallies(session, {counted_day: 1})
    prepare_month_for_release(database, settings, "2017-09")
    assert _letters(database) == 2
    with database.read_session() as session:
        (detail,) = session.scalars(select(JournalEntry.detail).where(JournalEntry.action == "statistics.prepare"))
    assert '"ready":false' in detail


@pytest.mark.usefixtures("staffed")
def test_an_empty_month_is_not_announced(database: Database, settings: Settings) -> None:
    prepare_month_for_release(database, settings, "2017-09")
    assert _letters(database) == 0
