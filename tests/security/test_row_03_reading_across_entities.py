"""Row 3: a partner sees only its own referrals, whatever it asks for, and whatever somebody does to the rows."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from flask import Flask
from pypdf import PdfReader
from sqlalchemy import update
from werkzeug.test import TestResponse

from attention_point.referrals.entity_rows.entity_tags import make_tag
from attention_point.referrals.models import Referral
from tests.access.permissions_page import list_admitted, list_routes
from tests.portal.support import browser, hidden, referral_of, visit
from tests.support.pages import PageClient
from tests.support.visits import person

CANARY = "Canarioazul"


def collect_replies(app: Flask, client: PageClient, answer: Mapping[str, Any], entity: str) -> list[str]:
    """What an entity can ask for: every page and file of its role, its searches, and the referral at each address."""
    token = hidden(client.get("/portal"), "csrf_token")
    found = [
        client.post("/portal/search", data={"csrf_token": token, "q": text}).headers["Location"]
        for text in (CANARY.lower(), answer["reference"])  # the page repeats what was typed
    ]
    own = {address for address, method, access in list_routes(app)
           if method == "GET" and "entity" in list_admitted(access)}  # fmt: skip
    filled_in = {address.replace("<uuid:referral>", str(referral_of(answer, entity))) for address in own}
    addresses = sorted(
        address for address in filled_in if "<" not in address and not address.startswith(("/account", "/directory"))
    )
    assert len(addresses) >= 10
    return [read_reply(client.get(address)) for address in (*addresses, "/portal?show=answered", *found)]


def read_reply(reply: TestResponse) -> str:
    """What a reply says, a packed file too."""
    content = reply.data
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as packed:
            return "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    if content.startswith(b"%PDF"):
        return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return content.decode("utf-8", "replace")


def test_no_canary_of_one_entity_reaches_another(app: Flask) -> None:
    answer = visit(app, needs=["EMP-SENA"], person=person(surname_1=CANARY))
    referral = referral_of(answer, "sena")
    own = collect_replies(app, browser(app, entity="sena"), answer, "sena")
    assert sum(CANARY in reply for reply in own) >= 5
    assert not [reply for reply in collect_replies(app, browser(app, entity="icbf"), answer, "sena") if CANARY in reply]
    # Whoever writes the database moves the row to another entity; it opens nowhere.
    with app.extensions["database"].write_session() as session:
        session.execute(update(Referral).values(entity_tag=make_tag(session, "icbf", referral)))
    for entity in ("icbf", "sena"):
        replies = collect_replies(app, browser(app, entity=entity), answer, "sena")
        assert not [reply for reply in replies if CANARY in reply]
