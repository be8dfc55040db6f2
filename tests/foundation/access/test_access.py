"""The policy, its page, and the gate: undeclared views, tokenless and foreign requests are refused."""

from collections.abc import Iterator

import pytest
from flask import Flask

from attention_point.foundation.access import ROLES, SCOPES, Actor, find_access_rule, get_permissions, public, requires
from attention_point.foundation.access import requires_scope as needs_scope
from attention_point.foundation.settings import Settings
from tests.support.application import composed
from tests.support.pages import PageClient


def test_every_permission_of_a_scope_is_some_role_s() -> None:
    assert frozenset().union(*SCOPES.values()) <= frozenset().union(*ROLES.values())


def test_an_unknown_role_holds_nothing() -> None:
    assert get_permissions("king") == frozenset()


def test_only_who_receives_people_sees_them() -> None:
    assert {role for role, held in ROLES.items() if "people.view" in held} == {"agent", "supervisor"}
    assert {role for role, held in ROLES.items() if "restricted.view" in held} == {"supervisor"}
    assert {role for role, held in ROLES.items() if "accounts.manage" in held} == {"admin"}


def test_a_permission_or_scope_that_nobody_holds_is_refused_where_it_is_written() -> None:
    with pytest.raises(ValueError, match="no role holds"):
        requires("nothing.at-all")
    with pytest.raises(ValueError, match="no scope"):
        needs_scope("everything")


def test_an_actor_is_named_by_id() -> None:
    assert Actor("system", None, "x", "system", frozenset()).journal_label == "system"


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """An application with two views of the test's own: one undeclared, one public that writes."""

    def undeclared() -> str:
        return "never"

    @public
    def write() -> tuple[str, int, dict[str, str]]:
        return "written", 200, {"Content-Type": "text/plain"}

    with composed(settings) as made:
        made.add_url_rule("/undeclared", "undeclared", undeclared)
        made.add_url_rule("/write", "write", write, methods=["POST", "PUT", "PATCH", "DELETE"])
        yield made


def test_a_view_without_a_rule_is_refused(app: Flask, client: PageClient) -> None:
    assert find_access_rule(app.view_functions["undeclared"]) is None
    reply = client.get("/undeclared")
    assert reply.status_code == 403
    assert "never" not in reply.get_data(as_text=True)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_unsafe_request_needs_its_token(client: PageClient, method: str) -> None:
    assert client.open("/write", method=method).status_code == 403
    assert client.open("/write", method=method, data={"csrf_token": "invented"}).status_code == 403


@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 200), ("none", 200), ("cross-site", 403), ("same-site", 403)]
)
def test_an_unsafe_request_comes_from_our_own_pages(client: PageClient, site: str, status: int) -> None:
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    headers = {"Sec-Fetch-Site": site, "X-CSRFToken": token}
    assert client.post("/write", headers=headers).status_code == status


def test_style_sheets_and_health_are_for_everybody(client: PageClient) -> None:
    with client.get("/static/css/base.css") as sheet:
        assert sheet.status_code == 200
    health = client.get("/healthz")
    assert (health.status_code, health.json) == (200, {"status": "ok"})


def test_health_says_when_the_database_does_not_answer(app: Flask, client: PageClient) -> None:
    class Gone:
        def read_session(self) -> None:
            from sqlalchemy.exc import OperationalError  # noqa: PLC0415

            raise OperationalError("", {}, Exception())

        def close(self) -> None:
            pass

    working = app.extensions["database"]
    app.extensions["database"] = Gone()
    try:
        reply = client.get("/healthz")
    finally:
        app.extensions["database"] = working
    assert (reply.status_code, reply.json) == (503, {"status": "unavailable"})
