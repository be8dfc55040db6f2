"""Joins and separates the records of one person, and counts their visits anew: as those of one person, or of two.

Counts of closed months stay, as after a correction; the quarter and the year count the person once (decision 46).
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.vault import PersonKey
from attention_point.intake.corrections.recounting import CountedRow, list_counted_rows, lock_months, recount_person
from attention_point.people import merging
from attention_point.people import queries as people_queries
from attention_point.people.duplicates import decisions
from attention_point.tallies import services as tally_services
from attention_point.tallies.counted_cells import CellKey


def decide_pair(
    session: Session, actor: Actor, later_person: UUID, earlier_person: UUID, judgement: decisions.Judgement
) -> str:
    """Save what an agent found out of two records, and return the decision. Raises as ``decisions.decide_pair``."""
    open_months = lock_records(session, later_person, earlier_person)
    decision = decisions.decide_pair(session, actor, later_person, earlier_person, judgement)
    _recount_records(session, later_person, earlier_person, open_months=open_months)
    return decision


def undo_decision(session: Session, actor: Actor, later_person: UUID, earlier_person: UUID, reason: str) -> None:
    """Undo the decision about two records. Raises as ``decisions.undo_decision``."""
    open_months = lock_records(session, later_person, earlier_person)
    decisions.undo_decision(session, actor, later_person, earlier_person, reason)
    _recount_records(session, later_person, earlier_person, open_months=open_months)


def lock_records(session: Session, *people: UUID) -> frozenset[date]:
    """Lock some people, all records of each, and the months of their visits; return those months that are open."""
    # People first, then months, and after them the journal: as a correction and a registration lock them.
    merging.lock_linked(session, people)
    return lock_months(session, [row.day for _person, _key, rows in _list_people(session, people) for row in rows])


def _list_people(session: Session, records: tuple[UUID, ...]) -> Iterator[tuple[UUID, PersonKey, list[CountedRow]]]:
    keys = people_queries.open_person_keys(session, records)
    # Of one person all records are counted together, so that each person comes once.
    for person in dict.fromkeys(merging.list_linked(session, record)[0] for record in records):
        key = keys.get(person) or people_queries.open_person_keys(session, [person]).get(person)
        if key is not None:  # what does not open stays as it is counted
            yield person, key, list_counted_rows(session, person, key)


def _recount_records(session: Session, *records: UUID, open_months: frozenset[date]) -> None:
    cells, points = Counter[CellKey](), set[str]()
    for person, key, rows in list(_list_people(session, records)):
        cells.update(recount_person(session, person, key, rows, {}, open_months, seals_all=True))
        points |= {row.counted.point for row in rows if row.counted is not None}
    # Whatever was decided, all rows are sealed anew, and one row of counts is written at each point: what is written
    # must not tell that two records are one person (decision 74).
    tally_services.add_to_tallies(session, cells, points)
