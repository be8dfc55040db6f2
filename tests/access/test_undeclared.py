"""A view that forgot to say who may ask for it, in the whole application."""

from collections.abc import Iterator

import pytest
from flask import Flask

from attention_point.foundation.settings import Settings
from tests.access.callers import Bearer, caller, send
from tests.support.application import composed
from tests.support.pages import PageClient
from tests.support.staff import SignIn

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """An application with such a view."""
    with composed(settings) as made:
        made.add_url_rule("/undeclared", "undeclared", lambda: "never", methods=["GET", "POST"])
        yield made


@pytest.mark.parametrize("who", ["nobody", "admin", "supervisor", "token: intake"])
def test_a_view_without_a_rule_is_open_to_nobody(
    app: Flask, client: PageClient, as_role: SignIn, bearer: Bearer, who: str
) -> None:
    browser, headers = caller(who, client, as_role, bearer)
    for method in ("GET", "HEAD", "OPTIONS", "POST"):
        reply = send(browser, method, "/undeclared", headers)
        assert reply.status_code == 403
        assert "never" not in reply.get_data(as_text=True)
