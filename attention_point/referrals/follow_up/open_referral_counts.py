"""How many referrals are open now, by entity and by the day on which they were made. None is opened.

The open rows are counted by their tags, of which each belongs to one entity and day, up to a bound.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from attention_point.referrals.entity_rows.entity_tags import find_day, find_entity
from attention_point.referrals.models import Referral
from attention_point.referrals.rules import OPEN_STATES, WAITING_STATES

# How many rows of one state are counted: of all points, and of one, the oldest ones first.
MAX_COUNTED, MAX_COUNTED_AT_POINT = 100_000, 5_000

# States in which the entity has never answered whether it receives the person.
UNANSWERED_STATES = frozenset({*WAITING_STATES, "expired"})


class OpenCount(NamedTuple):
    """How many referrals of one entity, made on one day, are in one state. ``is_capped``: there may be more."""

    entity: str
    day: date
    state: str
    row_count: int
    is_capped: bool


@dataclass(frozen=True, slots=True)
class OpenReferralCounts:
    """The open referrals of an entity: how many wait for its first answer, the day of the oldest, how many it accepted.

    ``is_capped``: there may be more, because a count stopped at its bound.
    """

    waiting: int = 0
    accepted: int = 0
    oldest_day: date | None = None
    is_capped: bool = False


def count_open_referrals(
    session: Session, entities: Sequence[str], point: str | None = None
) -> dict[str, OpenReferralCounts]:
    """The open referrals of some entities, at one point or at all. An entity without any stands there with zeros."""
    counts_by_entity = dict.fromkeys(entities, OpenReferralCounts())
    for entity, day, state, count, is_capped in iterate_open_counts(session, point):
        counts = counts_by_entity.get(entity)
        if counts is not None:
            is_waiting = state in WAITING_STATES
            counts_by_entity[entity] = OpenReferralCounts(
                counts.waiting + count * is_waiting,
                counts.accepted + count * (state == "accepted"),
                min(counts.oldest_day or day, day) if is_waiting else counts.oldest_day,
                counts.is_capped or is_capped,
            )
    return counts_by_entity


def iterate_open_counts(session: Session, point: str | None = None) -> Iterator[OpenCount]:
    """The open referrals of all entities, at one point or at all, each tag by itself."""
    bound = MAX_COUNTED if point is None else MAX_COUNTED_AT_POINT
    for state in OPEN_STATES:
        # Without a point the index alone answers, which has state, tag and id.
        rows_query = select(Referral.entity_tag, Referral.id).where(Referral.state == state).limit(bound)
        if point is not None:
            rows_query = rows_query.where(Referral.point == point).order_by(Referral.id)
        rows = rows_query.subquery()
        # As a text, since PostgreSQL has no least UUID before its version 18: any id of the tag says its day.
        query = select(rows.c.entity_tag, func.count(), func.min(cast(rows.c.id, String))).group_by(rows.c.entity_tag)
        counts = session.connection().execute(query).all()
        is_capped = sum(count for _tag, count, _id in counts) >= bound
        for tag, count, text in counts:
            referral_id = UUID(text)
            # Of an entity that has left the directory, or of a row that somebody altered, nobody asks.
            if entity := find_entity(session, referral_id, tag):
                yield OpenCount(entity, find_day(referral_id), state, count, is_capped)
