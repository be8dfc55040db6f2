"""The search of the desk: people by whatever is typed, an attention's reference and a slip's code among it.

Whoever may not see a visit is told nothing by its reference or its code: it finds nobody, like one that does not exist.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation.access import Actor
from attention_point.foundation.vault import number_order
from attention_point.intake import queries
from attention_point.intake.models import Visit, VisitCounter
from attention_point.people.break_glass.grants import CONFIDENTIAL_PERMISSION
from attention_point.people.search import people_search
from attention_point.people.search.typed_text import Reference, TypedSearch


def search_people(
    session: Session, actor: Actor, text: str, shown: int = people_search.SHOWN_PEOPLE
) -> people_search.SearchResult:
    """Find people by what was typed, best first, at most ``shown``. The journal keeps who was shown.

    Raises Invalid, naming the field ``q``, for what cannot be searched.
    """
    typed = people_search.read_search(text)
    people_of_visits = _find_people_of_visits(session, actor, typed)
    return people_search.search_people(session, actor, typed, people_of_visits, shown)


def _find_people_of_visits(session: Session, actor: Actor, typed: TypedSearch) -> dict[UUID, people_search.Match]:
    people: dict[UUID, people_search.Match] = {}
    if typed.reference is not None:
        references = list_references(session, typed.reference)
        visit_ids = session.scalars(select(Visit.id).where(Visit.reference.in_(references))).all()
        people |= dict.fromkeys(_list_visible_people(session, actor, visit_ids), "reference")
    if typed.slip_code is not None and (visit_id := queries.find_visit_by_code(session, typed.slip_code)) is not None:
        people |= dict.fromkeys(_list_visible_people(session, actor, [visit_id]), "code")
    return people


def find_references(session: Session, visit_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The references of some visits by their ids; the caller shows only those that its reader may know."""
    rows = session.execute(select(Visit.id, Visit.reference).where(Visit.id.in_(list(visit_ids))))
    return {row.id: row.reference for row in rows}


def list_references(session: Session, typed: Reference) -> list[str]:
    """The references that may be meant; a number alone is one of every point and year that has come so far."""
    if typed.prefix is not None:
        return [f"{typed.prefix}-{typed.year}-{typed.number:06d}"]
    # Only counters that have come so far: a number of a point that never reached it would be searched in vain.
    counters = select(VisitCounter.point, VisitCounter.year).where(
        VisitCounter.last > number_order.count_before(typed.number)
    )
    if typed.year is not None:
        counters = counters.where(VisitCounter.year == typed.year)
    prefixes = {point.code: point.prefix for point in directory_queries.list_points(session)}
    return [
        f"{prefixes[point]}-{year}-{typed.number:06d}" for point, year in session.execute(counters) if point in prefixes
    ]


def _list_visible_people(session: Session, actor: Actor, visit_ids: Iterable[UUID]) -> list[UUID]:
    rows = session.execute(select(*queries.VISIT_COLUMNS).where(Visit.id.in_(list(visit_ids)))).all()
    visits = queries.decrypt_visits(session, rows)
    # Who may see what is confidential finds the person, and says why before opening the file.
    if not actor.may(CONFIDENTIAL_PERMISSION):
        visits = queries.list_visible_visits(session, actor, visits)
    # A visit that does not open may be a restricted one: nobody knows.
    return [visit.person_id for visit in visits if isinstance(visit, queries.DecryptedVisit)]
