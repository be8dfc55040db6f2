"""Why entities rejected: reasons are sealed, so the newest rejections of a period are opened, a bounded number."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.dates import first_of_next_month
from attention_point.foundation import clock
from attention_point.referrals import queries, rules
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.entity_rows.entity_tags import find_entity
from attention_point.referrals.models import Referral
from attention_point.referrals.monitor.filters import Filters

MAX_OPENED = 500  # of all entities together
MIN_OPENED = 20  # of each
MAX_CHANGES_READ = 10_000
"""Among so many of the newest answers of all entities those of each are looked for."""
# A rejected one that the desk has closed was rejected all the same.
_STATES = ("rejected", "closed")


def count_reasons(
    session: Session, entities: Sequence[str], filters: Filters, *, hides_restricted: bool
) -> tuple[dict[str, Counter[str]], bool]:
    """The codes of the newest rejections of a period by entity, and whether older ones were left out."""
    reasons: dict[str, Counter[str]] = {}
    limit = max(MAX_OPENED // max(len(entities), 1), MIN_OPENED)
    latest_ids, is_cut = _list_latest(session, frozenset(entities), filters, limit)
    for entity, ids in latest_ids.items():
        referrals = _open_referrals(session, ids)
        found_codes = (
            find_reason_code(referral, hides_restricted=hides_restricted)
            for referral in referrals
            if filters.point in (None, referral.point)
        )
        codes = Counter(filter(None, found_codes))
        if codes:
            reasons[entity] = codes
    return reasons, is_cut


def find_reason_code(referral: DecryptedReferral, *, hides_restricted: bool) -> str | None:
    """The code of the reason of the last rejection that stands; None for a referral that was not rejected.

    ``hides_restricted``: that of a confidential referral is ``OTHER_REASON``.
    """
    answers = rules.list_standing_answers(referral.record["answers"])
    rejections = [answer for answer in answers if answer["state"] == "rejected"]
    # Rejections of an older version of the program have words alone.
    if rejections and hides_restricted and referral.restricted:
        # Left out, it would be the one by which the rejections of an entity are more than their reasons.
        return rules.OTHER_REASON
    return (rejections[-1].get("reason_code") or rules.OTHER_REASON) if rejections else None


def _list_latest(
    session: Session, entities: Collection[str], filters: Filters, limit: int
) -> tuple[dict[str, list[UUID]], bool]:
    """The ids of the newest rejections of each entity, at most ``limit``, and whether there are more."""
    first = datetime.combine(filters.months[0], time(), clock.TIME_ZONE)
    end = datetime.combine(first_of_next_month(filters.months[-1]), time(), clock.TIME_ZONE)
    query = (
        select(Referral.id, Referral.entity_tag)
        .where(Referral.state_at >= first, Referral.state_at < end, Referral.state.in_(_STATES))
        .order_by(Referral.state_at.desc())
        .limit(MAX_CHANGES_READ)
    )
    rows = session.connection().execute(query).all()
    ids: defaultdict[str, list[UUID]] = defaultdict(list)
    # Thousands of rows have some hundreds of tags: each is looked up once.
    entities_by_tag: dict[int, str | None] = {}
    for referral_id, tag in rows:
        if tag not in entities_by_tag:
            entities_by_tag[tag] = find_entity(session, referral_id, tag)
        entity = entities_by_tag[tag]
        if entity is not None and entity in entities:
            ids[entity].append(referral_id)
    is_cut = len(rows) == MAX_CHANGES_READ or any(len(entity_ids) > limit for entity_ids in ids.values())
    return {entity: ids[entity][:limit] for entity in sorted(ids)}, is_cut


def _open_referrals(session: Session, ids: Sequence[UUID]) -> list[DecryptedReferral]:
    referrals = queries.list_referrals_by_ids(session, ids)
    return [referral for referral in referrals if isinstance(referral, DecryptedReferral)]
