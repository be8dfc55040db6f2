"""Browsers and programs of partner entities, signed in without the cost of a password."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from attention_point.accounts import services as account_services
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import new_id
from tests.support.directory import load_shipped
from tests.support.pages import PageClient, read
from tests.support.staff import begin_session, open_browser
from tests.support.visits import recorded


def browser(app: Flask, role: str = "entity", entity: str | None = None) -> PageClient:
    """Somebody of a role in a browser."""
    new_account = account_services.NewAccount(f"{new_id().hex}@example.org", "Ana Rojas", role, entity)
    with app.extensions["database"].write_session() as session:
        load_shipped(session)
        account = account_services.add_account(session, SYSTEM, new_account, "no password", must_change=False)
        token = begin_session(session, account)
    return open_browser(app, token)


def program(app: Flask, entity: str | None, scope: str = "referrals") -> dict[str, str]:
    """The headers of a program with a token."""
    with app.extensions["database"].write_session() as session:
        load_shipped(session)
        token = account_services.add_token(session, SYSTEM, new_id().hex, scope, entity)
    return {"Authorization": f"Bearer {token}", "Accept-Language": "es"}


def visit(app: Flask, **changes: Any) -> Mapping[str, Any]:
    """Record a visit; its answer."""
    with app.extensions["database"].write_session() as session:
        return recorded(session, **changes)


def referral_of(answer: Mapping[str, Any], entity: str) -> UUID:
    """The referral that a visit made to an entity."""
    return next(UUID(referral["id"]) for referral in answer["referrals"] if referral["entity"] == entity)


def hidden(page: TestResponse, name: str) -> str:
    """The value of a hidden field of the page's main part."""
    found = [element.get("value") for element in read(page.get_data(as_text=True)) if element.get("name") == name]
    return found[-1]


def send(client: PageClient, page: TestResponse, address: str, **fields: str) -> TestResponse:
    """Send the answer form of a page."""
    kept = {name: hidden(page, name) for name in ("csrf_token", "version")}
    return client.post(address, data={**kept, **fields})
