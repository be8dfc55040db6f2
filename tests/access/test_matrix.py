"""Every address with each of its methods, called as nobody, as each role and as each scope (SECURITY rows 1, 2, 6)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.foundation.access import DEVICE_KINDS, ROLES, SCOPES, find_access_rule
from attention_point.foundation.database import Base
from attention_point.foundation.web.transactions import SAFE_METHODS
from attention_point.intake.models import Visit
from attention_point.intake.queries import reveal_slip_code
from tests.access.callers import ENTITY, Bearer, caller, send
from tests.access.page import PAGE
from tests.access.permissions_page import (
    ANYONE,
    build_permissions_page,
    list_admitted,
    list_routes,
)
from tests.accounts.support import token_of
from tests.portal.support import referral_of
from tests.support.openings import open_file
from tests.support.pages import PageClient
from tests.support.staff import SignIn
from tests.support.visits import recorded

# Who passes is decided before a table is read: a second engine would double the time and tell nothing.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
UNKNOWN = "00000000-0000-7000-8000-000000000007"
PUBLIC = {
    "account.open_first_page",
    "account.resume_form",
    "account.sign_in",
    "account.sign_out",
    "account.switch_language",
    "account.switch_text_size",
    "account.switch_contrast",
    "account.take_second_step",
    "call_answers.list_calls_to_answer",
    "call_answers.edit_answer",
    "code_list",
    "data_requests.file_request",
    "data_requests.show_form",
    "data_requests.show_receipt",
    "devices.enrol",
    "devices_api.enrol",
    "healthz",
    "help.choose_language",
    "help.download_leaflet",
    "help.list_entities",
    "help.list_neighbourhoods",
    "help.show_entity",
    "help.show_need",
    "help.show_needs",
    "hsds.list_organizations",
    "hsds.list_service_at_locations",
    "hsds.list_services",
    "hsds.list_taxonomies",
    "hsds.list_taxonomy_terms",
    "hsds.show_description",
    "hsds.show_organization",
    "hsds.show_service",
    "hsds.show_service_at_location",
    "hsds.show_taxonomy",
    "hsds.show_taxonomy_term",
    "offline.send_service_worker",
    "open_data.download_catalogue",
    "open_data.download_dictionary",
    "open_data.download_latest_version",
    "open_data.download_series",
    "open_data.download_version",
    "open_data.show_chart",
    "open_data.show_newest",
    "open_data.show_period",
    "open_data.show_tables",
    "open_data.show_trend",
    "openapi",
    "privacy.show_notice",
    "privacy.show_policy",
    "public_events.download_public_calendar",
    "portal.open_slip",
    "slip_outcomes.ask_code",
    "slip_outcomes.find_code",
    "slip_outcomes.record_outcome",
    "slip_outcomes.show_slip",
    "static",
    "turns.show_place",
}
KIT = "/offline/kit"  # of an agent on a device: neither alone gets it
DEVICES = [f"device: {kind}" for kind in DEVICE_KINDS]
EVERYBODY = ["nobody", *ROLES, *(f"token: {scope}" for scope in SCOPES), *DEVICES]
LINE = re.compile(r"\| `(?P<address>/[^`]*)` \| (?P<methods>[A-Z, ]+) \| [^|]+ \| (?P<who>[^|]+) \|")


def published() -> dict[tuple[str, str], set[str]]:
    """Who may call what by the published page: address and method → those let in."""
    lines = [found for line in PAGE.read_text(encoding="utf-8").splitlines() if (found := LINE.fullmatch(line))]
    return {(line["address"], method): set(line["who"].split(", "))
            for line in lines for method in line["methods"].split(", ")}  # fmt: skip


@pytest.fixture
def places(app: Flask, as_role: SignIn) -> Mapping[str, str]:
    """What stands in an address: the ids of one recorded visit, known codes, ids of nothing for the others."""
    with app.extensions["database"].write_session() as session:
        answer = recorded(session)
        visit = session.scalars(select(Visit)).one()
        return {
            "visit": str(visit.id),
            "person": str(visit.person_id),
            "referral": str(referral_of(answer, ENTITY)),
            "slip": reveal_slip_code(session, visit),
            "entity": ENTITY,
            **{"service": "EMP-SENA", "window": "of-nobody"},
            "point": "bucaramanga",
            "line": "line-141",
            "place_id": ENTITY,
            **dict.fromkeys(("proposal_id", "map_id"), UNKNOWN),
            "case": "of-nobody",
            "language": "es",
            "size": "large",
            "contrast": "high",
            "month": "2017-08",
            "period": "2017-08",
            "chart": "none-such",
            "kind": "csv",
            "number": "1",
            "year": "2017",
            "section": "calls",
            "filename": "css/base.css",
            "name": "nationality",
            "content_hash": "0" * 12,
            "extract": UNKNOWN,
            "token": "of-nobody",
            "account_id": UNKNOWN,
            "session_id": UNKNOWN,
            "token_id": UNKNOWN,
            "webhook_id": UNKNOWN,
            "state": "on",
            "device_id": UNKNOWN,
            **dict.fromkeys(("factor_id", "way_back_id"), UNKNOWN),
            "capture": UNKNOWN,
            "turn_id": UNKNOWN,
            "turn": UNKNOWN,
            "desk": UNKNOWN,
            "policy_id": UNKNOWN,
            "confirmation": "head",
            "need": "EDU",
            **dict.fromkeys(("service_id", "organization_id", "service_at_location_id"), UNKNOWN),
            **dict.fromkeys(("taxonomy_id", "term_id"), UNKNOWN),
            **dict.fromkeys(("request_id", "incident_id", "recall_id"), UNKNOWN),
            "paper": "receipt",
            **dict.fromkeys(("other", "record", "saved", "attachment", "spreadsheet", "draft", "search"), UNKNOWN),
        }


def filled(address: str, places: Mapping[str, str]) -> str:
    """An address with its parameters put in; a ``code`` is that of what stands before it."""

    def put(found: re.Match[str]) -> str:
        name = found["name"]
        if name == "code":
            name = {
                "entities": "entity",
                "services": "service",
                "points": "point",
                "lines": "line",
                "review": "entity",
                "slips": "slip",
                "cases": "case",
                "language": "language",
            }[address[: found.start()].rstrip("/").rpartition("/")[2]]
        return places[name]

    return re.sub(r"<[^<>]*?(?P<name>\w+)>", put, address)


def calls(app: Flask, places: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Address as declared, method, address to call; the one that ends the session comes last."""
    routes = sorted(list_routes(app), key=lambda route: route[0] == "/sign-out")
    yield from ((address, method, filled(address, places)) for address, method, _access in routes)


