"""Writes the rows of visits: their references and codes, what was sealed before, and their referrals."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from attention_point.foundation.database import PreparedStatement, get_dialect, get_single_value
from attention_point.foundation.database.upserts import build_insert
from attention_point.foundation.language import encode_message_values
from attention_point.foundation.vault import get_vault, number_order
from attention_point.intake.models import Visit, VisitCounter
from attention_point.referrals import services as referral_services
from attention_point.routing.rule_types import Suggestion

# Base32 without O and I, with 8 and 9: it has neither 0 nor 1, so that nothing is mistaken. A letter a random byte:
# 256 is a multiple of 32, so each letter is as likely as any other.
_CODE_LETTERS = b"ABCDEFGH9JKLMN8PQRSTUVWXYZ234567" * 8
_INSERT_VISIT = PreparedStatement(insert(Visit), tuple(Visit.__table__.columns.keys()))
_STORED_FINGERPRINT = PreparedStatement(select(Visit.fingerprint).where(Visit.id == bindparam("visit")))


def find_fingerprint(session: Session, visit_id: UUID) -> bytes | None:
    """The fingerprint of the draft that was recorded under this id; None where there is none."""
    fingerprint = get_single_value(_STORED_FINGERPRINT.execute(session, {"visit": visit_id}))
    return None if fingerprint is None else bytes(fingerprint)


def insert_visit(session: Session, values: Mapping[str, Any]) -> None:
    """Insert a visit with all columns but its code, which is made here."""
    _INSERT_VISIT.execute(session, {**values, "code": _generate_code()})


def _generate_code() -> str:
    # 80 random bits that can be read out: nobody finds a slip by trying.
    return secrets.token_bytes(16).translate(_CODE_LETTERS).decode()


def take_references(session: Session, visits: Mapping[UUID, tuple[str, int, str]]) -> dict[UUID, str]:
    """The references of new visits, such as BGA-2017-000123. ``visits`` has the point, the year and the prefix of each.

    The counters stay locked until the transaction ends; they are taken in one order, so that nobody waits for ever.
    """
    # The sort is stable: those of one counter keep their order.
    in_order = sorted(visits.items(), key=lambda visit: visit[1])
    return {
        visit_id: f"{prefix}-{year}-{_take_next_number(session, point, year):06d}"
        for visit_id, (point, year, prefix) in in_order
    }


def take_next_references(session: Session, point: str, year: int, prefix: str, count: int) -> list[str]:
    """The next references of a point, for visits that are still to come: a tablet prints them without network."""
    return [f"{prefix}-{year}-{_take_next_number(session, point, year):06d}" for _number in range(count)]


def _take_next_number(session: Session, point: str, year: int) -> int:
    # One statement takes and reads the number: two registrations can never get the same.
    counter_statement = _build_counter_statement(get_dialect(session).name)
    count = int(get_single_value(counter_statement.execute(session, {"point": point, "year": year, "last": 1})))
    return number_order.choose_number(get_vault(session), f"{point}/{year}", count, date(year, 1, 1))


@cache
def _build_counter_statement(dialect_name: str) -> PreparedStatement:
    # An upsert: the first visit of a point in a year makes the counter, and nobody has to prepare a new year.
    increment = build_insert(dialect_name, VisitCounter).on_conflict_do_update(
        index_elements=["point", "year"], set_={"last": VisitCounter.last + 1}
    )
    return PreparedStatement(increment.returning(VisitCounter.last), ("point", "year", "last"))


def refer_visit(
    session: Session, visit: referral_services.ReferralVisit, referrals: Iterable[Suggestion], now: datetime
) -> list[UUID]:
    """Create the referrals of a visit's plan, and return their ids."""
    chosen_services = [
        referral_services.ChosenService(referral.entity, build_sealed_suggestion(referral)) for referral in referrals
    ]
    return referral_services.create_referrals(session, visit, chosen_services, now)


def build_sealed_suggestion(suggestion: Suggestion) -> dict[str, Any]:
    """A suggestion as it stands in a sealed record: the reason as a message id, to be translated for its reader."""
    return {
        "need": suggestion.need,
        "service": suggestion.service,
        "entity": suggestion.entity,
        "mandatory": suggestion.mandatory,
        "urgent": suggestion.urgent,
        "restricted": suggestion.restricted,
        "reason": [suggestion.reason.msgid, encode_message_values(suggestion.reason.params)],
        "rule": suggestion.rule,
        "papers_missing": suggestion.papers_missing,
        "withheld_fields": list(suggestion.withheld_fields),
        "closed": suggestion.closed,
        "instrument": suggestion.instrument,
        "advice": list(suggestion.advice),
        "rule_set": suggestion.rule_set,
    }
