"""What counts of the visits on file, read from their sealed rows: for one month, or everything.

Rows that do not open are passed over and noted in the session (``foundation.damaged_values``).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from attention_point.dates import first_of_month, last_of_month
from attention_point.foundation.vault import UNVERSIONED
from attention_point.intake import visit_facts
from attention_point.intake.models import Visit, VisitAddition
from attention_point.intake.queries import (
    ADDITION_PURPOSE,
    VISIT_COLUMNS,
    DecryptedVisit,
    decrypt_visits,
)
from attention_point.people import queries as people_queries
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.decrypted_referrals import DecryptedReferral, ListedReferral
from attention_point.referrals.models import Referral
from attention_point.tallies.facts import ReferralFacts, VisitFacts
from attention_point.tallies.people_once import complete_repeats

BATCH_SIZE = 500  # rows: few enough to keep them in memory, many enough that the queries do not count
_ADDITION_COLUMNS = (VisitAddition.day, VisitAddition.id, VisitAddition.visit_id, VisitAddition.person_id)


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
        yield from (facts for _row, facts in _read_addition_facts(session, additions))
        earlier_visits = select(Visit.id).where(
            Visit.id.in_([row.visit_id for row in additions]), ~Visit.day.between(first_day, last_day)
        )
        yield from _read_referrals_of_visits(session, session.scalars(earlier_visits).all(), first_day)


def recount_all(session: Session) -> Iterator[VisitFacts | ReferralFacts]:
    """Everything that is counted, read from the sealed rows themselves: person by person, in batches."""
    for people in people_queries.list_id_batches(session, BATCH_SIZE):
        yield from recount_people(session, people)
    for rows in _read_batches(session, (Referral.id,), (Referral.id,)):
        yield from _read_referral_facts(referral_queries.list_referrals_by_ids(session, [row.id for row in rows]))


def recount_people(session: Session, people: Sequence[UUID]) -> Iterator[VisitFacts]:
    """The counted visits of some people; what earlier versions of the program recorded gets its repeats."""
    facts_by_person: dict[UUID, list[tuple[Any, VisitFacts]]] = defaultdict(list)
    visits = session.execute(select(*VISIT_COLUMNS).where(Visit.person_id.in_(people))).all()
    for visit in decrypt_visits(session, visits):
        if isinstance(visit, DecryptedVisit) and visit.record.get("counted"):
            facts = visit_facts.decode_visit_facts(visit.record["counted"])
            facts_by_person[visit.person_id].append(
                (visit_facts.build_order(visit.received_at, facts, visit.id), facts)
            )
    columns = (VisitAddition.id, VisitAddition.person_id, VisitAddition.added_at, VisitAddition.sealed)
    additions = session.execute(select(*columns).where(VisitAddition.person_id.in_(people))).all()
    for row, facts in _read_addition_facts(session, additions):
        facts_by_person[row.person_id].append((visit_facts.build_order(row.added_at, facts, row.id), facts))
    for ordered_facts in facts_by_person.values():
        ordered_facts.sort(key=itemgetter(0))
        yield from complete_repeats(facts for _order, facts in ordered_facts)


def _read_visit_facts(session: Session, rows: Sequence[Any]) -> Iterator[VisitFacts]:
    for visit in decrypt_visits(session, rows):
        if isinstance(visit, DecryptedVisit) and visit.record.get("counted"):
            yield visit_facts.decode_visit_facts(visit.record["counted"])


def _read_addition_facts(session: Session, rows: Sequence[Any]) -> Iterator[tuple[Any, VisitFacts]]:
    person_keys = people_queries.open_person_keys(session, [row.person_id for row in rows])
    for row in rows:
        if row.person_id not in person_keys or row.sealed is None:  # the person was erased
            continue
        key = person_keys[row.person_id]
        record = people_queries.open_record_or_note(session, key, ADDITION_PURPOSE, row.id, row.sealed, UNVERSIONED)
        if record and record["counted"]:
            yield row, visit_facts.decode_visit_facts(record["counted"])


def _read_referrals_of_visits(session: Session, visit_ids: Sequence[UUID], first_day: date) -> Iterator[ReferralFacts]:
    listed_referrals = referral_queries.list_referrals_of_visits(session, visit_ids)
    # A referral that a later correction made counts in a later month than its visit.
    return _read_referral_facts(referral for referral in listed_referrals if first_of_month(referral.day) == first_day)


def _read_referral_facts(listed_referrals: Iterable[ListedReferral]) -> Iterator[ReferralFacts]:
    for referral in listed_referrals:
        if isinstance(referral, DecryptedReferral) and referral.is_counted:
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
