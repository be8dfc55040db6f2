"""Corrections of what a person allows, of who answers for a child, and of who came with whom."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation.database import new_id
from attention_point.intake import queries
from attention_point.intake.consents.earlier_answers import list_standing_consents
from attention_point.intake.corrections.requests import CorrectionRequest
from attention_point.intake.corrections.services import annul_visit, correct_visit
from attention_point.intake.family.links import list_visits_of_arrival, list_visits_of_family
from attention_point.people import records
from attention_point.people.models import PersonTag
from attention_point.person_fields import ASKED_FIELDS
from tests.support.visits import AGENT, consents, person, recorded

NAMING = {field.name for field in ASKED_FIELDS if field.names_person}
NO = consents(("attention", False))


def record(session: Session, **changes: Any) -> UUID:
    return UUID(recorded(session, **changes)["id"])


def correct(session: Session, visit: UUID, **fields: Any) -> queries.DecryptedVisit:
    correct_visit(session, AGENT, visit, CorrectionRequest(fields, f"reason {new_id()}"))
    return read(session, visit)


def read(session: Session, visit: UUID) -> queries.DecryptedVisit:
    return queries.get_visible_visit(session, AGENT, visit)


def read_person(session: Session, visit: UUID) -> records.DecryptedPerson:
    return records.open_chosen_person(session, read(session, visit).person_id)


@pytest.mark.parametrize("answer", [False, None])
def test_without_a_yes_nothing_that_identifies_stays(session: Session, answer: bool | None) -> None:
    visit = record(session)
    correct(session, visit, person={"given_names": "Yohana"})  # so that the history holds a name too
    corrected = correct(session, visit, consents=[{**NO[0], "granted": answer}])
    on_file = read_person(session, visit)
    assert not NAMING & on_file.record.keys()
    assert on_file.record["birth_date"] == "1991-03-17"
    assert [NAMING & entry["earlier"].keys() for entry in on_file.history] == [set(), set()]
    assert corrected.record["legal_basis"]["identity"] == "not_kept"
    tags = select(func.count()).select_from(PersonTag).where(PersonTag.person_id == on_file.id)
    assert session.scalar(tags) == 0


def test_what_another_attention_allows_stays(session: Session) -> None:
    who = person()
    first, second = record(session, person=who), record(session, person=who)
    assert correct(session, second, consents=NO).record["legal_basis"]["identity"] == "on_file"
    assert read_person(session, first).record["given_names"] == who["given_names"]
    annul_visit(session, AGENT, second, CorrectionRequest({}, "twice"))
    correct(session, first, consents=NO)
    assert not NAMING & read_person(session, first).record.keys()


def test_an_annulled_attention_allows_nothing(session: Session) -> None:
    visit = record(session)
    who, day = read(session, visit).person_id, read(session, visit).day
    assert "attention" in list_standing_consents(session, who, day)
    assert not list_standing_consents(session, who, day, visit)
    annul_visit(session, AGENT, visit, CorrectionRequest({}, "other person"))
    assert not list_standing_consents(session, who, day)


def test_a_child_whose_guardian_is_taken_out_keeps_the_name_and_is_warned_about(session: Session) -> None:
    child = person(birth_date="2010-01-01")
    guardian = {"name": "Rosa", "relation": "mother"}
    visit = record(session, person=child, guardian=guardian, needs=["EDU"], household={"accompanied_by": "parent"})
    corrected = correct(session, visit, guardian=None)
    assert corrected.record["legal_basis"]["identity"] == "on_file"
    assert "guardian.name" in [warning[0] for warning in corrected.record["warnings"]]
    assert read_person(session, visit).record["given_names"] == child["given_names"]
    again = correct(session, visit, guardian=guardian)
    assert again.record["legal_basis"]["identity"] == "consent"
    assert not again.record["warnings"]


def test_a_relation_is_corrected_and_its_history_kept(session: Session) -> None:
    visit = record(session, person=person(relation="child"))
    corrected = correct(session, visit, person={"relation": "sibling"})
    assert corrected.record["relation"] == "sibling"
    assert corrected.record["history"][-1]["earlier"] == {"relation": "child"}
    assert "relation" not in correct(session, visit, person={"relation": None}).record


def test_a_visit_moves_to_another_family_and_out_of_it(session: Session) -> None:
    family, other_family = new_id(), new_id()
    members = [record(session, family=str(family)) for _member in range(2)]
    stranger = record(session, family=str(other_family))
    moved = correct(session, members[1], family=str(other_family))
    assert [visit.id for visit in list_visits_of_family(session, family)] == members[:1]
    assert {visit.id for visit in list_visits_of_family(session, other_family)} == {stranger, members[1]}
    assert {visit.id for visit in list_visits_of_arrival(session, moved)} == {stranger, members[1]}
    alone = correct(session, members[1], family=None)
    assert [visit.id for visit in list_visits_of_family(session, other_family)] == [stranger]
    assert list_visits_of_arrival(session, alone) == [alone]
