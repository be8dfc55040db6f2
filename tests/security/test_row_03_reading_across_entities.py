"""Row 3: a partner sees only its own referrals, whatever it asks for, and whatever somebody does to the rows."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import update

from attention_point.referrals.entity_rows.entity_tags import make_tag
from attention_point.referrals.models import Referral
from tests.portal.support import browser, hidden, referral_of, visit
from tests.support.pages import PageClient
from tests.support.visits import person

CANARY = "Canarioazul"


def collect_replies(client: PageClient, answer: Mapping[str, Any], entity: str) -> list[bytes]:
    """What an entity can ask for: the lists, on screen and on paper, the search, the referral itself."""
    token = hidden(client.get("/portal"), "csrf_token")
    found = [
        client.post("/portal/search", data={"csrf_token": token, "q": text}).headers["Location"]
        for text in (CANARY.lower(), answer["reference"])  # the page repeats what was typed
    ]
    addresses = ["/portal", "/portal/restricted", "/portal?show=answered", "/portal/print", *found]
    return [client.get(address).data for address in (*addresses, f"/portal/referrals/{referral_of(answer, entity)}")]


def test_no_canary_of_one_entity_reaches_another(app: Flask) -> None:
    answer = visit(app, needs=["EMP-SENA"], person=person(surname_1=CANARY))
    referral = referral_of(answer, "sena")
    assert sum(CANARY.encode() in reply for reply in collect_replies(browser(app, entity="sena"), answer, "sena")) >= 4
    other = browser(app, entity="icbf")
    assert not [reply for reply in collect_replies(other, answer, "sena") if CANARY.encode() in reply]
    # Whoever writes the database moves the row to another entity; it opens nowhere.
    with app.extensions["database"].write_session() as session:
        session.execute(update(Referral).values(entity_tag=make_tag(session, "icbf", referral)))
    for entity in ("icbf", "sena"):
        replies = collect_replies(browser(app, entity=entity), answer, "sena")
        assert not [reply for reply in replies if CANARY.encode() in reply]
