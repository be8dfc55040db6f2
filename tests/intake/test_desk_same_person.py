"""The desk before saving: is it somebody on file? The agent decides; without her word nobody on file changes."""

import re
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.foundation.access.policy import ROLES
from attention_point.foundation.journal import JournalEntry
from attention_point.intake.duplicates import joining
from attention_point.intake.models import Visit
from attention_point.people.duplicates.decisions import Judgement
from attention_point.people.models import Person, PossibleDuplicate
from tests.intake.desk import (
    CHECK,
    RECORD,
    checked,
    count,
    decided,
    filled,
    posted,
    recorded,
    sent,
    text,
    told_beside,
)
from tests.support.pages import PageClient, read
from tests.support.visits import AGENT

PASSPORT = {
    "documents-0-type": ["PA"],
    "documents-0-number": ["045678123"],
    "documents-1-type": [],
    "documents-1-number": [],
    "documents-1-expires": [],
}
SISTER = {**PASSPORT, "given_names": ["Zuleima"]}


@pytest.fixture
def known(app: Flask, agent: PageClient) -> str:
    """The id of somebody on file: Carmen, with a passport."""
    recorded(agent, **PASSPORT, given_names=["Carmen"])
    with app.extensions["database"].read_session() as session:
        return str(session.scalars(select(Person.id)).one())


def sealed(app: Flask, known: str) -> bytes | None:
    """The person's sealed record as it is stored."""
    with app.extensions["database"].read_session() as session:
        return session.scalars(select(Person.sealed).where(Person.id == UUID(known))).one()


def answers(page: TestResponse) -> dict[str, list[str]]:
    """The buttons that say who it is, by name."""
    buttons: dict[str, list[str]] = {}
    for button in read(text(page)):
        if button.tag == "button" and button.get("name") in {"same_person-0", "somebody_else-0"}:
            assert button.get("formaction") == page.request.path
            buttons.setdefault(button.get("name").removesuffix("-0"), []).append(button.get("value"))
    return buttons


def tap(client: PageClient, page: TestResponse, name: str) -> TestResponse:
    """The check page after one of these buttons."""
    return posted(client, page.request.path, {**sent(page, RECORD), f"{name}-0": answers(page)[name][:1]})


def test_twins_with_one_passport(app: Flask, agent: PageClient, known: str) -> None:
    before = sealed(app, known)
    page = checked(agent, **SISTER)
    assert "El mismo documento, otro nombre." in text(page)
    assert "Carmen Velásquez" in text(page)
    assert answers(page) == {"same_person": [known], "somebody_else": [known]}
    refused = posted(agent, RECORD, decided(page))
    told_beside(refused, "same_person-0", "same_person-0")
    assert "Zuleima" in text(refused)
    assert count(app) == 1
    other = tap(agent, refused, "somebody_else")
    assert "Usted dijo que es otra persona" in text(other)
    assert agent.post(RECORD, data=decided(other)).status_code == 303
    assert (count(app, Person), count(app, PossibleDuplicate)) == (2, 1)
    assert sealed(app, known) == before
    assert "Coinciden: documento" in text(agent.get("/people/compare"))


def test_the_same_person_by_the_agent_s_word(app: Flask, agent: PageClient, known: str) -> None:
    page = tap(agent, checked(agent, **SISTER, birth_date=[], phone=["+57 300 7654321"]), "same_person")
    assert "Persona registrada: Carmen Velásquez" in text(page)
    changes = [row for row in read(text(page)) if row.tag == "tr"]
    assert any("Carmen Velásquez" in row.text and "Zuleima Velásquez" in row.text for row in changes)
    assert "Quedó en blanco, así que se conserva lo registrado: Fecha de nacimiento." in text(page)
    assert agent.post(RECORD, data=decided(page)).status_code == 303
    assert (count(app, Person), count(app)) == (1, 2)
    shown = text(agent.get(f"/people/{known}"))
    assert "Zuleima Velásquez" in shown
    assert "Antes: Carmen Velásquez, hasta el" in shown


