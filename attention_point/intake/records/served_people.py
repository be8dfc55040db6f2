"""Reads who came in a month, and what for since the year began: for reports that count a person once an indicator."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from attention_point.dates import last_of_month
from attention_point.intake.models import VOID, Visit
from attention_point.intake.queries import SEALING_PURPOSE
from attention_point.intake.recount import BATCH_SIZE
from attention_point.intake.visit_facts import CORRECTED_FACTS, select_person_facts
from attention_point.people import merging
from attention_point.people import queries as people_queries

_PEOPLE_OF_MONTH = (
    select(Visit.person_id)
    .where(
        Visit.day.between(bindparam("first"), bindparam("last")),
        Visit.person_id > bindparam("after"),
        Visit.state != VOID,
        Visit.sealed.is_not(None),
    )
    .distinct()
    .order_by(Visit.person_id)
    .limit(BATCH_SIZE)
)
_VISITS_OF_PEOPLE = select(Visit.id, Visit.person_id, Visit.point, Visit.day, Visit.sealed, Visit.version).where(
    Visit.person_id.in_(bindparam("people", expanding=True)),
    Visit.day.between(bindparam("year"), bindparam("last")),
    Visit.state != VOID,
    Visit.sealed.is_not(None),
)
_LOWEST_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class ServedVisit:
    """A visit without its person: the day on which it counts, its point and the needs that it states."""

    day: date
    point: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServedPerson:
    """Somebody who came in a month, without an id.

    ``answers`` holds the counted attributes (``person_fields.py``) by name, as the first visit of the month states
    them; the age is in whole years. ``visits`` are those of the month and of the months before it in the same year, in
    the order of their days.
    """

    answers: Mapping[str, Any]
    visits: tuple[ServedVisit, ...]


def list_served_people(session: Session, first_day: date) -> Iterator[ServedPerson]:
    """Yield everybody with a visit in a month that is not annulled, as corrections left it. Joined records are one
    person.

    The erased are not here: nobody can read them. A visit that does not open is left out, and noted in the session.
    """
    period = {"first": first_day, "last": last_of_month(first_day)}
    last_id, joined = _LOWEST_ID, set[UUID]()
    while people := session.execute(_PEOPLE_OF_MONTH, {**period, "after": last_id}).scalars().all():
        linked = merging.map_linked(session, people)
        groups = {linked.get(person, (person,)) for person in people if person not in joined}
        # Another record of the same person may come in a later batch.
        joined.update(*linked.values())
        yield from _read_people(session, sorted(groups), first_day)
        last_id = people[-1]


def count_erased_visits(session: Session, first_day: date) -> int:
    """Return how many visits of a month belong to people who were erased since."""
    conditions = (Visit.day.between(first_day, last_of_month(first_day)), Visit.sealed.is_(None))
    return session.scalar(select(func.count()).select_from(Visit).where(*conditions)) or 0


def _read_people(session: Session, groups: Sequence[tuple[UUID, ...]], first_day: date) -> Iterator[ServedPerson]:
    # The keys alone: names and documents are not opened, because the report needs none of them.
    keys = people_queries.open_person_keys(session, chain.from_iterable(groups))
    span = {"people": list(keys), "year": first_day.replace(month=1), "last": last_of_month(first_day)}
    rows_by_record: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in session.connection().execute(_VISITS_OF_PEOPLE, span):
        rows_by_record[row.person_id].append(row)
    for group in groups:
        answers: Mapping[str, Any] | None = None
        visits = []
        for row in sorted(chain.from_iterable(rows_by_record[record] for record in group), key=attrgetter("day", "id")):
            record = people_queries.open_record_or_note(
                session, keys[row.person_id], SEALING_PURPOSE, row.id, row.sealed, row.version
            )
            # What a correction says of a visit of a closed month does not count there; it is the truth all the same.
            facts = record and (record.get(CORRECTED_FACTS) or record.get("counted"))
            if not facts:
                continue
            visits.append(ServedVisit(row.day, row.point, tuple(facts["needs"])))
            # As in the tallies, the first visit of the month decides, or one person would stand in two boxes.
            if answers is None and row.day >= first_day:
                answers = select_person_facts(facts)
        if answers is not None:
            yield ServedPerson(answers, tuple(visits))
