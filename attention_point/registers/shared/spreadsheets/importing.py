"""Imports of spreadsheets: rows are stored, checked each time their page is shown, then written all or none.

A row changes the record of its ``id``; without an ``id``, the record with the same name and date; otherwise it adds a
record. A column that the file leaves out keeps the record's fact; an empty cell removes it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, or_
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import Conflict, FieldError, Invalid, NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared.models import EDITED, TYPED, RecordColumns, StoredImport
from attention_point.registers.shared.records import queries, services
from attention_point.registers.shared.records.organisations import find_organisations
from attention_point.registers.shared.records.writing import NewRecord, compare_facts, insert_records, update_records
from attention_point.registers.shared.rules import fold_text
from attention_point.registers.shared.schema.parsing import check_facts
from attention_point.registers.shared.schema.schema import Register, do_nothing
from attention_point.registers.shared.spreadsheets.spreadsheet_columns import (
    ID_COLUMN,
    read_column_keys,
    read_row_values,
)
from attention_point.registers.shared.spreadsheets.spreadsheet_reader import NumberedRow, read_spreadsheet

NEW, CHANGE, SAME, ERROR = "new", "change", "same", "error"
OUTCOME_LABELS = {NEW: N_("To add"), CHANGE: N_("To change"), SAME: N_("No change"), ERROR: N_("Wrong")}
UPLOAD_LIFETIME = timedelta(days=1)
"""An upload that nobody confirms is deleted by the first upload after this time."""


@dataclass(slots=True)
class CheckedRow:
    """One row of a spreadsheet, and what the import would do with it.

    ``number`` is the row's number in the spreadsheet. ``facts`` is the whole record as it would be stored; an
    organisation that is not in the list yet stands there by its name. ``record_id`` and ``version`` name the record
    that the row changes. ``report`` holds pairs of a column's label and a sentence: what is wrong in a wrong row, the
    columns that differ in a row that changes a record.
    """

    number: int
    name: str
    facts: dict[str, Any]
    outcome: str = NEW
    record_id: UUID | None = None
    version: int | None = None
    report: list[tuple[str, str]] = field(default_factory=list)

    def add_error(self, label: str, message: str) -> None:
        """Mark the row as wrong, with the column and the sentence that says why."""
        if self.outcome != ERROR:
            self.outcome, self.report = ERROR, []
        self.report.append((label, message))


def read_rows(register: Register, name: str, content: bytes) -> tuple[list[str], list[NumberedRow]]:
    """Read a file's columns, as keys of the register, and its rows. Raises Invalid."""
    labels, rows = read_spreadsheet(name, content)
    return read_column_keys(register, labels), rows


def store_upload(session: Session, actor: Actor, register: Register, name: str, content: bytes) -> UUID:
    """Store a file's rows until they are confirmed; they replace the account's earlier file. Raises Invalid."""
    columns, rows = read_rows(register, name, content)
    own_upload = and_(StoredImport.account == actor.journal_label, StoredImport.register == register.name)
    session.execute(delete(StoredImport).where(or_(own_upload, StoredImport.at < clock.now() - UPLOAD_LIFETIME)))
    upload = StoredImport(
        register=register.name, account=actor.journal_label, at=clock.now(), columns=columns, rows=rows
    )
    session.add(upload)
    session.flush()
    return upload.id


def get_upload(session: Session, actor: Actor, register: Register, import_id: UUID) -> StoredImport:
    """Get an upload of this account for this register. Raises NotFound, also for another account's."""
    upload = session.get(StoredImport, import_id)
    if upload is None or (upload.account, upload.register) != (actor.journal_label, register.name):
        raise NotFound(_("Import not found. Upload the spreadsheet again."))
    return upload


def check_rows(
    session: Session, register: Register, columns: Sequence[str], rows: Iterable[NumberedRow]
) -> list[CheckedRow]:
    """Determine what the import would do with each row, in a few SQL statements. Writes nothing."""
    keys = {column.partition(".")[0] for column in columns}
    fields = tuple(register_field for register_field in register.fields if register_field.key in keys)
    checked_rows, named_ids = [], {}
    for number, values in rows:
        cells = dict(zip(columns, values, strict=False))
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
    for row in checked_rows:
        record_id = named_ids[row.number]
        record = (
            _find_record_by_name(register, row, records_by_name)
            if record_id is None
            else _find_record_by_id(row, records_by_id, record_id)
        )
        row.facts = services.replace_names_by_ids(register, row.facts, ids_by_name)
        if row.outcome != ERROR:
            _compare_with_record(register, row, record, keys)
    _refuse_duplicate_rows(checked_rows)
    return checked_rows


