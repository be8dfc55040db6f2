"""The visits of a point as a list of the desk shows them: a full page at a time, without a trace of what is hidden."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, or_, select, tuple_
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.intake.models import Visit
from attention_point.intake.queries import (
    VISIT_COLUMNS,
    DecryptedVisit,
    ListedVisit,
    decrypt_visits,
    is_in_ordinary_lists,
    list_visible_visits,
)
from attention_point.referrals.models import Referral

# So many rows are read for one page at most: whoever has a thousand confidential visits in a row turns the page sooner.
_MAX_ROWS_READ = 5_000


class VisitFilter(NamedTuple):
    """Which visits a list shows: of a span of days, with a referral in one of these states, or without any referral."""

    first_day: date | None = None
    last_day: date | None = None
    states: tuple[str, ...] = ()
    with_referral: bool = False
    without_referral: bool = False


EVERY_VISIT = VisitFilter()


class VisitBatch(NamedTuple):
    """The visits of a page, and the people of the confidential ones that were left out between them."""

    visits: list[ListedVisit]
    hidden_people: frozenset[UUID]


NO_VISITS = VisitBatch([], frozenset())


def list_latest_visits(
    session: Session,
    actor: Actor,
    point: str,
    before_id: UUID | None,
    size: int,
    visit_filter: VisitFilter = EVERY_VISIT,
) -> VisitBatch:
    """A point's newest visits that ordinary lists show to this reader; with ``before_id``, those that follow it.

    There are so many as were asked for while there are any: a page with a row too few would tell that one is hidden.
    """
    if before_id is not None and not _is_listed(session, actor, before_id):
        return NO_VISITS
    query = _build_query(actor, point, visit_filter).limit(size)
    visits: list[ListedVisit] = []
    hidden_people: set[UUID] = set()
    for _round in range(0, _MAX_ROWS_READ, size):
        rows = session.execute(query if before_id is None else _continue_after(query, before_id)).all()
        for visit in decrypt_visits(session, rows):
            if is_in_ordinary_lists(visit):
                visits.append(visit)
            elif isinstance(visit, DecryptedVisit) and len(visits) < size:
                hidden_people.add(visit.person_id)
        if len(visits) >= size or len(rows) < size:
            break
        before_id = rows[-1].id
    return VisitBatch(visits[:size], frozenset(hidden_people))


def _is_listed(session: Session, actor: Actor, visit_id: UUID) -> bool:
    # What follows a hidden visit would tell that there is one: its id is that of no visit.
    rows = session.execute(select(*VISIT_COLUMNS).where(Visit.id == visit_id)).all()
    visits = list_visible_visits(session, actor, decrypt_visits(session, rows))
    return any(is_in_ordinary_lists(visit) for visit in visits)


def _continue_after(query: Select[Any], visit_id: UUID) -> Select[Any]:
    # Paging by the last row and not by a number: what is recorded meanwhile moves nothing.
    last_shown = select(Visit.day, Visit.id).where(Visit.id == visit_id).scalar_subquery()
    return query.where(tuple_(Visit.day, Visit.id) < last_shown)


def _build_query(actor: Actor, point: str, visit_filter: VisitFilter) -> Select[Any]:
    query = select(*VISIT_COLUMNS).where(Visit.point == point).order_by(Visit.day.desc(), Visit.id.desc())
    if visit_filter.first_day is not None:
        query = query.where(Visit.day >= visit_filter.first_day)
    if visit_filter.last_day is not None:
        query = query.where(Visit.day <= visit_filter.last_day)
    referrals_of_visit = exists().where(Referral.visit_id == Visit.id)
    if visit_filter.states:
        query = query.where(referrals_of_visit.where(Referral.state.in_(visit_filter.states)))
    if visit_filter.with_referral:
        query = query.where(referrals_of_visit)
    if visit_filter.without_referral:
        query = query.where(~referrals_of_visit)
    if not actor.may("restricted.view"):
        # As ``list_visible_visits`` says it, where the database can.
        is_near = (Visit.actor == actor.journal_label, Visit.received_at >= clock.start_of_day(clock.today()))
        query = query.where(or_(*is_near, referrals_of_visit))
    return query
