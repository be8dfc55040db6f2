"""What the agent decides, saves once, and who sees it afterwards."""

import html
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.foundation import clock
from attention_point.intake.models import Visit
from tests.intake.desk import (
    ALONE,
    CHECK,
    NAME,
    RECORD,
    TYPED,
    SignIn,
    checked,
    count,
    decided,
    posted,
    recorded,
    sent,
    services,
    text,
    told_beside,
)
from tests.support.openings import open_page
from tests.support.pages import PageClient, read


def test_the_same_form_twice_is_one_visit(app: Flask, agent: PageClient) -> None:
    fields = decided(checked(agent))
    first, again = agent.post(RECORD, data=fields), agent.post(RECORD, data=fields)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["Location"] == again.headers["Location"]
    assert count(app) == 1


@pytest.mark.parametrize("token", [[], ["invented"], ["x" * 5000]], ids=["absent", "invented", "long"])
@pytest.mark.parametrize("address", [CHECK, RECORD, "/desk/search"])
def test_a_form_without_its_token_is_refused(app: Flask, agent: PageClient, address: str, token: list[str]) -> None:
    refused = agent.post(address, data={**decided(checked(agent)), "name": "Ana", "csrf_token": token})
    assert refused.status_code == 403
    assert count(app) == 0


def alike(page: TestResponse, visit: str) -> str:
    """A page without what differs each time: nonce, token, and the address asked for."""
    return re.sub(r'nonce="[^"]*"|name="csrf_token" value="[^"]*"', "", text(page)).replace(visit, "")


def test_a_restricted_visit_is_seen_by_few(app: Flask, agent: PageClient, as_role: SignIn) -> None:
    address = recorded(agent, needs=["VBG", "SALUD-URG"])
    with app.extensions["database"].read_session() as session:
        visit = session.scalars(select(Visit)).one()
        reference, person = visit.reference, f"/people/{visit.person_id}"
    other, supervisor = as_role("agent", number=2), as_role("supervisor")
    unknown = "00000000-0000-7000-8000-000000000007"
    for ending in ("", "/slip.pdf"):
        hidden, missing = other.get(address + ending), other.get(f"/visits/{unknown}{ending}")
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert alike(hidden, address.rpartition("/")[2]) == alike(missing, unknown)
        assert agent.get(address + ending).status_code == 200
        assert supervisor.get(address + ending).status_code == 303  # why?
    for place in ("/desk", "/visits", person):
        assert reference not in text(other.get(place))
    assert reference in text(agent.get(person))
    assert reference in open_page(supervisor, person)
    assert supervisor.get(address).status_code == 200


