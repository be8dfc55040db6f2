"""Wraps people's data keys anew, in batches, when the keyring's key is rotated.

The records stay as they are: only the key that opens them is wrapped again. Of somebody who was recorded by a version
of the program that did not bind a record to the version of its row, the records are sealed anew too (decision 64).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Update, bindparam, func, literal, select, update
from sqlalchemy.orm import Session

from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.key_rotation import Rotation, read_batch
from attention_point.foundation.language import N_
from attention_point.foundation.vault import UNVERSIONED, PersonKey, Vault, VaultError, WrappedKey, get_vault
from attention_point.intake.models import Visit, VisitAddition
from attention_point.intake.queries import ADDITION_PURPOSE, SEALING_PURPOSE
from attention_point.intake.records import person_counts
from attention_point.people.models import Person
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.models import Referral

_KEYS = select(Person.id, Person.key_version, Person.wrapped_key)
_SAVE_KEY = (
    update(Person)
    # Only while it is as it was read: an erased person keeps no key, whatever was read before.
    .where(Person.id == bindparam("person"), Person.wrapped_key == bindparam("old_key"))
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


def rewrap_keys(session: Session, after: UUID | None, limit: int) -> UUID | None:
    """Wrap the keys of the next people anew (``Rotation.rewrap_batch``)."""
    vault = get_vault(session)
    rows = read_batch(session, _KEYS, Person.id, after, limit)
    changes = []
    for row in rows:
        if row.wrapped_key is None or row.key_version == vault.wrap_version:
            continue
        try:
            wrapped_key = _rewrap_key(session, vault, row.id, WrappedKey(row.key_version, row.wrapped_key))
        except VaultError as error:
            note_damage(session, error)
            continue
        changes.append(
            {
                "person": row.id,
                "old_key": row.wrapped_key,
                "new_key": wrapped_key.sealed_key,
                "new_version": wrapped_key.version,
            }
        )
    if changes:
        session.connection().execute(_SAVE_KEY, changes)
    return rows[-1].id if rows else None


def _rewrap_key(session: Session, vault: Vault, person: UUID, wrapped: WrappedKey) -> WrappedKey:
    key = vault.open_person_key(person, wrapped)
    if key.are_rows_bound:
        return vault.rewrap_person_key(person, wrapped)
    # The marked key refuses what is not bound: it may be stored only where nothing of that kind is left.
    is_whole = all([_bind_records(session, key, person, column) for column in _COLUMNS])
    return vault.rewrap_person_key(person, wrapped, bind_rows=is_whole)


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


PERSON_KEY_ROTATION = Rotation(N_("keys of people"), "wrap", count_keys_by_version, rewrap_keys)
