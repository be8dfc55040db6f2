"""How somebody counts, sealed with the person: when they were counted last and as what.

With it a registration opens no earlier visit of the person, however often they came. Only one that was entered late,
in a period before the last one, and the first one after an earlier version of the program read the visits themselves.
So does one whose sealed counts are not of all visits on file: somebody put back how the person counted before.
"""

from datetime import date
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, literal, select
from sqlalchemy.orm import Session

from attention_point.dates import Period, find_period, parse_period_code
from attention_point.foundation.database import PreparedStatement, get_single_value
from attention_point.foundation.vault import UNVERSIONED, PersonKey
from attention_point.intake import visit_facts
from attention_point.intake.draft import VisitDraft
from attention_point.intake.models import Visit, VisitAddition
from attention_point.intake.queries import ADDITION_PURPOSE, SEALING_PURPOSE
from attention_point.people import merging
from attention_point.people import queries as people_queries
from attention_point.people.services import ReceivedPerson
from attention_point.tallies.facts import VisitFacts
from attention_point.tallies.people_once import Counted, PersonCounts

PURPOSE = "person-counted"
_NUMBER_OF_VISITS = "visits"
_COUNT_VISITS = PreparedStatement(select(func.count()).select_from(Visit).where(Visit.person_id == bindparam("person")))
_VISITS_IN_PERIOD = PreparedStatement(
    select(Visit.id, Visit.day, Visit.sealed, Visit.version).where(
        Visit.person_id == bindparam("person"),
        Visit.day.between(bindparam("first"), bindparam("last")),
        Visit.sealed.is_not(None),
    )
)
_ADDITIONS_IN_PERIOD = PreparedStatement(
    select(VisitAddition.id, VisitAddition.day, VisitAddition.sealed, literal(UNVERSIONED)).where(
        VisitAddition.person_id == bindparam("person"),
        VisitAddition.day.between(bindparam("first"), bindparam("last")),
        VisitAddition.sealed.is_not(None),
    )
)


class CountOfVisit:
    """Counts one new visit while its person is received: ``stated`` is what it says, ``counted`` how it counts.

    Both are there once the person was received; ``day`` is the day on which the visit counts.
    """

    stated: VisitFacts
    counted: VisitFacts

    def __init__(self, session: Session, draft: VisitDraft, day: date, counted_now: dict[UUID, bytes]) -> None:
        """``counted_now``: how the people of this transaction count by now; two drafts may be of one person."""
        self._session, self._draft, self.day, self._counted_now = session, draft, day, counted_now

    def count_visit(self, person: ReceivedPerson, sealed: bytes | None) -> bytes:
        """Count the visit of this person; ``sealed`` is how they counted before. Returns how they count now."""
        draft = self._draft
        shown_documents = [document.type for document in draft.person.documents]
        person_facts = visit_facts.build_person_facts(
            person.record, draft.attended_day, draft.person.disability, shown_documents
        )
        self.stated = visit_facts.build_stated_facts(draft, person_facts, self.day)
        # Somebody new was not counted before: one reading less for most registrations.
        if not person.is_new and len(merging.list_linked(self._session, person.id)) > 1:
            # A form that was open before its record was joined is saved on that record, and counts there alone: of a
            # joined person the visits themselves say how they counted.
            sealed = None
        counts, visits = (PersonCounts(), 0) if person.is_new else self._open_counts(person, sealed)
        self.counted = counts.count_visit(self.stated, is_first_ever=person.is_new)
        counts.add_visit(self.counted)
        self._counted_now[person.id] = seal_counts(person.key, person.id, counts, visits + 1)
        return self._counted_now[person.id]

    def _open_counts(self, person: ReceivedPerson, sealed: bytes | None) -> tuple[PersonCounts, int]:
        """How a person counts before this visit, and of how many visits."""
        sealed_now = self._counted_now.get(person.id)
        sealed = sealed_now or sealed
        record = sealed and people_queries.open_record_or_note(
            self._session, person.key, PURPOSE, person.id, sealed, UNVERSIONED
        )
        visits = record.pop(_NUMBER_OF_VISITS, None) if record else None
        if sealed_now is None:  # else the visits before stand in this transaction, and not on file yet
            on_file = int(get_single_value(_COUNT_VISITS.execute(self._session, {"person": person.id})))
            record, visits = record if visits == on_file else None, on_file
        return self._complete_counts(person, record or None), visits or 0

    def _complete_counts(self, person: ReceivedPerson, record: dict[str, Any] | None) -> PersonCounts:
        if record is None:
            counts = PersonCounts()
            first_day = find_period("year", self.day).first_day
            # From the beginning of the year, because that is the longest period in which somebody counts once.
            _add_visits(self._session, person, counts, first_day, date.max)
            return counts
        counts = _decode_counts(record)
        unknown = counts.find_unknown(self.day)
        if unknown:
            _add_visits(self._session, person, counts, unknown.first_day, unknown.last_day)
        return counts


