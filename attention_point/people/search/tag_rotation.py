"""Gives everybody's tags the current version of the index key, in batches, while people are searched and registered.

Each person's tags change in one transaction, so that a search, which looks for the tags of all versions held, finds
everybody at each moment, and nobody twice.
"""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import UpdateBase, bindparam, delete, func, select, tuple_
from sqlalchemy.orm import Session

from attention_point.foundation.database import get_dialect
from attention_point.foundation.database.upserts import build_insert
from attention_point.foundation.key_rotation import Batch, Rotation, lock_unchanged
from attention_point.foundation.language import N_
from attention_point.foundation.vault import get_vault
from attention_point.people import queries, records
from attention_point.people.models import Person, PersonTag

_PLACE = (PersonTag.kind, PersonTag.tag, PersonTag.person_id)
_DELETE_TAG = delete(PersonTag).where(
    PersonTag.kind == bindparam("old_kind"),
    PersonTag.tag == bindparam("old_tag"),
    PersonTag.person_id == bindparam("old_person"),
)

Rows = list[dict[str, Any]]


def count_tags_by_version(session: Session) -> Mapping[int, int]:
    """How many tags stand under each version of the index key."""
    query = select(PersonTag.index_version, func.count()).group_by(PersonTag.index_version)
    return {version: count for version, count in session.connection().execute(query)}


def prepare_batch(session: Session, after: Any, limit: int) -> Batch:
    """Make all tags of those anew of whom the next old ones are (``Rotation.prepare_batch``).

    The old tags are walked through in the order in which they stand: no index says which tags a person has. A record
    that does not open keeps the old ones.
    """
    query = select(*_PLACE).where(PersonTag.index_version != get_vault(session).index_version)
    if after is not None:
        query = query.where(tuple_(*_PLACE) > after)
    waiting = session.connection().execute(query.order_by(*_PLACE).limit(limit)).all()
    read: dict[UUID, bytes | None] = {}
    old_rows: Rows = []
    new_rows: Rows = []
    for row in queries.list_sealed_people(session, {tag.person_id for tag in waiting}):
        person = records.open_person_or_note(session, row) if row.wrapped_key else None
        if person is None:
            continue
        read[person.id] = row.sealed
        new_tags = set(records.build_record_tags(session, person.record))
        new_rows += [{"kind": kind, "tag": tag, "person_id": person.id} for kind, tag in new_tags]
        old_rows += [
            {"old_kind": kind, "old_tag": tag, "old_person": person.id}
            for kind, tag in set(records.list_record_tags(session, person.record)) - new_tags
        ]
    last = tuple(waiting[-1]) if len(waiting) == limit else None
    return Batch(len(new_rows), last, partial(_write_tags, read=read, old_rows=old_rows, new_rows=new_rows))


def _write_tags(session: Session, read: Mapping[UUID, bytes | None], old_rows: Rows, new_rows: Rows) -> None:
    # By the record from which they were made: who was corrected or erased meanwhile gets no tags of before.
    unchanged = set(lock_unchanged(session, Person.id, Person.sealed, read))
    index_version = get_vault(session).index_version
    old_rows = [row for row in old_rows if row["old_person"] in unchanged]
    new_rows = [{**row, "index_version": index_version} for row in new_rows if row["person_id"] in unchanged]
    if old_rows:
        session.connection().execute(_DELETE_TAG, old_rows)
        session.connection().execute(_build_insert_statement(get_dialect(session).name), new_rows)


@cache
def _build_insert_statement(dialect_name: str) -> UpdateBase:
    return build_insert(dialect_name, PersonTag).on_conflict_do_nothing()


TAG_ROTATION = Rotation(N_("tags of the search index"), "index", count_tags_by_version, prepare_batch)
