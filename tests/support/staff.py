"""Somebody of each role with a session, as signing in begins it; signing in has tests of its own."""

import secrets
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from attention_point.accounts import services
from attention_point.accounts.models import LoginSession
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import new_id
from tests.accounts.support import password_hash
from tests.support.directory import load_shipped
from tests.support.pages import PageClient

SignIn = Callable[..., PageClient]


def begin_session(session: Session, account_id: UUID) -> str:
    """Begin a session of an account without its password, whose check is slow on purpose; gives its token."""
    token, now = secrets.token_urlsafe(32), clock.now()
    session.add(
        LoginSession(
            token_hash=services.hash_secret(token),
            id=new_id(),
            account_id=account_id,
            created_at=now,
            last_seen_at=now,
            ended_at=None,
        )  # fmt: skip
    )
    return token


def open_browser(app: Flask, token: str) -> PageClient:
    """A browser that holds the token of a session."""
    client = PageClient(app, app.response_class)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client


@pytest.fixture
def as_role(app: Flask) -> SignIn:
    """``as_role("agent")``: a browser signed in as a new user of the role, on an installation with its directory."""
    database = app.extensions["database"]
    with database.write_session() as session:
        load_shipped(session)

    def signed_in(role: str, entity: str | None = None, number: int = 1) -> PageClient:
        email = f"{role}.{entity or 'desk'}.{number}@example.org"
        with database.write_session() as session:
            new = services.NewAccount(email, "Ana Rojas", role, entity)
            account = services.add_account(session, SYSTEM, new, password_hash(), must_change=False)
            token = begin_session(session, account)
        return open_browser(app, token)

    return signed_in


@pytest.fixture
def bearer(app: Flask) -> Callable[..., dict[str, str]]:
    """``bearer("intake")``: the header of a program with a new token of the scope."""
    database = app.extensions["database"]
    with database.write_session() as session:
        load_shipped(session)

    def header(scope: str, entity: str | None = None, name: str = "") -> dict[str, str]:
        with database.write_session() as session:
            token = services.add_token(session, SYSTEM, name or f"{scope}-{entity or 'all'}", scope, entity)
        return {"Authorization": f"Bearer {token}"}

    return header