def seal_counts(key: PersonKey, person: UUID, counts: PersonCounts, visits: int) -> bytes:
    """Seal how a person counts: the last month, quarter and year, and what they were counted with in each.

    ``visits``: how many visits of theirs are on file, annulled ones too.
    """
    # The version of the row is that of the person's record, which a visit alone does not change: their number stands
    # in place of one.
    return key.seal(PURPOSE, person, {**_encode_counts(counts), _NUMBER_OF_VISITS: visits}, version=UNVERSIONED)


def _encode_counts(counts: PersonCounts) -> dict[str, Any]:
    # Only the last periods: a list of all would be a history of the person's visits (decision 46).
    latest = {kind: (period, counts.periods[period]) for kind, period in counts.latest_periods.items()}
    record: dict[str, Any] = {
        kind: [period.code, counted.needs, counted.vulnerabilities] for kind, (period, counted) in latest.items()
    }
    if "month" in latest and latest["month"][1].person is not None:
        facts = latest["month"][1].person
        record["person"] = {name: value for name, value in facts.items() if value is not None}
    return record


def _decode_counts(record: dict[str, Any]) -> PersonCounts:
    periods: dict[Period, Counted] = {}
    person_facts = record.pop("person", None)
    for kind, (code, needs, vulnerabilities) in record.items():
        counted = Counted(_restore_codes(needs), _restore_codes(vulnerabilities))
        if kind == "month" and person_facts is not None:
            counted = counted._replace(person=visit_facts.select_person_facts(person_facts))
        periods[parse_period_code(code)] = counted
    return PersonCounts(periods)


def _restore_codes(codes: list[str] | None) -> tuple[str, ...] | None:
    return None if codes is None else tuple(codes)


def _add_visits(session: Session, person: ReceivedPerson, counts: PersonCounts, first_day: date, last: date) -> None:
    # The visits of joined records count as those of one person.
    others = {*merging.list_linked(session, person.id)} - {person.id}
    keys = {**(people_queries.open_person_keys(session, others) if others else {}), person.id: person.key}
    # What was added to a visit later is sealed by itself and counts on its own day.
    sources = ((SEALING_PURPOSE, _VISITS_IN_PERIOD), (ADDITION_PURPOSE, _ADDITIONS_IN_PERIOD))
    for member, (purpose, statement) in product(keys, sources):
        period = {"person": member, "first": first_day, "last": last}
        for row_id, day, sealed, version in statement.execute(session, period):
            visit_id = row_id if isinstance(row_id, UUID) else UUID(row_id)  # SQLite keeps an id as text
            record = people_queries.open_record_or_note(session, keys[member], purpose, visit_id, sealed, version)
            if record is None:
                counts.add_unknown(day)
            elif record.get("counted"):  # an annulled visit of an open month counts nothing
                counts.add_visit(visit_facts.decode_visit_facts(record["counted"]))
