"""The room's pages behind the web layer, for an actor of any role."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
from flask import Flask

from attention_point.foundation import paths, web
from attention_point.foundation.access import Actor, get_permissions
from attention_point.foundation.database import Database
from attention_point.foundation.feature import Feature
from attention_point.foundation.settings import Settings
from attention_point.statistics.feature import statistics
from attention_point.statistics.releases import content_building, examination
from attention_point.tallies import services
from tests.statistics.invented_month import invent_counts
from tests.support.directory import load_shipped
from tests.support.pages import PageClient

SEPTEMBER = date(2017, 9, 1)


@dataclass
class Office:
    """The pages, and who asks for them: nobody until a role is given."""

    app: Flask
    role: str | None = "office"
    number: int = 7  # of the person who asks

    def actor(self) -> Actor | None:
        """Who is signed in."""
        if self.role is None:
            return None
        return Actor("account", UUID(int=self.number), "office", self.role, get_permissions(self.role))

    @property
    def client(self) -> PageClient:
        """A browser that looks at every page."""
        return PageClient(self.app, self.app.response_class)


def build_office(database: Database, settings: Settings, *features: Feature) -> Office:
    """Build an application of these features alone, without the rest of the house."""
    app = Flask("attention_point", template_folder=str(paths.TEMPLATES_FOLDER), static_folder=str(paths.STATIC_FOLDER))
    app.secret_key = "of a test"
    app.extensions.update(settings=settings, database=database)
    office = Office(app)
    menu = tuple(item for feature in features for item in feature.menu)
    web.install_web_layer(app, settings, menu, office.actor, lambda: None)
    for feature in features:
        for blueprint in feature.blueprints:
            app.register_blueprint(blueprint)
    return office


@pytest.fixture
def office(database: Database, settings: Settings, of_pages: None) -> Office:
    """The pages of statistics without the dashboard."""
    return build_office(database, settings, statistics)


@pytest.fixture
def unaudited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the audit of what is released, which has tests of its own and takes seconds."""
    monkeypatch.setattr(examination, "build_audited_content", content_building.build_provisional_content)


@pytest.fixture
def recorded(database: Database) -> Callable[..., None]:
    """A function that records an invented month."""

    def record(visits: int, month: date = SEPTEMBER) -> None:
        with database.write_session() as session:
            load_shipped(session)
            services.add_to_tallies(session, invent_counts(visits, month))

    return record
