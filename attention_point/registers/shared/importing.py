"""A spreadsheet on its way in: read, checked some rows at a time, shown row by row, applied whole or not at all.

A row is the record of its ``id``; without one, the record of the same name and date; else a new one. A column that the
file leaves out leaves a record's fact as it is; an empty cell takes it away.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, NotFound, Refusal
from attention_point.registers.shared import cells, describe, queries, services
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.models import EDITED, TYPED, Import, ImportRow, RecordColumns
from attention_point.registers.shared.organisations import known
from attention_point.registers.shared.reading import check
from attention_point.registers.shared.rules import folded
from attention_point.registers.shared.sheets import read_sheet
from attention_point.registers.shared.writing import New, differing, insert_records, update_records

WAITING, NEW, CHANGE, SAME, ERROR = "waiting", "new", "change", "same", "error"
SLICE = 1000
"""Rows checked in one request."""
HEAD = 2
"""The number that a spreadsheet shows beside the first row of facts."""
Found = dict[str, Any]


def start(session: Session, actor: Actor, register: Register, name: str, content: bytes) -> UUID:
    """Keep the rows of a file to be checked; the account's earlier file of the register goes. Raises Invalid."""
    head, rows = read_sheet(name, content)
    keys = cells.keys_of(register, head)
    forget(session, actor, register)
    kept = Import(
        id=new_id(),
        register=register.name,
        account=actor.label,
        at=clock.now(),
        columns=keys,
        rows=len(rows),
        checked=0,
        applied=False,
    )
    session.add(kept)
    session.flush()
    blank: Found = {"outcome": WAITING, "record": None, "version": None, "report": []}
    found = [
        {"import_id": kept.id, "number": number, "cells": dict(zip(keys, row, strict=False)), **blank}
        for number, row in enumerate(rows, HEAD)
    ]
    if found:
        session.execute(insert(ImportRow), found)
    return kept.id


def forget(session: Session, actor: Actor, register: Register) -> None:
    """Let go of the file that the account brought to the register, with its rows; of the records nothing changes."""
    own = Import.account == actor.label, Import.register == register.name
    session.execute(delete(ImportRow).where(ImportRow.import_id.in_(select(Import.id).where(*own))))
    session.execute(delete(Import).where(*own))


def find(session: Session, actor: Actor, register: Register, import_id: UUID) -> Import:
    """An import of this account into this register; raises NotFound."""
    kept = session.get(Import, import_id)
    if kept is None or (kept.account, kept.register) != (actor.label, register.name):
        raise NotFound(_("There is no such spreadsheet. Bring it again."))
    return kept


def check_some(session: Session, actor: Actor, register: Register, import_id: UUID, most: int = SLICE) -> Import:
    """Check the next rows and keep what would become of each; nothing of the register is written."""
    kept = find(session, actor, register, import_id)
    rows = _rows(session, import_id, kept.checked + HEAD - 1, most)
    checked = [_checked(register, kept.columns, row) for row in rows]
    records = _records(session, register, checked)
    ids = known(session, _organisations(register, [each["facts"] for each in checked]))
    for row, each in zip(rows, checked, strict=True):
        _judge(session, register, kept.columns, row, each, records, ids)
    kept.checked += len(rows)
    session.flush()
    if kept.checked == kept.rows:
        _find_doubles(session, import_id)
    return kept


def outcomes(session: Session, import_id: UUID) -> Counter[str]:
    """How many rows there are of each outcome."""
    number = func.count()
    rows = session.execute(
        select(ImportRow.outcome, number).where(ImportRow.import_id == import_id).group_by(ImportRow.outcome)
    )
    return Counter({outcome: count for outcome, count in rows})


def report(session: Session, import_id: UUID, outcome: str | None, after: int, size: int) -> Sequence[ImportRow]:
    """Rows with their outcome, after a number."""
    chosen = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.number > after)
    if outcome:
        chosen = chosen.where(ImportRow.outcome == outcome)
    return session.scalars(chosen.order_by(ImportRow.number).limit(size)).all()


def told(rows: Iterable[ImportRow]) -> tuple[list[str], list[list[str]]]:
    """The head and the lines of a table that says of each row what becomes of it, and what is wrong with it."""
    head = [_("Row"), _("What becomes of it"), _("Column"), _("What is wrong")]
    parts = ((row, part) for row in rows for part in row.report or [["", ""]])
    return head, [[str(row.number), _(NOTES[row.outcome]), *part] for row, part in parts]


def apply(session: Session, actor: Actor, register: Register, import_id: UUID) -> Counter[str]:
    """Write every row, or none. Raises Refusal (not all checked, or some wrong), Conflict (changed since the check)."""
    kept = find(session, actor, register, import_id)
    counted = outcomes(session, import_id)
    if kept.applied:
        raise Refusal(_("This spreadsheet has been brought in already."))
    if counted[WAITING] or counted[ERROR] or kept.checked < kept.rows:
        raise Refusal(_("Nothing is brought in while a row is wrong or not checked."))
    rows = [row for row in _rows(session, import_id, 0, kept.rows) if row.outcome in {NEW, CHANGE}]
    checked = [_checked(register, kept.columns, row) for row in rows]
    held = queries.by_ids(session, register, [row.record for row in rows if row.record is not None], lock=True)
    merged = [_merged(register, kept.columns, each["facts"], held.get(row.record) if row.record else None)
              for row, each in zip(rows, checked, strict=True)]  # fmt: skip
    facts = services.linked(session, actor, register, merged)
    new = [New(data, TYPED) for row, data in zip(rows, facts, strict=True) if row.outcome == NEW]
    changes = [(_unchanged(held, row), data) for row, data in zip(rows, facts, strict=True) if row.outcome == CHANGE]
    insert_records(session, actor, register, new, "imported")
    update_records(session, actor, register, changes, "imported", EDITED)
    session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
    kept.applied = True
    session.flush()
    journal.record(
        session, actor, f"{register.name}.import", register.name, None, new=counted[NEW], changed=counted[CHANGE]
    )
    return counted


