"""Every address with each of its methods, called as nobody, as each role and as each scope (SECURITY rows 1, 2, 6)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.foundation.access import ROLES, SCOPES, access_of
from attention_point.foundation.access.table import ANYONE, let_in, permissions_page, routes_of
from attention_point.foundation.database import Base
from attention_point.foundation.web.transactions import SAFE
from attention_point.intake.models import Visit
from tests.access.callers import ENTITY, Bearer, caller, send
from tests.access.page import PAGE
from tests.accounts.support import token_of
from tests.portal.support import referral_of
from tests.support.pages import PageClient
from tests.support.staff import SignIn
from tests.support.visits import recorded

# Who passes is decided before a table is read: a second engine would double the time and tell nothing.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
UNKNOWN = "00000000-0000-7000-8000-000000000007"
PUBLIC = {
    "account.home", "account.resume", "account.sign_in", "account.sign_out", "account.switch_language",
    "call_answers.letter", "call_answers.reply",
    "healthz", "open_data.catalogue", "open_data.dictionary", "open_data.latest", "open_data.listing",
    "open_data.version", "openapi", "public_events.public_feed", "static",
}  # fmt: skip
EVERYBODY = ["nobody", *ROLES, *(f"token: {scope}" for scope in SCOPES)]
LINE = re.compile(r"\| `(?P<address>/[^`]*)` \| (?P<methods>[A-Z, ]+) \| [^|]+ \| (?P<who>[^|]+) \|")


def published() -> dict[tuple[str, str], set[str]]:
    """Who may call what by the published page: address and method → those let in."""
    lines = [found for line in PAGE.read_text(encoding="utf-8").splitlines() if (found := LINE.fullmatch(line))]
    return {(line["address"], method): set(line["who"].split(", "))
            for line in lines for method in line["methods"].split(", ")}  # fmt: skip


@pytest.fixture
def places(app: Flask, as_role: SignIn) -> Mapping[str, str]:
    """What stands in an address: the ids of one recorded visit, known codes, ids of nothing for the others."""
    with app.extensions["database"].writing() as session:
        answer = recorded(session)
        visit = session.scalars(select(Visit)).one()
        return {
            "visit": str(visit.id),
            "person": str(visit.person_id),
            "referral": str(referral_of(answer, ENTITY)),
            "slip": visit.code,
            "entity": ENTITY,
            "service": "EMP-SENA",
            "language": "es",
            "month": "2017-08",
            "chart": "none-such",
            "kind": "csv",
            "number": "1",
            "year": "2017",
            "section": "calls",
            "filename": "css/base.css",
            "extract": UNKNOWN,
            "token": "of-nobody",
            "account_id": UNKNOWN,
            "session_id": UNKNOWN,
            "token_id": UNKNOWN,
            **dict.fromkeys(("other", "record", "saved", "attachment", "spreadsheet"), UNKNOWN),
        }


def filled(address: str, places: Mapping[str, str]) -> str:
    """An address with its parameters put in; a ``code`` is that of what stands before it."""

    def put(found: re.Match[str]) -> str:
        name = found["name"]
        if name == "code":
            name = {"entities": "entity", "services": "service", "slips": "slip", "language": "language"}[
                address[: found.start()].rstrip("/").rpartition("/")[2]
            ]
        return places[name]

    return re.sub(r"<[^<>]*?(?P<name>\w+)>", put, address)


def calls(app: Flask, places: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Address as declared, method, address to call; the one that ends the session comes last."""
    routes = sorted(routes_of(app), key=lambda route: route[0] == "/sign-out")
    yield from ((address, method, filled(address, places)) for address, method, _access in routes)


def refused(reply: TestResponse) -> bool:
    """Whether the caller was turned away: to sign in, or for good."""
    to_sign_in = reply.status_code == 302 and reply.headers["Location"].startswith("/sign-in?")
    return to_sign_in or reply.status_code in {401, 403}


def test_the_published_page_is_what_the_code_says(app: Flask) -> None:
    assert PAGE.read_text(encoding="utf-8") == permissions_page(routes_of(app))


def test_every_address_is_on_the_page(app: Flask) -> None:
    assert published() == {(address, method): set(let_in(access)) for address, method, access in routes_of(app)}


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_is_let_in_where_the_page_says_so(
    app: Flask, client: PageClient, as_role: SignIn, bearer: Bearer, places: Mapping[str, str], who: str
) -> None:
    browser, headers = caller(who, client, as_role, bearer)
    page, wrong, passed = published(), {}, 0
    for address, method, called in calls(app, places):
        # An empty form of a public page is an error of the form, never "you may not".
        allowed = bool({who, ANYONE} & page[address, method])
        reply = send(browser, method, called, headers)
        passed += allowed
        if refused(reply) is allowed or reply.status_code >= 500:
            wrong[f"{method} {address}"] = reply.status_code
    assert wrong == {}
    assert 0 < passed < len(page)


def test_nobody_gets_more_than_a_way_to_sign_in(app: Flask, client: PageClient, places: Mapping[str, str]) -> None:
    assert {name for name, view in app.view_functions.items() if _public(view)} == PUBLIC
    page = published()
    headers, seen = {"X-CSRFToken": token_of(client.get("/sign-in"))}, set()
    for address, method, called in calls(app, places):
        if ANYONE in page[address, method]:
            continue
        reply = send(client, method, called, headers, data={"notes": "Lo escrito"} if method == "POST" else None)
        body = reply.get_data(as_text=True)
        kind = "api" if address.startswith("/api/") else "safe" if method in SAFE else "form"
        seen.add(kind)
        if kind == "safe":
            assert (reply.status_code, reply.headers["Location"]) == (302, f"/sign-in?next={called}"), address
        elif kind == "api":
            assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (401, "Bearer"), address
            assert method == "HEAD" or (reply.json or {})["error"] == "unauthenticated"
        else:
            assert reply.status_code == 401, address
            assert 'action="/sign-in/resume"' in body
            assert "Lo escrito" in body
    assert seen == {"api", "safe", "form"}


def _public(view: Callable[..., Any]) -> bool:
    access = access_of(view)
    return access is not None and access.public


def rows(app: Flask) -> dict[str, list[Any]]:
    """Every row of every table."""
    with app.extensions["database"].reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all())) for table in Base.metadata.sorted_tables
        }


def unsafe(app: Flask, places: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    """The calls that would change something."""
    return (call for call in calls(app, places) if call[1] not in SAFE)


def test_a_forged_request_changes_nothing(
    app: Flask, client: PageClient, as_role: SignIn, bearer: Bearer, places: Mapping[str, str]
) -> None:
    page = published()
    callers = {who: caller(who, client, as_role, bearer) for who in ("agent", "entity", "office", "admin")}
    callers |= {who: caller(who, client, as_role, bearer) for who in EVERYBODY if who.startswith("token")}
    callers[ANYONE] = caller("nobody", client, as_role, bearer)
    body = {"language": "en", "state": "accepted", "version": "1", "needs": "MIG-REG", "name": "Kiosk"}
    before, asked = rows(app), 0
    for address, method, called in unsafe(app, places):
        browser, headers = callers[next(who for who in callers if who in page[address, method])]
        forged = [{**headers, "Sec-Fetch-Site": site} for site in ("cross-site", "same-site")]
        if not address.startswith("/api/"):  # a program's token is never sent by a browser of itself
            forged += [{}, {"X-CSRFToken": "invented"}]
        for sent in forged:
            assert send(browser, method, called, sent, data=body).status_code == 403, (address, sent)
            asked += 1
    assert asked > 50
    assert rows(app) == before