def count_outcomes(rows: Iterable[CheckedRow]) -> Counter[str]:
    """Count the rows of each outcome."""
    return Counter(row.outcome for row in rows)


def build_fingerprint(rows: Iterable[CheckedRow]) -> str:
    """Digest what a check found, so that a confirmation is good only for what the user has seen."""
    # The version is part of it: after any change of a record, even outside the row, the user must check again.
    outcomes = [[row.number, row.outcome, str(row.record_id), row.version] for row in rows]
    return hashlib.sha256(json.dumps(outcomes).encode()).hexdigest()


def build_report_table(rows: Iterable[CheckedRow]) -> tuple[list[str], list[list[str]]]:
    """Build the head and the lines of a table that says what becomes of each row and what is wrong with it."""
    labels = [_("Row"), _("Result"), _("Column"), _("What is wrong")]
    report_parts = ((row, part) for row in rows for part in row.report or [("", "")])
    return labels, [[str(row.number), _(OUTCOME_LABELS[row.outcome]), *part] for row, part in report_parts]


def apply_rows(session: Session, actor: Actor, register: Register, rows: Sequence[CheckedRow]) -> None:
    """Write every row, or none.

    Raises Invalid if a row is wrong, and marks the rows that the register's own rules refuse; Conflict if a record
    changed since the check. The caller rolls back.
    """
    if any(row.outcome == ERROR for row in rows):
        raise _build_wrong_rows_error()
    new_rows = [row for row in rows if row.outcome == NEW]
    changing_rows = [row for row in rows if row.outcome == CHANGE]
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
    for row, record_id, data in zip(written_rows, ids, facts, strict=True):
        try:
            register.after_write(session, record_id, data)
        except Invalid as error:
            _add_field_errors(register, row, error.field_errors)
    if any(row.outcome == ERROR for row in rows):
        raise _build_wrong_rows_error()
    journal.record(
        session, actor, f"{register.name}.import", register.name, None, new=len(new_rows), changed=len(changing_rows)
    )


def build_outdated_error() -> Conflict:
    """Build the error of rows that were checked against records which have changed since."""
    return Conflict(_("Some records changed since you checked the rows. Nothing was imported; check the rows again."))


def _build_wrong_rows_error() -> Invalid:
    return Invalid(_("Nothing was imported, because some rows are wrong."), ())


def _add_field_errors(register: Register, row: CheckedRow, errors: Iterable[FieldError]) -> None:
    for error in errors:
        row.add_error(_label_for_key(register, error.field.partition(".")[0]), error.message)


def _label_for_key(register: Register, key: str) -> str:
    labels = {register_field.key: register_field.label for register_field in register.fields}
    return _(labels[key]) if key in labels else key


def _read_record_id(row: CheckedRow, cells: Mapping[str, Any]) -> UUID | None:
    text = str(cells.get(ID_COLUMN) or "").strip()
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
    sort = row.facts.get(register.sort_field) or ""
    candidates = [record for record in records.get(_build_name_key(row), ()) if record.sort == sort]
    if len(candidates) > 1:
        row.add_error("Id", _("Several records have this name and date. Write the Id of the one you mean."))
    return candidates[0] if len(candidates) == 1 else None


def _compare_with_record(register: Register, row: CheckedRow, record: RecordColumns | None, keys: set[str]) -> None:
    if record is None:
        new_organisations = services.list_unlinked_names(register, [row.facts])
        row.report = [(_("Organisation"), name) for name in new_organisations]
        return
    row.record_id, row.version = record.id, record.version
    row.facts = {**{key: value for key, value in record.data.items() if key not in keys}, **row.facts}
    changed_facts = compare_facts(record.data, row.facts)
    row.outcome = CHANGE if changed_facts else SAME
    row.report = [(_label_for_key(register, key), "") for key in changed_facts]


def _refuse_duplicate_rows(rows: Sequence[CheckedRow]) -> None:
    """Refuse rows about the same record: the second would overwrite the first unseen."""
    row_counts = Counter(row.record_id for row in rows if row.record_id)
    for row in rows:
        if row.record_id and row_counts[row.record_id] > 1:
            row.add_error("Id", _("Another row is about the same record."))