def test_the_wrong_person_chosen_is_doubted(agent: PageClient, known: str) -> None:
    doubt = "El nombre y la fecha de nacimiento no son los registrados. Asegúrese de que es esta persona."
    other = {**PASSPORT, "given_names": ["Luis"], "surname_1": ["Gil"], "surname_2": []}
    page = tap(agent, checked(agent, **other, birth_date=["28/02/1990"]), "same_person")
    assert doubt in text(page)
    assert doubt not in text(tap(agent, checked(agent, **other), "same_person"))


def test_who_agrees_in_all_is_still_asked(app: Flask, agent: PageClient, known: str) -> None:
    before = sealed(app, known)
    page = checked(agent, **PASSPORT, given_names=["Carmen"], phone=["+57 300 7654321"])
    assert "El mismo documento; el nombre y la fecha de nacimiento coinciden." in text(page)
    told_beside(posted(agent, RECORD, decided(page)), "same_person-0", "same_person-0")
    assert sealed(app, known) == before
    agent.post(RECORD, data=decided(tap(agent, page, "somebody_else")))
    assert sealed(app, known) == before
    assert count(app, Person) == 2


def corrected(client: PageClient, page: TestResponse) -> TestResponse:
    """The form to which the check page leads back."""
    return posted(client, page.request.path, {**sent(page, RECORD), "action": ["edit"]})


def test_the_agent_may_change_her_mind(app: Flask, agent: PageClient, known: str) -> None:
    page = tap(agent, checked(agent, **SISTER), "same_person")
    page = tap(agent, page, "somebody_else")
    assert "person_id" not in sent(corrected(agent, page), CHECK)
    page = tap(agent, page, "same_person")
    assert sent(corrected(agent, page), CHECK)["person_id"] == [known]
    assert count(app) == 1


def test_another_document_typed_later_asks_again(agent: PageClient, known: str) -> None:
    recorded(agent, **{**PASSPORT, "documents-0-number": ["099999999"]}, given_names=["Luis"], surname_1=["Gil"])
    page = tap(agent, checked(agent, **SISTER), "somebody_else")
    fields = {**sent(corrected(agent, page), CHECK), "documents-0-number": ["099999999"]}
    again = posted(agent, CHECK, fields)
    assert "Luis Gil" in text(again)
    assert answers(again)["same_person"] != [known]
    told_beside(posted(agent, RECORD, decided(again)), "same_person-0", "same_person-0")


def test_somebody_without_papers_and_surname_is_asked_about_and_found(app: Flask, agent: PageClient) -> None:
    said = {**PASSPORT, "documents-0-type": [], "documents-0-number": [], "surname_1": [], "surname_2": []}
    said |= {"given_names": ["Juan"], "birth_date": ["01/01/1990"]}
    recorded(agent, **said)
    page = checked(agent, **said)
    assert "El nombre y la fecha de nacimiento coinciden." in text(page)
    assert agent.post(RECORD, data=decided(tap(agent, page, "somebody_else"))).status_code == 303
    assert len(answers(checked(agent, **said))["same_person"]) == 2
    assert answers(checked(agent, **{**said, "birth_date": ["02/01/1990"]})) == {}
    form = sent(agent.get("/desk"), "/desk/search")
    found = text(agent.post("/desk/search", data={**form, "q": ["Juan 1990"], "at_once": ["yes"]}))
    assert len(re.findall(r'href="/people/[^/"]+/visits/new/', found)) == 2


@pytest.mark.parametrize(
    "typed",
    [
        {"documents-0-type": [], "documents-0-number": [], "given_names": ["Carmen"]},
        {"documents-0-type": ["PA"], "documents-0-number": ["011111111"], "given_names": ["Karmen"]},
    ],
)
def test_the_same_name_and_birth_date_are_asked_about(
    agent: PageClient, known: str, typed: dict[str, list[str]]
) -> None:
    page = checked(agent, **{**PASSPORT, **typed})
    assert "El nombre y la fecha de nacimiento coinciden." in text(page)
    assert answers(page)["same_person"] == [known]


