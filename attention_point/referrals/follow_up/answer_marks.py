"""Which answers somebody of the desk has opened: for each of them the version that she saw, sealed in the referral."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.referrals import queries
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.models import Referral
from attention_point.referrals.rules import ANSWER_STATES


def has_opened_answer(referral: DecryptedReferral, actor: Actor) -> bool:
    """Whether the actor has opened the referral since its last answer; one without an answer has none to open."""
    opened_version: int = referral.record.get("answer_opened", {}).get(actor.journal_label, 0)
    return referral.state not in ANSWER_STATES or opened_version >= referral.version


def mark_answer_opened(session: Session, actor: Actor, referral_id: UUID) -> None:
    """Note that the actor has opened the answer. It changes no version: everybody's form stays current."""
    referral = queries.find_referral(session, referral_id, lock=True)
    if referral is None or has_opened_answer(referral, actor):
        return
    opened_versions = {**referral.record.get("answer_opened", {}), actor.journal_label: referral.version}
    sealed = referral.key.seal(
        queries.SEALING_PURPOSE,
        referral.id,
        {**referral.record, "answer_opened": opened_versions},
        version=referral.version,
    )
    session.execute(update(Referral).where(Referral.id == referral.id).values(sealed=sealed))
