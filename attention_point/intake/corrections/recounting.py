"""Counts a person's visits anew after one of them was corrected or annulled, or records were joined or separated.

The visits of all records of one person count as those of one (``people.merging``). Who is first in a month, and which
needs are new in it, depends on the visits before. So all of a person's visits are counted again, in the order in which
they were received, except in closed months: these stay as they were counted. A quarter and a year end with their last
month: until then it may change who counts first in them.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, literal, select, update
from sqlalchemy.orm import Session

from attention_point.dates import PERIOD_KINDS, Period, find_period, first_of_month
from attention_point.foundation import clock
from attention_point.foundation.vault import UNVERSIONED, PersonKey
from attention_point.intake import visit_facts
from attention_point.intake.models import Visit, VisitAddition
from attention_point.intake.queries import ADDITION_PURPOSE, SEALING_PURPOSE
from attention_point.intake.records.person_counts import seal_counts
from attention_point.people import merging
from attention_point.people import queries as people_queries
from attention_point.people import services as people_services
from attention_point.tallies import people_once
from attention_point.tallies import services as tally_services
from attention_point.tallies.counted_cells import CellKey, build_visit_cells
from attention_point.tallies.facts import LONGER_PERIODS, Repeats, VisitFacts

_VISITS_OF_PERSON = select(
    Visit.id, Visit.id.label("visit_id"), Visit.day, Visit.received_at, Visit.attended_at, Visit.sealed, Visit.version
).where(Visit.person_id == bindparam("person"), Visit.sealed.is_not(None))
_ADDITIONS_OF_PERSON = select(
    VisitAddition.id,
    VisitAddition.visit_id,
    VisitAddition.day,
    VisitAddition.added_at,
    VisitAddition.added_at,
    VisitAddition.sealed,
    literal(UNVERSIONED),
).where(VisitAddition.person_id == bindparam("person"), VisitAddition.sealed.is_not(None))
_SEAL_VISIT = update(Visit).where(Visit.id == bindparam("row")).values(sealed=bindparam("new_sealed"))
_SEAL_ADDITION = (
    update(VisitAddition).where(VisitAddition.id == bindparam("row")).values(sealed=bindparam("new_sealed"))
)


@dataclass(slots=True)
class CountedRow:
    """A visit or an addition as it counts. ``person`` is the record under whose key it is sealed.

    ``record`` is None where it does not open. ``stated`` is what it says by itself, ``counted`` how it counts; both are
    None where it does not count.
    """

    id: UUID
    person: UUID
    key: PersonKey
    purpose: str
    version: int
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
    """All visits of a person, of every record of theirs, and what corrections added to them, in the order in which they
    were received.
    """
    rows = [
        _open_row(session, member, member_key, purpose, row)
        for member, member_key in _open_linked_keys(session, person, key).items()
        for purpose, query in ((SEALING_PURPOSE, _VISITS_OF_PERSON), (ADDITION_PURPOSE, _ADDITIONS_OF_PERSON))
        for row in session.execute(query, {"person": member})
    ]
    rows.sort(key=lambda row: visit_facts.build_order(row.happened_at, row.counted, row.id))
    counted_rows = [row for row in rows if row.counted is not None]
    completed = people_once.complete_repeats(row.counted for row in counted_rows if row.counted is not None)
    for row, counted in zip(counted_rows, completed, strict=True):
        row.counted = counted
    return rows


def _open_linked_keys(session: Session, person: UUID, key: PersonKey) -> dict[UUID, PersonKey]:
    # The record that goes on stands first. One whose key does not open stays as it is counted.
    linked = merging.list_linked(session, person)
    others = people_queries.open_person_keys(session, {*linked} - {person}) if len(linked) > 1 else {}
    keys = {**others, person: key}
    return {member: member_key for member in linked if (member_key := keys.get(member)) is not None}


def _open_row(session: Session, person: UUID, key: PersonKey, purpose: str, row: Any) -> CountedRow:
    row_id, visit_id, day, happened_at, attended_at, sealed, version = row
    record = people_queries.open_record_or_note(session, key, purpose, row_id, sealed, version)
    counted = visit_facts.decode_visit_facts(record["counted"]) if record and record.get("counted") else None
    stated, attended_day = visit_facts.restore_stated_facts(record or {}), clock.local_day(attended_at)
    return CountedRow(
        row_id, person, key, purpose, version, visit_id, day, happened_at, attended_day, record, stated, counted
    )


def lock_months(session: Session, days: Iterable[date]) -> frozenset[date]:
    """The months of these days that still count. Nobody closes one of them until the transaction ends."""
    # In order: two corrections that lock the same months never wait for each other in opposite order.
    return frozenset(
        first_of_month(day) for day in sorted(set(days)) if tally_services.choose_counting_day(session, day) == day
    )


def recount_person(
    session: Session,
    person: UUID,
    key: PersonKey,
    rows: list[CountedRow],
    changes: Mapping[UUID, VisitFacts | None],
    open_months: frozenset[date],
    *,
    seals_all: bool = False,
) -> Counter[CellKey]:
    """Count the rows anew, save those that count differently and how the person counts then, and return the change of
    the counts.

    ``changes`` holds what rows state after a correction, by their ids; None for one that counts no more. With
    ``seals_all`` every row is sealed anew, so that nobody sees in which of them something changed.
    """
    damaged_periods = {find_period(kind, row.day) for row in rows if row.record is None for kind in PERIOD_KINDS}
    counts, cells = people_once.PersonCounts(), Counter[CellKey]()
    for row in rows:
        if row.record is None:
            counts.add_unknown(row.day)
            continue
        stated = changes.get(row.id, row.stated)
        counted = None
        if row.is_frozen(open_months) and row.counted is not None:
            # Its month stays as it was counted; whom the quarter and the year counted before may change.
            stated, counted = row.stated, row.counted._replace(repeats=counts.find_repeats(row.counted))
        elif stated is not None:
            counted = counts.count_visit(stated, is_first_ever=row.is_visit and not counts.periods)
            if find_period("month", stated.day) in damaged_periods and row.counted is not None:
                counted = _keep_flags(counted, row.counted)
        if counted is not None and row.counted is not None:
            counted = _keep_repeats(counted, row.counted, damaged_periods)
        if counted is not None:
            counts.add_visit(counted)
        cells.update(_save_row(session, row, stated, counted, seals_all=seals_all))
    keys = _open_linked_keys(session, person, key)
    # Visits to come are written on the record that goes on, the first. Only a decision about records tells all of them.
    for member, member_key in list(keys.items())[: None if seals_all else 1]:
        visits = sum(row.is_visit and row.person == member for row in rows)
        sealed = seal_counts(member_key, member, counts, visits)
        people_services.save_counted(session, member, sealed if counts.periods else None)
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


def _keep_repeats(counted: VisitFacts, counted_before: VisitFacts, damaged_periods: Container[Period]) -> VisitFacts:
    # Nor does anybody know of the quarter and the year of a damaged visit: what was new in them stays so, nothing else.
    repeats = dict(counted.repeats or {})
    for kind in LONGER_PERIODS:
        if find_period(kind, counted.day) in damaged_periods:
            repeats_before = (counted_before.repeats or {}).get(kind, Repeats())
            repeats[kind] = Repeats(
                counted.first_this_month and (repeats_before.person or not counted_before.first_this_month),
                _select_repeated(counted.new_needs, counted_before.new_needs, repeats_before.needs),
                _select_repeated(
                    counted.new_vulnerabilities, counted_before.new_vulnerabilities, repeats_before.vulnerabilities
                ),
            )
    return counted._replace(repeats={kind: repeated for kind, repeated in repeats.items() if any(repeated)})


def _select_repeated(new: Sequence[str], new_before: Sequence[str], repeated: Sequence[str]) -> tuple[str, ...]:
    return tuple(code for code in new if code in repeated or code not in new_before)


def _save_row(
    session: Session,
    row: CountedRow,
    stated: VisitFacts | None,
    counted: VisitFacts | None,
    *,
    seals_all: bool,
) -> Counter[CellKey]:
    cells: Counter[CellKey] = Counter()
    if not seals_all and (stated, counted) == (row.stated, row.counted):
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
    # Its version stays: how a visit counts is no change that anybody could overlook.
    sealed = row.key.seal(row.purpose, row.id, record, version=row.version)
    session.execute(statement, {"row": row.id, "new_sealed": sealed})
    return cells
