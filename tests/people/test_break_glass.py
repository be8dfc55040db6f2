"""Reasons for opening files: whom they are asked of, how long they hold, what is stored of them."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Invalid, NotFound
from attention_point.intake.models import Visit
from attention_point.people.break_glass import grants
from attention_point.people.duplicates.decisions import Judgement, decide_pair
from attention_point.people.models import AccessGrant, Person
from attention_point.people.records import view_person
from tests.support.visits import acting, recorded
from tests.support.visits import person as person_fields

SUPERVISOR = acting("supervisor")


@pytest.fixture
def person(session: Session) -> UUID:
    return session.get_one(Visit, UUID(recorded(session)["id"])).person_id


def test_only_who_sees_what_is_confidential_is_asked(session: Session, person: UUID) -> None:
    for actor in (acting("agent"), SYSTEM):
        assert view_person(session, actor, person, "page").id == person
    for purpose in get_code_list("viewing_purposes"):
        if purpose.attributes.get("asks_reason"):
            with pytest.raises(grants.ReasonRequired) as refusal:
                view_person(session, SUPERVISOR, person, purpose.code)
            assert refusal.value.person == person
        else:
            view_person(session, SUPERVISOR, person, purpose.code)
    with pytest.raises(ValueError, match="purpose"):
        view_person(session, SYSTEM, person, "curiosity")
    with pytest.raises(NotFound):  # nobody is asked about somebody who is not there
        view_person(session, SUPERVISOR, new_id(), "page")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.lists(st.integers(-30, 90), max_size=6))
def test_a_reason_holds_from_its_moment_for_its_time(session: Session, person: UUID, minutes: list[int]) -> None:
    """Whatever the clock does: a reason of the future, which a wrong clock wrote, opens nothing."""
    actor, now = acting("supervisor"), clock.now()
    openings: list[datetime] = []
    for number, step in enumerate(minutes):
        now += timedelta(minutes=step)
        with clock.override_now(now):
            holds = any(opened <= now < opened + grants.GRANT_LENGTH for opened in openings)
            assert grants.may_see_confidential(session, actor, person) is holds
            if number % 2 == 0:
                grants.open_file(session, actor, person, "review")
                openings.append(now)
                assert grants.may_see_confidential(session, actor, person)
    assert not grants.may_see_confidential(session, SUPERVISOR, person)


def test_a_reason_holds_for_all_records_of_one_person(session: Session) -> None:
    known = person_fields()
    for name in ("Ana", "Luisa", "Rosa"):
        recorded(session, person={**known, "given_names": name})
    first, second, third = session.scalars(select(Person.id).order_by(Person.id))
    decide_pair(session, acting("agent"), second, first, Judgement("one-person-said-so", second))
    grants.open_file(session, SUPERVISOR, second, "review")
    sees = grants.build_confidential_filter(session, SUPERVISOR)
    assert [sees(row) for row in (first, second, third)] == [True, True, False]


def test_the_reason_is_sealed_with_the_person_and_goes_with_her(session: Session, person: UUID) -> None:
    grants.open_file(session, SUPERVISOR, person, "other", "  Pidió   verla su abogada ")
    grants.open_file(session, SUPERVISOR, person, "review")
    rows = session.scalars(select(AccessGrant)).all()
    assert not any(b"abogada" in row.sealed for row in rows)
    stated = grants.list_grants(session, clock.now() - timedelta(days=1), 10)
    assert {(reason.reason, reason.words) for reason in stated} == {("other", "Pidió verla su abogada"), ("review", "")}
    assert grants.delete_grants(session, [person]) == 2
    assert not grants.may_see_confidential(session, SUPERVISOR, person)


def test_no_row_tells_by_its_length_who_wrote_words_of_her_own(session: Session, person: UUID) -> None:
    for words in ("", "x" * 200, "ñ" * 200, '"' * 200, "\U00020000" * 200):
        grants.open_file(session, SUPERVISOR, person, "other" if words else "review", words)
    assert len({len(sealed) for sealed in session.scalars(select(AccessGrant.sealed))}) == 1


@pytest.mark.parametrize(
    ("reason", "words", "field"),
    [("", "", "reason"), ("curiosity", "", "reason"), ("other", "", "words"), ("other", "x" * 201, "words"),
     ("other", "a\x00b", "words")],
)  # fmt: skip
def test_what_is_no_reason_is_refused(session: Session, person: UUID, reason: str, words: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        grants.open_file(session, SUPERVISOR, person, reason, words)
    assert [error.field for error in refusal.value.field_errors] == [field]
    assert session.scalars(select(AccessGrant)).all() == []