def test_the_day_after_a_restricted_visit_is_the_supervisor_s(
    agent: PageClient, as_role: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, supervisor = recorded(agent, needs=["VBG"]), as_role("supervisor")
    tomorrow = clock.today() + timedelta(days=1)
    monkeypatch.setattr(clock, "today", lambda: tomorrow)
    assert agent.get(address).status_code == 404
    assert open_page(supervisor, address)


def test_a_child_alone_is_referred_unless_somebody_says_why_not(app: Flask, agent: PageClient) -> None:
    page = checked(agent, **ALONE)
    assert sent(page, RECORD)["decision-0-NNA-PROT"] == ["refer"]
    assert "decision-0-MIG-REG" not in sent(page, RECORD)
    refused = posted(agent, RECORD, decided(page, NNA_PROT="decline"))
    told_beside(refused, "reason-0-NNA-PROT", "reason-0-NNA-PROT")
    assert "Esta ruta es obligatoria: diga por qué no se sigue." in text(refused)
    again = sent(refused, RECORD)
    assert again["decision-0-NNA-PROT"] == ["decline"]
    assert TYPED["notes"][0].splitlines()[0] in html.unescape(text(refused))
    assert count(app) == 0
    long = posted(agent, RECORD, {**again, "reason-0-NNA-PROT": ["r" * 301]})
    told_beside(long, "reason-0-NNA-PROT", "reason-0-NNA-PROT")
    done = agent.post(RECORD, data={**again, "reason-0-NNA-PROT": ["La madre llegó."]})
    assert done.status_code == 303
    # Nobody is named who authorises for the child: it was told before, and nothing goes to an entity.
    assert "Sin el nombre de quien autoriza por esta niña, niño o adolescente" in html.unescape(text(page))
    assert services(app) == set()


def test_who_has_custody_allows_the_referrals_of_a_child(app: Flask, agent: PageClient) -> None:
    page = checked(agent, **ALONE, guardian_name=["Rosa Peña"], guardian_relation=["custodian"])
    assert "Sin el nombre de quien autoriza" not in html.unescape(text(page))
    agent.post(RECORD, data={**decided(page, NNA_PROT="decline"), "reason-0-NNA-PROT": ["La madre llegó."]})
    assert services(app) == {"MIG-REG", "EMP-SENA"}


def test_a_child_alone_is_referred_as_it_stands(app: Flask, agent: PageClient) -> None:
    assert agent.post(RECORD, data=decided(checked(agent, **ALONE), "decline", NNA_PROT="refer")).status_code == 303
    assert services(app) == {"NNA-PROT"}


def test_a_decision_left_open_is_refused(app: Flask, agent: PageClient) -> None:
    page = checked(agent)
    fields = {name: values for name, values in decided(page).items() if name != "decision-0-EMP-SENA"}
    refused = posted(agent, RECORD, fields)
    told_beside(refused, "decision-0-EMP-SENA", "decision-0-EMP-SENA")
    assert sent(refused, RECORD)["decision-0-MIG-REG"] == ["refer"]
    assert count(app) == 0


@pytest.mark.parametrize("invented", ["later", "REFER", "<b>"])
def test_a_decision_that_is_none_is_refused(app: Flask, agent: PageClient, invented: str) -> None:
    refused = posted(agent, RECORD, decided(checked(agent), EMP_SENA=invented))
    told_beside(refused, "decision-0-EMP-SENA", "decision-0-EMP-SENA")
    assert count(app) == 0


def add_service(agent: PageClient, page: TestResponse, service: str) -> TestResponse:
    """The check page after the list of services was asked for, and one of them chosen and added."""
    keep = page.request.path
    page = posted(agent, keep, {**sent(page, RECORD), "action": ["services"]})
    offered = [one.get("value") for one in read(text(page)) if one.tag == "option"]
    added = next(choice for choice in offered if choice.startswith(f"{service}:"))
    fields = sent(page, RECORD)
    return posted(agent, page.request.path, {**fields, "add-0": [*fields.get("add-0", []), added]})


def test_an_agent_adds_a_service_and_the_person_sees_which_data_go(app: Flask, agent: PageClient) -> None:
    page = add_service(agent, checked(agent), "SALUD-URG")
    assert "Le enviamos a" in text(page)
    told_beside(posted(agent, RECORD, decided(page, SALUD_URG="")), *["decision-0-SALUD-URG"] * 2)
    assert count(app) == 0
    assert agent.post(RECORD, data=decided(page, "decline", SALUD_URG="refer")).status_code == 303
    assert services(app) == {"SALUD-URG"}


def test_a_service_that_was_added_by_mistake_leaves_nothing(app: Flask, agent: PageClient) -> None:
    page = add_service(agent, checked(agent), "SALUD-URG")
    assert agent.post(RECORD, data=decided(page, "refer", SALUD_URG="decline")).status_code == 303
    assert {"EMP-SENA", "MIG-REG"} <= services(app)
    assert "SALUD-URG" not in services(app)


def test_several_services_can_be_added_one_after_another(app: Flask, agent: PageClient) -> None:
    page = add_service(agent, add_service(agent, checked(agent), "SALUD-URG"), "HUMAN")
    assert agent.post(RECORD, data=decided(page, "refer")).status_code == 303
    assert {"EMP-SENA", "MIG-REG", "SALUD-URG", "HUMAN"} <= services(app)


def test_a_service_is_added_only_at_an_entity_that_offers_it(app: Flask, agent: PageClient) -> None:
    fields = {**decided(checked(agent)), "add-0": ["SALUD-URG:sena"], "decision-0-SALUD-URG": ["refer"]}
    refused = posted(agent, RECORD, fields)
    assert 'role="alert"' in text(refused)
    assert NAME in html.unescape(text(refused))
    assert count(app) == 0


@pytest.mark.parametrize("before", ["", "x", "00000000-0000-7000-8000-000000000007"])
def test_the_list_begins_anywhere(agent: PageClient, before: str) -> None:
    recorded(agent)
    assert agent.get("/visits", query_string={"before": before}).status_code == 200


@pytest.mark.parametrize("gone", ["SALUD-AFIL", "NO-LONGER", "<b>", "x" * 5000])
def test_a_suggestion_that_is_none_any_more_is_asked_for_again(app: Flask, agent: PageClient, gone: str) -> None:
    fields = decided(checked(agent))
    refused = posted(agent, RECORD, {**fields, "suggested-0": [*fields["suggested-0"], gone]})
    links = [
        each.get("href") for each in read(text(refused)) if each.get("href").startswith(("#suggestions", "#decision-"))
    ]
    assert links == ["#suggestions-0"]
    assert count(app) == 0
