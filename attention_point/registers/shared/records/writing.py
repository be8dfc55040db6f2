"""Writes the rows of records: facts, index and history, many records in few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.registers.shared.models import Change, IndexEntry, RecordColumns, RemovedRecord
from attention_point.registers.shared.records.queries import split_into_slices
from attention_point.registers.shared.rules import fold_text
from attention_point.registers.shared.schema.schema import Data, Register, build_index_entries


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record to add: its facts, with organisations by id, and its name in the file that it comes from."""

    data: Mapping[str, Any]
    origin: str
    source: str | None = None


def insert_records(
    session: Session, actor: Actor, register: Register, new_records: Sequence[NewRecord], action: str
) -> list[UUID]:
    """Insert records with their index and history. Gives their ids in the same order."""
    if not new_records:
        return []
    # The ids are made here: bulk inserts give none back on every engine.
    now, ids = clock.now(), [new_id() for _new_record in new_records]
    identified_records = list(zip(ids, new_records, strict=True))
    rows = [
        {
            "id": record_id,
            "version": 1,
            **_build_columns(register, new_record.data),
            "source": new_record.source,
            "origin": new_record.origin,
            "created_at": now,
            "changed_at": now,
        }
        for record_id, new_record in identified_records
    ]
    session.execute(insert(register.model), rows)
    _insert_index_entries(session, register, [(record_id, record.data) for record_id, record in identified_records])
    changes = [
        _build_change(actor, register, record_id, 1, action, compare_facts({}, new_record.data))
        for record_id, new_record in identified_records
    ]
    session.execute(insert(Change), changes)
    for record_id, new_record in identified_records:
        register.after_write(session, record_id, new_record.data)
    return ids


def update_records(
    session: Session,
    actor: Actor,
    register: Register,
    rows_with_facts: Sequence[tuple[RecordColumns, Mapping[str, Any]]],
    action: str,
    origin: str,
) -> None:
    """Replace the facts of records; each version rises by one."""
    if not rows_with_facts:
        return
    changes = []
    for row, data in rows_with_facts:
        changes.append(_build_change(actor, register, row.id, row.version + 1, action, compare_facts(row.data, data)))
        for name, value in _build_columns(register, data).items():
            setattr(row, name, value)
        row.version += 1
        # The version tells a form that somebody else saved in the meantime.
        row.origin, row.changed_at = origin, clock.now()
    session.flush()
    # Deleted and inserted anew: it takes two statements for many records, and the office edits one at a time.
    for id_slice in split_into_slices(row.id for row, _data in rows_with_facts):
        session.execute(delete(IndexEntry).where(IndexEntry.record.in_(id_slice), IndexEntry.register == register.name))
    _insert_index_entries(session, register, [(row.id, data) for row, data in rows_with_facts])
    session.execute(insert(Change), changes)
    for row, data in rows_with_facts:
        register.after_write(session, row.id, data)


def delete_record_row(session: Session, actor: Actor, register: Register, row: RecordColumns) -> None:
    """Delete a record; its history stays and keeps its last facts, and for some time it can be restored."""
    session.execute(delete(IndexEntry).where(IndexEntry.record == row.id, IndexEntry.register == register.name))
    # The last facts go into the history: it answers questions about a deleted record.
    change = _build_change(actor, register, row.id, row.version + 1, "removed", compare_facts(row.data, {}))
    session.execute(insert(Change), [change])
    session.add(
        RemovedRecord(
            record=row.id,
            register=register.name,
            version=row.version + 1,
            name=row.name,
            data=dict(row.data),
            source=row.source,
            origin=row.origin,
            created_at=row.created_at,
            removed_at=clock.now(),
            removed_by=actor.journal_label,
        )
    )
    session.delete(row)
    session.flush()


def restore_record_row(session: Session, actor: Actor, register: Register, removed: RemovedRecord) -> None:
    """Insert a removed record again, under its own id."""
    # The file of a year may have been loaded again meanwhile: its name then belongs to the newer record.
    is_source_taken = session.scalar(select(register.model.id).where(register.model.source == removed.source))
    row = {
        "id": removed.record,
        "version": removed.version + 1,
        **_build_columns(register, removed.data),
        "source": None if is_source_taken else removed.source,
        "origin": removed.origin,
        "created_at": removed.created_at,
        "changed_at": clock.now(),
    }
    session.execute(insert(register.model), [row])
    _insert_index_entries(session, register, [(removed.record, removed.data)])
    facts = compare_facts({}, removed.data)
    change = _build_change(actor, register, removed.record, removed.version + 1, "restored", facts)
    session.execute(insert(Change), [change])
    register.after_write(session, removed.record, removed.data)
    session.delete(removed)
    session.flush()


def add_change(
    session: Session, actor: Actor, register: Register, row: RecordColumns, action: str, fields: Mapping[str, Any]
) -> None:
    """Add a change to a record's history that changes none of its facts, such as a new file."""
    session.execute(insert(Change), [_build_change(actor, register, row.id, row.version, action, fields)])


def compare_facts(old_facts: Mapping[str, Any], new_facts: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Compare two versions. Gives ``[before, after]`` of each key on which they disagree."""
    keys = dict.fromkeys((*old_facts, *new_facts))
    return {key: [old_facts.get(key), new_facts.get(key)] for key in keys if old_facts.get(key) != new_facts.get(key)}


def _build_columns(register: Register, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": data["name"],
        "name_key": fold_text(data["name"])[:300],
        "sort": data.get(register.sort_field) or "",
        "state": data.get(register.state_field) or "",
        "data": dict(data),
    }


def _build_change(
    actor: Actor, register: Register, record_id: UUID, version: int, action: str, fields: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "register": register.name,
        "record": record_id,
        "version": version,
        "action": action,
        "at": clock.now(),
        "by": actor.journal_label,
        "fields": dict(fields),
    }


def _insert_index_entries(session: Session, register: Register, facts_by_record: Iterable[tuple[UUID, Data]]) -> None:
    rows = [
        {"register": register.name, "key": key, "value": value, "record": record_id}
        for record_id, data in facts_by_record
        for key, value in sorted(build_index_entries(register, data))
    ]
    if rows:
        session.execute(insert(IndexEntry), rows)
