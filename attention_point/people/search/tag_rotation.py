"""Gives everybody's tags the current version of the index key, in batches, while people are searched and registered.

Each person's tags change in one transaction, so that a search, which looks for the tags of all versions held, finds
everybody at each moment, and nobody twice.
"""

from collections.abc import Mapping
from functools import cache
from uuid import UUID

from sqlalchemy import UpdateBase, bindparam, delete, func, select
from sqlalchemy.orm import Session

from attention_point.foundation.database import get_dialect
from attention_point.foundation.database.upserts import build_insert
from attention_point.foundation.key_rotation import Rotation, read_batch
from attention_point.foundation.language import N_
from attention_point.foundation.vault import get_vault
from attention_point.people import queries, records
from attention_point.people.models import Person, PersonTag

_DELETE_TAG = delete(PersonTag).where(
    PersonTag.kind == bindparam("old_kind"),
    PersonTag.tag == bindparam("old_tag"),
    PersonTag.person_id == bindparam("old_person"),
)


def count_tags_by_version(session: Session) -> Mapping[int, int]:
    """How many tags stand under each version of the index key."""
    query = select(PersonTag.index_version, func.count()).group_by(PersonTag.index_version)
    return {version: count for version, count in session.connection().execute(query)}


def renew_tags(session: Session, after: UUID | None, limit: int) -> UUID | None:
    """Renew the tags of the next people (``Rotation.rewrap_batch``). A record that does not open keeps the old ones."""
    rows = read_batch(session, queries.PERSON_ROWS, Person.id, after, limit)
    index_version = get_vault(session).index_version
    new_rows, old_rows = [], []
    for row in rows:
        sealed_person = queries.SealedPerson(*tuple(row))
        person = records.open_person_or_note(session, sealed_person) if sealed_person.wrapped_key else None
        if person is None:
            continue
        new_tags = set(records.build_record_tags(session, person.record))
        new_rows += [
            {"kind": kind, "tag": tag, "person_id": person.id, "index_version": index_version} for kind, tag in new_tags
        ]
        old_rows += [
            {"old_kind": kind, "old_tag": tag, "old_person": person.id}
            for kind, tag in set(records.list_record_tags(session, person.record)) - new_tags
        ]
    connection = session.connection()
    if old_rows:
        connection.execute(_DELETE_TAG, old_rows)
        connection.execute(_build_insert_statement(get_dialect(session).name), new_rows)
    return rows[-1].id if rows else None


@cache
def _build_insert_statement(dialect_name: str) -> UpdateBase:
    return build_insert(dialect_name, PersonTag).on_conflict_do_nothing()


TAG_ROTATION = Rotation(N_("tags of the search index"), "index", count_tags_by_version, renew_tags)
