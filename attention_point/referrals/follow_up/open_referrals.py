"""The open referrals of the points, oldest first, read in parts."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.referrals import queries
from attention_point.referrals.decrypted_referrals import ListedReferral
from attention_point.referrals.models import Referral
from attention_point.referrals.rules import OPEN_STATES

BATCH_SIZE = 200


def list_oldest_at_point(
    session: Session, point: str, state: str, after: UUID | None, size: int
) -> tuple[list[ListedReferral], UUID | None]:
    """A point's oldest referrals in a state, confidential ones too; and after which id more follow, None at the end."""
    query = (
        select(Referral.id).where(Referral.point == point, Referral.state == state).order_by(Referral.id).limit(size)
    )
    ids = session.scalars(query if after is None else query.where(Referral.id > after)).all()
    # Of erased people nothing is listed, so that the list alone does not say whether there is more.
    return _list_by_ids(session, ids), ids[-1] if len(ids) == size else None


def list_all_open(session: Session) -> Iterator[list[ListedReferral]]:
    """The open referrals of all points, a part at a time, those of each state oldest first."""
    for point in directory_queries.list_points(session):
        for state in OPEN_STATES:
            after: UUID | None = None
            while True:
                referrals, after = list_oldest_at_point(session, point.code, state, after, BATCH_SIZE)
                yield referrals
                if after is None:
                    break


def _list_by_ids(session: Session, referral_ids: Sequence[UUID]) -> list[ListedReferral]:
    return sorted(queries.list_referrals_by_ids(session, referral_ids), key=lambda referral: referral.id)
