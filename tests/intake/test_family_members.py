"""What the pages of one member of a family tell of the others: of an annulled visit, and of one that is restricted."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import new_id
from attention_point.intake import queries
from attention_point.intake.corrections.requests import CorrectionRequest
from attention_point.intake.corrections.services import annul_visit
from attention_point.intake.draft import read_draft
from attention_point.intake.family.returning import list_earlier_companions
from attention_point.intake.services import record_family
from tests.intake.desk import SignIn, text
from tests.support.directory import load_shipped
from tests.support.openings import open_page
from tests.support.pages import PageClient
from tests.support.visits import AGENT, consents, draft, person

SUPERVISED = {"name": "Rosa", "relation": "mother"}


def record_mother_and_child(session: Session, child_needs: list[str]) -> tuple[UUID, UUID]:
    """Record a mother and her daughter today, by another agent than whoever signs in; give both visits."""
    load_shipped(session)
    family, now = str(new_id()), clock.now().isoformat()
    agreed = {
        "consents": consents(("attention", True), ("referral:*", True)),
        "attended_at": now,
        "family": family,
    }
    drafts = [
        draft(person=person(relation="self"), needs=["EMP-SENA"], **agreed),
        draft(
            person=person(relation="child", given_names="Quetzalli", birth_date="2014-02-01"),
            needs=child_needs,
            guardian=SUPERVISED,
            household={"accompanied_by": "parent"},
            **agreed,
        ),
    ]
    mother, child = record_family(session, AGENT, [read_draft(made) for made in drafts])
    return UUID(mother.response["id"]), UUID(child.response["id"])


@pytest.fixture
def colleague(as_role: SignIn) -> PageClient:
    """Another agent than the one who recorded."""
    return as_role("agent")


def test_the_page_of_a_member_stands_beside_an_annulled_one(app: Flask, colleague: PageClient) -> None:
    with app.extensions["database"].write_session() as session:
        mother, child = record_mother_and_child(session, ["EDU"])
    with app.extensions["database"].write_session() as session:
        annul_visit(session, AGENT, child, CorrectionRequest({}, "Otra persona"))
    for visit in (mother, child):
        assert colleague.get(f"/visits/{visit}").status_code == 200
    assert colleague.get(f"/visits/{mother}/slip.pdf").status_code == 200
    assert colleague.get(f"/visits/{child}/slip.pdf").status_code == 409


def test_nobody_is_offered_who_came_by_mistake_only(session: Session) -> None:
    mother, child = record_mother_and_child(session, ["EDU"])
    who = queries.get_visible_visit(session, AGENT, mother).person_id
    assert len(list_earlier_companions(session, AGENT, who, "family")) == 1
    annul_visit(session, AGENT, child, CorrectionRequest({}, "Otra persona"))
    assert not list_earlier_companions(session, AGENT, who, "family")


def test_who_came_along_stands_on_the_person_s_page(app: Flask, as_role: SignIn, colleague: PageClient) -> None:
    with app.extensions["database"].write_session() as session:
        mother, child = record_mother_and_child(session, ["EDU"])
        people = [queries.get_visible_visit(session, AGENT, visit).person_id for visit in (mother, child)]
    pages = [colleague.get(f"/people/{person}").text for person in people]
    assert f'href="/people/{people[1]}"' in pages[0]
    assert f'href="/people/{people[0]}"' in pages[1]
    assert "Familia y acompañantes" in pages[0]
    assert "Madre" in pages[1]


def test_a_slip_of_the_family_hides_what_its_reader_may_not_see(
    app: Flask, as_role: SignIn, colleague: PageClient
) -> None:
    with app.extensions["database"].write_session() as session:
        mother, child = record_mother_and_child(session, ["VBG", "EDU"])
        reference = queries.get_visible_visit(session, AGENT, child).reference
    assert colleague.get(f"/visits/{child}").status_code == 404
    assert reference not in text(colleague.get(f"/visits/{mother}"))
    assert "Secretaría de Educación" not in text(colleague.get(f"/visits/{mother}"))
    # A reason is stated for each person: that of the mother opens nothing of the child.
    supervisor = as_role("supervisor")
    assert reference not in open_page(supervisor, f"/visits/{mother}")
    open_page(supervisor, f"/visits/{child}")
    assert reference in open_page(supervisor, f"/visits/{mother}")
