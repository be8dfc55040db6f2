"""Row 4: the id of a record that is not yours answers as one that nobody has, at every address that takes one."""

import re
from collections.abc import Iterator, Mapping

import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.foundation.access import ROLES
from attention_point.intake.models import Visit
from tests.access.permissions_page import list_admitted, list_routes
from tests.portal.support import browser, hidden, referral_of
from tests.support.pages import PageClient
from tests.support.visits import person, recorded

UNKNOWN = "00000000-0000-7000-8000-000000000007"
UNKNOWN_SLIP = "ZZZZZZZZZZZZZZZZ"
PARAMETER = re.compile(r"<[^<>]*?(?P<name>\w+)>")
# What differs from one reply to the next: form tokens, nonces, and the ids themselves.
CHANGING = re.compile(r'(value|nonce|content)="[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9A-Z]{16}')
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _list_addresses(app: Flask, role: str, ids: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Every page and form that a role may ask for with such an id: the method, and the address to be filled in."""
    for address, method, access in list_routes(app):
        names = [found["name"] for found in PARAMETER.finditer(address)]
        is_directory_code = "code" in names and "/slips/" not in address
        if (
            method in {"GET", "POST"}
            and names
            and set(names) <= ids.keys()
            and not is_directory_code
            # Of a slip the address is anybody's, and what it leads to depends on who asks.
            and (role in list_admitted(access) or address.startswith("/portal/slips/"))
        ):
            yield method, PARAMETER.sub(lambda found: f"{{{found['name']}}}", address)


def _read(client: PageClient, method: str, address: str, token: str) -> tuple[int, str]:
    reply = client.open(address, method=method, data={"csrf_token": token} if method == "POST" else None)
    text = reply.get_data(as_text=True)
    reply.close()
    if method == "POST":  # what it says on the next page
        text += client.get(f"/portal/slips/{UNKNOWN_SLIP}").get_data(as_text=True)
    return reply.status_code, CHANGING.sub("", text)


@pytest.mark.parametrize(("role", "entity"), [("entity", "icbf"), ("agent", None)])
def test_the_id_of_another_s_record_is_the_id_of_nothing(app: Flask, role: str, entity: str | None) -> None:
    assert role in ROLES
    with app.extensions["database"].write_session() as session:
        # Violence: the Comisaría's, and confidential for the desk of another agent.
        answer = recorded(session, needs=["VBG"], person=person(sex="F"))
        visit = session.scalars(select(Visit)).one()
        referral = referral_of(answer, "comisaria-familia")
        existing = {"visit": visit.id, "referral": referral, "code": visit.code}
    unknown = {"visit": UNKNOWN, "referral": UNKNOWN, "code": UNKNOWN_SLIP}
    client = browser(app, role, entity)
    token = hidden(client.get("/account"), "csrf_token")
    addresses = list(_list_addresses(app, role, unknown))
    assert {method for method, _pattern in addresses} == {"GET", "POST"}
    told = [
        (method, pattern)
        for method, pattern in addresses
        if _read(client, method, pattern.format(**existing), token)
        != _read(client, method, pattern.format(**unknown), token)
    ]
    assert told == []
