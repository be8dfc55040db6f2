"""A dashboard over invented months at two points: facts to recount from, and pages for an actor of any role."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from attention_point.directory.feature import directory
from attention_point.directory.models import Point
from attention_point.directory.seed.loading import increase_revision
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.referrals.rules import ANSWER_STATES
from attention_point.statistics.feature import dashboard, statistics
from attention_point.tallies import services
from attention_point.tallies.counted_cells import CellKey, build_cells_of_facts
from attention_point.tallies.facts import ReferralFacts, VisitFacts
from attention_point.tallies.models import PendingTallies
from tests.statistics.conftest import Office, build_office
from tests.statistics.invented_month import invent_facts
from tests.support.directory import load_shipped

TODAY = date(2017, 9, 14)  # a Thursday
NOW = datetime(2017, 9, 14, 15, tzinfo=UTC)
SECOND_POINT = "cucuta"
MONTHS = {date(2016, 9, 1): 20, date(2017, 7, 1): 60, date(2017, 8, 1): 90, date(2017, 9, 1): 120}
Facts = list[VisitFacts | ReferralFacts]


def invent_months() -> Facts:
    """Four months until today, a third of it at a second point."""
    month_facts: Facts = []
    for seed, (month, visits) in enumerate(MONTHS.items(), 1):
        for number, fact in enumerate(invent_facts(visits, month, seed)):
            point = SECOND_POINT if number % 3 == 0 else fact.point
            if isinstance(fact, VisitFacts):
                timed: VisitFacts | ReferralFacts = fact._replace(
                    point=point, wait=number % 150 if number % 5 else None
                )
            else:
                timed = fact._replace(point=point, answered_in=number % 40 if fact.state in ANSWER_STATES else None)
            month_facts += [timed] if fact.day <= TODAY else []
    return month_facts


def record_facts(
    database: Database, all_of: Iterable[VisitFacts | ReferralFacts], counted_on: date = TODAY - timedelta(1)
) -> None:
    """Count the facts, as the desk's transactions would on a day."""
    counts: Counter[CellKey] = Counter()
    for fact in all_of:
        counts.update(build_cells_of_facts(fact))
    with database.write_session() as session:
        load_shipped(session)
        earlier = services.list_pending_ids(session)
        services.add_to_tallies(session, counts)
        session.execute(update(PendingTallies).where(PendingTallies.id.not_in(earlier)).values(day=counted_on))


def add_second_point(database: Database) -> None:
    """A second point in the directory."""
    with database.write_session() as session:
        load_shipped(session)
        first = session.get(Point, "bucaramanga")
        assert first
        values = {column.name: getattr(first, column.name) for column in Point.__table__.columns}
        names = {language: f"{name} 2" for language, name in first.name.items()}
        session.add(Point(**{**values, "code": SECOND_POINT, "prefix": "CUC", "name": names}))
        increase_revision(session)


def build_dashboard_office(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Build the dashboard and the pages of months, on an invented day."""
    monkeypatch.setattr(clock, "now", lambda: NOW)  # what the worker is told, too
    return build_office(database, settings, dashboard, statistics, directory)
