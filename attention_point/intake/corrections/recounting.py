"""Counts a person's visits anew after one of them was corrected or annulled.

Who is first in a month, and which needs are new in it, depends on the visits before. So all of a person's visits are
counted again, in the order in which they were received, except in closed months: these stay as they were counted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from attention_point.dates import first_of_month
from attention_point.foundation import clock
from attention_point.foundation.vault import PersonKey
from attention_point.intake import visit_facts
from attention_point.intake.models import Visit, VisitAddition
from attention_point.intake.queries import ADDITION_PURPOSE, SEALING_PURPOSE
from attention_point.people import queries as people_queries
from attention_point.tallies import services as tally_services
from attention_point.tallies.facts import VisitFacts
from attention_point.tallies.rules import CellKey, build_visit_cells

_VISITS_OF_PERSON = select(
    Visit.id, Visit.id.label("visit_id"), Visit.day, Visit.received_at, Visit.attended_at, Visit.sealed
).where(Visit.person_id == bindparam("person"), Visit.sealed.is_not(None))
_ADDITIONS_OF_PERSON = select(
    VisitAddition.id,
    VisitAddition.visit_id,
    VisitAddition.day,
    VisitAddition.added_at,
    VisitAddition.added_at,
    VisitAddition.sealed,
).where(VisitAddition.person_id == bindparam("person"), VisitAddition.sealed.is_not(None))
_SEAL_VISIT = update(Visit).where(Visit.id == bindparam("row")).values(sealed=bindparam("new_sealed"))
_SEAL_ADDITION = (
    update(VisitAddition).where(VisitAddition.id == bindparam("row")).values(sealed=bindparam("new_sealed"))
)
Encoded = Mapping[str, Any]


@dataclass(slots=True)
class CountedRow:
    """A visit or an addition as it counts. ``record`` is None where it does not open.

    ``stated`` is what it says by itself, ``counted`` how it counts; both are None where it does not count.
    """

    id: UUID
    purpose: str
    visit_id: UUID
    day: date
    happened_at: datetime
    attended_day: date
    record: dict[str, Any] | None
    stated: VisitFacts | None
    counted: VisitFacts | None

    @property
    def is_visit(self) -> bool:
        """Whether it is a visit, not an addition to one."""
        return self.purpose == SEALING_PURPOSE

    def is_frozen(self, open_months: frozenset[date]) -> bool:
        """Whether it counts in a closed month, so that nothing changes how it counts."""
        return self.counted is not None and first_of_month(self.counted.day) not in open_months


def list_counted_rows(session: Session, person: UUID, key: PersonKey) -> list[CountedRow]:
    """All visits of a person and what corrections added to them, in the order in which they were received."""
    rows = [
        _open_row(session, key, purpose, row)
        for purpose, query in ((SEALING_PURPOSE, _VISITS_OF_PERSON), (ADDITION_PURPOSE, _ADDITIONS_OF_PERSON))
        for row in session.execute(query, {"person": person})
    ]
    # Of two that were received in the same moment, the one that counts the person comes first.
    return sorted(rows, key=lambda row: (row.happened_at, not (row.counted and row.counted.first_this_month), row.id))


def _open_row(session: Session, key: PersonKey, purpose: str, row: Any) -> CountedRow:
    row_id, visit_id, day, happened_at, attended_at, sealed = row
    record = people_queries.open_record_or_note(session, key, purpose, row_id, sealed)
    counted = visit_facts.decode_visit_facts(record["counted"]) if record and record.get("counted") else None
    stated, attended_day = visit_facts.restore_stated_facts(record or {}), clock.local_day(attended_at)
    return CountedRow(row_id, purpose, visit_id, day, happened_at, attended_day, record, stated, counted)


def lock_months(session: Session, days: Iterable[date]) -> frozenset[date]:
    """The months of these days that still count. Nobody closes one of them until the transaction ends."""
    # In order: two corrections that lock the same months never wait for each other in opposite order.
    return frozenset(
        first_of_month(day) for day in sorted(set(days)) if tally_services.choose_counting_day(session, day) == day
    )


def recount_person(
    session: Session,
    key: PersonKey,
    rows: list[CountedRow],
    changes: Mapping[UUID, VisitFacts | None],
    open_months: frozenset[date],
) -> Counter[CellKey]:
    """Count the rows anew, save those that count differently, and return the change of the counts.

    ``changes`` holds what rows state after a correction, by their ids; None for one that counts no more.
    """
    counted_by_month: dict[date, list[Encoded | None]] = defaultdict(list)
    damaged_months = {first_of_month(row.day) for row in rows if row.record is None}
    cells: Counter[CellKey] = Counter()
    is_anybody_before = False
    for row in rows:
        if row.record is None or row.is_frozen(open_months):
            counted_by_month[first_of_month(row.day)].append(row.record and row.record["counted"])
            is_anybody_before = True
            continue
        stated = changes.get(row.id, row.stated)
        counted = None
        if stated is not None:
            before = counted_by_month[first_of_month(stated.day)]
            counted = visit_facts.count_in_month(stated, before, is_first_ever=row.is_visit and not is_anybody_before)
            if first_of_month(stated.day) in damaged_months and row.counted is not None:
                counted = _keep_flags(counted, row.counted)
            before.append(visit_facts.encode_visit_facts(counted))
            is_anybody_before = True
        cells.update(_save_row(session, key, row, stated, counted))
    return cells


def _keep_flags(counted: VisitFacts, counted_before: VisitFacts) -> VisitFacts:
    # In a month with a damaged visit nobody knows what counted first, so that a correction makes nothing new.
    return counted._replace(
        first_ever=counted_before.first_ever,
        first_this_month=counted_before.first_this_month,
        new_needs=tuple(need for need in counted_before.new_needs if need in counted.needs),
        new_vulnerabilities=tuple(
            code for code in counted_before.new_vulnerabilities if code in counted.vulnerabilities
        ),
        person=counted.person if counted_before.first_this_month else counted_before.person,
    )


def _save_row(
    session: Session, key: PersonKey, row: CountedRow, stated: VisitFacts | None, counted: VisitFacts | None
) -> Counter[CellKey]:
    cells: Counter[CellKey] = Counter()
    if (stated, counted) == (row.stated, row.counted):
        return cells
    if row.counted is not None:
        cells.subtract(build_visit_cells(row.counted))
    record = {name: value for name, value in (row.record or {}).items() if name != visit_facts.STATED_PERSON}
    record["counted"] = None
    if stated is not None and counted is not None:
        cells.update(build_visit_cells(counted))
        record["counted"] = visit_facts.encode_visit_facts(counted)
        record |= visit_facts.encode_stated_person(stated, counted)
    statement = _SEAL_VISIT if row.is_visit else _SEAL_ADDITION
    session.execute(statement, {"row": row.id, "new_sealed": key.seal(row.purpose, row.id, record)})
    return cells
