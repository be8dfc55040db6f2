"""A family is one arrival: recorded together or not at all, linked for whoever may know, and for no thief."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import Conflict, Invalid
from attention_point.intake import queries
from attention_point.intake.draft import VisitDraft, read_draft
from attention_point.intake.family.guardians import complete_family
from attention_point.intake.family.links import FAMILY_LIMIT, list_visits_of_family
from attention_point.intake.models import Visit
from attention_point.intake.records.new_drafts import RecordResult
from attention_point.intake.records.research_records import list_consented_visits
from attention_point.intake.services import record_family, record_visit
from attention_point.people.models import Person
from attention_point.people.records import view_person
from attention_point.referrals.models import Referral
from attention_point.tallies.queries import list_differences
from tests.intake.test_counting import recounted
from tests.support.directory import load_shipped
from tests.support.visits import AGENT, consents, draft, person

PERIOD = (date(2017, 8, 1), date(2017, 8, 31))
GUARDIAN = {"name": "Rosa Elena Peña", "relation": "mother", "document": {"type": "DE", "number": "V-12.345.678"}}


def child(name: str = "Luis", birth_date: str = "2010-02-01", **changes: Any) -> dict[str, Any]:
    """A child of the main person."""
    return person(given_names=name, birth_date=birth_date, relation="child", phone=None, **changes)


def mother(**changes: Any) -> dict[str, Any]:
    """The main person of a family."""
    return person(relation="self", **changes)


def drafts(*people: Mapping[str, Any], **changes: Any) -> list[VisitDraft]:
    """The drafts of people who came together."""
    family = str(new_id())
    return [read_draft(draft(person=dict(one), family=family, needs=["EDU"], **changes)) for one in people]


def recorded(session: Session, *people: Mapping[str, Any], **changes: Any) -> list[RecordResult]:
    """Record such a family."""
    load_shipped(session)
    return record_family(session, AGENT, drafts(*people, **changes))


def opened(session: Session, result: RecordResult) -> queries.DecryptedVisit:
    """A recorded visit."""
    visit = queries.find_visit(session, UUID(result.response["id"]))
    assert visit is not None
    return visit


def names(session: Session, result: RecordResult) -> str | None:
    """The given names on file of whom a visit is."""
    name: str | None = view_person(session, AGENT, opened(session, result).person_id, "page").record.get("given_names")
    return name


def warnings(result: RecordResult) -> list[str]:
    """The fields that a visit warns of."""
    return [warning["field"] for warning in result.response["warnings"]]


def test_each_member_is_a_person_with_a_visit_of_their_own(session: Session) -> None:
    results = recorded(session, mother(), child("Ana"), child("Luis"), child("Eva"))
    assert len({result.response["reference"] for result in results}) == 4
    assert [names(session, result) for result in results] == ["Yohana Patricia", "Ana", "Luis", "Eva"]
    assert session.scalar(select(func.count()).select_from(Referral)) == 4
    visits = list_visits_of_family(session, UUID(opened(session, results[2]).record["family"]))
    assert [str(visit.id) for visit in visits] == [result.response["id"] for result in results]


def test_each_counts_as_one_person_and_the_household_is_not_doubled(session: Session) -> None:
    results = recorded(session, mother(), child("Ana"), child("Luis"), household={"adults": 0, "children": 2})
    counted = [opened(session, result).record["counted"] for result in results]
    assert [(facts["first_ever"], facts["first_this_month"]) for facts in counted] == [(True, True)] * 3
    assert not list_differences(session, recounted(session))


def test_a_relation_belongs_to_the_visit_and_not_to_the_person(session: Session) -> None:
    result = recorded(session, mother(), child())[1]
    assert opened(session, result).record["relation"] == "child"
    assert "relation" not in view_person(session, AGENT, opened(session, result).person_id, "page").record


def test_a_mother_of_the_family_is_guardian_without_typing(session: Session) -> None:
    result = recorded(session, mother(documents=[{"type": "PA", "number": "045678123"}]), child())[1]
    assert opened(session, result).record["guardian"] == {
        "name": "Yohana Patricia Velásquez Pérez",
        "relation": "mother",
        "document": {"type": "PA", "number": "045678123"},
    }
    assert opened(session, result).record["household"]["accompanied_by"] == "parent"
    assert not result.response["warnings"]


@pytest.mark.parametrize(("sex", "relation"), [("F", "mother"), ("M", "father"), (None, "parent")])
def test_a_parent_who_came_along_is_the_guardian_of_the_child_who_came_first(sex: str | None, relation: str) -> None:
    family = complete_family(
        drafts(person(birth_date="2010-01-01", relation="self"), person(relation="parent", sex=sex))
    )
    assert family[0].guardian is not None
    assert family[0].guardian.relation == relation
    assert family[1].guardian is None


def test_completing_twice_changes_nothing() -> None:
    once = complete_family(drafts(mother(), child(), child("Eva", "2016-01-01")))
    assert complete_family(once) == once


def test_a_child_without_a_named_guardian_is_recorded_without_identity(session: Session) -> None:
    load_shipped(session)
    result = record_visit(
        session,
        AGENT,
        read_draft(
            draft(person=person(birth_date="2010-02-01"), household={"accompanied_by": "parent"}, needs=["EDU"])
        ),
    )
    assert names(session, result) is None
    # Neither the name is kept nor does anything go to an entity: without a guardian, what was allowed counts as none.
    assert warnings(result) == ["guardian.name", "guardian.name"]
    assert result.response["referrals"] == []
    assert result.response["suggestions"]


@pytest.mark.parametrize(("need", "entity"), [("VBG", "comisaria-familia"), ("NNA-PROT", "icbf")])
def test_what_protects_a_child_does_not_wait_for_a_guardian(session: Session, need: str, entity: str) -> None:
    load_shipped(session)
    made = draft(person=person(birth_date="2010-02-01"), household={"accompanied_by": "alone"}, needs=[need])
    result = record_visit(session, AGENT, read_draft(made))
    assert entity in [referral["entity"] for referral in result.response["referrals"]]


def test_a_named_guardian_authorises(session: Session) -> None:
    load_shipped(session)
    result = record_visit(
        session, AGENT, read_draft(draft(person=person(birth_date="2010-02-01"), guardian=GUARDIAN, needs=["EDU"]))
    )
    assert names(session, result) == "Yohana Patricia"
    assert opened(session, result).record["guardian"]["document"]["number"] == "V12345678"
    assert not result.response["warnings"]


def test_a_guardian_without_custody_is_told(session: Session) -> None:
    load_shipped(session)
    made = draft(
        person=person(birth_date="2010-02-01"), guardian={**GUARDIAN, "relation": "grandparent"}, needs=["EDU"]
    )
    assert warnings(record_visit(session, AGENT, read_draft(made))) == ["guardian.relation"]


def test_a_child_alone_keeps_the_name_on_the_mandatory_path(session: Session) -> None:
    load_shipped(session)
    result = record_visit(
        session,
        AGENT,
        read_draft(draft(person=person(birth_date="2010-02-01"), household={"accompanied_by": "alone"}, needs=["EDU"])),
    )
    assert names(session, result) == "Yohana Patricia"
    assert "icbf" in [referral["entity"] for referral in result.response["referrals"]]


@pytest.mark.parametrize("bad", [{"name": "", "relation": "mother"}, {"name": "Ana"}, {"name": "Ana", "relation": "x"}])
def test_a_guardian_has_a_name_and_a_relation(bad: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        read_draft(draft(guardian=bad))
    assert {error.field.split(".")[0] for error in refused.value.field_errors} == {"guardian"}


@pytest.mark.parametrize("guarded", [True, False])
def test_research_reads_a_child_only_with_a_guardian(session: Session, guarded: bool) -> None:
    load_shipped(session)
    made = draft(
        person=person(birth_date="2010-02-01"),
        consents=consents(("attention", True), ("research", True)),
        guardian=GUARDIAN if guarded else None,
        needs=["EDU"],
    )
    record_visit(session, AGENT, read_draft(made))
    assert len(list(list_consented_visits(session, "research", *PERIOD))) == guarded


def test_a_mother_under_age_is_told_of_and_protected(session: Session) -> None:
    results = recorded(session, mother(birth_date="2001-02-01"), child("Luis", "2017-01-01"))
    assert "icbf" in [referral["entity"] for referral in results[0].response["referrals"]]
    assert warnings(results[1]) == ["guardian.name"]
    assert [names(session, result) for result in results] == ["Yohana Patricia", "Luis"]
    assert opened(session, results[1]).record["guardian"]["relation"] == "mother"


@pytest.mark.parametrize(("relation", "company"), [("other_relative", "other_relative"), ("other", "other_adult")])
def test_a_child_with_another_adult_goes_to_child_protection(session: Session, relation: str, company: str) -> None:
    results = recorded(session, mother(), person(birth_date="2010-02-01", relation=relation))
    assert opened(session, results[1]).record["household"]["accompanied_by"] == company
    assert any(referral["entity"] == "icbf" for referral in results[1].response["referrals"])


def test_a_child_older_than_the_mother_is_warned_of(session: Session) -> None:
    results = recorded(session, mother(), child("Luis", "1990-01-01"))
    assert [warnings(result) for result in results] == [["person.birth_date"], ["person.birth_date"]]


def test_a_family_of_fifteen_is_recorded_and_one_above_the_limit_is_told(session: Session) -> None:
    results = recorded(session, mother(), *(child(f"Luis {number}") for number in range(14)))
    family = opened(session, results[0]).family
    assert family is not None
    assert len(list_visits_of_family(session, family)) == 15
    with pytest.raises(Invalid, match=str(FAMILY_LIMIT)):
        record_family(session, AGENT, drafts(mother(), *(child() for _number in range(FAMILY_LIMIT))))


def test_single_visits_are_linked_in_whatever_order_they_arrive(session: Session) -> None:
    load_shipped(session)
    made = drafts(mother(), child("Ana"), child("Luis"))
    for one in reversed(made):
        record_visit(session, AGENT, one)
    assert made[0].family is not None
    visits = list_visits_of_family(session, made[0].family)
    assert {visit.id for visit in visits} == {one.id for one in made}
    late = made[1].model_copy(
        update={"id": new_id(), "person": made[1].person.model_copy(update={"given_names": "Eva"})}
    )
    record_visit(session, AGENT, late)
    assert len(list_visits_of_family(session, made[0].family)) == 4


def test_one_visit_more_than_the_limit_is_refused_with_its_field(session: Session) -> None:
    load_shipped(session)
    made = drafts(mother(), *(child() for _number in range(FAMILY_LIMIT)))
    for one in made[:-1]:
        record_visit(session, AGENT, one)
    with pytest.raises(Invalid) as refused:
        record_visit(session, AGENT, made[-1])
    assert [error.field for error in refused.value.field_errors] == ["family"]


def test_the_same_family_again_stores_nothing(session: Session) -> None:
    load_shipped(session)
    made = drafts(mother(), child())
    first, again = record_family(session, AGENT, made), record_family(session, AGENT, made)
    assert [result.created for result in (*first, *again)] == [True, True, False, False]
    assert [result.response for result in first] == [result.response for result in again]
    assert session.scalar(select(func.count()).select_from(Visit)) == 2


def test_another_family_under_the_same_ids_is_refused(session: Session) -> None:
    load_shipped(session)
    made = drafts(mother(), child())
    record_family(session, AGENT, made)
    with pytest.raises(Conflict):
        record_family(session, AGENT, [made[0], made[1].model_copy(update={"notes": "another"})])


def test_errors_name_the_person_and_nothing_is_stored(database: Database) -> None:
    with database.write_session() as session:
        load_shipped(session)
    made = drafts(mother(), child("Ana"), child("Luis"))
    wrong = [made[0], *(one.model_copy(update={"needs": ("EDU", "NOT-THERE")}) for one in made[1:])]
    with pytest.raises(Invalid) as refused, database.write_session() as session:
        record_family(session, AGENT, wrong)
    assert [error.field for error in refused.value.field_errors] == ["people.1.needs.1", "people.2.needs.1"]
    with database.read_session() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_the_same_person_twice_and_two_families_are_refused(session: Session) -> None:
    result = recorded(session, mother(), child())[0]
    on_file = {"id": str(opened(session, result).person_id)}
    with pytest.raises(Invalid) as refused:
        record_family(session, AGENT, drafts(on_file, {**on_file, "relation": "child"}))
    assert [error.field for error in refused.value.field_errors] == ["people.1.person.id"]
    with pytest.raises(Invalid) as refused:
        record_family(session, AGENT, [*drafts(mother()), *drafts(child())])
    assert [error.field for error in refused.value.field_errors] == ["family"]


def test_no_two_rows_of_a_family_have_anything_in_common(session: Session) -> None:
    results = recorded(session, mother(), child("Ana"), child("Luis"))
    family = opened(session, results[0]).family
    assert family is not None
    tags = list(session.scalars(select(Visit.family_tag)))
    assert len(set(tags)) == 3
    stored = repr(session.execute(select(Visit.__table__)).all()).encode()
    assert family.hex.encode() not in stored
    assert str(family).encode() not in stored
    assert all(family.bytes not in bytes(tag or b"") for tag in tags)


def together(database: Database, *tasks: Callable[[Session], Any]) -> list[Any]:
    """Run tasks at once, each in a transaction of its own."""
    start = threading.Barrier(len(tasks))

    def run(task: Callable[[Session], Any]) -> Any:
        start.wait()
        with database.write_session() as session:
            return task(session)

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [future.result() for future in [pool.submit(run, task) for task in tasks]]


def test_two_thumbs_record_a_family_once(database: Database) -> None:
    with database.write_session() as session:
        load_shipped(session)
    made = drafts(mother(), child("Ana"), child("Luis"))
    results = together(database, *[lambda session: record_family(session, AGENT, made)] * 4)
    assert sorted(result[0].created for result in results) == [False, False, False, True]
    with database.read_session() as session:
        assert session.scalar(select(func.count()).select_from(Visit)) == 3


def test_families_with_the_same_people_in_another_order_do_not_wait_for_ever(database: Database) -> None:
    with database.write_session() as session:
        results = recorded(session, *(person(given_names=name) for name in ("Ana", "Luis", "Eva")))
        ids = [str(opened(session, result).person_id) for result in results]
    for phone in ("+57 300 1111111", "+57 300 2222222", "+57 300 3333333"):
        orders = [ids, ids[::-1], [ids[1], ids[2], ids[0]]]
        families = [
            drafts(*({"id": one, "phone": phone + end} for one in order))
            for end, order in zip("123", orders, strict=True)
        ]
        together(database, *[lambda session, made=made: record_family(session, AGENT, made) for made in families])
    with database.read_session() as session:
        assert session.scalar(select(func.count()).select_from(Visit)) == 30
        assert not list_differences(session, recounted(session))
