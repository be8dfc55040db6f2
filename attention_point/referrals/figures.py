"""How many referrals are open now, by entity: from the rows, which say in clear only entity, state, point and times.

Each count reads one range of an index, oldest first, and stops at a bound, whatever has piled up in years.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, select
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
    return {entity: _of_entity(session, entity) for entity in entities}


def _counted(state: str) -> ScalarSelect[int]:
    rows = select(Referral.id).where(*_inbox(state)).limit(MOST).subquery()
    return select(func.count()).select_from(rows).scalar_subquery()


def _oldest(state: str) -> ScalarSelect[datetime]:
    return select(Referral.created_at).where(*_inbox(state)).order_by(Referral.id).limit(1).scalar_subquery()


def _inbox(state: str) -> tuple[ColumnElement[bool], ...]:
    return Referral.entity == bindparam("entity"), Referral.state == state


_COUNTS = select(*map(_counted, OPEN))
_SINCE = select(*map(_oldest, WAITING))


def _of_entity(session: Session, entity: str) -> OpenNow:
    counts = dict(zip(OPEN, session.execute(_COUNTS, {"entity": entity}).one(), strict=True))
    waiting = any(counts[state] for state in WAITING)
    oldest = [moment for moment in session.execute(_SINCE, {"entity": entity}).one() if moment] if waiting else []
    return _made(counts, oldest, max(counts.values()) >= MOST)


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
