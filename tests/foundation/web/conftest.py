"""A small application over the web layer: views of the test's own, visitors of its choice, a real database."""

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import text

from attention_point.foundation import paths, web
from attention_point.foundation.access import Actor, get_permissions
from attention_point.foundation.access.policy import SCOPES
from attention_point.foundation.database import Database, engine, new_id
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import Vault
from tests.support.pages import PageClient


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's database waits for nobody longer than a moment. Ask for it by ``usefixtures``: it must come first."""
    monkeypatch.setattr(engine, "MAX_WAIT_SECONDS", 0.2)


@dataclass
class Visitors:
    """Who the requests come from: set ``user`` or ``program``."""

    user: Actor | None = None
    program: Actor | None = None

    def sign_in(self, role: str) -> Actor:
        """The next requests come from somebody with this role."""
        self.user = Actor("account", new_id(), "Ana Rojas", role, get_permissions(role))
        return self.user

    def carry(self, scope: str) -> Actor:
        """The next requests come from a program whose token has this scope."""
        self.program = Actor("token", new_id(), "tablet", scope, SCOPES[scope])
        return self.program


@pytest.fixture
def visitors() -> Visitors:
    """Nobody, until the test says who."""
    return Visitors()


def compose(settings: Settings, vault: Vault, database: Database, visitors: Visitors) -> Flask:
    """The web layer on an application without rooms. Only forms' tokens are left out; their tests are elsewhere."""
    app = Flask(
        "small", template_folder=paths.TEMPLATES_FOLDER, static_folder=paths.STATIC_FOLDER, static_url_path="/static"
    )
    app.secret_key = vault.derive_secret("web-session")
    app.extensions.update(settings=settings, database=database)
    web.install_web_layer(app, settings, (), lambda: visitors.user, lambda: visitors.program)
    app.config["WTF_CSRF_METHODS"] = set()
    app.test_client_class = PageClient
    return app


@pytest.fixture
def small(settings: Settings, vault: Vault, database: Database, visitors: Visitors) -> Flask:
    """The small application, its database with a table of notes."""
    with database.write_session() as session:
        session.execute(text("CREATE TABLE note (n integer)"))
    return compose(settings, vault, database, visitors)


@pytest.fixture
def client(small: Flask) -> PageClient:
    """A visitor of the small application."""
    return PageClient(small, small.response_class)
