"""A directory loaded from the program's own files, and pages seen by somebody of each role."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from attention_point.accounts.sign_in import sessions
from attention_point.foundation import clock
from attention_point.foundation.access import Actor, get_permissions
from attention_point.foundation.database import Database
from tests.support.directory import load_shipped
from tests.support.pages import PageClient

OFFICE = UUID("019a0000-0000-7000-8000-000000000001")


def someone(role: str) -> Actor:
    """An actor of a role."""
    return Actor("account", OFFICE, "Luz Marina", role, get_permissions(role))


@pytest.fixture
def actor() -> Actor:
    """Somebody of the office, who edits the directory."""
    return someone("office")


@pytest.fixture
def loaded(session: Session) -> Session:
    """A writing session with the shipped directory in it."""
    load_shipped(session)
    return session


@pytest.fixture
def shipped(database: Database) -> Database:
    """A database with the shipped directory committed."""
    with database.write_session() as session:
        load_shipped(session)
    return database


@pytest.fixture
def browse(
    shipped: Database, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Callable[[str], PageClient]:
    """A client signed in as somebody of a role."""
    app: Flask = request.getfixturevalue("app")

    def client(role: str) -> PageClient:
        # Signing in is the business of accounts, and tested there.
        user = sessions.User("token", someone(role), signed_in_at=clock.now(), due_step="")
        monkeypatch.setattr(sessions, "current_user", user)
        return PageClient(app, app.response_class)

    return client
