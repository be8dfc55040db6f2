"""What the agent decides, saves once, and who sees it afterwards."""

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
    recorded,
    sent,
    services,
    text,
    told_beside,
    typed,
)
from tests.support.pages import PageClient, read


@pytest.fixture
def agent(as_role: SignIn) -> PageClient:
    """An agent at the desk."""
    return as_role("agent")


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
    with app.extensions["database"].reading() as session:
        visit = session.scalars(select(Visit)).one()
        reference, person = visit.reference, f"/people/{visit.person_id}"
    other, supervisor = as_role("agent", number=2), as_role("supervisor")
    unknown = "00000000-0000-7000-8000-000000000007"
    for ending in ("", "/slip.pdf"):
        hidden, missing = other.get(address + ending), other.get(f"/visits/{unknown}{ending}")
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert alike(hidden, address.rpartition("/")[2]) == alike(missing, unknown)
        assert (agent.get(address + ending).status_code, supervisor.get(address + ending).status_code) == (200, 200)
    for place in ("/desk", "/visits", person):
        assert reference not in text(other.get(place))
    assert reference in text(agent.get(person))
    assert reference in text(supervisor.get(person))


def test_the_day_after_a_restricted_visit_is_the_supervisor_s(
    agent: PageClient, as_role: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, supervisor = recorded(agent, needs=["VBG"]), as_role("supervisor")
    tomorrow = clock.today() + timedelta(days=1)
    monkeypatch.setattr(clock, "today", lambda: tomorrow)
    assert (agent.get(address).status_code, supervisor.get(address).status_code) == (404, 200)


def test_a_child_alone_is_referred_unless_somebody_says_why_not(app: Flask, agent: PageClient) -> None:
    page = checked(agent, **ALONE)
    assert sent(page, RECORD)["decision-NNA-PROT"] == ["refer"]
    assert "decision-MIG-REG" not in sent(page, RECORD)
    refused = agent.post(RECORD, data=decided(page, NNA_PROT="decline"))
    assert refused.status_code == 422
    told_beside(refused, "reason-NNA-PROT", "reason-NNA-PROT")
    assert "Esta ruta es obligatoria: diga por qué no se sigue." in text(refused)
    again = sent(refused, RECORD)
    assert again["decision-NNA-PROT"] == ["decline"]
    assert again["notes"] == TYPED["notes"]
    assert count(app) == 0
    long = agent.post(RECORD, data={**again, "reason-NNA-PROT": ["r" * 301]})
    assert long.status_code == 422
    told_beside(long, "reason-NNA-PROT", "reason-NNA-PROT")
    done = agent.post(RECORD, data={**again, "reason-NNA-PROT": ["La madre llegó."]})
    assert done.status_code == 303
    assert services(app) == {"MIG-REG", "EMP-SENA"}


def test_a_child_alone_is_referred_as_it_stands(app: Flask, agent: PageClient) -> None:
    assert agent.post(RECORD, data=decided(checked(agent, **ALONE), "decline", NNA_PROT="refer")).status_code == 303
    assert services(app) == {"NNA-PROT"}


def test_a_decision_left_open_is_refused(app: Flask, agent: PageClient) -> None:
    page = checked(agent)
    fields = {name: values for name, values in decided(page).items() if name != "decision-EMP-SENA"}
    refused = agent.post(RECORD, data=fields)
    assert refused.status_code == 422
    told_beside(refused, "decision-EMP-SENA", "refer-EMP-SENA")
    assert sent(refused, RECORD)["decision-MIG-REG"] == ["refer"]
    assert count(app) == 0


@pytest.mark.parametrize("invented", ["later", "REFER", "<b>"])
def test_a_decision_that_is_none_is_refused(app: Flask, agent: PageClient, invented: str) -> None:
    refused = agent.post(RECORD, data=decided(checked(agent), EMP_SENA=invented))
    assert refused.status_code == 422
    assert count(app) == 0


def test_an_agent_adds_a_service_that_no_rule_suggests(app: Flask, agent: PageClient) -> None:
    page = checked(agent)
    offered = [one.get("value") for one in read(text(page)) if one.get("name") == "add"]
    added = next(each for each in offered if each.startswith("SALUD-URG:"))
    assert agent.post(RECORD, data={**decided(page, "decline"), "add": [added]}).status_code == 303
    assert services(app) == {"SALUD-URG"}


def test_a_service_is_added_only_at_an_entity_that_offers_it(app: Flask, agent: PageClient) -> None:
    refused = agent.post(RECORD, data={**decided(checked(agent)), "add": ["SALUD-URG:sena"]})
    assert refused.status_code == 422
    assert 'role="alert"' in text(refused)
    assert typed(refused)["given_names"] == [NAME]
    assert count(app) == 0


@pytest.mark.parametrize("before", ["", "x", "00000000-0000-7000-8000-000000000007"])
def test_the_list_begins_anywhere(agent: PageClient, before: str) -> None:
    recorded(agent)
    assert agent.get("/visits", query_string={"before": before}).status_code == 200


@pytest.mark.parametrize("gone", ["SALUD-AFIL", "NO-LONGER", "<b>", "x" * 5000])
def test_a_suggestion_that_is_none_any_more_is_asked_for_again(app: Flask, agent: PageClient, gone: str) -> None:
    fields = decided(checked(agent))
    refused = agent.post(RECORD, data={**fields, "suggested": [*fields["suggested"], gone]})
    assert refused.status_code == 422
    links = [
        each.get("href") for each in read(text(refused)) if each.get("href").startswith(("#suggestions", "#refer-"))
    ]
    assert links == ["#suggestions"]
    assert count(app) == 0
