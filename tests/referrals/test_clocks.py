"""The clock of a referral: terms in working days, also over a long weekend, and where a referral stands in it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.directory.models import Service
from attention_point.foundation import clock
from attention_point.referrals import queries, services
from attention_point.referrals.appointments import Appointment
from attention_point.referrals.clocks import (
    DEFAULT_CLOCK,
    Lateness,
    find_due_day,
    find_lateness,
    parse_clock,
)
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from tests.support.directory import load_shipped
from tests.support.visits import acting, person, recorded

OFFICER = acting("entity", "sena")
# The Friday before a Monday that is a holiday: the Assumption of 2017-08-15 is kept on 2017-08-21 (Ley 51/1983).
FRIDAY_BEFORE_A_LONG_WEEKEND = date(2017, 8, 18)


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 17, tzinfo=UTC)  # noon in Bogota


def new_referral(session: Session, **changes: Any) -> DecryptedReferral:
    answer = recorded(session, **{"person": person(), "needs": ["EMP-SENA"], **changes})
    return read(session, UUID(answer["referrals"][0]["id"]))


def read(session: Session, referral: UUID) -> DecryptedReferral:
    decrypted = queries.find_referral(session, referral)
    assert decrypted is not None
    return decrypted


def set_clock(session: Session, service: str, stored_clock: dict[str, int] | None) -> None:
    session.execute(update(Service).where(Service.code == service).values(clock=stored_clock))
    directory_queries.forget_directory(session)


def test_a_clock_runs_over_a_long_weekend_in_working_days(session: Session) -> None:
    with clock.override_now(at_noon(FRIDAY_BEFORE_A_LONG_WEEKEND)):
        referral = new_referral(session)
    # Two working days to open: Tuesday and Wednesday. Saturday, Sunday and the holiday on Monday do not count.
    assert find_lateness(referral, at_noon(date(2017, 8, 21))) is Lateness.ON_TIME
    assert find_lateness(referral, at_noon(date(2017, 8, 23))) is Lateness.ON_TIME
    assert find_lateness(referral, at_noon(date(2017, 8, 24))) is Lateness.TO_OPEN
    assert find_due_day(referral) == date(2017, 8, 28)
    assert find_lateness(referral, at_noon(date(2017, 8, 28))) is Lateness.TO_OPEN
    assert find_lateness(referral, at_noon(date(2017, 8, 29))) is Lateness.TO_ANSWER
    assert find_lateness(referral, at_noon(date(2017, 9, 18))) is Lateness.TO_ANSWER
    assert find_lateness(referral, at_noon(date(2017, 9, 19))) is Lateness.EXPIRED


def test_a_day_ends_at_midnight_of_the_point(session: Session) -> None:
    with clock.override_now(datetime(2017, 8, 19, 3, tzinfo=UTC)):  # still Friday evening in Bogota
        referral = new_referral(session)
    assert find_due_day(referral) == date(2017, 8, 28)
    assert find_lateness(referral, datetime(2017, 8, 29, 4, 59, tzinfo=UTC)) is Lateness.TO_OPEN
    assert find_lateness(referral, datetime(2017, 8, 29, 5, tzinfo=UTC)) is Lateness.TO_ANSWER


def test_an_urgent_referral_has_the_next_working_day(session: Session) -> None:
    with clock.override_now(at_noon(FRIDAY_BEFORE_A_LONG_WEEKEND)):
        referral = new_referral(
            session, person=person(birth_date="2008-03-17"), needs=["EDU"], household={"accompanied_by": "alone"}
        )
    assert referral.mandatory
    assert find_lateness(referral, at_noon(date(2017, 8, 22))) is Lateness.ON_TIME
    assert find_lateness(referral, at_noon(date(2017, 8, 23))) is Lateness.TO_ANSWER


def test_a_service_has_a_clock_of_its_own_and_what_runs_keeps_its_own(session: Session) -> None:
    with clock.override_now(at_noon(date(2017, 8, 9))):
        load_shipped(session)
        set_clock(session, "EMP-SENA", {"open": 1, "answer": 2, "expire": 4})
        referral = new_referral(session)
        set_clock(session, "EMP-SENA", None)
        for same in (referral, read(session, referral.id)):
            assert find_lateness(same, at_noon(date(2017, 8, 15))) is Lateness.TO_ANSWER
            assert find_lateness(same, at_noon(date(2017, 8, 16))) is Lateness.EXPIRED


def test_what_is_accepted_is_late_after_its_appointment_and_never_expires(session: Session) -> None:
    with clock.override_now(at_noon(date(2017, 8, 9))):
        referral = new_referral(session)
        appointment = Appointment("2017-09-01T09:00:00-05:00")
        answer = services.Answer("accepted", 1, appointment=appointment)
        accepted = services.answer_for_entity(session, OFFICER, referral.id, answer)
    assert find_lateness(accepted, at_noon(date(2017, 9, 29))) is Lateness.ON_TIME
    assert find_lateness(accepted, at_noon(date(2017, 9, 30))) is Lateness.TO_FINISH
    assert find_lateness(accepted, at_noon(date(2018, 9, 30))) is Lateness.TO_FINISH
    with clock.override_now(at_noon(date(2017, 9, 1))):
        attended = services.answer_for_entity(session, OFFICER, referral.id, services.Answer("attended", 2))
    assert find_lateness(attended, at_noon(date(2018, 9, 30))) is Lateness.ON_TIME


def test_to_open_a_referral_stops_the_first_term_and_no_other(session: Session) -> None:
    with clock.override_now(at_noon(FRIDAY_BEFORE_A_LONG_WEEKEND)):
        referral = new_referral(session)
        services.mark_referral_seen(session, OFFICER, referral.id)
    seen = read(session, referral.id)
    assert find_lateness(seen, at_noon(date(2017, 8, 25))) is Lateness.ON_TIME
    assert find_lateness(seen, at_noon(date(2017, 8, 29))) is Lateness.TO_ANSWER


ORDER = [Lateness.ON_TIME, Lateness.TO_OPEN, Lateness.TO_ANSWER, Lateness.EXPIRED]


@pytest.fixture(scope="module")
def bare_referral() -> DecryptedReferral:
    now = at_noon(date(2017, 8, 9))
    values: dict[str, Any] = dict.fromkeys(("id", "visit_id", "person_id", "day", "entity", "point", "key"))
    values |= {"state": "created", "created_at": now, "state_at": now, "version": 1, "record": {"answers": []}}
    return DecryptedReferral(**values)


@given(hours=st.integers(0, 24 * 60), more=st.integers(0, 24 * 60))
def test_who_waits_longer_is_never_less_late(bare_referral: DecryptedReferral, hours: int, more: int) -> None:
    earlier = bare_referral.created_at + timedelta(hours=hours)
    states = [find_lateness(bare_referral, moment) for moment in (earlier, earlier + timedelta(hours=more))]
    assert ORDER.index(states[0]) <= ORDER.index(states[1])


def test_without_a_clock_of_its_own_a_service_has_that_of_all() -> None:
    assert parse_clock(None) == DEFAULT_CLOCK
