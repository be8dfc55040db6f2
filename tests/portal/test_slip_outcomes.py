"""The visitor says by the slip's code what became of her referrals, on a page that knows nobody (PEERS 8)."""

import re
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.errors import Invalid, TooManyTries
from attention_point.intake.models import Visit
from attention_point.portal.services import forward_referral
from attention_point.portal.slip_outcomes import visitor_words
from attention_point.portal.slip_outcomes.visitor_words import MAX_WORDS, parse_slip_code
from attention_point.referrals import queries, services
from attention_point.referrals.answers import forwarding
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from tests.portal import support
from tests.portal.support import browser, referral_of
from tests.portal.test_pages import code_of, journaled, text
from tests.support.counts import read_cells
from tests.support.pages import PageClient
from tests.support.visits import AGENT, acting, person

OFFICER = acting("entity", "sena")
WRONG_CODE = "ABCDEFGHJKMNPQRS"


def visit(app: Flask, **changes: Any) -> dict[str, Any]:
    """A visit of today: slips grow old."""
    return dict(support.visit(app, attended_at=clock.now().isoformat(), **changes))


def visitor(app: Flask) -> PageClient:
    return PageClient(app, app.response_class)


def token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', text(page))
    assert found
    return found[1]


def say(client: PageClient, code: str, **fields: str) -> TestResponse:
    csrf = token(client.get(f"/slips/{code}"))
    return client.post(f"/slips/{code}/outcomes", data={"csrf_token": csrf, **fields})


def read_referral(app: Flask, referral: UUID) -> DecryptedReferral:
    with app.extensions["database"].read_session() as session:
        decrypted = queries.find_referral(session, referral)
    assert decrypted is not None
    return decrypted


def test_peer_8_the_outcome_is_confirmed_from_both_sides(app: Flask) -> None:
    answer = visit(app)
    referral, code = referral_of(answer, "sena"), code_of(app, answer)
    with app.extensions["database"].write_session() as session:
        services.answer_for_entity(session, OFFICER, referral, services.Answer("attended", 1))
    client = visitor(app)
    reply = say(client, code, referral=str(referral), outcome="not_served")
    assert (reply.status_code, reply.headers["Location"]) == (303, f"/slips/{code}?answered={referral}")
    page = text(client.get(reply.headers["Location"]))
    assert "Gracias" in page
    assert "¿alguien le pidió plata allá?" in page
    say(client, code, referral=str(referral), asked_for_money="yes")
    decrypted = read_referral(app, referral)
    # Neither word overwrites the other.
    assert decrypted.state == "attended"
    (outcome,) = decrypted.person_outcomes
    assert (outcome["outcome"], outcome["by"], outcome["asked_for_money"]) == ("not_served", "visitor", True)
    assert {entry.actor for entry in journaled(app, "referral.outcome")} == {"visitor"}
    with app.extensions["database"].read_session() as session:
        counts = read_cells(session)
    # Counted for the office; of what is said of its staff an entity reads no number.
    assert {key[3] for key in counts if key[2] == "person-outcomes-by-entity"} == {
        "sena|not_served",
        "sena|asked_for_money",
    }
    assert "Qué cuentan las personas" in text(browser(app, "supervisor").get("/referrals/monitor"))
    assert "Qué cuentan las personas" not in text(browser(app, entity="sena").get("/portal/monitor"))
    # The desk notes what she says later, and takes back neither her own word nor her complaint.
    with app.extensions["database"].write_session() as session:
        with pytest.raises(Invalid):
            services.record_person_outcome(session, AGENT, referral, "unsaid", 1)
        services.record_person_outcome(session, AGENT, referral, "served", 1)
    last = read_referral(app, referral).person_outcomes[-1]
    assert (last["outcome"], last["asked_for_money"]) == ("served", True)


def test_the_page_says_where_and_nothing_of_who(app: Flask) -> None:
    answer = visit(app, person=person(surname_1="Canarioamarillo", phone="+57 300 7654321"))
    page = text(visitor(app).get(f"/slips/{code_of(app, answer)}"))
    assert "Servicio Nacional de Aprendizaje" in page
    for secret in ("Canarioamarillo", "7654321", answer["reference"], "1991", "Buscar empleo"):
        assert secret not in page
    with app.extensions["database"].write_session() as session:
        sena = queries.find_referral(session, referral_of(answer, "sena"))
        assert sena is not None
        target = forwarding.list_targets(session, sena)[0]
        onward = forwarding.Forwarding(target.service, target.entity, forwarding.IN_PERSON, sena.version)
        forward_referral(session, OFFICER, sena.id, onward)
        name = directory_queries.get_entities_by_code(session)[target.entity].name["es"]
    # Whoever has the slip reads no more than stands on it: not to whom an entity sent her on.
    assert name not in text(visitor(app).get(f"/slips/{code_of(app, answer)}"))
    client = visitor(app)
    client.get("/language/en")
    assert "Were you served there?" in text(client.get(f"/slips/{code_of(app, answer)}"))


