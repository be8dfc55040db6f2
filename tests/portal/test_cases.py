"""What an entity sees: its own referrals, and of the person what the service declares."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation.errors import Forbidden, NotFound
from attention_point.portal import queries
from attention_point.portal.programs.listing import ListFilter, list_for_program
from attention_point.referrals.rules import WAITING_STATES
from tests.support.visits import acting, person, recorded

EVERYTHING: dict[str, Any] = {
    "person": {
        **person(),
        "birth_date": "2006-02-01",
        "origin": "VE-S",
        "intention": "stay",
        "ethnicity": 5,
        "education": 5,
        "gender": "trans_woman",
    },
    "household": {"adults": 2, "children": 1, "accompanied_by": "alone"},
    "vulnerabilities": ["pregnant", "gender_violence", "trafficking"],
    "notes": "She fears her uncle.",
}
ENTITIES = {
    "NNA-PROT": "icbf",
    "EDU": "secretaria-educacion",
    "SALUD-URG": "salud",
    "HUMAN": "pastoral-social",
    "VBG": "salud",
}


def only(session: Session, entity: str, *, restricted: bool = False) -> queries.DecryptedDisclosure:
    batch = list_for_program(session, acting("entity", entity), ListFilter(WAITING_STATES, restricted), 10)
    (case,) = batch.items
    assert isinstance(case, queries.DecryptedDisclosure)
    return case


@pytest.mark.parametrize("service", ENTITIES)
def test_the_fields_are_those_that_the_service_declares(session: Session, service: str) -> None:
    guardian = {"name": "Rosa Peña", "relation": "custodian"}
    recorded(session, **EVERYTHING, needs=list(ENTITIES), guardian=guardian)
    case = only(session, ENTITIES[service], restricted=service == "VBG")
    row = directory_queries.find_service(session, service)
    assert row is not None
    expected = set(row.fields) - {"notes"}
    assert set(case.person) == expected
    assert case.referral.service == service


def test_violence_is_not_told_by_an_ordinary_referral(session: Session) -> None:
    recorded(session, **{**EVERYTHING, "person": person(birth_date="2006-02-01")}, needs=["EDU"])
    assert only(session, "icbf").person["vulnerabilities"] == ["pregnant"]


def test_the_age_is_that_on_the_day_of_the_attention(session: Session) -> None:
    recorded(session, person=person(birth_date="1991-08-09"), needs=["EMP-SENA"])
    assert only(session, "sena").person["age"] == 26


def test_somebody_without_a_name_is_shown_all_the_same(session: Session) -> None:
    recorded(session, person=None, needs=["EMP-SENA"])
    assert only(session, "sena").person == {}


def test_another_entity_s_referral_looks_missing(session: Session) -> None:
    referrals = recorded(session)["referrals"]
    migration = next(UUID(referral["id"]) for referral in referrals if referral["entity"] == "migracion-colombia")
    messages = set()
    for referral in (migration, UUID(int=7)):
        with pytest.raises(NotFound) as refused:
            queries.get_own_referral(session, acting("entity", "sena"), referral)
        messages.add(refused.value.message)
    assert len(messages) == 1
    assert list_for_program(session, acting("entity", "icbf"), ListFilter(WAITING_STATES), 10).items == []


def test_restricted_and_ordinary_referrals_never_mix(session: Session) -> None:
    recorded(session, needs=["VBG"])
    recorded(
        session,
        person=person(birth_date="2010-03-17"),
        household={"accompanied_by": "parent"},
        guardian={"name": "Rosa Peña", "relation": "mother"},
        needs=["NNA-PROT"],
        entities={"NNA-PROT": "comisaria-familia"},
    )
    assert only(session, "comisaria-familia").referral.service == "NNA-PROT"
    assert only(session, "comisaria-familia", restricted=True).referral.service == "VBG-PROT"


def test_who_acts_for_no_entity_sees_nothing(session: Session) -> None:
    with pytest.raises(Forbidden):
        list_for_program(session, acting("entity"), ListFilter(WAITING_STATES), 10)


@pytest.mark.parametrize("code", ["", "ABC", "OOOOOOOOOOOOOOOO", "22222222222222222", "2222222222222222"])
def test_a_code_that_leads_nowhere(session: Session, code: str) -> None:
    recorded(session)
    with pytest.raises(NotFound):
        queries.list_referrals_of_slip(session, acting("entity", "sena"), code)
