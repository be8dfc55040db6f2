"""Wraps people's data keys anew, in batches, when the keyring's key is rotated.

The records stay as they are: only the key that opens them is wrapped again. Of somebody who was recorded by a version
of the program that did not bind a record to the version of its row, the records are sealed anew too (decision 64).
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Update, bindparam, func, literal, select, update
from sqlalchemy.orm import Session

from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.key_rotation import Batch, Rotation, lock_unchanged, read_waiting
from attention_point.foundation.language import N_
from attention_point.foundation.vault import UNVERSIONED, PersonKey, VaultError, WrappedKey, get_vault
from attention_point.intake.models import Visit, VisitAddition
from attention_point.intake.queries import ADDITION_PURPOSE, SEALING_PURPOSE
from attention_point.intake.records import person_counts
from attention_point.people.models import Person
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.models import Referral

_KEYS = select(Person.id, Person.key_version, Person.wrapped_key)
_SAVE_KEY = (
    update(Person)
    .where(Person.id == bindparam("person"))
    .values(wrapped_key=bindparam("new_key"), key_version=bindparam("new_version"))
)


class _SealedColumn(NamedTuple):
    """Records under a person's key: their purpose and table, whose they are, the value and its row's version."""

    purpose: str
    table: Any
    person_id: Any
    sealed: Any
    version: Any = literal(UNVERSIONED)


_COLUMNS = (
    _SealedColumn("person", Person, Person.id, Person.sealed, Person.version),
    _SealedColumn(person_counts.PURPOSE, Person, Person.id, Person.counted),
    _SealedColumn(SEALING_PURPOSE, Visit, Visit.person_id, Visit.sealed, Visit.version),
    _SealedColumn(ADDITION_PURPOSE, VisitAddition, VisitAddition.person_id, VisitAddition.sealed),
    _SealedColumn(referral_queries.SEALING_PURPOSE, Referral, Referral.person_id, Referral.sealed, Referral.version),
)


def count_keys_by_version(session: Session) -> Mapping[int, int]:
    """How many people's keys stand under each version of the keyring's key; the erased have none."""
    query = select(Person.key_version, func.count()).where(Person.wrapped_key.is_not(None)).group_by(Person.key_version)
    return {version: count for version, count in session.connection().execute(query)}


def prepare_batch(session: Session, after: UUID | None, limit: int) -> Batch:
    """Wrap the keys of the next people anew (``Rotation.prepare_batch``)."""
    vault = get_vault(session)
    query = _KEYS.where(Person.wrapped_key.is_not(None), Person.key_version != vault.wrap_version)
    rows, last = read_waiting(session, query, Person.id, after, limit)
    read, wrapped_keys, unbound = {}, {}, {}
    for row in rows:
        wrapped = WrappedKey(row.key_version, row.wrapped_key)
        try:
            key = vault.open_person_key(row.id, wrapped)
        except VaultError as error:
            note_damage(session, error)
            continue
        if not key.are_rows_bound:
            unbound[row.id] = key
        read[row.id], wrapped_keys[row.id] = row.wrapped_key, vault.rewrap_person_key(row.id, wrapped)
    write = partial(_write_keys, read=read, wrapped_keys=wrapped_keys, unbound=unbound)
    return Batch(len(rows), last, write)


def _write_keys(
    session: Session,
    read: Mapping[UUID, bytes],
    wrapped_keys: Mapping[UUID, WrappedKey],
    unbound: Mapping[UUID, PersonKey],
) -> None:
    changes = []
    # Only while it is as it was read: an erased person keeps no key, whatever was read before.
    for person in lock_unchanged(session, Person.id, Person.wrapped_key, read):
        wrapped, key = wrapped_keys[person], unbound.get(person)
        # The marked key refuses what is not bound: it may be stored only where nothing of that kind is left.
        if key is not None and all([_bind_records(session, key, person, column) for column in _COLUMNS]):
            wrapped = get_vault(session).rewrap_person_key(person, wrapped, bind_rows=True)
        changes.append({"person": person, "new_key": wrapped.sealed_key, "new_version": wrapped.version})
    if changes:
        session.connection().execute(_SAVE_KEY, changes)


def _bind_records(session: Session, key: PersonKey, person: UUID, column: _SealedColumn) -> bool:
    """Seal the records of one kind anew, each for the version of its row. Returns whether all of them opened."""
    is_whole = True
    for row_id, sealed, version in _read_records(session, person, column):
        try:
            record = key.open(column.purpose, row_id, sealed, version=version)
        except VaultError as error:
            note_damage(session, error)
            is_whole = False
            continue
        new_sealed = key.seal(column.purpose, row_id, record, version=version)
        session.connection().execute(_build_update(column, row_id, sealed, new_sealed))
    return is_whole


def _read_records(session: Session, person: UUID, column: _SealedColumn) -> Sequence[Any]:
    query = select(column.table.id, column.sealed, column.version).where(
        column.person_id == person, column.sealed.is_not(None)
    )
    # Locked: nobody gives the row another version between the reading and the writing.
    return session.connection().execute(query.with_for_update()).all()


def _build_update(column: _SealedColumn, row_id: UUID, old_sealed: bytes, new_sealed: bytes) -> Update:
    statement = update(column.table).where(column.table.id == row_id, column.sealed == old_sealed)
    return statement.values({column.sealed: new_sealed})


PERSON_KEY_ROTATION = Rotation(N_("keys of people"), "wrap", count_keys_by_version, prepare_batch)
