"""Visits as a list shows them: with the name of the person, the needs and the states of the referrals."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import Actor
from attention_point.intake.queries import DecryptedVisit, ListedVisit
from attention_point.people import records as people_records
from attention_point.referrals import queries as referral_queries


class VisitRow(NamedTuple):
    """One visit of a list. ``name`` is empty for a person who gave none, and None where the record does not open.

    ``states`` counts the referrals of the visit by their state.
    """

    visit: ListedVisit
    name: str | None
    states: Counter[str]


def build_visit_rows(
    session: Session, actor: Actor, visits: Sequence[ListedVisit], hidden_people: Collection[UUID] = ()
) -> list[VisitRow]:
    """The rows of visits that this reader may list. The journal keeps whose names were shown.

    ``hidden_people``, whose confidential visits stand between these, are kept with them, and in no order: beside the
    table of visits, somebody who is missing in the journal would be known as such (decision 68).
    """
    decrypted_visits = [visit for visit in visits if isinstance(visit, DecryptedVisit)]
    # Somebody who came twice is opened once and named once in the journal.
    person_ids = list(dict.fromkeys(visit.person_id for visit in decrypted_visits))
    people = people_records.open_people(session, person_ids)
    # Who reads names is written down, and a list without names is no reading of anybody.
    if person_ids:
        listed_ids = sorted(str(person_id) for person_id in {*person_ids, *hidden_people})
        journal.record(session, actor, "visit.list", "person", found=listed_ids)
    states = _count_states(session, [visit.id for visit in decrypted_visits])
    rows = []
    for visit in visits:
        person = people.get(visit.person_id) if isinstance(visit, DecryptedVisit) else None
        name = people_records.format_full_name(person.record) if person else None
        rows.append(VisitRow(visit, name, states.get(visit.id, Counter())))
    return rows


def _count_states(session: Session, visit_ids: Sequence[UUID]) -> dict[UUID, Counter[str]]:
    states: dict[UUID, Counter[str]] = {}
    for visit_id, state in referral_queries.list_states_of_visits(session, visit_ids):
        states.setdefault(visit_id, Counter())[state] += 1
    return states
