"""What becomes of a visit's referrals when the visit is corrected or annulled.

The functions here return the change of counts, so that the caller moves all counts of its transaction at once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.language import N_
from attention_point.referrals import notices, queries, rules
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.models import Referral
from attention_point.tallies.counted_cells import CellKey, build_referral_cells

# The entity reads these. What the agent wrote as the reason of a correction was not written for it.
NEED_TAKEN_AWAY = N_("The attention point corrected the visit: this service is no longer needed.")
OTHER_PATH = N_("The attention point corrected the visit: what is right for the person now is another way.")
CONSENT_TAKEN_AWAY = N_("The attention point corrected the visit: the person does not agree to be referred.")
CONSENT_REVOKED = N_("The person took the consent back: do not use these data any more.")
VISIT_ANNULLED = N_("The attention point annulled the visit.")
CONSENT_ENDED = frozenset({CONSENT_TAKEN_AWAY, CONSENT_REVOKED})
"""Who was referred does not agree, or not any more: nobody may go on reading whom the referral is about."""

_UPDATE_REFERRAL = (
    update(Referral)
    .where(Referral.id == bindparam("referral"))
    .values(
        point=bindparam("new_point"),
        day=bindparam("new_day"),
        state=bindparam("new_state"),
        state_at=bindparam("new_time"),
        sealed=bindparam("new_sealed"),
        version=bindparam("new_version"),
    )
)


def withdraw_referral(
    session: Session, actor: Actor, referral: DecryptedReferral, reason: str, *, is_month_open: bool
) -> Counter[CellKey]:
    """Withdraw an open referral that the visit no longer asks for. ``reason`` is a message id that the entity reads.

    In an open month it counts no more, as if it had never been made; in a closed one it counts as withdrawn.
    """
    withdrawn_referral = _end_referral(actor, referral, reason, clock.now())
    record = withdrawn_referral.record | ({"uncounted": True} if is_month_open else {})
    return _save_change(session, actor, referral, replace(withdrawn_referral, record=record))


def reroute_referral(session: Session, referral: DecryptedReferral, suggestion: Mapping[str, Any]) -> Counter[CellKey]:
    """Let an open referral say the procedure that is right now, at the entity that it was made to.

    ``suggestion`` is a sealed one. What the entity does not see stays hidden from it.
    """
    withheld_fields = {*referral.record.get("withheld_fields", ()), *suggestion["withheld_fields"]}
    record = {**referral.record, **suggestion, "withheld_fields": sorted(withheld_fields)}
    return _store_change(session, referral, replace(referral, version=referral.version + 1, record=record))


def annul_referral(
    session: Session, actor: Actor, referral: DecryptedReferral, *, is_month_open: bool
) -> Counter[CellKey]:
    """Withdraw a referral of an annulled visit; one that was answered keeps its answer and says what happened."""
    record: dict[str, Any] = {"visit_annulled_on": clock.today().isoformat()}
    if is_month_open:
        record["uncounted"] = True
    annulled_referral = (
        _end_referral(actor, referral, VISIT_ANNULLED, clock.now())
        if referral.state in rules.OPEN_STATES
        else replace(referral, version=referral.version + 1)
    )
    return _save_change(session, actor, referral, replace(annulled_referral, record=annulled_referral.record | record))


def move_referrals(session: Session, referrals: Iterable[DecryptedReferral], point: str, day: date) -> Counter[CellKey]:
    """Let referrals count at the corrected point and on the corrected day of their visit."""
    cells: Counter[CellKey] = Counter()
    for referral in referrals:
        if (referral.point, referral.day) != (point, day):
            cells.update(_store_change(session, referral, replace(referral, point=point, day=day)))
    return cells


def _end_referral(actor: Actor, referral: DecryptedReferral, reason: str, now: datetime) -> DecryptedReferral:
    answer = {
        "at": now.isoformat(),
        "by": actor.journal_label,
        "state": "withdrawn",
        "reason": reason,
        "note": None,
        "by_correction": True,
    }
    record = {**referral.record, "answers": [*referral.record["answers"], answer]}
    return replace(referral, state="withdrawn", state_at=now, version=referral.version + 1, record=record)


def _save_change(
    session: Session, actor: Actor, before: DecryptedReferral, after: DecryptedReferral
) -> Counter[CellKey]:
    if before.state != after.state:
        journal.record(session, actor, "referral.answer", "referral", before.id, state=after.state, before=before.state)
        notices.queue_notice(session, "withdrawn", before.entity, [before.id])
    return _store_change(session, before, after)


def _store_change(session: Session, before: DecryptedReferral, after: DecryptedReferral) -> Counter[CellKey]:
    session.execute(
        _UPDATE_REFERRAL,
        {
            "referral": after.id,
            "new_point": after.point,
            "new_day": after.day,
            "new_state": after.state,
            "new_time": after.state_at,
            "new_version": after.version,
            "new_sealed": after.key.seal(queries.SEALING_PURPOSE, after.id, after.record, version=after.version),
        },
    )
    cells: Counter[CellKey] = Counter()
    if before.is_counted:
        cells.subtract(build_referral_cells(before.facts))
    if after.is_counted:
        cells.update(build_referral_cells(after.facts))
    return cells


def count_new_referrals(session: Session, referral_ids: Iterable[UUID]) -> Counter[CellKey]:
    """The counts of referrals that a correction has just made."""
    cells: Counter[CellKey] = Counter()
    for referral in queries.list_referrals_by_ids(session, list(referral_ids)):
        if isinstance(referral, DecryptedReferral):
            cells.update(build_referral_cells(referral.facts))
    return cells
