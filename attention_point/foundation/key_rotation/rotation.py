"""What of a room waits for a new version of a key, as data: the room of keys counts it and renews it in batches.

A batch is read, opened and sealed in a session that only reads, while everybody else writes. What is then written
takes a moment, and only where a row is as it was read. The module does not import the vault, so that rooms that may
not reach the vault can offer their rows too.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import VaultError

if TYPE_CHECKING:
    from sqlalchemy.engine import Row

    from attention_point.foundation.vault import Vault

SEALED_HEAD_BYTES = 3
"""A sealed value begins with its format and the version of its key (``vault/sealing.py``)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that wait, renewed but not yet stored.

    ``count`` is how many rows it settles, ``last`` the place of the last one, None where no further one waits.
    ``write(session)`` stores, in a writing session, those that nobody changed or holds; the others go on waiting.
    """

    count: int
    last: Any
    write: Callable[[Session], None]


@dataclass(frozen=True, slots=True)
class Rotation:
    """Rows of a room that stand under a version of a key of the keyring. ``key`` is its kind: ``wrap``, ``index``…

    ``count_by_version(session)`` says how many rows stand under each version. ``prepare_batch(session, after, limit)``
    renews, in a reading session, the next ``limit`` rows under another version than the current one after the place
    ``after`` (None: from the first one). A row that does not open is noted (``damage_notes``) and left: its version
    then stays in use.
    """

    label: str
    key: str
    count_by_version: Callable[[Session], Mapping[int, int]]
    prepare_batch: Callable[[Session, Any, int], Batch]


def rotate_rows(
    label: str,
    key: str,
    row_id: InstrumentedAttribute[UUID],
    guard: InstrumentedAttribute[Any],
    *,
    count_by_version: Callable[[Session], Mapping[int, int]],
    select_waiting: Callable[[Session], Select[*tuple[Any, ...]]],
    renew: Callable[[Session, "Row[Any]"], Mapping[str, Any] | None],
) -> Rotation:
    """The rotation of rows of one table, each by itself.

    ``select_waiting`` gives the rows that wait, with the columns ``id``, ``guard`` and what ``renew`` needs.
    ``renew`` returns the new values of a row by the names of its columns, None to leave it, and may raise VaultError.
    The values are stored where the column ``guard`` is as it was read.
    """

    def prepare_batch(session: Session, after: UUID | None, limit: int) -> Batch:
        rows, last = read_waiting(session, select_waiting(session), row_id, after, limit)
        guards, changes = {}, {}
        for row in rows:
            try:
                values = renew(session, row)
            except VaultError as error:
                note_damage(session, error)
                continue
            if values is not None:
                guards[row.id] = row.guard
                changes[row.id] = {"old_id": row.id, **{f"new_{name}": value for name, value in values.items()}}
        return Batch(len(rows), last, lambda writing: write_changes(writing, guards, changes))

    def write_changes(session: Session, guards: Mapping[UUID, Any], changes: Mapping[UUID, Mapping[str, Any]]) -> None:
        unchanged = lock_unchanged(session, row_id, guard, guards)
        if not unchanged:
            return
        names = [name for name in changes[unchanged[0]] if name != "old_id"]
        values: dict[str, Any] = {name.removeprefix("new_"): bindparam(name) for name in names}
        statement = update(row_id.class_).where(row_id == bindparam("old_id")).values(values)
        session.connection().execute(statement, [changes[row] for row in unchanged])

    return Rotation(label, key, count_by_version, prepare_batch)


def rotate_sealed_rows(
    label: str, purpose: str, row_id: InstrumentedAttribute[UUID], sealed: InstrumentedAttribute[Any]
) -> Rotation:
    """The rotation of rows that are sealed with ``Vault.seal`` itself, and not under a person's key.

    ``row_id`` and ``sealed`` are columns of the same table: to the id the values are bound. Rows without a value wait
    for nothing.
    """

    def count_by_version(session: Session) -> dict[int, int]:
        version = func.substr(sealed, 2, SEALED_HEAD_BYTES - 1)
        query = select(version, func.count()).where(sealed.is_not(None)).group_by(version)
        # A value that a bad disk made a text of stands under no version that anybody holds.
        return {_read_version(value): count for value, count in session.connection().execute(query)}

    def select_waiting(session: Session) -> Select[*tuple[Any, ...]]:
        vault: Vault = session.info["vault"]
        version = func.substr(sealed, 2, SEALED_HEAD_BYTES - 1)
        query = select(row_id.label("id"), sealed.label("guard"))
        return query.where(sealed.is_not(None), version != vault.wrap_version.to_bytes(2))

    def renew(session: Session, row: "Row[Any]") -> dict[str, bytes]:
        vault: Vault = session.info["vault"]
        return {sealed.key: vault.seal(purpose, row.id, vault.open(purpose, row.id, row.guard))}

    return rotate_rows(
        label,
        "wrap",
        row_id,
        sealed,
        count_by_version=count_by_version,
        select_waiting=select_waiting,
        renew=renew,
    )


def _read_version(value: object) -> int:
    return int.from_bytes(value) if isinstance(value, bytes) else 0


def read_waiting(
    session: Session,
    query: Select[*tuple[Any, ...]],
    row_id: InstrumentedAttribute[UUID],
    after: UUID | None,
    limit: int,
) -> "tuple[Collection[Row[Any]], UUID | None]":
    """The next rows that wait, in the order of their ids, and the last one's id; None where they were the last.

    Fewer than ``limit`` end a pass: what is written meanwhile by somebody who holds the older keyring waits for the
    next one, and no pass runs after the desk for ever.
    """
    if after is not None:
        query = query.where(row_id > after)
    rows = session.connection().execute(query.order_by(row_id).limit(limit)).all()
    return rows, rows[-1].id if len(rows) == limit else None


def lock_unchanged(
    session: Session, row_id: InstrumentedAttribute[UUID], guard: InstrumentedAttribute[Any], read: Mapping[UUID, Any]
) -> list[UUID]:
    """Lock those rows whose column ``guard`` is as it was read, and return their ids.

    Rows that somebody holds are left out: nobody waits here for a registration that waits for this batch.
    """
    if not read:
        return []
    query = select(row_id.label("id"), guard.label("guard")).where(row_id.in_(read)).order_by(row_id)
    rows = session.connection().execute(query.with_for_update(skip_locked=True, key_share=True))
    return [row.id for row in rows if row.guard == read[row.id]]
