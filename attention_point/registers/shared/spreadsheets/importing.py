"""Imports of spreadsheets: rows are stored, checked each time their page is shown; then the good ones are written.

A row changes the record of its ``id``; without an ``id``, the record with the same name and date; otherwise it adds a
record. A column that the file leaves out keeps the record's fact; an empty cell removes it. A row with an error is
never written: it comes back in a file of its own with what is wrong with it (``leftover_rows``). All good rows are
written in one transaction.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import Conflict, FieldError, Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared.models import EDITED, TYPED, RecordColumns
from attention_point.registers.shared.records import queries, services
from attention_point.registers.shared.records.organisations import find_organisations
from attention_point.registers.shared.records.writing import NewRecord, compare_facts, insert_records, update_records
from attention_point.registers.shared.rules import fold_text
from attention_point.registers.shared.schema.formatting import format_field_value
from attention_point.registers.shared.schema.parsing import check_facts
from attention_point.registers.shared.schema.schema import Register, do_nothing
from attention_point.registers.shared.spreadsheets.row_values import read_row_values, split_date_range
from attention_point.registers.shared.spreadsheets.spreadsheet_columns import ID_COLUMN, NEW_RECORD_WORDS
from attention_point.registers.shared.spreadsheets.spreadsheet_reader import NumberedRow

NEW, CHANGE, SAME, REPEATED, ERROR = "new", "change", "same", "repeated", "error"
OUTCOME_LABELS = {
    NEW: N_("To add"),
    CHANGE: N_("To change"),
    SAME: N_("No change"),
    REPEATED: N_("Repeated"),
    ERROR: N_("Wrong"),
}

_REPEATED_ROW = N_(
    "The same name and date as row %(number)s. Delete this row if it is the same record; else import it as it is."
)


@dataclass(slots=True)
class CheckedRow:
    """One row of a spreadsheet, and what the import would do with it.

    ``number`` is the row's number in the spreadsheet. ``facts`` is the whole record as it would be stored; an
    organisation that is not in the list yet stands there by its name. ``record_id`` and ``version`` name the record
    that the row changes. ``report`` holds pairs of a column's label and a sentence: what is wrong in a wrong row, the
    columns that differ in a row that changes a record. ``is_surely_new`` says that the file itself calls the row a new
    record, whatever its name and date.
    """

    number: int
    name: str
    facts: dict[str, Any]
    outcome: str = NEW
    record_id: UUID | None = None
    version: int | None = None
    report: list[tuple[str, str]] = field(default_factory=list)
    is_surely_new: bool = False

    def add_error(self, label: str, message: str) -> None:
        """Mark the row as wrong, with the column and the sentence that says why."""
        if self.outcome != ERROR:
            self.outcome, self.report = ERROR, []
        self.report.append((label, message))


def check_rows(
    session: Session,
    register: Register,
    columns: Sequence[str],
    rows: Iterable[NumberedRow],
    *,
    takes_repeated: bool = False,
) -> list[CheckedRow]:
    """Determine what the import would do with each row, in a few SQL statements. Writes nothing.

    A new row with the name and date of an earlier new row is ``repeated``, and new with ``takes_repeated``.
    """
    keys = frozenset(column.partition(".")[0] for column in columns)
    checked_rows, named_ids, row_keys = [], {}, {}
    for number, values in rows:
        cells = split_date_range(register, dict(zip(columns, values, strict=False)))
        row_keys[number] = keys | {register.end_field} if register.end_field in cells else keys
        fields = tuple(register_field for register_field in register.fields if register_field.key in row_keys[number])
        facts, errors = check_facts(fields, read_row_values(fields, cells))
        row = CheckedRow(number, str(cells.get("name") or ""), facts)
        _add_field_errors(register, row, errors)
        named_ids[number] = _read_record_id(row, cells)
        checked_rows.append(row)
    # Three searches for all rows together; one for each row would be thousands.
    records_by_id = queries.list_records_by_id(session, register, filter(None, named_ids.values()))
    records_by_name = queries.list_records_by_name(session, register, map(_build_name_key, checked_rows))
    ids_by_name = find_organisations(
        session, services.list_unlinked_names(register, [row.facts for row in checked_rows])
    )
    changes_by_number: dict[int, dict[str, list[Any]]] = {}
    for row in checked_rows:
        record_id = named_ids[row.number]
        record = (
            _find_record_by_name(register, row, records_by_name)
            if record_id is None
            else _find_record_by_id(row, records_by_id, record_id)
        )
        row.facts = services.replace_names_by_ids(register, row.facts, ids_by_name)
        if row.outcome != ERROR:
            changes_by_number[row.number] = _compare_with_record(register, row, record, row_keys[row.number])
    _report_changes(session, register, checked_rows, changes_by_number)
    _refuse_duplicate_rows(checked_rows)
    if not takes_repeated:
        _find_repeated_rows(register, checked_rows)
    return checked_rows


def count_outcomes(rows: Iterable[CheckedRow]) -> Counter[str]:
    """Count the rows of each outcome."""
    return Counter(row.outcome for row in rows)


def build_fingerprint(rows: Iterable[CheckedRow]) -> str:
    """Digest what a check found, so that a confirmation is good only for what the user has seen."""
    # The version is part of it: after any change of a record, even outside the row, the user must check again.
    outcomes = [[row.number, row.outcome, str(row.record_id), row.version] for row in rows]
    return hashlib.sha256(json.dumps(outcomes).encode()).hexdigest()


def apply_rows(session: Session, actor: Actor, register: Register, rows: Sequence[CheckedRow]) -> None:
    """Write every row that adds or changes a record, all in one transaction.

    A row that the register's own rules refuse is not written and gets the outcome ``error``. Raises Conflict if a
    record changed since the check; the caller then rolls back.
    """
    while True:
        new_rows = [row for row in rows if row.outcome == NEW]
        changing_rows = [row for row in rows if row.outcome == CHANGE]
        savepoint = session.begin_nested()
        refusals = _write_rows(session, actor, register, new_rows, changing_rows)
        if not refusals:
            savepoint.commit()
            break
        # Each round loses at least one row, and nearly always all that will be refused.
        savepoint.rollback()
        for row, errors in refusals:
            _add_field_errors(register, row, errors)
    if new_rows or changing_rows:
        counts = {"new": len(new_rows), "changed": len(changing_rows)}
        journal.record(session, actor, f"{register.name}.import", register.name, None, **counts)


def _write_rows(
    session: Session,
    actor: Actor,
    register: Register,
    new_rows: Sequence[CheckedRow],
    changing_rows: Sequence[CheckedRow],
) -> list[tuple[CheckedRow, tuple[FieldError, ...]]]:
    """Write rows. Gives those that the register's own rules refuse, with their errors."""
    # Locked before their versions are compared: nobody can change a record between the comparison and the write.
    locked_ids = [row.record_id for row in changing_rows if row.record_id]
    records = queries.list_records_by_id(session, register, locked_ids, lock=True)
    changing_records = [records[row.record_id] for row in changing_rows if row.record_id in records]
    if [record.version for record in changing_records] != [row.version for row in changing_rows]:
        raise build_outdated_error()
    written_rows = [*new_rows, *changing_rows]
    facts = services.link_organisations(session, actor, register, [row.facts for row in written_rows])
    # The register's own rules run afterwards, row by row, so that an error is reported at its own row.
    without_rules = replace(register, after_write=do_nothing)
    new_records = [NewRecord(data, TYPED) for data in facts[: len(new_rows)]]
    new_ids = insert_records(session, actor, without_rules, new_records, "imported")
    changes = list(zip(changing_records, facts[len(new_rows) :], strict=True))
    update_records(session, actor, without_rules, changes, "imported", EDITED)
    ids = [*new_ids, *(record.id for record in changing_records)]
    refusals = []
    for row, record_id, data in zip(written_rows, ids, facts, strict=True):
        try:
            register.after_write(session, record_id, data)
        except Invalid as error:
            refusals.append((row, error.field_errors))
    return refusals


