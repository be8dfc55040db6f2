"""How many referrals are open now, by entity: from the rows, which say in clear only entity, state, point and times.

Each count reads one range of an index, oldest first, and stops at a bound, whatever has piled up in years.
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
from attention_point.referrals.rules import OPEN, WAITING

MOST = 1000
"""Rows of one state that are counted for an entity."""
MOST_AT_POINT = 5 * MOST
"""Rows of one state that are counted at a point, of all entities together."""

UNANSWERED = frozenset({*WAITING, "expired"})
"""States in which the entity never said whether it receives the person."""


@dataclass(frozen=True, slots=True)
class OpenNow:
    """An entity's open referrals: waiting for its first answer, the oldest since when; accepted, not ended.

    ``capped``: there may be more, because a count stopped.
    """

    waiting: int = 0
    accepted: int = 0
    since: date | None = None
    capped: bool = False


def open_now(session: Session, entities: Sequence[str], point: str | None = None) -> dict[str, OpenNow]:
    """The open referrals of some entities, at one point or all. An entity without any is there, with zeros."""
    if point is not None:
        return _at_point(session, entities, point)
    found = {}
    for places in range(0, len(entities), _AT_ONCE):
        asked = entities[places : places + _AT_ONCE]
        values = {f"entity_{place}": entity for place, entity in enumerate(asked)}
        for row in session.execute(_of_entities(len(asked)), values):
            found[row[0]] = _of_entity(row[1 : len(OPEN) + 1], row[len(OPEN) + 1 :])
    return found


_AT_ONCE = 50  # entities in one statement


@lru_cache(maxsize=_AT_ONCE)
def _of_entities(many: int) -> Select[*tuple[Any, ...]]:
    """An entity; counts of its open states; since when the oldest of each waiting state is there.

    The entities stand in a list of their own, or an engine would plan the same counts anew for each of them.
    """
    said = (select(bindparam(f"entity_{place}", type_=String()).label("code")) for place in range(many))
    asked = union_all(*said).cte("asked")

    def counted(state: str) -> ScalarSelect[int]:
        rows = select(Referral.id).where(Referral.entity == asked.c.code, Referral.state == state).correlate(asked)
        return select(func.count()).select_from(rows.limit(MOST).subquery()).scalar_subquery()

    def oldest(state: str) -> ScalarSelect[datetime]:
        rows = select(Referral.created_at).where(Referral.entity == asked.c.code, Referral.state == state)
        return rows.order_by(Referral.id).limit(1).scalar_subquery()

    return select(asked.c.code, *map(counted, OPEN), *map(oldest, WAITING))


def _of_entity(counted: Sequence[int], oldest: Sequence[datetime | None]) -> OpenNow:
    counts = dict(zip(OPEN, counted, strict=True))
    return _made(counts, [moment for moment in oldest if moment], max(counted) >= MOST)


def _at_point(session: Session, entities: Sequence[str], point: str) -> dict[str, OpenNow]:
    """By the point's own index: its oldest rows of each state, then told apart by entity."""
    counts: dict[str, dict[str, int]] = {entity: {} for entity in entities}
    oldest: dict[str, list[datetime]] = {entity: [] for entity in entities}
    capped = False
    for state in OPEN:
        of_point = select(Referral.entity, Referral.created_at).where(Referral.point == point, Referral.state == state)
        rows = of_point.order_by(Referral.id).limit(MOST_AT_POINT).subquery()
        each = select(rows.c.entity, func.count(), func.min(rows.c.created_at)).group_by(rows.c.entity)
        found = session.execute(each).all()
        capped |= sum(count for _entity, count, _since in found) >= MOST_AT_POINT
        for entity, count, since in found:
            if entity in counts:
                counts[entity][state] = count
                oldest[entity] += [since] if state in WAITING else []
    return {entity: _made(counts[entity], oldest[entity], capped) for entity in entities}


def _made(counts: Mapping[str, int], oldest: Sequence[datetime], capped: bool) -> OpenNow:
    waiting = sum(counts.get(state, 0) for state in WAITING)
    since = clock.local_day(min(oldest)) if oldest else None
    return OpenNow(waiting, counts.get("accepted", 0), since, capped)
