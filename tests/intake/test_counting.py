"""What is counted equals a recount of all sealed rows, whatever happens in whatever order."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.intake import recount
from attention_point.intake.draft import read_draft
from attention_point.intake.services import record_visit
from attention_point.people.models import Person
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.appointments import Appointment
from attention_point.referrals.rules import ENTITY_SIDE, is_reason_required, list_next_steps
from attention_point.referrals.services import Answer, answer_for_entity
from attention_point.tallies.counted_cells import build_referral_cells, build_visit_cells
from attention_point.tallies.facts import ReferralFacts, VisitFacts
from attention_point.tallies.queries import list_differences
from tests.support.directory import load_shipped
from tests.support.visits import AGENT, acting, consents, draft

NEEDS = ("MIG-REG", "EMP-SENA", "EDU", "VBG", "SALUD-URG", "DDHH")
visits = st.fixed_dictionaries(
    {
        "who": st.integers(0, 3),
        "day": st.integers(0, 70),
        "needs": st.lists(st.sampled_from(NEEDS), min_size=1, max_size=3, unique=True),
        "vulnerabilities": st.lists(st.sampled_from(("pregnant", "street", "lgbti")), max_size=2, unique=True),
        "sex": st.sampled_from(("F", "M", None)),
        "agrees": st.booleans(),
    }
)


def said(visit: dict[str, Any]) -> dict[str, Any]:
    """The draft of a generated visit: four people come again and again, and one is never known."""
    day = date(2017, 8, 9) + timedelta(days=visit["day"])
    person: dict[str, Any] = {"given_names": "Ana", "sex": visit["sex"], "birth_date": f"19{70 + visit['who']}-05-01"}
    if visit["who"]:
        person["documents"] = [{"type": "PA", "number": f"90000000{visit['who']}"}]
    return draft(
        attended_at=f"{day}T10:00:00-05:00",
        person={name: value for name, value in person.items() if value},
        needs=visit["needs"],
        vulnerabilities=visit["vulnerabilities"],
        consents=consents(("attention", True), ("referral:*", visit["agrees"])),
    )


def recounted(session: Session) -> Counter[Any]:
    """The tallies as they would be if counted anew."""
    total: Counter[Any] = Counter()
    for facts in recount.recount_all(session):
        total.update(build_visit_cells(facts) if isinstance(facts, VisitFacts) else build_referral_cells(facts))
    return total


class Undone(Exception):
    """Ends an example without leaving anything."""


@given(st.lists(visits, min_size=1, max_size=6), st.lists(st.integers(0, 50), max_size=6))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_tallies_equal_a_recount(database: Database, came: list[dict[str, Any]], answers: list[int]) -> None:
    with pytest.raises(Undone), database.write_session() as session:  # noqa: PT012 - the whole example is undone
        load_shipped(session)
        made = []
        for visit in came:
            answer = record_visit(session, AGENT, read_draft(said(visit))).response
            made += [UUID(referral["id"]) for referral in answer["referrals"]]
        for number in answers:
            if made:
                answer_one(session, made[number % len(made)], number)
        assert list_differences(session, recounted(session)) == []
        raise Undone


def answer_one(session: Session, referral: UUID, choice: int) -> None:
    """One of the answers that are possible now."""
    found = referral_queries.find_referral(session, referral)
    assert found is not None
    steps = list_next_steps(found.state, ENTITY_SIDE)
    if not steps:
        return
    step = steps[choice % len(steps)]
    reason = "No vive en la ciudad" if is_reason_required(step, found.state, mandatory=found.mandatory) else None
    entity = acting("entity", found.entity)
    # What is accepted already is accepted anew with another appointment only.
    in_three_days = Appointment((clock.now() + timedelta(days=3)).isoformat())
    appointment = in_three_days if step.state == found.state else None
    answer_for_entity(session, entity, referral, Answer(step.state, found.version, reason, None, appointment))


def facts_of(session: Session) -> list[VisitFacts]:
    """The visits' facts as they were counted, in order."""
    return [facts for facts in recount.recount_all(session) if not isinstance(facts, ReferralFacts)]


def test_a_person_is_counted_once_a_month_and_once_a_need(session: Session) -> None:
    load_shipped(session)
    after_first_visit: bytes | None = None
    for day, needs in ((0, ["EDU"]), (5, ["EDU", "DDHH"]), (6, ["DDHH"]), (40, ["EDU"])):
        visit = {"who": 1, "day": day, "needs": needs, "vulnerabilities": [], "sex": "F", "agrees": False}
        record_visit(session, AGENT, read_draft(said(visit)))
        # Whoever puts back how the person counted before counts nobody and nothing twice.
        after_first_visit = after_first_visit or session.scalars(select(Person.counted)).one()
        session.execute(update(Person).values(counted=after_first_visit))
    first, second, again, third = sorted(facts_of(session), key=lambda facts: facts.day)
    assert (again.first_this_month, again.new_needs) == (False, ())
    assert (first.first_ever, first.first_this_month, first.new_needs) == (True, True, ("EDU",))
    assert (second.first_ever, second.first_this_month, second.new_needs) == (False, False, ("DDHH",))
    assert (third.first_ever, third.first_this_month, third.new_needs) == (False, True, ("EDU",))


def test_who_comes_again_is_counted_as_before_in_the_month(session: Session) -> None:
    load_shipped(session)
    for day, sex in ((0, "F"), (5, "M"), (40, "M")):
        visit = {"who": 1, "day": day, "needs": ["EDU"], "vulnerabilities": [], "sex": sex, "agrees": False}
        record_visit(session, AGENT, read_draft(said(visit)))
    assert [facts.person["sex"] for facts in sorted(facts_of(session), key=lambda facts: facts.day)] == ["F", "F", "M"]


def test_a_visit_entered_late_does_not_count_the_person_twice(session: Session) -> None:
    load_shipped(session)
    for day in (10, 2):
        visit = {"who": 1, "day": day, "needs": ["EDU"], "vulnerabilities": [], "sex": "F", "agrees": False}
        record_visit(session, AGENT, read_draft(said(visit)))
    assert sum(facts.first_this_month for facts in facts_of(session)) == 1
