"""Makes the tags of everybody on file anew, in batches, after a version of the program that writes further ones.

A migration says that it is due; the job does it. It goes on where it stopped, and registrations go on between batches.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache

from sqlalchemy import UpdateBase, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import list_noted_damage, write_damage_to_journal
from attention_point.foundation.database import Database, get_dialect
from attention_point.foundation.database.upserts import build_insert
from attention_point.foundation.jobs import Job
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import get_vault
from attention_point.people import queries, records
from attention_point.people.models import PersonTag, PersonTagRebuild

TAG_VERSION = 2
"""Of 1 were the tags without telephone, second given names and whole names."""
BATCH_SIZE = 200


def is_complete(session: Session) -> bool:
    """Whether everybody on file has today's tags."""
    unfinished = select(PersonTagRebuild.version).where(PersonTagRebuild.finished_at.is_(None))
    return session.connection().execute(unfinished).first() is None


def rebuild_tags(database: Database, _settings: Settings, _period: str) -> None:
    """Write the missing tags of everybody on file. Does nothing where none are missing; safe to repeat."""
    while _rebuild_batch(database):
        pass


def _rebuild_batch(database: Database) -> bool:
    """Do the next batch in a transaction of its own. Returns whether there may be another."""
    with database.write_session() as session:
        rebuild = session.scalars(select(PersonTagRebuild).where(PersonTagRebuild.finished_at.is_(None))).first()
        if rebuild is None:
            return False
        rows = queries.list_sealed_after(session, rebuild.last_person, BATCH_SIZE)
        _insert_missing_tags(session, rows)
        if rows:
            rebuild.last_person = rows[-1].id
        else:
            rebuild.finished_at = clock.now()
        damaged_values = list_noted_damage(session)
    if damaged_values:
        write_damage_to_journal(database, SYSTEM, damaged_values)
    return bool(rows)


def _insert_missing_tags(session: Session, rows: Sequence[queries.SealedPerson]) -> None:
    index_version = get_vault(session).index_version
    tag_rows = [
        {"kind": kind, "tag": tag, "person_id": person.id, "index_version": index_version}
        for person in (records.open_person_or_note(session, row) for row in rows if row.wrapped_key is not None)
        if person is not None
        for kind, tag in records.build_record_tags(session, person.record)
    ]
    if tag_rows:
        session.connection().execute(_build_insert_statement(get_dialect(session).name), tag_rows)


@cache
def _build_insert_statement(dialect_name: str) -> UpdateBase:
    return build_insert(dialect_name, PersonTag).on_conflict_do_nothing()


def due_tag_version(_today: date) -> str:
    """The period of the job: once for each version of the tags."""
    return f"tags-{TAG_VERSION}"


TAG_REBUILD_JOB = Job("person-tags", due_tag_version, rebuild_tags)
