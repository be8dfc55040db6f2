"""Erasing somebody who was sent to entities: they are told to erase what they keep of this person too."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.intake import queries as intake_queries
from attention_point.intake.records.visit_search import find_references
from attention_point.people import merging
from attention_point.people.erasure.services import ErasureResult, erase_person
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.follow_up import recalls
from attention_point.referrals.queries import DecryptedReferral


def erase_person_everywhere(
    session: Session, actor: Actor, person_id: UUID, ground: str, note: str = ""
) -> ErasureResult:
    """Erase a person and ask the entities that had a referral to erase what they keep. Raises as ``erase_person``."""
    # First, while the referrals still say to whom they went. What is erased because its time is over is not told: each
    # entity has times of its own.
    people = merging.list_linked(session, person_id)
    recall_referrals(session, list_referrals_of_people(session, people), recalls.ERASED)
    return erase_person(session, actor, person_id, ground, note)


def list_referrals_of_people(session: Session, people: Sequence[UUID]) -> list[DecryptedReferral]:
    """All referrals of some people that open, whatever their state."""
    visits = [visit.id for visit in intake_queries.list_visits_of_people(session, people)]
    referrals = referral_queries.list_referrals_of_visits(session, visits)
    return [referral for referral in referrals if isinstance(referral, DecryptedReferral)]


def recall_referrals(session: Session, referrals: Sequence[DecryptedReferral], reason: str) -> None:
    """Ask the entities of referrals to stop using what they keep; ``reason`` is one of ``recalls``."""
    references = find_references(session, {referral.visit_id for referral in referrals})
    recalls.recall_data(session, referrals, references, reason)