def build_outdated_error() -> Conflict:
    """Build the error of rows that were checked against records which have changed since."""
    return Conflict(_("Some records changed since you checked the rows. Nothing was imported; check the rows again."))


def _add_field_errors(register: Register, row: CheckedRow, errors: Iterable[FieldError]) -> None:
    for error in errors:
        row.add_error(_label_for_key(register, error.field.partition(".")[0]), error.message)


def _label_for_key(register: Register, key: str) -> str:
    labels = {register_field.key: register_field.label for register_field in register.fields}
    return _(labels[key]) if key in labels else key


def _read_record_id(row: CheckedRow, cells: Mapping[str, Any]) -> UUID | None:
    text = str(cells.get(ID_COLUMN) or "").strip()
    if fold_text(text) in NEW_RECORD_WORDS:
        row.is_surely_new = True
        return None
    try:
        return UUID(text) if text else None
    except ValueError:
        row.add_error("Id", _("This is not a valid identifier."))
        return None


def _build_name_key(row: CheckedRow) -> str:
    return fold_text(row.facts.get("name", ""))[:300]


def _find_record_by_id(row: CheckedRow, records: Mapping[UUID, RecordColumns], record_id: UUID) -> RecordColumns | None:
    if record_id not in records:
        row.add_error("Id", _("The register has no such record."))
    return records.get(record_id)