def refused(reply: TestResponse) -> bool:
    """Whether the caller was turned away: to sign in, or for good."""
    is_led_away = reply.status_code == 302 and reply.headers["Location"].startswith(("/sign-in?", "/devices/enrol"))
    return is_led_away or reply.status_code in {401, 403}


def test_the_published_page_is_what_the_code_says(app: Flask) -> None:
    assert PAGE.read_text(encoding="utf-8") == build_permissions_page(list_routes(app))


def test_every_address_is_on_the_page(app: Flask) -> None:
    assert published() == {
        (address, method): set(list_admitted(access)) for address, method, access in list_routes(app)
    }


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_is_let_in_where_the_page_says_so(
    app: Flask, client: PageClient, as_role: SignIn, bearer: Bearer, places: Mapping[str, str], who: str
) -> None:
    browser, headers = caller(who, client, as_role, bearer)
    if who == "supervisor":
        open_file(browser, places["person"])  # she states a reason before each file
    page, wrong, passed = published(), {}, 0
    for address, method, called in calls(app, places):
        # An empty form of a public page is an error of the form, never "you may not".
        allowed = bool({who, ANYONE} & page[address, method])
        reply = send(browser, method, called, headers)
        passed += allowed
        if address == KIT and method != "OPTIONS":
            allowed = False
        if refused(reply) is allowed or reply.status_code >= 500:
            wrong[f"{method} {address}"] = reply.status_code
    assert wrong == {}
    assert 0 < passed < len(page)


def test_nobody_gets_more_than_a_way_to_sign_in(app: Flask, client: PageClient, places: Mapping[str, str]) -> None:
    assert {name for name, view in app.view_functions.items() if _public(view)} == PUBLIC
    page = published()
    headers, seen = {"X-CSRFToken": token_of(client.get("/sign-in"))}, set()
    for address, method, called in calls(app, places):
        if page[address, method] & {ANYONE, *DEVICES}:
            continue
        reply = send(client, method, called, headers, data={"notes": "Lo escrito"} if method == "POST" else None)
        body = reply.get_data(as_text=True)
        kind = "api" if address.startswith("/api/") else "safe" if method in SAFE_METHODS else "form"
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
    access = find_access_rule(view)
    return access is not None and access.public


def rows(app: Flask) -> dict[str, list[Any]]:
    """Every row of every table."""
    with app.extensions["database"].read_session() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all())) for table in Base.metadata.sorted_tables
        }


def unsafe(app: Flask, places: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    """The calls that would change something."""
    return (call for call in calls(app, places) if call[1] not in SAFE_METHODS)


def test_a_forged_request_changes_nothing(
    app: Flask, client: PageClient, as_role: SignIn, bearer: Bearer, places: Mapping[str, str]
) -> None:
    page = published()
    callers = {
        who: caller(who, client, as_role, bearer) for who in ("agent", "entity", "office", "admin", "supervisor")
    }
    callers |= {who: caller(who, client, as_role, bearer) for who in EVERYBODY if who.startswith(("token", "device"))}
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
