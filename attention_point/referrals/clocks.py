"""The clock of a referral: by when its entity should open it, answer it and serve the person, and when it runs out.

Terms are working days of Colombia, which begin on the day after (``foundation/workdays.py``); the last day counts in
full. The clock of the service is sealed with the referral when it is made: a service whose clock is changed later
alters no term that runs. Referrals of an older version have the clock that holds for all.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.workdays import add_working_days
from attention_point.referrals.decrypted_referrals import DecryptedReferral, ListedReferral
from attention_point.referrals.rules import WAITING_STATES


class ServiceClock(NamedTuple):
    """The terms of a service in working days: to open a referral, to answer it, and until it runs out."""

    open: int
    answer: int
    expire: int


# Two days to open, a week to answer, and a month until the person is told that no answer came.
DEFAULT_CLOCK = ServiceClock(open=2, answer=5, expire=20)
# The person is told to go today: the entity has the next working day, whatever the service's clock says.
URGENT_TERM = 1


class Lateness(StrEnum):
    """Where a referral stands in its clock. ``EXPIRED``: it has run out, whether its state says so already or not."""

    ON_TIME = "on_time"
    TO_OPEN = "to_open"
    TO_ANSWER = "to_answer"
    TO_FINISH = "to_finish"
    EXPIRED = "expired"


LATE = frozenset({Lateness.TO_OPEN, Lateness.TO_ANSWER, Lateness.TO_FINISH, Lateness.EXPIRED})


def parse_clock(stored: Mapping[str, int] | None) -> ServiceClock:
    """The clock of a service or of a sealed record; where none is stored, the one that holds for all."""
    return ServiceClock(stored["open"], stored["answer"], stored["expire"]) if stored else DEFAULT_CLOCK


def find_clock(referral: ListedReferral) -> ServiceClock:
    """The clock by which a referral is judged. Of a damaged one nobody knows the service: the one for all."""
    if not isinstance(referral, DecryptedReferral):
        return DEFAULT_CLOCK
    service_clock = parse_clock(referral.record.get("clock"))
    if referral.urgent:
        return service_clock._replace(
            open=min(service_clock.open, URGENT_TERM), answer=min(service_clock.answer, URGENT_TERM)
        )
    return service_clock


def find_lateness(referral: ListedReferral, now: datetime) -> Lateness:
    """Where a referral stands in its clock at a moment. What has its outcome, or was withdrawn, is never late."""
    if referral.state == "expired":
        return Lateness.EXPIRED
    today = clock.local_day(now)
    if referral.state in WAITING_STATES:
        start, service_clock = clock.local_day(find_start(referral)), find_clock(referral)
        if today > _add_term(start, service_clock.expire):
            return Lateness.EXPIRED
        if today > _add_term(start, service_clock.answer):
            return Lateness.TO_ANSWER
        if referral.state == "created" and today > _add_term(start, service_clock.open):
            return Lateness.TO_OPEN
    elif referral.state == "accepted" and today > _find_last_day_to_finish(referral):
        return Lateness.TO_FINISH
    return Lateness.ON_TIME


def find_due_day(referral: ListedReferral) -> date | None:
    """The last day for what the entity owes next: an answer, or the outcome of what it accepted. None: it owes nothing.

    A referral that is not opened owes its answer too, so that the day of the answer stands for both.
    """
    if referral.state in WAITING_STATES:
        return _add_term(clock.local_day(find_start(referral)), find_clock(referral).answer)
    return _find_last_day_to_finish(referral) if referral.state == "accepted" else None


def find_start(referral: ListedReferral) -> datetime:
    """When its present term began: with the creation, when it was opened anew, or when it was accepted."""
    if referral.state not in WAITING_STATES:
        return referral.state_at
    return referral.waiting_since if isinstance(referral, DecryptedReferral) else referral.created_at


def _find_last_day_to_finish(referral: ListedReferral) -> date:
    """Of an accepted referral: the term of the service after it was accepted, or after its appointment."""
    start = clock.local_day(find_start(referral))
    if isinstance(referral, DecryptedReferral) and referral.appointment:
        start = max(start, clock.local_day(referral.appointment.at))
    return _add_term(start, find_clock(referral).expire)


@lru_cache(maxsize=4096)
def _add_term(start: date, day_count: int) -> date:
    # A list asks for the same few days again and again, and each counts the holidays between.
    return add_working_days(start, day_count)


def add_terms_of_service(session: Session, record: Mapping[str, Any]) -> dict[str, Any]:
    """The record of a new referral with what its service lays down today: its clock, and that it asks for no papers."""
    service = directory_queries.find_service(session, record["service"])
    terms: dict[str, Any] = {}
    if service and service.clock:
        terms["clock"] = dict(service.clock)
    if service and service.documents_none:
        terms["documents_none"] = True
    return {**record, **terms}
