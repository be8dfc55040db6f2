"""What counts of the visits on file, read from their sealed rows: for a person's month, one month, or everything.

Rows that do not open are passed over and noted in the session (``foundation.damaged_values``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.orm import Session

from attention_point.dates import first_of_month, last_of_month
from attention_point.foundation.database import PreparedStatement
from attention_point.foundation.vault import PersonKey
from attention_point.intake import visit_facts
from attention_point.intake.models import Visit, VisitAddition
from attention_point.intake.queries import (
    ADDITION_PURPOSE,
    SEALING_PURPOSE,
    VISIT_COLUMNS,
    DecryptedVisit,
    decrypt_visits,
)
from attention_point.people import queries as people_queries
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.models import Referral
from attention_point.tallies.facts import ReferralFacts, VisitFacts

BATCH_SIZE = 500  # rows: few enough to keep them in memory, many enough that the queries do not count
_SEALED_IN_PERIOD = PreparedStatement(
    select(Visit.id, Visit.sealed).where(
        Visit.person_id == bindparam("person"),
        Visit.day.between(bindparam("first"), bindparam("last")),
        Visit.sealed.is_not(None),
    )
)


_ADDED_IN_PERIOD = PreparedStatement(
    select(VisitAddition.id, VisitAddition.sealed).where(
        VisitAddition.person_id == bindparam("person"),
        VisitAddition.day.between(bindparam("first"), bindparam("last")),
        VisitAddition.sealed.is_not(None),
    )
)
_ADDITION_COLUMNS = (VisitAddition.day, VisitAddition.id, VisitAddition.visit_id, VisitAddition.person_id)


def list_counted_in_month(session: Session, person: UUID, key: PersonKey, day: date) -> list[Mapping[str, Any] | None]:
    """How a person's visits of the month of a day were counted; None for a visit that does not open."""
    period = {"person": person, "first": first_of_month(day), "last": last_of_month(day)}
    records = [
        people_queries.open_record_or_note(session, key, purpose, _parse_id(row_id), sealed)
        for purpose, statement in ((SEALING_PURPOSE, _SEALED_IN_PERIOD), (ADDITION_PURPOSE, _ADDED_IN_PERIOD))
        for row_id, sealed in statement.execute(session, period)
    ]
    # An annulled visit of an open month counts nothing.
    return [record and record["counted"] for record in records if record is None or record.get("counted")]


def _parse_id(stored_id: UUID | str) -> UUID:
    return stored_id if isinstance(stored_id, UUID) else UUID(stored_id)  # SQLite keeps an id as text


def recount_month(session: Session, first_day: date, points: Sequence[str]) -> Iterator[VisitFacts | ReferralFacts]:
    """What counts in one month at these points, read from its sealed rows, in batches."""
    last_day = last_of_month(first_day)
    for point in points:
        conditions = (Visit.point == point, Visit.day.between(first_day, last_day))
        # In the order of the index on these: by id alone PostgreSQL reads through the years before the month.
        for visits in _read_batches(session, VISIT_COLUMNS, (Visit.day, Visit.id), *conditions):
            yield from _read_visit_facts(session, visits)
            yield from _read_referrals_of_visits(session, [row.id for row in visits], first_day)
    # What corrections added to visits of closed months; its referrals count with it.
    in_month = VisitAddition.day.between(first_day, last_day)
    columns = (*_ADDITION_COLUMNS, VisitAddition.sealed)
    for additions in _read_batches(session, columns, (VisitAddition.day, VisitAddition.id), in_month):
        yield from _read_addition_facts(session, additions)
        earlier_visits = select(Visit.id).where(
            Visit.id.in_([row.visit_id for row in additions]), ~Visit.day.between(first_day, last_day)
        )
        yield from _read_referrals_of_visits(session, session.scalars(earlier_visits).all(), first_day)


def recount_all(session: Session) -> Iterator[VisitFacts | ReferralFacts]:
    """Everything that is counted, read from the sealed rows themselves, in batches."""
    for visits in _read_batches(session, VISIT_COLUMNS, (Visit.id,)):
        yield from _read_visit_facts(session, visits)
    for additions in _read_batches(
        session, (VisitAddition.id, VisitAddition.person_id, VisitAddition.sealed), (VisitAddition.id,)
    ):
        yield from _read_addition_facts(session, additions)
    for rows in _read_batches(session, (Referral.id,), (Referral.id,)):
        yield from _read_referral_facts(referral_queries.list_referrals_by_ids(session, [row.id for row in rows]))


def _read_visit_facts(session: Session, rows: Sequence[Any]) -> Iterator[VisitFacts]:
    for visit in decrypt_visits(session, rows):
        if isinstance(visit, DecryptedVisit) and visit.record.get("counted"):
            yield visit_facts.decode_visit_facts(visit.record["counted"])


def _read_addition_facts(session: Session, rows: Sequence[Any]) -> Iterator[VisitFacts]:
    person_keys = people_queries.open_person_keys(session, [row.person_id for row in rows])
    for row in rows:
        if row.person_id not in person_keys or row.sealed is None:  # the person was erased
            continue
        key = person_keys[row.person_id]
        record = people_queries.open_record_or_note(session, key, ADDITION_PURPOSE, row.id, row.sealed)
        if record and record["counted"]:
            yield visit_facts.decode_visit_facts(record["counted"])


def _read_referrals_of_visits(session: Session, visit_ids: Sequence[UUID], first_day: date) -> Iterator[ReferralFacts]:
    listed_referrals = referral_queries.list_referrals_of_visits(session, visit_ids)
    # A referral that a later correction made counts in a later month than its visit.
    return _read_referral_facts(referral for referral in listed_referrals if first_of_month(referral.day) == first_day)


def _read_referral_facts(listed_referrals: Iterable[referral_queries.ListedReferral]) -> Iterator[ReferralFacts]:
    for referral in listed_referrals:
        if isinstance(referral, referral_queries.DecryptedReferral) and referral.is_counted:
            yield referral.facts


def _read_batches(
    session: Session, columns: Any, key_columns: Sequence[Any], *conditions: Any
) -> Iterator[Sequence[Any]]:
    # In the order of the keys, which are among the columns. Each batch begins after the last keys of the one before: an
    # offset would read all earlier rows again for each batch.
    query = select(*columns).where(*conditions).order_by(*key_columns).limit(BATCH_SIZE)
    rows = session.execute(query).all()
    while rows:
        yield rows
        last_keys = tuple(getattr(rows[-1], key_column.key) for key_column in key_columns)
        rows = session.execute(query.where(tuple_(*key_columns) > last_keys)).all()
