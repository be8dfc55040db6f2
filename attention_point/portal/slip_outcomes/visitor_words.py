"""What a visitor says of her referrals by the code of the slip: read and stored without knowing who she is.

The code is random and long (16 of 32 signs); whoever has the slip reads no more here than on it. Of violence and
trafficking nothing is shown, and nothing tells that there is something in confidence (decision 36): a slip with such
referrals alone looks like one without any.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.accounts.sign_in import throttle
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import FieldError, Invalid, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.network.ip_addresses import get_visitor_network
from attention_point.intake import queries as intake_queries
from attention_point.intake.models import VOID, Visit
from attention_point.portal import queries
from attention_point.referrals import queries as referral_queries
from attention_point.referrals import rules
from attention_point.referrals import services as referral_services
from attention_point.referrals.decrypted_referrals import DecryptedReferral

VISITOR = Actor(rules.VISITOR_LABEL, None, "visitor", "visitor", frozenset())
"""Whoever holds a slip: nobody knows who it is, and it may do nothing else."""

MAX_WORDS = 20  # of the visitor's about one referral
OLD_AFTER = timedelta(days=365)  # what became of it is told within a year, or at the desk
_SEPARATORS = re.compile(r"[\s.\-·]+")

SlipState = Literal["current", "old", "annulled"]


@dataclass(frozen=True, slots=True)
class VisitorReferral:
    """A referral as its visitor sees it. ``person_number`` counts those who came together; None for one alone.

    ``service`` is empty unless the same entity has two referrals of one person.
    """

    id: UUID
    entity: str
    service: str
    person_number: int | None


@dataclass(frozen=True, slots=True)
class VisitorSlip:
    """A slip by its code: whether something can still be said, and of which referrals."""

    state: SlipState
    referrals: tuple[VisitorReferral, ...] = ()


def parse_slip_code(text: str) -> str | None:
    """The code as it is stored, of what somebody typed; None for what can be no code: damaged, too short, misread."""
    code = _SEPARATORS.sub("", text).upper()
    return code if queries.SLIP_CODE.fullmatch(code) else None


def count_guess(session: Session, code: str, address: str, now: datetime) -> None:
    """Count a code that no slip has. Raises TooManyTries where one network guessed too often, and counts nothing."""
    vault = session.info["vault"]
    # The /64 of an IPv6 address first: with the word before it, it would be read as no address.
    guesser_key = throttle.build_address_key(vault, f"slips/{get_visitor_network(address)}")
    throttle.count_sign_in_attempt(session, throttle.build_account_key(vault, f"slips/{code}"), guesser_key, now)


def find_visitor_slip(session: Session, code: str) -> VisitorSlip | None:
    """The slip of a code, or None if there is none."""
    visit_id = intake_queries.find_visit_by_code(session, code)
    if visit_id is None:
        return None
    row = session.execute(select(Visit.state, Visit.day).where(Visit.id == visit_id)).one()
    if row.state == VOID:
        return VisitorSlip("annulled")
    if clock.today() - row.day > OLD_AFTER:
        return VisitorSlip("old")
    return VisitorSlip("current", tuple(_describe_referrals(_list_sayable(session, visit_id))))


def _list_sayable(session: Session, visit_id: UUID) -> list[DecryptedReferral]:
    return [
        referral
        for referral in queries.list_referrals_of_arrival(session, visit_id)
        # What does not open may be in confidence.
        if isinstance(referral, DecryptedReferral)
        and not referral.restricted
        # No slip names to whom an entity sent her on, and who found an old one at home may look for her.
        and "forwarded_from" not in referral.record
        and referral.visit_annulled_on is None
        and rules.can_record_outcome(referral.state)
    ]


def _describe_referrals(referrals: list[DecryptedReferral]) -> Iterator[VisitorReferral]:
    visit_ids = list(dict.fromkeys(referral.visit_id for referral in referrals))
    places = [(referral.visit_id, referral.entity) for referral in referrals]
    for referral in referrals:
        is_ambiguous = places.count((referral.visit_id, referral.entity)) > 1
        yield VisitorReferral(
            referral.id,
            referral.entity,
            referral.service if is_ambiguous else "",
            visit_ids.index(referral.visit_id) + 1 if len(visit_ids) > 1 else None,
        )


def record_visitor_outcome(session: Session, code: str, referral_id: UUID, outcome: str) -> None:
    """Store in the sealed referral what its visitor says became of it; her last word counts.

    Raises NotFound for another slip's or a confidential referral, Invalid for what is no outcome.
    """
    referral = _lock_referral_of_slip(session, code, referral_id)
    _require_room(sum(entry["by"] == VISITOR.journal_label for entry in referral.person_outcomes))
    # She is shown no earlier word, so that there is none that she could overlook.
    shown = len(referral.person_outcomes)
    referral_services.store_person_outcome(session, VISITOR, referral, outcome, shown)


def record_asked_for_money(session: Session, code: str, referral_id: UUID, *, was_asked: bool) -> None:
    """Store with what the visitor said last whether somebody asked her for money. Raises NotFound as above."""
    referral = _lock_referral_of_slip(session, code, referral_id)
    if not referral.person_outcomes:
        raise NotFound(_("There is no such referral."))
    *earlier_outcomes, newest_outcome = referral.person_outcomes
    if newest_outcome.get("asked_for_money") is was_asked:
        return
    times = newest_outcome.get("times_asked", 0)
    _require_room(times)
    changed_outcome = {**newest_outcome, "asked_for_money": was_asked, "times_asked": times + 1}
    referral_services.store_person_outcomes(session, VISITOR, referral, [*earlier_outcomes, changed_outcome])


def _require_room(count: int) -> None:
    # Without an account anybody could else make a record grow without end, which is opened with each list.
    if count >= MAX_WORDS:
        message = _("You have changed your answer many times. Tell it at the attention point, please.")
        raise Invalid(message, (FieldError("outcome", message),))


def _lock_referral_of_slip(session: Session, code: str, referral_id: UUID) -> DecryptedReferral:
    slip = find_visitor_slip(session, code)
    if slip is None or referral_id not in {referral.id for referral in slip.referrals}:
        raise NotFound(_("There is no such referral."))
    referral = referral_queries.find_referral(session, referral_id, lock=True)
    if referral is None:  # erased a moment ago
        raise NotFound(_("There is no such referral."))
    return referral
