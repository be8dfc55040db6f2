"""Reads the data that people allowed for a purpose, without their names: for the extract for research."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.vault import Vault, get_vault
from attention_point.intake.consents.consent_rules import allows_research
from attention_point.intake.models import VOID, Visit
from attention_point.intake.queries import SEALING_PURPOSE
from attention_point.intake.recount import BATCH_SIZE
from attention_point.intake.visit_facts import CORRECTED_FACTS
from attention_point.people import merging
from attention_point.people import queries as people_queries
from attention_point.people.claim_marks.revocations import list_people_revoking
from attention_point.people.records import DecryptedPerson, find_age, open_people

_PEOPLE_WITH_VISITS = (
    select(Visit.person_id)
    .where(Visit.day.between(bindparam("first"), bindparam("last")), Visit.person_id > bindparam("after"))
    .distinct()
    .order_by(Visit.person_id)
    .limit(BATCH_SIZE)
)
_VISITS_OF_PEOPLE = (
    select(Visit.id, Visit.person_id, Visit.day, Visit.attended_at, Visit.received_at, Visit.sealed, Visit.version)
    # An annulled visit says nothing, neither yes nor no.
    .where(Visit.person_id.in_(bindparam("people", expanding=True)), Visit.sealed.is_not(None), Visit.state != VOID)
)
_LOWEST_ID = UUID(int=0)
UNACCOMPANIED_CHILD = "unaccompanied_child"  # among the vulnerabilities
MEMBER_BYTES = 16  # of the digest: 128 bits, so that no two people share one


@dataclass(frozen=True, slots=True)
class ConsentedVisit:
    """A person's answers at the first attention at which the purpose was granted, as codes of the code lists.

    ``member`` is a keyed digest of the person's id: with the installation's keys it shows that two rows are one
    person, without them it shows nothing. It must not leave the installation. ``day`` is the day on which the
    attention counts; ``age`` is in whole years on it.
    """

    member: bytes
    day: date
    age: int | None
    sex: str | None
    nationality: str | None
    municipality: str | None
    education: int | str | None
    population: str | None
    status: str | None
    ethnicity: int | str | None
    gender: str | None
    disability: bool | None
    needs: tuple[str, ...]
    vulnerabilities: tuple[str, ...]


COUNTED_FIELDS = tuple(
    name for name in ConsentedVisit.__slots__ if name not in {"member", "day", "needs", "vulnerabilities"}
)


def list_consented_visits(session: Session, purpose: str, first_day: date, last_day: date) -> Iterator[ConsentedVisit]:
    """Those who granted the purpose for the first time on one of these days, and whose last answer on it grants it.

    The erased are not here: nobody can read them. Nor is anybody with a visit that does not open, because it may hold a
    revocation, or whose own record does not: whether they are a child stands there. That is noted in the session.
    Who took the purpose back by a request stays out until a later visit grants it again. Joined records are one person,
    who is as old as the younger of them says.
    """
    revoked_on = list_people_revoking(session, purpose)
    last_id, joined = _LOWEST_ID, set[UUID]()
    # In batches by the person's id: nobody's visits are torn apart, and memory does not grow with the years.
    while (
        person_ids := session.execute(_PEOPLE_WITH_VISITS, {"first": first_day, "last": last_day, "after": last_id})
        .scalars()
        .all()
    ):
        linked = merging.map_linked(session, person_ids)
        groups = {linked.get(person, (person,)) for person in person_ids if person not in joined}
        # Another record of the same person may come in a later batch.
        joined.update(*linked.values())
        for visits in _list_visits_by_person(session, sorted(groups)):
            granting_visit = _find_granting_visit(visits, purpose, revoked_on.get(visits[0].person) if visits else None)
            if granting_visit is not None and first_day <= granting_visit.day <= last_day:
                yield _build_consented_visit(get_vault(session), purpose, granting_visit)
        last_id = person_ids[-1]


@dataclass(frozen=True, slots=True)
class _DecryptedVisit:
    """One visit, opened."""

    person: UUID
    day: date
    attended_at: datetime
    received_at: datetime
    record: Mapping[str, Any]
    known_age: int | None

    def find_consent(self, purpose: str) -> bool | None:
        """The answer about the purpose; None where it was not asked. If one visit records both, the refusal wins."""
        decisions = [consent["granted"] for consent in self.record.get("consents", ()) if consent["purpose"] == purpose]
        if not decisions:
            return None
        # A child's own yes, without the guardian who says it, is none; nor is that of a child of unknown age.
        guardian = self.record.get("guardian")
        if UNACCOMPANIED_CHILD in self.current_facts["vulnerabilities"] and not guardian:
            return False
        return all(decisions) and allows_research(self.current_age, guardian)

    @property
    def current_age(self) -> int | None:
        """The age at the attention by what is on file now: a child may have been taken for an adult in a month that is
        closed since.
        """
        return self.current_facts.get("age") if self.known_age is None else self.known_age

    @property
    def current_facts(self) -> Mapping[str, Any]:
        """What the visit says by now. A correction of a visit of a closed month does not count there; it is the truth
        all the same.
        """
        facts: Mapping[str, Any] = self.record.get(CORRECTED_FACTS) or self.record["counted"]
        return facts


def _list_visits_by_person(session: Session, groups: Sequence[tuple[UUID, ...]]) -> Iterator[list[_DecryptedVisit]]:
    # The earliest day first; nobody of whom a visit or a record does not open.
    people = open_people(session, chain.from_iterable(groups))
    rows_by_record: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in session.connection().execute(_VISITS_OF_PEOPLE, {"people": list(people)}):
        rows_by_record[row.person_id].append(row)
    for group in groups:
        members = {record: people[record] for record in group if record in people}
        rows = chain.from_iterable(rows_by_record[record] for record in members)
        visits = [_open_visit(session, members, row) for row in sorted(rows, key=attrgetter("day", "id"))]
        readable_visits = [visit for visit in visits if visit is not None]
        if len(readable_visits) == len(visits):
            yield readable_visits


def _open_visit(session: Session, members: Mapping[UUID, DecryptedPerson | None], row: Any) -> _DecryptedVisit | None:
    member = members[row.person_id]
    record = people_queries.open_record_or_note(
        session, member.key if member else None, SEALING_PURPOSE, row.id, row.sealed, row.version
    )
    if record is None or None in members.values():
        return None
    ages = [age for person in members.values() if person and (age := find_age(person.record, row.day)) is not None]
    # Of two ages the lower one: a child must not be taken for an adult, whichever of the records is wrong.
    youngest = min(ages, default=None)
    return _DecryptedVisit(row.person_id, row.day, row.attended_at, row.received_at, record, youngest)


def _find_granting_visit(
    visits: Sequence[_DecryptedVisit], purpose: str, revoked_on: date | None
) -> _DecryptedVisit | None:
    # A revocation counts from when it was said and from when it arrived, whichever makes it the last answer: what a
    # tablet sends late cannot undo it.
    decided_visits = [
        visit
        for visit in visits
        if visit.find_consent(purpose) is not None
        and not (revoked_on and clock.local_day(visit.attended_at) <= revoked_on)
    ]
    if not decided_visits:
        return None
    last_attended = max(decided_visits, key=lambda visit: (visit.attended_at, not visit.find_consent(purpose)))
    last_received = max(decided_visits, key=lambda visit: (visit.received_at, not visit.find_consent(purpose)))
    if not (last_attended.find_consent(purpose) and last_received.find_consent(purpose)):
        return None
    # The first yes: the row shows what was said when research was first allowed, and
    # later answers change nothing of it.
    return next(visit for visit in decided_visits if visit.find_consent(purpose))


def _build_consented_visit(vault: Vault, purpose: str, visit: _DecryptedVisit) -> ConsentedVisit:
    answers: dict[str, Any] = {name: visit.current_facts.get(name) for name in COUNTED_FIELDS} | {
        "age": visit.current_age
    }
    return ConsentedVisit(
        # A digest for each purpose: the members of two extracts for different purposes cannot be joined.
        member=vault.keyed_digest(f"member:{purpose}", visit.person.bytes)[:MEMBER_BYTES],
        day=visit.day,
        needs=tuple(visit.current_facts["needs"]),
        vulnerabilities=tuple(visit.current_facts["vulnerabilities"]),
        **answers,
    )
