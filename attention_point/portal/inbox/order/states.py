"""The states of referrals as they stand in the database."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.referrals.models import Referral


def find_states(session: Session, referral_ids: Iterable[UUID]) -> list[tuple[UUID, str]]:
    """The state of each of some referrals."""
    query = select(Referral.id, Referral.state).where(Referral.id.in_(list(referral_ids)))
    return [(row.id, row.state) for row in session.connection().execute(query)]
