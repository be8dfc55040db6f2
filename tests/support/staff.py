"""Somebody of each role, really signed in."""

from collections.abc import Callable

import pytest
from flask import Flask

from attention_point.accounts import services
from attention_point.foundation.access import SYSTEM
from tests.accounts.support import password_hash, sign_in
from tests.support.directory import load_shipped
from tests.support.pages import PageClient

SignIn = Callable[..., PageClient]


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
            services.add_account(session, SYSTEM, new, password_hash(), must_change=False)
        client = PageClient(app, app.response_class)
        assert sign_in(client, email).status_code in {302, 303}
        return client

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