def test_of_violence_the_page_tells_nothing_not_even_that_there_is_something(app: Flask) -> None:
    violence = visit(app, needs=["VBG"], vulnerabilities=["gender_violence"])
    guidance = visit(app, consents=[{"purpose": "attention", "granted": True, "text_version": "2017-08"}])
    assert violence["referrals"]
    assert not guidance["referrals"]

    def main_of(answer: dict[str, Any]) -> str:
        code = code_of(app, answer)
        page = text(visitor(app).get(f"/slips/{code}")).replace(code, "")
        return re.sub(r'nonce="[^"]+"|[\w.-]{30,}', "", page)

    assert main_of(violence) == main_of(guidance)
    reply = say(visitor(app), code_of(app, visit(app)), referral=violence["referrals"][0]["id"], outcome="served")
    assert reply.status_code == 404
    assert read_referral(app, UUID(violence["referrals"][0]["id"])).person_outcomes == []


def test_a_scanned_code_leads_the_visitor_to_her_page_and_the_entity_to_its_referral(app: Flask) -> None:
    answer = visit(app)
    address = f"/portal/slips/{code_of(app, answer)}"
    for client in (visitor(app), browser(app, "office")):
        page = client.get(address)
        assert page.status_code == 200
        assert f'action="/slips/{code_of(app, answer)}/outcomes"' in text(page)
    referral = referral_of(answer, "sena")
    assert browser(app, entity="sena").get(address).headers["Location"] == f"/portal/referrals/{referral}"


def test_a_word_of_another_slip_and_a_word_that_is_none_are_refused(app: Flask) -> None:
    mine, others = visit(app), visit(app)
    code, referral = code_of(app, mine), referral_of(mine, "sena")
    assert say(visitor(app), code, referral=str(referral_of(others, "sena")), outcome="served").status_code == 404
    assert say(visitor(app), code, referral="nonsense", outcome="served").status_code == 404
    assert say(visitor(app), code, referral=str(referral), outcome="unheard").status_code == 422
    assert say(visitor(app), code, referral=str(referral), asked_for_money="yes").status_code == 404
    assert read_referral(app, referral).person_outcomes == []


def test_the_same_button_twice_is_one_word_and_the_last_word_counts(app: Flask) -> None:
    answer = visit(app)
    code, referral, client = code_of(app, answer), str(referral_of(answer, "sena")), visitor(app)
    for outcome in ("refused", "refused", "served"):
        assert say(client, code, referral=referral, outcome=outcome).status_code == 303
    outcomes = [entry["outcome"] for entry in read_referral(app, UUID(referral)).person_outcomes]
    assert outcomes == ["refused", "served"]


def test_old_annulled_and_damaged_codes_are_told_plainly(app: Flask) -> None:
    answer = visit(app)
    code, client = code_of(app, answer), visitor(app)
    for column, value, words in (
        ("day", clock.today().replace(year=clock.today().year - 2, day=1), "más de un año"),
        ("state", "void", "ya no vale"),
    ):
        with app.extensions["database"].write_session() as session:
            session.execute(update(Visit).values({column: value}))
        page = client.get(f"/slips/{code}")
        assert page.status_code == 200
        assert words in text(page)
        assert 'name="outcome"' not in text(page)
    csrf = token(client.get("/slips"))
    damaged = client.post("/slips", data={"csrf_token": csrf, "code": "ABC0 1IO"})
    assert damaged.status_code == 422
    assert "16 letras y números" in text(damaged)
    typed = client.post("/slips", data={"csrf_token": csrf, "code": f"{code[:8].lower()} {code[8:]}"})
    assert typed.headers["Location"] == f"/slips/{code}"
    assert "Ninguna hoja tiene ese código" in text(client.get(f"/slips/{WRONG_CODE}"))


def test_a_thousand_guesses_are_throttled_and_the_right_code_still_opens(app: Flask) -> None:
    code, now, passed = code_of(app, visit(app)), clock.now(), 0
    # Four a second, each from another address of one network: who has a network guesses as one.
    with app.extensions["database"].write_session() as session:
        for n in range(1_000):
            moment = now - timedelta(seconds=(999 - n) / 4)
            with suppress(TooManyTries):
                visitor_words.count_guess(session, f"GUESS{n}", f"2001:db8:1:2::{n:x}", moment)
                passed += 1
    assert 100 < passed < 120
    client, guesser = visitor(app), {"REMOTE_ADDR": "2001:db8:1:2::ffff"}
    assert client.get(f"/slips/{WRONG_CODE}", environ_base=guesser).status_code == 429
    assert client.get(f"/slips/{WRONG_CODE}").status_code == 404
    # Many people of one shelter have one address.
    assert client.get(f"/slips/{code}", environ_base=guesser).status_code == 200


def test_nobody_makes_a_record_grow_without_end(app: Flask) -> None:
    answer = visit(app)
    referral, code = referral_of(answer, "sena"), code_of(app, answer)
    client = visitor(app)
    for fields in (
        ({"outcome": "served"}, {"outcome": "not_served"}),
        ({"asked_for_money": "yes"}, {"asked_for_money": "no"}),
    ):
        statuses = [
            say(client, code, referral=str(referral), **fields[n % 2]).status_code for n in range(MAX_WORDS + 1)
        ]
        assert statuses == [303] * MAX_WORDS + [422]
    assert len(read_referral(app, referral).person_outcomes) == MAX_WORDS
    # The desk has the last word as ever.
    with app.extensions["database"].write_session() as session:
        services.record_person_outcome(session, acting("agent"), referral, "refused", MAX_WORDS)


@pytest.mark.parametrize("typed", ["", "ABCD", "ABCDEFGHJKMNPQR0", "ABCDEFGHJKMNPQRSX", "ñBCDEFGHJKMNPQRS"])
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert parse_slip_code(typed) is None
