"""A dashboard over invented months at two points: facts to recount from, and pages for an actor of any role."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

import pytest
from flask import Flask

from attention_point.directory.loading import bump
from attention_point.directory.models import Point
from attention_point.foundation import clock, paths, web
from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.referrals.rules import ANSWERS
from attention_point.statistics.feature import dashboard, statistics
from attention_point.tallies import services
from attention_point.tallies.facts import ReferralFacts, VisitFacts
from attention_point.tallies.rules import CellKey, cells_of
from tests.statistics.conftest import Office
from tests.statistics.invented import facts
from tests.support.directory import load_shipped

TODAY = date(2017, 9, 14)  # a Thursday
SECOND = "cucuta"
MONTHS = {date(2016, 9, 1): 20, date(2017, 7, 1): 60, date(2017, 8, 1): 90, date(2017, 9, 1): 120}
Facts = list[VisitFacts | ReferralFacts]


def invented() -> Facts:
    """Four months until today, a third of it at a second point."""
    found: Facts = []
    for seed, (month, visits) in enumerate(MONTHS.items(), 1):
        for number, one in enumerate(facts(visits, month, seed)):
            point = SECOND if number % 3 == 0 else one.point
            if isinstance(one, VisitFacts):
                timed: VisitFacts | ReferralFacts = one._replace(point=point, wait=number % 150 if number % 5 else None)
            else:
                timed = one._replace(point=point, answered_in=number % 40 if one.state in ANSWERS else None)
            found += [timed] if one.day <= TODAY else []
    return found


def record(database: Database, all_of: Iterable[VisitFacts | ReferralFacts]) -> None:
    """Count the facts, as the desk's transactions would."""
    counts: Counter[CellKey] = Counter()
    for one in all_of:
        counts.update(cells_of(one))
    with database.writing() as session:
        load_shipped(session)
        services.add(session, counts)


def second_point(database: Database) -> None:
    """A second point in the directory."""
    with database.writing() as session:
        load_shipped(session)
        first = session.get(Point, "bucaramanga")
        assert first
        values = {column.name: getattr(first, column.name) for column in Point.__table__.columns}
        names = {language: f"{name} 2" for language, name in first.name.items()}
        session.add(Point(**{**values, "code": SECOND, "prefix": "CUC", "name": names}))
        bump(session)


def office_of(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The pages of figures, on an invented day."""
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    app = Flask("attention_point", template_folder=str(paths.TEMPLATES), static_folder=str(paths.STATIC))
    app.secret_key = "of a test"
    app.extensions.update(settings=settings, database=database)
    made = Office(app)
    web.install(app, settings, dashboard.menu + statistics.menu, made.actor, lambda: None)
    for blueprint in (*dashboard.blueprints, *statistics.blueprints):
        app.register_blueprint(blueprint)
    return made
