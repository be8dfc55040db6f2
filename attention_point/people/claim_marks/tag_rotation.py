"""Rotation of keyed tags that say whose a sealed row is: read from the row, and written under the current key."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.key_rotation import Rotation, read_batch
from attention_point.foundation.vault import VaultError, get_vault


def rotate_tags(
    name: str, table: type[Any], field: str, read_person: Callable[[Session, UUID, bytes], str | None]
) -> Rotation:
    """The rotation of the tags of one table, which has ``id``, ``tag``, ``index_version`` and ``sealed``.

    ``read_person(session, row_id, sealed)`` opens a row and returns the hexadecimal id that its tag stands for, or
    None; it raises VaultError where the row does not open: the tag then stays, and its version in use.
    """

    def count_by_version(session: Session) -> dict[int, int]:
        query = select(table.index_version, func.count()).where(table.tag.is_not(None)).group_by(table.index_version)
        return {version: count for version, count in session.connection().execute(query)}

    def renew_batch(session: Session, after: UUID | None, limit: int) -> UUID | None:
        vault = get_vault(session)
        query = select(table.id, table.tag, table.index_version, table.sealed)
        rows = read_batch(session, query, table.id, after, limit)
        renewed = []
        for row in rows:
            if row.tag is None or row.index_version == vault.index_version:
                continue
            try:
                person = read_person(session, row.id, row.sealed)
            except VaultError as error:
                note_damage(session, error)
                continue
            if person is not None:
                renewed.append({"old_id": row.id, "new_tag": vault.index_tag(field, person)})
        if renewed:
            statement = update(table).where(table.id == bindparam("old_id"))
            values = {"tag": bindparam("new_tag"), "index_version": vault.index_version}
            session.connection().execute(statement.values(values), renewed)
        return rows[-1].id if rows else None

    return Rotation(name, "index", count_by_version, renew_batch)
