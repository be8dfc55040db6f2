"""Birth dates that are known in part, and ages, from the draft to the pages, the counts and the entity."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.dates import find_possible_ages, parse_partial_date
from attention_point.foundation import clock
from attention_point.intake import recount
from attention_point.intake.draft import read_draft
from attention_point.intake.form.visit_form import format_typed_date
from attention_point.intake.models import Visit
from attention_point.intake.queries import find_visit
from attention_point.people.models import Person
from attention_point.people.records import find_age, view_person
from attention_point.tallies.facts import VisitFacts
from tests.intake.desk import (
    CHECK,
    RECORD,
    Fields,
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
from tests.portal.support import browser, referral_of, visit
from tests.support.directory import load_shipped
from tests.support.pages import PageClient
from tests.support.pairs import compare_pairs
from tests.support.searching import ids, searched
from tests.support.visits import AGENT, draft, person
from tests.support.visits import recorded as record

ALONE = {"accompanied_by": "alone"}


def _read_record(session: Session, answer: Any) -> dict[str, Any]:
    person_id = session.scalars(select(Visit.person_id).where(Visit.id == UUID(answer["id"]))).one()
    return view_person(session, AGENT, person_id, "page").record


def _record_person(session: Session, **fields: Any) -> Any:
    return record(session, person=person(**fields))


@pytest.mark.parametrize(
    ("stated", "birth_date"),
    [
        ({"birth_date": "1991"}, "1991"),
        ({"birth_date": " 1991-06 "}, "1991-06"),
        ({"birth_date": "1991-01-01/1991-12-31"}, "1991"),
        ({"birth_date": None, "age": 26}, "1990-08-10/1991-08-09"),
        ({"birth_date": "1991", "age": 26}, "1991-01-01/1991-08-09"),
        ({"birth_date": "", "age": 0}, "2016-08-10/2017-08-09"),
    ],
)
def test_what_is_known_is_kept(session: Session, stated: dict[str, Any], birth_date: str) -> None:
    load_shipped(session)
    assert _read_record(session, _record_person(session, **stated))["birth_date"] == birth_date


@given(st.integers(0, 129))
def test_a_stated_age_is_the_age_at_the_attention(age: int) -> None:
    visit_draft = read_draft(draft(person=person(birth_date=None, age=age)))
    assert find_age(visit_draft.person_fields, visit_draft.attended_day) == age


@pytest.mark.parametrize(
    ("stated", "is_child"),
    [
        ({"birth_date": None, "age": 17}, True),
        ({"birth_date": None, "age": 18}, False),
        ({"birth_date": "1999"}, True),  # 17 or 18 years old on 9 August 2017
        ({"birth_date": "1999-08"}, True),
        ({"birth_date": "1999-07"}, False),
        ({"birth_date": "1998"}, False),
    ],
)
def test_the_protection_of_children_takes_the_least_age(
    session: Session, stated: dict[str, Any], is_child: bool
) -> None:
    load_shipped(session)
    answer = record(session, person=person(**stated), household=ALONE)
    assert ("NNA-PROT" in {referral["service"] for referral in answer["referrals"]}) is is_child


def test_a_child_on_file_is_a_child_when_nothing_is_stated_and_when_the_year_is(session: Session) -> None:
    load_shipped(session)
    _record_person(session, birth_date="2001-05-02", given_names="Luis")
    person_id = session.scalars(select(Person.id)).one()
    for stated in ({}, {"birth_date": "2001"}):
        answer = record(session, person={"id": str(person_id), **stated}, household=ALONE)
        assert "NNA-PROT" in {referral["service"] for referral in answer["referrals"]}
    assert view_person(session, AGENT, person_id, "page").record["birth_date"] == "2001-05-02"


def test_the_age_is_counted_by_its_band(session: Session) -> None:
    load_shipped(session)
    for stated in ({"birth_date": "2005"}, {"birth_date": None, "age": 30}, {"birth_date": None}):
        _record_person(session, **stated)
    facts = [facts for facts in recount.recount_all(session) if isinstance(facts, VisitFacts)]
    assert sorted(str(visit_facts.person["age"]) for visit_facts in facts) == ["11", "30", "None"]


def test_a_year_proves_nobody_and_the_pair_is_noted(session: Session) -> None:
    load_shipped(session)
    passport = [{"type": "PA", "number": "045678123"}]
    for birth_date in ("1991-03-17", "1991"):
        _record_person(session, birth_date=birth_date, documents=passport)
    assert len(session.scalars(select(Person.id)).all()) == 2
    assert list(compare_pairs(session).values()) == ["same-document-not-comparable"]


@pytest.mark.parametrize("year", [1990, 1991])
def test_who_stated_an_age_is_found_by_either_year(session: Session, year: int) -> None:
    load_shipped(session)
    _record_person(session, birth_date=None, age=26)
    assert len(ids(searched(session, f"Velasques {year}"))) == 1


def test_a_more_exact_date_is_joined_and_another_one_goes_into_the_history(session: Session) -> None:
    load_shipped(session)
    _record_person(session, birth_date="1991")
    person_id = session.scalars(select(Person.id)).one()
    for birth_date in ("1991-03-17", "1992-03-17"):
        record(session, person={"id": str(person_id), "birth_date": birth_date})
    opened = view_person(session, AGENT, person_id, "page")
    assert opened.record["birth_date"] == "1992-03-17"
    assert [entry["earlier"]["birth_date"] for entry in opened.history] == ["1991", "1991-03-17"]


def test_routing_facts_are_kept_with_the_visit(session: Session) -> None:
    load_shipped(session)
    facts = {
        "arrived_on": "2017-06",
        "entry_stamped": False,
        "child_with_permit": True,
        "registered_in": "RAMV",
        "measure_notified_on": "2017-08-01",
        "violence_within_72_hours": True,
        "conflict_victim": False,
        "in_transit": True,
        "live_birth_certificate": False,
        "complained_of": "landlord",
    }
    record(session, facts=facts)
    (opened,) = _open_visit_records(session)
    assert {**facts, "child_born_in_colombia_without_note": False} == opened["facts"]


def _open_visit_records(session: Session) -> list[Any]:
    """The sealed records of all visits, opened."""
    visits = [find_visit(session, visit_id) for visit_id in session.scalars(select(Visit.id))]
    return [found.record for found in visits if found]


def test_a_draft_without_the_new_facts_is_what_it_was() -> None:
    dumped = read_draft(draft()).model_dump(mode="json", exclude_none=True)
    assert dumped["facts"] == {"child_born_in_colombia_without_note": False}
    assert dumped["person"]["birth_date"] == "1991-03-17"
    assert "age" not in dumped["person"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1991", "1991 ("),
        ("06/1991", "junio de 1991 ("),
        ("061991", "junio de 1991 ("),
        ("17031991", "17 de marzo de 1991 ("),
        ("17-3-1991", "17 de marzo de 1991 ("),
        ("34", "34 años"),
        ("0", "0 años"),
    ],
)
def test_the_desk_takes_what_people_know(agent: PageClient, typed: str, shown: str) -> None:
    assert shown in text(checked(agent, birth_date=[typed]))


@pytest.mark.parametrize("typed", ["1850", "130", "999", "31/02/1991", "13/1991", "17/03/91", "2099"])
def test_a_birth_that_cannot_be_is_told_beside_its_box_and_stays(app: Flask, agent: PageClient, typed: str) -> None:
    page = posted(agent, CHECK, filled(agent, birth_date=[typed]))
    told_beside(page, "birth_date", "birth_date")
    assert sent(page, CHECK)["birth_date"] == [typed]
    assert count(app) == 0


@pytest.mark.parametrize("typed", ["1991", "34", "06/1991"])
def test_the_form_of_somebody_on_file_changes_nothing_by_itself(app: Flask, agent: PageClient, typed: str) -> None:
    recorded(agent, birth_date=[typed])
    person_id, birth_date = _read_single_person(app)
    form = agent.get(f"/people/{person_id}/visits/new", follow_redirects=True)
    assert sent(form, CHECK)["birth_date"] == [format_typed_date(birth_date)]
    page = posted(agent, CHECK, {**sent(form, CHECK), "point": ["bucaramanga"], "needs": ["EDU"]})
    assert agent.post(RECORD, data=decided(page)).status_code == 303
    assert _read_single_person(app) == (person_id, birth_date)


def _read_single_person(app: Flask) -> tuple[UUID, str]:
    with app.extensions["database"].write_session() as session:
        (person_id,) = session.scalars(select(Person.id)).all()
        return person_id, view_person(session, AGENT, person_id, "page").record["birth_date"]


def test_the_same_name_and_a_year_that_can_be_are_asked_about(agent: PageClient) -> None:
    recorded(agent)
    papers: Fields = {f"documents-{slot}-{part}": [] for slot in (0, 1) for part in ("type", "number", "expires")}
    page = checked(agent, birth_date=["1991"], **papers)
    assert "la fecha de nacimiento puede ser la misma" in text(page)


def test_both_ages_that_are_possible_are_shown(agent: PageClient) -> None:
    ages = find_possible_ages(parse_partial_date("1991"), clock.today())
    assert ages is not None
    shown = f"({ages[0]} años)" if ages[0] == ages[1] else f"({ages[0]} o {ages[1]} años)"
    assert shown in text(checked(agent, birth_date=["1991"]))


def test_the_entity_sees_the_part_that_is_known(app: Flask) -> None:
    referral = referral_of(visit(app, person=person(birth_date="1991-06")), "sena")
    page = text(browser(app, entity="sena").get(f"/portal/referrals/{referral}"))
    assert "junio de 1991" in page or "26 años" in page


def test_the_search_shows_the_part_that_is_known(app: Flask, agent: PageClient) -> None:
    recorded(agent, birth_date=["1991"], given_names=["Yohana"])
    page = agent.post("/desk/search", data={**_search_token(agent), "at_once": "yes", "q": "Yohana Velásquez"})
    assert ">1991<" in text(page)


def _search_token(agent: PageClient) -> dict[str, list[str]]:
    return {"csrf_token": sent(agent.get("/desk"), "/desk/search")["csrf_token"]}
