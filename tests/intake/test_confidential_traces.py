"""Whoever finds a person sees nothing from which a confidential visit could be inferred (decision 57).

The control is somebody whose only visit ended with guidance: what is shown of her and of somebody who came for violence
is the same, to the byte.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from attention_point.foundation import clock
from attention_point.foundation.vault import Vault
from attention_point.foundation.vault.number_order import BLOCK, choose_number, count_before
from attention_point.intake.models import Visit
from tests.intake.desk import posted, sent, text
from tests.portal.support import browser, referral_of
from tests.support.openings import open_page
from tests.support.pages import PageClient
from tests.support.visits import consents, person, read_slip_code, recorded

DAY = datetime(2017, 8, 9, 15, tzinfo=clock.TIME_ZONE)
GUIDANCE: dict[str, Any] = {"needs": ["MIG-REG"], "consents": consents(("attention", True), ("referral:*", False))}
VIOLENCE: dict[str, Any] = {"needs": ["VBG"], "vulnerabilities": ["gender_violence"]}
MIXED: dict[str, Any] = {"needs": ["VBG", "EMP-SENA"]}


def record(app: Flask, surname: str, moment: datetime = DAY, **changes: Any) -> Visit:
    """The visit of an invented person, recorded by a colleague at a moment."""
    known = person(surname_1=surname, documents=None, phone=None)
    with clock.override_now(moment), app.extensions["database"].write_session() as session:
        answer = recorded(session, **{"person": known, "attended_at": moment.isoformat(), **changes})
        visit = session.get_one(Visit, UUID(answer["id"]))
        session.expunge(visit)
        return visit


def strip_page(page_text: str, surname: str, visit: Visit) -> str:
    """A page without what is of this person, and without nonce, token and new ids."""
    page_text = page_text.replace(surname, "…").replace(str(visit.person_id), "…")
    return re.sub(r'nonce="[^"]*"|value="[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}', "", page_text)


def search(agent: PageClient, typed: str) -> str:
    """The page of who was found by what was typed."""
    token = sent(agent.get("/desk"), "/desk/search")["csrf_token"]
    return text(posted(agent, "/desk/search", {"csrf_token": token, "q": [typed]}))


@pytest.fixture
def agent(app: Flask) -> PageClient:
    return browser(app, "agent")


def show_all(app: Flask, agent: PageClient, surname: str, visit: Visit) -> list[str]:
    """What an agent is shown of a person and of her visit, without what is of this person."""
    # What follows a visit in the list is asked for by its id.
    assert 'class="who-when"' not in text(agent.get(f"/visits?before={visit.id}"))
    addresses = [f"/people/{visit.person_id}", f"/people/{visit.person_id}/visits/new/{uuid4()}"]
    pages = [strip_page(text(agent.get(address)), surname, visit) for address in addresses]
    # The address of who is there reads as that of who is not.
    pages += [str(agent.get(f"/visits/{visit.id}{ending}").status_code) for ending in ("", "/slip.pdf")]
    return [*pages, str(agent.get(f"/portal/slips/{read_slip_code(app, visit)}").status_code)]


def test_the_person_is_shown_like_one_who_was_given_guidance(app: Flask, agent: PageClient) -> None:
    record(app, "Anterior", DAY - timedelta(days=1))
    visits = {
        surname: record(app, surname, **changes)
        for surname, changes in (("Violante", VIOLENCE), ("Mezquita", MIXED), ("Guiadora", GUIDANCE))
    }
    # The form proposes the time of day: the clock stands, or a minute that passes between two pages differs.
    with clock.override_now(clock.now()):
        shown = [show_all(app, agent, surname, visit) for surname, visit in visits.items()]
    assert shown[0] == shown[1] == shown[2]
    assert shown[0][2:] == ["404", "404", "404"]
    assert "No hay atenciones" not in shown[0][0]
    assert "todavía no tiene remisiones" not in shown[0][0]


def test_the_reference_and_the_code_of_a_hidden_visit_find_nobody(app: Flask, agent: PageClient) -> None:
    for surname, changes in (("Violante", VIOLENCE), ("Guiadora", GUIDANCE)):
        visit = record(app, surname, **changes)
        for typed in (visit.reference, read_slip_code(app, visit)):
            assert surname not in search(agent, typed)
        assert surname in search(agent, surname)


def test_an_ordinary_referral_is_hidden_with_its_confidential_visit(app: Flask, agent: PageClient) -> None:
    with clock.override_now(DAY), app.extensions["database"].write_session() as session:
        referral = referral_of(recorded(session, **MIXED), "sena")
    assert str(referral) not in text(agent.get("/referrals"))
    assert agent.get(f"/referrals/{referral}").status_code == 404
    assert open_page(browser(app, "supervisor"), f"/referrals/{referral}")
    # The entity serves the person as ever.
    assert str(referral) in text(browser(app, entity="sena").get("/portal"))


def test_a_page_of_the_list_is_full_and_shows_no_gap(app: Flask, agent: PageClient) -> None:
    for number in range(30):
        record(
            app, f"Apellido{chr(97 + number)}", DAY + timedelta(minutes=number), **(VIOLENCE if number % 7 == 5 else {})
        )
    home, listed = text(agent.get("/desk")), text(agent.get("/visits"))
    assert (home.count('class="who-when"'), listed.count('class="who-when"')) == (10, 25)
    following = re.search(r"/visits\?before=[0-9a-f-]+", listed)
    assert following
    assert text(agent.get(following[0])).count('class="who-when"') == 1
    numbers = [int(number) for number in re.findall(r'whole">BGA-2017-(\d{6})<', listed)]
    assert len(numbers) == 25
    # Not in the order of time, nor one after the other: nothing between two numbers is missing.
    assert numbers != sorted(numbers, reverse=True)
    assert max(numbers) - min(numbers) > 100


def test_a_visit_of_today_is_everybodys_and_an_older_one_whose_it_is(
    app: Flask, agent: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    guided, referred = record(app, "Guiadora", **GUIDANCE), record(app, "Enviada")
    with monkeypatch.context() as patch:
        patch.setattr(clock, "today", lambda: date(2017, 8, 9))
        assert agent.get(f"/visits/{guided.id}").status_code == 200
        assert "Guiadora" in text(agent.get("/visits"))
    assert [agent.get(f"/visits/{visit.id}").status_code for visit in (guided, referred)] == [404, 200]
    assert ["Guiadora" in text(agent.get("/visits")), "Enviada" in text(agent.get("/visits"))] == [False, True]
    supervisor = browser(app, "supervisor")
    assert all(surname in text(supervisor.get("/visits")) for surname in ("Guiadora", "Enviada"))


@settings(max_examples=40, deadline=None)
@given(first=st.integers(1, 3 * BLOCK), series=st.sampled_from(["bucaramanga/2017", "cucuta/2026"]))
def test_a_number_comes_once_and_stays_in_its_block(vault: Vault, first: int, series: str) -> None:
    counts = range(first, first + 50)
    numbers = [choose_number(vault, series, count, date(2017, 1, 1)) for count in counts]
    assert len(set(numbers)) == len(numbers)
    for count, number in zip(counts, numbers, strict=True):
        assert (count - 1) // BLOCK == (number - 1) // BLOCK
        assert count_before(number) < count


def test_a_whole_block_is_used(vault: Vault) -> None:
    assert sorted(
        choose_number(vault, "bucaramanga/2017", count + 1, date(2017, 1, 1)) for count in range(BLOCK)
    ) == list(range(1, BLOCK + 1))


def test_the_search_by_a_number_alone_still_finds_the_visit(app: Flask, agent: PageClient) -> None:
    visit = record(app, "Enviada")
    assert "Enviada" in search(agent, str(int(visit.reference[9:])))
    with app.extensions["database"].read_session() as session:
        assert session.scalars(select(Visit.reference)).one() == visit.reference
