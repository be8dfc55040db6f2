"""Rotation of keyed tags that say whose a sealed row is: read from the row, and written under the current key."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from attention_point.foundation.key_rotation import Rotation, rotate_rows
from attention_point.foundation.vault import get_vault


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

    def select_waiting(session: Session) -> Select[*tuple[Any, ...]]:
        is_older = table.index_version != get_vault(session).index_version
        return select(table.id, table.tag.label("guard"), table.sealed).where(table.tag.is_not(None), is_older)

    def renew(session: Session, row: Row[Any]) -> dict[str, Any] | None:
        person, vault = read_person(session, row.id, row.sealed), get_vault(session)
        if person is None:
            return None
        return {"tag": vault.index_tag(field, person), "index_version": vault.index_version}

    return rotate_rows(
        name,
        "index",
        table.id,
        table.tag,
        count_by_version=count_by_version,
        select_waiting=select_waiting,
        renew=renew,
    )
