"""The ids of an entity's referrals by what stands in clear: states, time of the last change. None is opened."""

import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.referrals.models import Referral


def list_changed_since(session: Session, entity: str, moment: datetime) -> list[tuple[UUID, str, int]]:
    """The id, state and version of each referral whose state was set at a moment or later."""
    columns = (Referral.id, Referral.state, Referral.version)
    query = select(*columns).where(Referral.entity == entity, Referral.state_at >= moment)
    return [(row.id, row.state, row.version) for row in session.connection().execute(query)]


def find_states(session: Session, referral_ids: Iterable[UUID]) -> list[tuple[UUID, str]]:
    """The state of each of some referrals."""
    query = select(Referral.id, Referral.state).where(Referral.id.in_(list(referral_ids)))
    return [(row.id, row.state) for row in session.connection().execute(query)]


def count_states(session: Session, entity: str, states: Sequence[str]) -> dict[str, int]:
    """How many referrals of an entity are in each of some states."""
    query = select(Referral.state, func.count()).where(Referral.entity == entity, Referral.state.in_(states))
    return {state: count for state, count in session.connection().execute(query.group_by(Referral.state))}


def list_ids(
    session: Session,
    entity: str,
    states: Sequence[str],
    size: int,
    *,
    newest_first: bool,
    after: UUID | None = None,
) -> list[tuple[UUID, str]]:
    """The ids and states of at most ``size`` referrals, by the time in their ids."""
    # A part for each state, so that each is read from its index and no engine sorts all that an entity has ended.
    parts = []
    for state in states:
        query = select(Referral.id).where(Referral.entity == entity, Referral.state == state)
        if after is not None:
            query = query.where(Referral.id < after if newest_first else Referral.id > after)
        ordered_query = query.order_by(Referral.id.desc() if newest_first else Referral.id).limit(size)
        parts.append([(row.id, state) for row in session.connection().execute(ordered_query)])
    return list(islice(heapq.merge(*parts, reverse=newest_first), size))
