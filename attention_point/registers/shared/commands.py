"""The command line of the registers."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_READ, FILE_TO_WRITE, write_session
from attention_point.foundation.errors import AppError, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared.records.loading import load_year_file, read_year_file
from attention_point.registers.shared.schema.schema import REGISTERS_BY_NAME, Register
from attention_point.registers.shared.spreadsheets import importing, uploads
from attention_point.registers.shared.spreadsheets.importing import CHANGE, NEW, SAME, CheckedRow
from attention_point.registers.shared.spreadsheets.leftover_rows import build_leftover_file, list_leftover_rows
from attention_point.registers.shared.spreadsheets.spreadsheet_columns import list_ignored_labels
from attention_point.registers.shared.spreadsheets.spreadsheet_reader import MAX_FILE_SIZE

_MAX_SHOWN_ERRORS = 20
"""Errors shown on the screen; a file takes them all."""


@click.group("registers")
def registers_commands() -> None:
    """The office's registers."""


@registers_commands.command("load")
@click.argument("file", type=FILE_TO_READ)
def load_year_records(file: Path) -> None:
    """Load a year's records from a YAML file, all or none. Loading a file twice is harmless."""
    with write_session() as session:
        year_load = load_year_file(session, SYSTEM, read_year_file(file))
    click.echo(_("%(added)s added, %(changed)s changed, %(unchanged)s unchanged.", **year_load.counts))
    if year_load.counts["left"]:
        click.echo(_("%(count)s kept as the office edited them.", count=year_load.counts["left"]))
    if year_load.unread_sections:
        names = ", ".join(year_load.unread_sections)
        click.echo(_("Skipped, because no register reads these sections: %(names)s", names=names))


@registers_commands.command("import")
@click.argument("register")
@click.argument("file", type=FILE_TO_READ)
@click.option("--dry-run", is_flag=True, help="Only report what would happen to the rows.")
@click.option("--repeated", is_flag=True, help="Add also rows with the name and date of an earlier row.")
@click.option("--errors", type=FILE_TO_WRITE, help="Write the rows that are left to this XLSX or CSV file.")
def import_spreadsheet(register: str, file: Path, dry_run: bool, repeated: bool, errors: Path | None) -> None:
    """Import an XLSX or CSV spreadsheet into REGISTER (events, agreements, calls…). Wrong rows are left."""
    with write_session() as session:
        chosen_register = _get_register(register)
        with file.open("rb") as opened_file:  # one byte more than allowed tells that the file is too large
            columns, rows = uploads.read_rows(chosen_register, file.name, opened_file.read(MAX_FILE_SIZE + 1))
        ignored_labels = list_ignored_labels(columns)
        if ignored_labels:
            click.echo(_("Columns that are left out: %(names)s", names=", ".join(ignored_labels)), err=True)
        checked_rows = importing.check_rows(session, chosen_register, columns, rows, takes_repeated=repeated)
        if not dry_run:
            importing.apply_rows(session, SYSTEM, chosen_register, checked_rows)
        counts = importing.count_outcomes(checked_rows)
        leftover_rows = list_leftover_rows(checked_rows)
        if leftover_rows:
            file_kind = "xlsx" if errors is not None and errors.suffix.lower() == ".xlsx" else "csv"
            content = build_leftover_file(chosen_register, columns, rows, checked_rows, file_kind)
            _report_leftover_rows(leftover_rows, errors, content)
    message_counts = {"new": counts[NEW], "changed": counts[CHANGE], "same": counts[SAME], "wrong": len(leftover_rows)}
    if dry_run:
        click.echo(_("%(new)s to add, %(changed)s to change, %(same)s unchanged, %(wrong)s wrong.", **message_counts))
    else:
        click.echo(_("%(new)s added, %(changed)s changed, %(same)s unchanged, %(wrong)s left.", **message_counts))
    if leftover_rows:
        raise AppError(_("Some rows were left: correct them and import them again."))


def _report_leftover_rows(rows: Sequence[CheckedRow], errors_file: Path | None, content: bytes) -> None:
    """Write the rows that are left to a file, or the first of them to stderr. Raises AppError if it cannot."""
    if errors_file is not None:
        try:
            errors_file.write_bytes(content)
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise AppError(_("%(file)s cannot be written: %(reason)s", file=errors_file.name, reason=reason)) from None
        return
    for row in rows[:_MAX_SHOWN_ERRORS]:
        reasons = "; ".join(f"{label}: {sentence}" for label, sentence in row.report)
        click.echo(_("Row %(number)s. %(reasons)s", number=row.number, reasons=reasons), err=True)
    click.echo(_("To save all rows that are left: --errors FILE."), err=True)


def _get_register(name: str) -> Register:
    register = REGISTERS_BY_NAME.get(name)
    if register is None:
        names = ", ".join(sorted(REGISTERS_BY_NAME))
        raise NotFound(_("There is no such register. Choose one of: %(names)s.", names=names))
    return register
