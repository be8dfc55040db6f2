"""The rows of records: facts, marks and history, many at a time and in few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.registers.shared import year_sums
from attention_point.registers.shared.describe import Register, marks_of
from attention_point.registers.shared.models import Change, Mark, RecordColumns
from attention_point.registers.shared.rules import folded

SLICE = 500
"""Records whose marks are compared in one statement."""


@dataclass(frozen=True, slots=True)
class New:
    """A record to add: its facts, organisations by id; what its file calls it, if it comes from one."""

    data: Mapping[str, Any]
    origin: str
    source: str | None = None


def insert_records(
    session: Session, actor: Actor, register: Register, several: Sequence[New], action: str
) -> list[UUID]:
    """Add records with their marks and their history; the ids in the order given."""
    if not several:
        return []
    now, ids = clock.now(), [new_id() for _each in several]
    rows = [
        {
            "id": record_id,
            "version": 1,
            **_columns(register, each.data),
            "source": each.source,
            "origin": each.origin,
            "created_at": now,
            "changed_at": now,
        }
        for record_id, each in zip(ids, several, strict=True)
    ]
    session.execute(insert(register.model), rows)
    _insert_marks(
        session, register, [(key, marks_of(register, new.data)) for key, new in zip(ids, several, strict=True)]
    )
    changes = [
        _change(actor, register, key, 1, action, {name: [None, value] for name, value in new.data.items()})
        for key, new in zip(ids, several, strict=True)
    ]
    session.execute(insert(Change), changes)
    year_sums.move(session, register, (), [each.data for each in several])
    for record_id, each in zip(ids, several, strict=True):
        register.settle(session, record_id, each.data)
    return ids


def update_records(
    session: Session,
    actor: Actor,
    register: Register,
    several: Sequence[tuple[RecordColumns, Mapping[str, Any]]],
    action: str,
    origin: str,
) -> None:
    """Put new facts in the records' place; their versions rise by one."""
    if not several:
        return
    changes, before = [], [row.data for row, _data in several]
    for row, data in several:
        changes.append(_change(actor, register, row.id, row.version + 1, action, differing(row.data, data)))
        for name, value in _columns(register, data).items():
            setattr(row, name, value)
        row.version += 1
        row.origin, row.changed_at = origin, clock.now()
    session.flush()
    for start in range(0, len(several), SLICE):
        _replace_marks(
            session, register, {row.id: marks_of(register, data) for row, data in several[start : start + SLICE]}
        )
    session.execute(insert(Change), changes)
    year_sums.move(session, register, before, [data for _row, data in several])
    for row, data in several:
        register.settle(session, row.id, data)


def delete_record(session: Session, actor: Actor, register: Register, row: RecordColumns) -> None:
    """Take a record away; its history stays, with what it last said."""
    session.execute(delete(Mark).where(Mark.record == row.id, Mark.register == register.name))
    before = {key: [value, None] for key, value in row.data.items()}
    session.execute(insert(Change), [_change(actor, register, row.id, row.version + 1, "removed", before)])
    session.delete(row)
    session.flush()
    year_sums.move(session, register, [row.data], ())


def note_change(
    session: Session, actor: Actor, register: Register, row: RecordColumns, action: str, fields: Mapping[str, Any]
) -> None:
    """Write into a record's history what happened to it besides its facts."""
    session.execute(insert(Change), [_change(actor, register, row.id, row.version, action, fields)])


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The keys on which two versions disagree, each with both values."""
    keys = dict.fromkeys((*before, *after))
    return {key: [before.get(key), after.get(key)] for key in keys if before.get(key) != after.get(key)}


def _columns(register: Register, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": data["name"],
        "name_key": folded(data["name"])[:300],
        "sort": data.get(register.sort) or "",
        "state": data.get(register.state) or "",
        "data": dict(data),
    }


def _change(
    actor: Actor, register: Register, record_id: UUID, version: int, action: str, fields: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "register": register.name,
        "record": record_id,
        "version": version,
        "action": action,
        "at": clock.now(),
        "by": actor.label,
        "fields": dict(fields),
    }


def _insert_marks(session: Session, register: Register, several: Iterable[tuple[UUID, set[tuple[str, str]]]]) -> None:
    rows = [
        {"register": register.name, "key": key, "value": value, "record": record_id}
        for record_id, marks in several
        for key, value in sorted(marks)
    ]
    if rows:
        session.execute(insert(Mark), rows)


def _replace_marks(session: Session, register: Register, wanted: Mapping[UUID, set[tuple[str, str]]]) -> None:
    held: dict[UUID, set[tuple[str, str]]] = {record_id: set() for record_id in wanted}
    chosen = select(Mark.record, Mark.key, Mark.value).where(Mark.record.in_(wanted), Mark.register == register.name)
    for record_id, key, value in session.execute(chosen):
        held[record_id].add((key, value))
    for record_id, marks in wanted.items():
        gone = held[record_id] - marks
        if gone:
            own = (Mark.register == register.name, Mark.record == record_id)
            session.execute(delete(Mark).where(*own, tuple_(Mark.key, Mark.value).in_(sorted(gone))))
    _insert_marks(session, register, [(record_id, marks - held[record_id]) for record_id, marks in wanted.items()])
