"""Why entities rejected: reasons are sealed, so the newest rejections of a period are opened, a bounded number."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.dates import first_of_next_month
from attention_point.foundation import clock
from attention_point.referrals import queries, rules
from attention_point.referrals.models import Referral
from attention_point.referrals.monitor.filters import Filters
from attention_point.referrals.queries import DecryptedReferral

MAX_OPENED = 500  # of all entities together
MIN_OPENED = 20  # of each
MAX_CHANGES_READ = 10_000
"""Among so many of its newest changes an entity's rejections are looked for."""
# A rejected one that the desk has closed was rejected all the same.
_STATES = ("rejected", "closed")


def count_reasons(
    session: Session, entities: Sequence[str], filters: Filters, *, hides_restricted: bool
) -> tuple[dict[str, Counter[str]], bool]:
    """The codes of the newest rejections of a period by entity, and whether older ones were left out."""
    reasons: dict[str, Counter[str]] = {}
    is_cut = False
    limit = max(MAX_OPENED // max(len(entities), 1), MIN_OPENED)
    for entity in entities:
        referrals = _list_latest(session, entity, filters, limit)
        is_cut |= len(referrals) == limit
        shown_referrals = (
            referral
            for referral in referrals
            if filters.point in (None, referral.point) and not (hides_restricted and referral.restricted)
        )
        codes = Counter(filter(None, map(find_reason_code, shown_referrals)))
        if codes:
            reasons[entity] = codes
    return reasons, is_cut


def find_reason_code(referral: DecryptedReferral) -> str | None:
    """The code of the reason of the last rejection that stands; None for a referral that was not rejected."""
    answers = rules.list_standing_answers(referral.record["answers"])
    rejections = [answer for answer in answers if answer["state"] == "rejected"]
    # Rejections of an older version of the program have words alone.
    return (rejections[-1].get("reason_code") or rules.OTHER_REASON) if rejections else None


def _list_latest(session: Session, entity: str, filters: Filters, limit: int) -> list[DecryptedReferral]:
    first = datetime.combine(filters.months[0], time(), clock.TIME_ZONE)
    end = datetime.combine(first_of_next_month(filters.months[-1]), time(), clock.TIME_ZONE)
    changes = (
        select(Referral.id, Referral.state, Referral.state_at)
        .where(Referral.entity == entity, Referral.state_at >= first, Referral.state_at < end)
        .order_by(Referral.state_at.desc())
        .limit(MAX_CHANGES_READ)
        .subquery()
    )
    query = select(changes.c.id).where(changes.c.state.in_(_STATES)).order_by(changes.c.state_at.desc()).limit(limit)
    referrals = queries.list_referrals_by_ids(session, session.scalars(query).all())
    return [referral for referral in referrals if isinstance(referral, DecryptedReferral)]
