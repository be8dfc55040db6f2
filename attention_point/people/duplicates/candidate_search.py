"""The job that looks for people on file who may be one person: whoever is new or changed is compared with those alike.

Two records may be made of one person without anybody noticing: another document, a mistyped number, a tablet without
network. Candidates come from the search's tags, are opened, scored, and noted as pairs; a person decides.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import Job, due_every_run
from attention_point.foundation.settings import Settings
from attention_point.people import identity, queries, records
from attention_point.people.duplicates import pairs, scoring
from attention_point.people.models import DuplicateSearch, Person
from attention_point.people.records import DecryptedPerson

BATCH_SIZE = 100
PEOPLE_A_RUN = 5_000
"""A run every quarter of an hour thus goes through 400,000 people in a day, and takes a minute at most."""
CANDIDATES = 40
"""Opened for each person: whoever carries most of the same tags."""
# A transaction is committed later than its time says, and another process's clock may be behind.
_OVERLAP = timedelta(minutes=2)


def search_candidates(database: Database, _settings: Settings, _period: str) -> None:
    """Compare who is new or was changed since the last run, at most ``PEOPLE_A_RUN`` people; safe to repeat."""
    started_at = clock.now()
    for _number in range(PEOPLE_A_RUN // BATCH_SIZE):
        if not compare_new_people(database, started_at):
            _search_changed_people(database, started_at)
            return


def compare_new_people(database: Database, started_at: datetime) -> bool:
    """Compare the next people who were not compared yet. Returns whether there were any."""
    with database.read_session() as session:
        # Records are opened and scored in a reading session: nobody at the desk waits for it.
        rows = queries.list_sealed_after(session, _get_search(session, started_at).last_person, BATCH_SIZE)
        found_pairs = _find_pairs(session, [row.id for row in rows])
    if rows:
        with database.write_session() as session:
            _note_pairs(session, found_pairs, started_at)
            search = _get_search(session, started_at)
            session.merge(DuplicateSearch(id=1, last_person=rows[-1].id, changed_until=search.changed_until))
    return bool(rows)


def _search_changed_people(database: Database, started_at: datetime) -> None:
    with database.read_session() as session:
        search = _get_search(session, started_at)
        changed_people = list(
            session.scalars(
                # Who is new was compared as such.
                select(Person.id).where(Person.updated_at >= search.changed_until, Person.version > 1)
            )
        )
        last_person = search.last_person
    for start in range(0, len(changed_people), BATCH_SIZE):
        with database.read_session() as session:
            found_pairs = _find_pairs(session, changed_people[start : start + BATCH_SIZE])
        with database.write_session() as session:
            _note_pairs(session, found_pairs, started_at)
    with database.write_session() as session:
        # Only at the end: a run that breaks off compares the same people again, which changes nothing.
        session.merge(DuplicateSearch(id=1, last_person=last_person, changed_until=started_at - _OVERLAP))


def _get_search(session: Session, now: datetime) -> DuplicateSearch:
    # Before the first run everybody counts as new, so that changes matter from now on.
    return session.get(DuplicateSearch, 1) or DuplicateSearch(id=1, last_person=None, changed_until=now)


def _find_pairs(session: Session, people: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    opened_people = records.open_people(session, people).values()
    return {
        person.id: candidates for person in opened_people if person and (candidates := find_candidates(session, person))
    }


def find_candidates(session: Session, person: DecryptedPerson) -> list[UUID]:
    """Whom somebody may be, the likeliest first. The records are opened to be compared; they are shown to nobody."""
    tags = records.build_record_tags(session, person.record)
    # One more, because the person comes back too, who carries all of these tags.
    likely_ids = [row for row in queries.rank_people_by_tags(session, tags, CANDIDATES + 1) if row != person.id]
    opened_people = [row for row in records.open_people(session, likely_ids).values() if row]
    person_identity = identity.build_identity(person.record)
    scores = [scoring.score_people(person_identity, identity.build_identity(row.record)) for row in opened_people]
    order = sorted(range(len(scores)), key=lambda position: -scores[position].points)
    return [opened_people[position].id for position in order if scores[position].is_worth_comparing]


def _note_pairs(session: Session, found_pairs: Mapping[UUID, Sequence[UUID]], now: datetime) -> None:
    for person, candidates in found_pairs.items():
        pairs.note_pairs(session, person, candidates, now)


CANDIDATE_SEARCH_JOB = Job("duplicate-search", due_every_run, search_candidates)
