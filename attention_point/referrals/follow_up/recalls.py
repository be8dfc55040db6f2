"""What entities are asked to stop using: data of people who were erased, or who took their consent back.

An entity keeps papers and files of its own, which no erasure here reaches. So it is told which ones by the number of
the visit, until it says that it did what was asked; then the row is deleted.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import NotFound, VaultError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import get_vault
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.models import DataRecall
from attention_point.referrals.notices import pad_content, queue_notice

SEALING_PURPOSE = "data_recall"
ERASED, REVOKED = "erased", "revoked"


@dataclass(frozen=True, slots=True)
class Recall:
    """What one entity is asked about one referral. ``reason`` is ``erased`` or ``revoked``, ``asked_on`` since when."""

    id: UUID
    entity: str
    referral_id: UUID
    reference: str
    referred_on: date
    reason: str
    asked_on: date


def recall_data(
    session: Session, referrals: Collection[DecryptedReferral], references: Mapping[UUID, str], reason: str
) -> None:
    """Ask the entities of some referrals to stop using what they keep. ``references`` are numbers by the visit's id."""
    # Who first took a consent back and is then erased is asked about once, for the more.
    recalled_ids = {referral.id for referral in referrals}
    earlier = [recall.id for recall in list_recalls(session) if recall.referral_id in recalled_ids]
    session.execute(delete(DataRecall).where(DataRecall.id.in_(earlier)))
    for referral in referrals:
        content = {
            "entity": referral.entity,
            "referral": referral.id.hex,
            "reference": references.get(referral.visit_id, ""),
            # No service: those of confidential referrals may stand on no ordinary page, and where one alone is left
            # out it tells by that. The number is enough.
            "referred_on": referral.day.isoformat(),
            "reason": reason,
            "asked_on": clock.today().isoformat(),
        }
        row_id = new_id()
        sealed = get_vault(session).seal(SEALING_PURPOSE, row_id, pad_content(content))
        session.execute(insert(DataRecall).values(id=row_id, sealed=sealed))
        queue_notice(session, "recall", referral.entity, [referral.id])


def list_recalls(session: Session, entity: str | None = None) -> list[Recall]:
    """What waits for an entity, or for all of them, the oldest first. One that does not open is noted as damage."""
    # Which entity a row is for stands sealed: it would tell what the erased person needed. They are few.
    rows = session.scalars(select(DataRecall).order_by(DataRecall.id)).all()
    recalls = list(_open_rows(session, rows))
    return [recall for recall in recalls if entity in (None, recall.entity)]


def _open_rows(session: Session, rows: Iterable[DataRecall]) -> Iterable[Recall]:
    for row in rows:
        try:
            content: dict[str, Any] = json.loads(get_vault(session).open(SEALING_PURPOSE, row.id, row.sealed))
        except VaultError as error:
            note_damage(session, error)
            continue
        yield Recall(
            row.id,
            content["entity"],
            UUID(content["referral"]),
            content["reference"],
            date.fromisoformat(content["referred_on"]),
            content["reason"],
            date.fromisoformat(content["asked_on"]),
        )


def confirm_recall(session: Session, actor: Actor, recall_id: UUID) -> None:
    """Note that the actor's entity stopped using what was asked for. Raises NotFound, also for another entity's."""
    # One in a transaction: rows that went together would tell that several people were sent to the same entity.
    recall = next((entry for entry in list_recalls(session, actor.entity or "") if entry.id == recall_id), None)
    if recall is None:
        raise NotFound(_("This was confirmed already."))
    session.execute(delete(DataRecall).where(DataRecall.id == recall_id))
    journal.record(session, actor, "referral.recall_done", "referral", recall.referral_id)
