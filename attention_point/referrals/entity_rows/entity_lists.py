"""The ids of an entity's referrals by what stands in clear: states, time of the last change. None is opened.

What belongs to an entity is found by the tags of its days (``entity_tags.py``), so that a list reads days, from the
newest or the oldest on, until it is full: first one day, then ever more at once.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.referrals.entity_rows.entity_tags import (
    find_day_number,
    is_of_entity,
    list_days,
    list_tags,
    select_of_entity,
)
from attention_point.referrals.models import Referral

# An entity with a thousand referrals a day fills a page from one of them; one with a few a year is found in six steps.
_FIRST_DAYS, _GROWTH = 1, 5


def list_ids_of_entity(
    session: Session,
    entity: str,
    states: Sequence[str],
    size: int,
    *,
    newest_first: bool,
    after: UUID | None = None,
) -> list[tuple[UUID, str]]:
    """The ids and states of at most ``size`` referrals in some states, by the time in their ids, beyond ``after``."""
    rows: list[tuple[UUID, str]] = []
    for days in _iterate_days(list_days(session), after, newest_first=newest_first):
        query = select(Referral.id, Referral.state).where(Referral.state.in_(states))
        query = query.where(Referral.entity_tag.in_(list_tags(session, entity, days)))
        if after is not None:
            query = query.where(Referral.id < after if newest_first else Referral.id > after)
        # PostgreSQL would rather walk through the ids of all entities until it has met enough of this one's.
        matching_rows = query.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
        ordered_query = select(matching_rows.c.id, matching_rows.c.state).order_by(
            matching_rows.c.id.desc() if newest_first else matching_rows.c.id
        )
        rows += [(row.id, row.state) for row in session.connection().execute(ordered_query.limit(size - len(rows)))]
        if len(rows) == size:
            break
    return rows


def _iterate_days(days: Sequence[int], after: UUID | None, *, newest_first: bool) -> Iterator[Sequence[int]]:
    """The days that a list reads at once, in the order of the list."""
    if after is not None:
        last_day = find_day_number(after)
        days = [day for day in days if (day <= last_day if newest_first else day >= last_day)]
    ordered_days = list(reversed(days)) if newest_first else list(days)
    start, count = 0, _FIRST_DAYS
    while start < len(ordered_days):
        yield ordered_days[start : start + count]
        start, count = start + count, count * _GROWTH


def list_changed_since(session: Session, entity: str, moment: datetime) -> list[tuple[UUID, str, int]]:
    """The id, state and version of each referral of an entity whose state was set at a moment or later."""
    # A few minutes of all entities are fewer rows than the days on which one of them may have got a referral.
    columns = (Referral.id, Referral.state, Referral.version, Referral.entity_tag)
    rows = session.connection().execute(select(*columns).where(Referral.state_at >= moment))
    return [(row.id, row.state, row.version) for row in rows if is_of_entity(session, entity, row.id, row.entity_tag)]


def count_states(session: Session, entity: str, states: Sequence[str]) -> dict[str, int]:
    """How many referrals of an entity are in each of some states."""
    query = select(Referral.state, func.count()).where(Referral.state.in_(states), select_of_entity(session, entity))
    return {state: count for state, count in session.connection().execute(query.group_by(Referral.state))}
