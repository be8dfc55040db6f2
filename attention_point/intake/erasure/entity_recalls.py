"""Somebody who was sent to entities is erased, or takes a consent back: they are told, for they keep papers too."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.intake import queries as intake_queries
from attention_point.intake.records.visit_search import find_references
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.follow_up import recalls


def recall_erased(session: Session, people: Sequence[UUID]) -> None:
    """Ask the entities that had a referral of some people to erase what they keep (``Eraser.recall``)."""
    recall_referrals(session, list_referrals_of_people(session, people), recalls.ERASED)


def list_referrals_of_people(session: Session, people: Sequence[UUID]) -> list[DecryptedReferral]:
    """All referrals of some people that open, whatever their state."""
    visits = [visit.id for visit in intake_queries.list_visits_of_people(session, people)]
    referrals = referral_queries.list_referrals_of_visits(session, visits)
    return [referral for referral in referrals if isinstance(referral, DecryptedReferral)]


def recall_referrals(session: Session, referrals: Sequence[DecryptedReferral], reason: str) -> None:
    """Ask the entities of referrals to stop using what they keep; ``reason`` is one of ``recalls``."""
    references = find_references(session, {referral.visit_id for referral in referrals})
    recalls.recall_data(session, referrals, references, reason)
