"""Erases again whom an older copy of the database brought back, and keeps the list of erased people complete."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.database.migrations import upgrade_database
from attention_point.foundation.doctor import Check
from attention_point.foundation.jobs import Job, due_every_run
from attention_point.foundation.language import N_, ngettext
from attention_point.foundation.settings import Settings
from attention_point.people import queries
from attention_point.people.erasure import erasure_list, proof, services
from attention_point.people.erasure.erasure_list import ListedErasure
from attention_point.people.erasure.models import Erasure
from attention_point.people.models import Person

BATCH_SIZE = 100  # people erased in one transaction: others wait a moment, not minutes
_ROWS_AT_ONCE = 1_000
_TIMER_SILENCE = timedelta(days=2)
"""The timer calls every quarter of an hour, but a machine may be off."""


def find_returned(database: Database, person_ids: Sequence[UUID]) -> list[UUID]:
    """Who of these erased people can be read in the database: it was restored from a copy older than the erasure."""
    returned: list[UUID] = []
    with database.read_session() as session:
        for ids in _split_into_batches(person_ids, _ROWS_AT_ONCE):
            returned += session.scalars(select(Person.id).where(Person.id.in_(ids), Person.wrapped_key.is_not(None)))
    return returned


def repeat_erasures(database: Database, erasures: Mapping[UUID, ListedErasure]) -> int:
    """Erase again those of a list whom the database can still read. Returns how many."""
    returned = find_returned(database, list(erasures))
    for ids in _split_into_batches(returned, BATCH_SIZE):
        with database.write_session() as session:
            services.repeat_erasures(session, {person_id: erasures[person_id] for person_id in ids})
    return len(returned)


def erase_returned(database: Database, erasures: Mapping[UUID, ListedErasure]) -> int:
    """Erase again in a database that was just restored, which may be of an earlier version of the program.

    Where somebody came back, the database is brought to this version first: only so are all rooms' rows known. Returns
    how many people were erased. Raises what a migration raises.
    """
    if not find_returned(database, list(erasures)):
        return 0
    upgrade_database(database.url.render_as_string(hide_password=False), vault=database.info["vault"])
    return repeat_erasures(database, erasures)


def _split_into_batches(person_ids: Sequence[UUID], size: int) -> Iterator[Sequence[UUID]]:
    return (person_ids[start : start + size] for start in range(0, len(person_ids), size))


def complete_list(database: Database, _settings: Settings, _period: str) -> None:
    """The job ``erasures``: add to the list what it lacks, and repeat what a restored database has forgotten.

    On SQLite the log, which holds the rows as they were, is emptied after an erasure.

    Raises ErasureListError where somebody came back and the list has a damaged line.
    """
    path: Path | None = database.info.get(erasure_list.SESSION_KEY)
    if path is None:
        return
    listed = erasure_list.read_listed_ids(path)
    erasure_list.append_erasures(path, _list_unlisted(database, listed))
    # The ids alone show that nobody came back, as nearly always. Only otherwise are the lines opened, of which a
    # damaged one stops the job.
    if find_returned(database, list(listed)):
        repeat_erasures(database, erasure_list.read_erasures(path, database.info["vault"]))
    with database.read_session() as session:
        is_somebody_erased = queries.is_anybody_erased_since(session, clock.now() - _TIMER_SILENCE)
    if is_somebody_erased:
        proof.empty_log(database)


def _list_unlisted(database: Database, listed: Mapping[UUID, bytes]) -> list[ListedErasure]:
    """The erasures of the database that the list lacks, or has under an older key."""
    with database.read_session() as session:
        # A note whose own time is over was emptied. Its line in the list stays: a restore still erases the person.
        query = select(Erasure.person_id, Erasure.erased_at, Erasure.sealed).where(Erasure.sealed.is_not(None))
        return [
            ListedErasure(row.person_id, row.erased_at, row.sealed)
            for row in session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))
            if listed.get(row.person_id) != row.sealed
        ]


def check_erasures(database: Database, _settings: Settings) -> Iterator[str]:
    """Find people who were erased and can be read, and erasures that stand in the database alone."""
    path: Path | None = database.info.get(erasure_list.SESSION_KEY)
    if path is None:
        return
    listed = erasure_list.read_listed_ids(path)
    if returned := len(find_returned(database, list(listed))):
        yield ngettext(
            "%(num)s person who was erased can be read again: an older copy of the database was restored. Run "
            "“attention-point jobs run”.",
            "%(num)s people who were erased can be read again: an older copy of the database was restored. Run "
            "“attention-point jobs run”.",
            returned,
        )
    if unlisted := len(_list_unlisted(database, listed)):
        yield ngettext(
            "%(num)s erasure is not in the list beside the keyring: a restore would bring the person back. Run "
            "“attention-point jobs run”.",
            "%(num)s erasures are not in the list beside the keyring: a restore would bring the people back. Run "
            "“attention-point jobs run”.",
            unlisted,
        )


ERASURE_JOB = Job("erasures", due_every_run, complete_list)
CHECKS = (Check(N_("Erased people"), check_erasures),)
