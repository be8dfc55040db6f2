"""The gate: a view runs for those whom its own declaration names, and for nobody else."""

from collections.abc import Callable

import pytest
from flask import Flask

from attention_point.foundation.access import find_access_rule, public, requires, requires_scope
from attention_point.foundation.web import current_actor
from tests.foundation.web.conftest import Visitors
from tests.support.pages import PageClient

# Nothing here depends on the engine.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def ran(small: Flask) -> list[str]:
    """Views of each kind; which of them ran."""
    ran: list[str] = []

    def view(name: str) -> Callable[[], tuple[str, dict[str, str]]]:
        def run() -> tuple[str, dict[str, str]]:
            ran.append(name)
            return name, {"Content-Type": "text/plain"}

        return run

    small.add_url_rule("/undeclared", "undeclared", view("undeclared"), methods=["GET", "POST"])
    small.add_url_rule("/open", "open", public(view("open")), methods=["GET", "POST"])
    small.add_url_rule("/journal", "journal", requires("journal.view")(view("journal")), methods=["GET", "POST"])
    small.add_url_rule("/api/visits", "visits", requires_scope("intake")(view("visits")), methods=["GET", "POST"])
    return ran


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.parametrize("role", [None, "agent", "supervisor", "admin"])
def test_a_view_without_a_declaration_runs_for_nobody(
    small: Flask, client: PageClient, visitors: Visitors, ran: list[str], method: str, role: str | None
) -> None:
    if role:
        visitors.sign_in(role)
    assert find_access_rule(small.view_functions["undeclared"]) is None
    assert client.open("/undeclared", method=method).status_code == 403
    assert ran == []


def test_a_public_view_is_for_everybody(client: PageClient, visitors: Visitors, ran: list[str]) -> None:
    assert client.get("/open").status_code == 200
    visitors.sign_in("agent")
    assert client.get("/open").status_code == 200
    assert ran == ["open", "open"]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (None, 401),
        ("agent", 403),
        ("entity", 403),
        ("office", 403),
        ("supervisor", 403),
        ("auditor", 200),
        ("king", 403),
    ],
)
def test_a_permission_opens_a_page_to_the_roles_that_hold_it(
    client: PageClient, visitors: Visitors, ran: list[str], role: str | None, status: int
) -> None:
    if role:
        visitors.sign_in(role)
    assert client.get("/journal").status_code == status
    assert client.post("/journal").status_code == status
    assert ran == (["journal", "journal"] if status == 200 else [])


@pytest.mark.parametrize(("scope", "status"), [(None, 401), ("intake", 200), ("referrals", 403), ("statistics", 403)])
def test_a_scope_opens_an_address_to_its_programs(
    client: PageClient, visitors: Visitors, ran: list[str], scope: str | None, status: int
) -> None:
    if scope:
        visitors.carry(scope)
    reply = client.get("/api/visits")
    assert (reply.status_code, bool(ran)) == (status, status == 200)
    if status == 401:
        assert reply.headers["WWW-Authenticate"] == "Bearer"
        assert reply.get_json()["error"] == "unauthenticated"


def test_a_session_is_no_token_and_a_token_no_session(client: PageClient, visitors: Visitors, ran: list[str]) -> None:
    visitors.sign_in("supervisor")
    assert client.get("/api/visits").status_code == 401
    visitors.user = None
    visitors.carry("intake")
    assert client.get("/journal").status_code == 401
    assert ran == []


def test_a_view_knows_who_asks(small: Flask, client: PageClient, visitors: Visitors) -> None:
    who = visitors.sign_in("auditor")
    seen = []

    @requires("journal.view")
    def mine() -> tuple[str, dict[str, str]]:
        seen.append(current_actor())
        return "", {"Content-Type": "text/plain"}

    small.add_url_rule("/mine", "mine", mine)
    assert client.get("/mine").status_code == 200
    assert seen == [who]


@pytest.mark.parametrize(
    ("site", "status"),
    [(None, 200), ("same-origin", 200), ("none", 200), ("cross-site", 403), ("same-site", 403), ("?", 403)],
)
def test_an_unsafe_request_from_another_site_is_refused(
    client: PageClient, ran: list[str], site: str | None, status: int
) -> None:
    headers = {"Sec-Fetch-Site": site} if site else {}
    assert client.post("/open", headers=headers).status_code == status
    assert bool(ran) is (status == 200)


def test_a_link_from_another_site_opens(client: PageClient, ran: list[str]) -> None:
    assert client.get("/open", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
    assert ran == ["open"]


def test_an_address_that_is_not_there_names_nobody(client: PageClient, visitors: Visitors, ran: list[str]) -> None:
    visitors.sign_in("agent")
    assert client.get("/nowhere").status_code == 404
    assert client.delete("/open").status_code == 405
    assert ran == []
