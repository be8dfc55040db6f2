"""What of a room waits for a new version of a key, as data: the room of keys counts it and renews it in batches.

It does not import the vault, so that rooms that may not reach the vault can offer their rows too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import VaultError

if TYPE_CHECKING:
    from sqlalchemy.engine import Row

    from attention_point.foundation.vault import Vault

SEALED_HEAD_BYTES = 3
"""A sealed value begins with its format and the version of its key (``vault/sealing.py``)."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """Rows of a room that stand under a version of a key of the keyring. ``key`` is its kind: ``wrap``, ``index``…

    ``count_by_version(session)`` says how many rows stand under each version. ``rewrap_batch(session, after, limit)``
    renews, in a writing session, those of the next ``limit`` rows after the id ``after`` (None: from the first one)
    that are not under the current version. It returns the id of the last row that it looked at, None after the end.
    A row that does not open is noted (``damage_notes``) and left: its version then stays in use.
    """

    name: str
    key: str
    count_by_version: Callable[[Session], Mapping[int, int]]
    rewrap_batch: Callable[[Session, UUID | None, int], UUID | None]


def rotate_sealed_rows(
    name: str, purpose: str, row_id: InstrumentedAttribute[UUID], sealed: InstrumentedAttribute[Any]
) -> Rotation:
    """The rotation of rows that are sealed with ``Vault.seal`` itself, and not under a person's key.

    ``row_id`` and ``sealed`` are columns of the same table: to the id the values are bound. Rows without a value wait
    for nothing.
    """

    def count_by_version(session: Session) -> dict[int, int]:
        head = func.substr(sealed, 1, SEALED_HEAD_BYTES)
        query = select(head, func.count()).where(sealed.is_not(None)).group_by(head)
        counts: dict[int, int] = {}
        for value, count in session.connection().execute(query):
            version = int.from_bytes(bytes(value)[1:])
            counts[version] = counts.get(version, 0) + count
        return counts

    def rewrap_batch(session: Session, after: UUID | None, limit: int) -> UUID | None:
        vault: Vault = session.info["vault"]
        query = select(row_id.label("id"), sealed.label("sealed"))
        rows = read_batch(session, query, row_id, after, limit)
        renewed = []
        for row in rows:
            if row.sealed is None or vault.read_version(row.sealed) == vault.wrap_version:
                continue
            try:
                plaintext = vault.open(purpose, row.id, row.sealed)
            except VaultError as error:
                note_damage(session, error)
                continue
            new_sealed = vault.seal(purpose, row.id, plaintext)
            renewed.append({"old_id": row.id, "old_sealed": row.sealed, "new_sealed": new_sealed})
        if renewed:
            # Only while it is as it was read: what was written meanwhile is under the current key already.
            statement = update(row_id.class_).where(row_id == bindparam("old_id"), sealed == bindparam("old_sealed"))
            session.connection().execute(statement.values({sealed: bindparam("new_sealed")}), renewed)
        return rows[-1].id if rows else None

    return Rotation(name, "wrap", count_by_version, rewrap_batch)


def read_batch(
    session: Session, query: Any, row_id: InstrumentedAttribute[UUID], after: UUID | None, limit: int
) -> "list[Row[Any]]":
    """The next rows of a query in the order of their ids, after an id (None: from the first one), locked.

    Rows that somebody else holds are left out: nobody waits here for a registration that waits for this batch.
    """
    if after is not None:
        query = query.where(row_id > after)
    return list(session.connection().execute(query.order_by(row_id).limit(limit).with_for_update(skip_locked=True)))