def _find_record_by_name(
    register: Register, row: CheckedRow, records: Mapping[str, Sequence[RecordColumns]]
) -> RecordColumns | None:
    if row.is_surely_new:
        return None
    sort = row.facts.get(register.sort_field) or ""
    candidates = [record for record in records.get(_build_name_key(row), ()) if record.sort == sort]
    if len(candidates) > 1:
        row.add_error("Id", _("Several records have this name and date. Write the Id of the one you mean."))
    return candidates[0] if len(candidates) == 1 else None


def _compare_with_record(
    register: Register, row: CheckedRow, record: RecordColumns | None, keys: Collection[str]
) -> dict[str, list[Any]]:
    """Set what the import would do with a row. Gives the facts that it changes, each before and after."""
    if record is not None:
        row.facts = {**{key: value for key, value in record.data.items() if key not in keys}, **row.facts}
    _add_field_errors(register, row, register.list_contradictions(row.facts))
    if row.outcome == ERROR:
        return {}
    if record is None:
        new_organisations = services.list_unlinked_names(register, [row.facts])
        row.report = [(_("New organisation"), name) for name in new_organisations]
        return {}
    row.record_id, row.version = record.id, record.version
    changed_facts = compare_facts(record.data, row.facts)
    row.outcome = CHANGE if changed_facts else SAME
    return changed_facts


def _report_changes(
    session: Session, register: Register, rows: Iterable[CheckedRow], changes_by_number: Mapping[int, Mapping[str, Any]]
) -> None:
    """Say of each changing row what each fact was and becomes: an empty cell takes away what is on record."""
    sides = [
        {key: pair[side] for key, pair in changes.items() if pair[side]}
        for changes in changes_by_number.values()
        for side in (0, 1)
    ]
    names = queries.list_organisation_names(session, register, *sides)
    for row in rows:
        for key, pair in changes_by_number.get(row.number, {}).items():
            before, after = (format_field_value(register.get_field(key), value, names) for value in pair)
            row.report.append((_label_for_key(register, key), f"{before or '–'} → {after or '–'}"))


def _refuse_duplicate_rows(rows: Sequence[CheckedRow]) -> None:
    """Refuse rows about the same record: the second would overwrite the first unseen."""
    row_counts = Counter(row.record_id for row in rows if row.record_id)
    for row in rows:
        if row.record_id and row_counts[row.record_id] > 1:
            row.add_error("Id", _("Another row is about the same record."))


def _find_repeated_rows(register: Register, rows: Iterable[CheckedRow]) -> None:
    """Ask about the new rows that have the name and date of an earlier one."""
    first_numbers: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.outcome == NEW and not row.is_surely_new:
            name_and_date = (_build_name_key(row), row.facts.get(register.sort_field) or "")
            number = first_numbers.setdefault(name_and_date, row.number)
            if number != row.number:
                label = _label_for_key(register, "name")
                row.outcome = REPEATED
                row.report = [(label, _(_REPEATED_ROW, number=number))]