def _rows(session: Session, import_id: UUID, after: int, most: int) -> list[ImportRow]:
    chosen = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.number > after)
    return list(session.scalars(chosen.order_by(ImportRow.number).limit(most)))


def _checked(register: Register, columns: Sequence[str], row: ImportRow) -> Found:
    """A row's facts by the fields whose columns are there, its errors, and the record that it names by id."""
    given = {key.partition(".")[0] for key in columns}
    fields = tuple(field for field in register.fields if field.key in given)
    values = {key: value for key, value in cells.values_of(register, row.cells).items() if key in given}
    facts, errors = check(fields, values)
    found: Found = {
        "facts": facts,
        "errors": [[_label(register, each.field), each.message] for each in errors],
        "id": None,
    }
    text = str(row.cells.get(cells.ID) or "").strip()
    if text:
        try:
            found["id"] = UUID(text)
        except ValueError:
            found["errors"].append(["Id", _("This is not a valid identifier.")])
    return found


def _label(register: Register, path: str) -> str:
    key = path.partition(".")[0]
    return next((_(field.label) for field in register.fields if field.key == key), key)


def _records(session: Session, register: Register, checked: Iterable[Found]) -> dict[Any, list[RecordColumns]]:
    """The records that rows may mean: by id, and by folded name."""
    several = list(checked)
    by_id = queries.by_ids(session, register, [each["id"] for each in several if each["id"]])
    names = [folded(each["facts"]["name"])[:300] for each in several if not each["id"] and "name" in each["facts"]]
    return {**{key: [row] for key, row in by_id.items()}, **queries.named(session, register, names)}


def _judge(
    session: Session, register: Register, columns: Sequence[str], row: ImportRow, checked: Found,
    records: Mapping[Any, list[RecordColumns]], ids: Mapping[str, UUID],
) -> None:  # fmt: skip
    """Note on a row what would become of it."""
    facts, errors = checked["facts"], checked["errors"]
    if checked["id"]:
        meant = records.get(checked["id"], [])
        if not meant:
            errors.append(["Id", _("The register has no such record.")])
    else:
        alike = records.get(folded(facts.get("name", ""))[:300], [])
        meant = [each for each in alike if each.sort == (facts.get(register.sort) or "")]
        if len(meant) > 1:
            errors.append(["Id", _("Several records have this name and date: write the Id of the one that you mean.")])
    if errors:
        row.outcome, row.report = ERROR, errors
    elif not meant:
        row.outcome = NEW
        row.report = [[_("Organisation"), name] for name in _organisations(register, [facts]) if name not in ids]
    else:
        (held,) = meant
        row.record, row.version = held.id, held.version
        _compare(register, columns, row, held, facts, ids)


def _compare(
    register: Register,
    columns: Sequence[str],
    row: ImportRow,
    held: RecordColumns,
    facts: Found,
    ids: Mapping[str, UUID],
) -> None:
    wanted = {**facts}
    for field in register.fields:
        if field.kind == describe.ORGANISATIONS and field.key in facts:
            wanted[field.key] = [
                {"id": ids[each["name"]].hex if each["name"] in ids else each["name"],
                 **{key: value for key, value in each.items() if key != "name"}}
                for each in facts[field.key]
            ]  # fmt: skip
    given = {key.partition(".")[0] for key in columns}
    kept = {key: value for key, value in held.data.items() if key not in given}
    changed = differing(held.data, {**kept, **wanted})
    row.outcome = CHANGE if changed else SAME
    row.report = [[_label(register, key), ""] for key in changed]


def _merged(register: Register, columns: Sequence[str], facts: Found, held: RecordColumns | None) -> Found:
    """The whole record: the row's facts, and those of which the file has no column."""
    if held is None:
        return facts
    given = {key.partition(".")[0] for key in columns}
    return {**{key: value for key, value in held.data.items() if key not in given}, **facts}


def _unchanged(held: Mapping[UUID, RecordColumns], row: ImportRow) -> RecordColumns:
    found = held.get(row.record) if row.record else None
    if found is None or found.version != row.version:
        raise Conflict(_("Some records changed since the check. Nothing was brought in; bring the spreadsheet again."))
    return found


def _organisations(register: Register, several: Iterable[Found]) -> list[str]:
    keys = [field.key for field in register.fields if field.kind == describe.ORGANISATIONS]
    return sorted({each["name"] for facts in several for key in keys for each in facts.get(key, ())})


def _find_doubles(session: Session, import_id: UUID) -> None:
    """Two rows about one record would overwrite each other unseen."""
    own = ImportRow.import_id == import_id
    twice = select(ImportRow.record).where(own, ImportRow.record.is_not(None)).group_by(ImportRow.record)
    sentence = [["Id", _("Another row is about the same record.")]]
    found = twice.having(func.count() > 1).scalar_subquery()
    session.execute(update(ImportRow).where(own, ImportRow.record.in_(found)).values(outcome=ERROR, report=sentence))


NOTES = {
    NEW: N_("To add"),
    CHANGE: N_("To change"),
    SAME: N_("As it is"),
    ERROR: N_("Wrong"),
    WAITING: N_("Not checked yet"),
}
