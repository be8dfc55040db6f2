"""How many referrals are open now, by entity. The columns that stand in clear are enough for it.

Each count reads one range of an index, oldest first, and stops at a bound, however many rows years have left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ScalarSelect, Select, String, bindparam, func, select, union_all
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.referrals.models import Referral
from attention_point.referrals.rules import OPEN_STATES, WAITING_STATES

# How many rows of one state are counted for an entity.
MAX_COUNTED = 1000
# The statement grows with the number of entities, and SQLite limits the parts of one.
_ENTITIES_PER_STATEMENT = 50
# How many rows of one state are counted at a point, of all entities together.
MAX_COUNTED_AT_POINT = 5 * MAX_COUNTED

# States in which the entity has never answered whether it receives the person.
UNANSWERED_STATES = frozenset({*WAITING_STATES, "expired"})


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
    if point is not None:
        return _count_at_point(session, entities, point)
    counts_by_entity = {}
    for start in range(0, len(entities), _ENTITIES_PER_STATEMENT):
        entity_codes = entities[start : start + _ENTITIES_PER_STATEMENT]
        values = {f"entity_{index}": entity for index, entity in enumerate(entity_codes)}
        for row in session.execute(_select_entity_counts(len(entity_codes)), values):
            counts_by_entity[row[0]] = _build_entity_counts(row[1 : len(OPEN_STATES) + 1], row[len(OPEN_STATES) + 1 :])
    return counts_by_entity


@lru_cache(maxsize=_ENTITIES_PER_STATEMENT)
def _select_entity_counts(entity_count: int) -> Select[*tuple[Any, ...]]:
    """A row for each entity: its code, the count of each open state, the oldest moment of each waiting state.

    The entities stand in a list of their own; without it an engine would plan the same counts anew for each of them.
    """
    code_selects = (select(bindparam(f"entity_{index}", type_=String()).label("code")) for index in range(entity_count))
    entity_codes = union_all(*code_selects).cte("asked")

    def count_rows(state: str) -> ScalarSelect[int]:
        rows = (
            select(Referral.id)
            .where(Referral.entity == entity_codes.c.code, Referral.state == state)
            .correlate(entity_codes)
        )
        return select(func.count()).select_from(rows.limit(MAX_COUNTED).subquery()).scalar_subquery()

    def find_oldest(state: str) -> ScalarSelect[datetime]:
        rows = select(Referral.created_at).where(Referral.entity == entity_codes.c.code, Referral.state == state)
        return rows.order_by(Referral.id).limit(1).scalar_subquery()

    return select(entity_codes.c.code, *map(count_rows, OPEN_STATES), *map(find_oldest, WAITING_STATES))


def _build_entity_counts(state_counts: Sequence[int], oldest_moments: Sequence[datetime | None]) -> OpenReferralCounts:
    # The columns stand in the order of the statement: first the counts, then the oldest moments.
    counts_by_state = dict(zip(OPEN_STATES, state_counts, strict=True))
    return _build_counts(
        counts_by_state, [moment for moment in oldest_moments if moment], max(state_counts) >= MAX_COUNTED
    )


def _count_at_point(session: Session, entities: Sequence[str], point: str) -> dict[str, OpenReferralCounts]:
    """The counts at one point. Its own index gives the oldest rows of each state, which are then grouped by entity."""
    counts: dict[str, dict[str, int]] = {entity: {} for entity in entities}
    oldest_moments: dict[str, list[datetime]] = {entity: [] for entity in entities}
    capped = False
    for state in OPEN_STATES:
        point_query = select(Referral.entity, Referral.created_at).where(
            Referral.point == point, Referral.state == state
        )
        rows = point_query.order_by(Referral.id).limit(MAX_COUNTED_AT_POINT).subquery()
        grouped_query = select(rows.c.entity, func.count(), func.min(rows.c.created_at)).group_by(rows.c.entity)
        grouped_rows = session.execute(grouped_query).all()
        capped |= sum(count for _entity, count, _since in grouped_rows) >= MAX_COUNTED_AT_POINT
        for entity, count, since in grouped_rows:
            if entity in counts:
                counts[entity][state] = count
                oldest_moments[entity] += [since] if state in WAITING_STATES else []
    return {entity: _build_counts(counts[entity], oldest_moments[entity], capped) for entity in entities}


def _build_counts(counts: Mapping[str, int], oldest_moments: Sequence[datetime], capped: bool) -> OpenReferralCounts:
    waiting = sum(counts.get(state, 0) for state in WAITING_STATES)
    oldest_day = clock.local_day(min(oldest_moments)) if oldest_moments else None
    return OpenReferralCounts(waiting, counts.get("accepted", 0), oldest_day, capped)