def test_a_card_without_its_letter_is_asked_about(agent: PageClient) -> None:
    recorded(agent, given_names=["Carmen"])
    page = checked(agent, given_names=["Carmen"], **{"documents-0-number": ["12345678"], "documents-1-number": ["1"]})
    assert answers(page)["same_person"]


def test_who_refuses_to_be_on_file_is_compared_with_nobody(app: Flask, agent: PageClient, known: str) -> None:
    page = checked(agent, **SISTER, attention=["no"])
    assert answers(page) == {}
    assert "Carmen" not in text(page)
    assert agent.post(RECORD, data=decided(page)).status_code == 303
    assert count(app, PossibleDuplicate) == 0


def test_a_role_that_sees_nobody_is_only_warned(
    app: Flask, agent: PageClient, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ROLES, "agent", ROLES["agent"] - {"people.search"})
    page = checked(agent, **SISTER)
    assert "Hay otra persona registrada con el mismo documento." in text(page)
    assert "Carmen" not in text(page)
    assert agent.post(RECORD, data=decided(page)).status_code == 303
    assert (count(app, Person), count(app, PossibleDuplicate)) == (2, 1)


def test_another_s_document_on_somebody_chosen_is_told(app: Flask, agent: PageClient, known: str) -> None:
    recorded(agent, given_names=["Luis"], surname_1=["Gil"], **{**PASSPORT, "documents-0-number": ["099999999"]})
    with app.extensions["database"].read_session() as session:
        luis = next(str(person) for person in session.scalars(select(Visit.person_id)) if str(person) != known)
    page = checked(agent, **PASSPORT, given_names=["Luis"], surname_1=["Gil"], person_id=[luis])
    assert "Hay otra persona registrada con el mismo documento." in text(page)
    assert agent.post(RECORD, data=decided(page)).status_code == 303
    assert count(app, PossibleDuplicate) == 1


def test_somebody_who_is_nobody_is_told_and_nothing_is_lost(app: Flask, agent: PageClient) -> None:
    refused = posted(agent, CHECK, filled(agent, person_id=["00000000-0000-7000-8000-000000000007"]))
    assert "Esta persona no existe." in text(refused)
    assert sent(refused, CHECK)["surname_1"] == ["Velásquez"]
    assert "person_id" not in sent(refused, CHECK)


def test_who_was_joined_meanwhile_is_told_and_the_visit_is_saved_on_the_record_that_goes_on(
    app: Flask, agent: PageClient, known: str
) -> None:
    assert agent.post(RECORD, data=decided(tap(agent, checked(agent, **SISTER), "somebody_else"))).status_code == 303
    with app.extensions["database"].read_session() as session:
        pair = session.scalars(select(PossibleDuplicate)).one()
    page = checked(agent, **SISTER, person_id=[str(pair.person_id)], surname_2=[], phone=["+57 300 7654321"])
    with app.extensions["database"].write_session() as session:
        judgement = Judgement("one-person-said-so", pair.other_id)
        joining.decide_pair(session, AGENT, pair.person_id, pair.other_id, judgement)
    asked = posted(agent, RECORD, decided(page))
    assert "unió este registro con otro" in text(asked)
    assert "Persona registrada: Carmen Velásquez" in text(asked)
    assert "7654321" in text(asked)
    assert agent.post(RECORD, data=decided(asked)).status_code == 303
    with app.extensions["database"].read_session() as session:
        assert sorted(session.scalars(select(Visit.person_id))) == [UUID(known), UUID(known), pair.person_id]


def test_who_was_shown_is_in_the_journal(app: Flask, agent: PageClient, known: str) -> None:
    checked(agent, **SISTER)
    with app.extensions["database"].read_session() as session:
        entry = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc()).limit(1)).one()
    assert entry.action == "people.search"
    assert known in entry.detail
    assert "Carmen" not in entry.detail


def test_enter_saves_and_chooses_nobody(agent: PageClient, known: str) -> None:
    page = checked(agent, **SISTER)
    (form,) = [element for element in read(text(page)) if element.tag == "form" and element.get("action") == RECORD]
    first = next(element for element in form.inside if element.tag == "button")
    assert (first.get("name"), first.get("formaction")) == ("", "")
