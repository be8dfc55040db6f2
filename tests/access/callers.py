"""Who calls: a browser of nobody or of a role, a program with a token of a scope, an enrolled device's browser."""

from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.test import TestResponse

from attention_point.foundation.access import ROLES
from tests.accounts.devices.support import browser_of, enrol
from tests.accounts.support import token_of
from tests.support.pages import PageClient
from tests.support.staff import SignIn

Bearer = Callable[..., dict[str, str]]
ENTITY = "sena"


def caller(who: str, client: PageClient, as_role: SignIn, bearer: Bearer) -> tuple[PageClient, dict[str, str]]:
    """A browser, and the headers it sends: its form token, or a program's token."""
    kind, _colon, scope = who.partition(": ")
    if kind == "device":
        app = client.application
        client = browser_of(app, enrol(app.extensions["database"], scope, scope))
        scope = ""
    headers = bearer(scope, ENTITY if scope == "referrals" else None) if scope else {}
    if kind in ROLES:
        client = as_role(kind, ENTITY if kind == "entity" else None)
    page = client.get("/account" if kind in ROLES else "/sign-in")
    return client, {**headers, "X-CSRFToken": token_of(page)}


def send(client: PageClient, method: str, address: str, headers: Mapping[str, str], **more: Any) -> TestResponse:
    """Send a request, and read its reply to the end."""
    reply = client.open(address, method=method, headers=headers, **more)
    reply.get_data()
    reply.close()
    return reply
