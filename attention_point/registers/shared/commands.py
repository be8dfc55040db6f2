"""The command line of the registers."""

import os
from collections.abc import Iterable
from pathlib import Path

import click

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_READ, FILE_TO_WRITE, write_session
from attention_point.foundation.errors import AppError, Invalid, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared.records.loading import load_year_file, read_year_file
from attention_point.registers.shared.schema.schema import REGISTERS_BY_NAME, Register
from attention_point.registers.shared.spreadsheets import importing
from attention_point.registers.shared.spreadsheets.exporting import build_csv
from attention_point.registers.shared.spreadsheets.importing import CHANGE, ERROR, NEW, SAME, CheckedRow
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
@click.option("--errors", type=FILE_TO_WRITE, help="Write the wrong rows to this CSV file.")
def import_spreadsheet(register: str, file: Path, dry_run: bool, errors: Path | None) -> None:
    """Import an XLSX or CSV spreadsheet into REGISTER (events, agreements, calls…): every row, or none."""
    with write_session() as session:
        chosen_register = _get_register(register)
        with file.open("rb") as opened_file:  # one byte more than allowed tells that the file is too large
            columns, rows = importing.read_rows(chosen_register, file.name, opened_file.read(MAX_FILE_SIZE + 1))
        checked_rows = importing.check_rows(session, chosen_register, columns, rows)
        counts = importing.count_outcomes(checked_rows)
        message_counts = {"new": counts[NEW], "changed": counts[CHANGE], "same": counts[SAME], "wrong": counts[ERROR]}
        click.echo(_("%(new)s to add, %(changed)s to change, %(same)s unchanged, %(wrong)s wrong.", **message_counts))
        if counts[ERROR]:
            raise _report_wrong_rows(checked_rows, errors)
        if dry_run:
            return
        try:
            importing.apply_rows(session, SYSTEM, chosen_register, checked_rows)
        except Invalid:
            raise _report_wrong_rows(checked_rows, errors) from None
    click.echo(_("Imported."))


def _report_wrong_rows(rows: Iterable[CheckedRow], errors_file: Path | None) -> AppError:
    """Write the wrong rows to a file, or the first of them to stderr. Gives the error that ends the command."""
    column_labels, lines = importing.build_report_table(row for row in rows if row.outcome == ERROR)
    if errors_file is None:
        for line in lines[:_MAX_SHOWN_ERRORS]:
            click.echo(f"{column_labels[0]} {line[0]} · {line[2]}: {line[3]}", err=True)
        return AppError(_("Nothing was imported. To save all wrong rows: --errors FILE."))
    try:
        errors_file.write_bytes(build_csv(column_labels, lines))
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        return AppError(_("%(file)s cannot be written: %(reason)s", file=errors_file.name, reason=reason))
    return AppError(_("Nothing was imported. The wrong rows are in %(file)s.", file=errors_file.name))


def _get_register(name: str) -> Register:
    register = REGISTERS_BY_NAME.get(name)
    if register is None:
        names = ", ".join(sorted(REGISTERS_BY_NAME))
        raise NotFound(_("There is no such register. Choose one of: %(names)s.", names=names))
    return register
