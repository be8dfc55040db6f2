"""The command line of the registers."""

import os
import sys
from pathlib import Path

import click

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_READ, FILE_TO_WRITE, opened, writing
from attention_point.foundation.database import Database
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import NotFound, Refusal
from attention_point.registers.shared import importing
from attention_point.registers.shared.describe import KNOWN, Register
from attention_point.registers.shared.exporting import as_csv
from attention_point.registers.shared.importing import CHANGE, ERROR, NEW, SAME
from attention_point.registers.shared.loading import load, read_file
from attention_point.registers.shared.sheets import LIMIT

_SHOWN = 20
"""Wrong rows told on the screen."""


@click.group("registers")
def registers_commands() -> None:
    """The office's registers."""


@registers_commands.command("load")
@click.argument("file", type=FILE_TO_READ)
def load_command(file: Path) -> None:
    """Load a year's records from a YAML file, all or nothing; again is harmless."""
    with writing() as session:
        done = load(session, SYSTEM, read_file(file))
    click.echo(_("%(added)s added, %(changed)s changed, %(unchanged)s as they were.", **done.counts))
    if done.counts["left"]:
        click.echo(_("%(count)s left as the office edited them.", count=done.counts["left"]))
    if done.unread:
        click.echo(
            _("No register reads these sections, so they were left out: %(names)s", names=", ".join(done.unread))
        )


@registers_commands.command("import")
@click.argument("register")
@click.argument("file", type=FILE_TO_READ)
@click.option("--dry-run", is_flag=True, help="Only say what would become of the rows.")
@click.option("--errors", type=FILE_TO_WRITE, help="Where the wrong rows go, as CSV.")
def import_command(register: str, file: Path, dry_run: bool, errors: Path | None) -> None:
    """Bring an XLSX or CSV spreadsheet into REGISTER (events, agreements, calls…): every row, or none."""
    with opened() as database:
        own = _register(register)
        try:
            _bring(database, own, file, dry_run, errors)
        finally:
            with database.writing() as session:
                importing.forget(session, SYSTEM, own)


def _bring(database: Database, register: Register, file: Path, dry_run: bool, errors: Path | None) -> None:
    with file.open("rb") as opened_file, database.writing() as session:
        kept = importing.start(session, SYSTEM, register, file.name, opened_file.read(LIMIT + 1))
        rows = importing.find(session, SYSTEM, register, kept).rows
    with click.progressbar(length=rows, label=_("Checking the rows"), file=sys.stderr) as bar:
        for start in range(0, rows, importing.SLICE):
            with database.writing() as session:
                importing.check_some(session, SYSTEM, register, kept)
            bar.update(min(importing.SLICE, rows - start))
    with database.reading() as session:
        counts = importing.outcomes(session, kept)
        wrong = importing.told(importing.report(session, kept, ERROR, 0, rows))
    said = {"new": counts[NEW], "changed": counts[CHANGE], "same": counts[SAME], "wrong": counts[ERROR]}
    click.echo(_("%(new)s to add, %(changed)s to change, %(same)s as they are, %(wrong)s wrong.", **said))
    if counts[ERROR]:
        _tell(wrong, errors)
    if not dry_run:
        with database.writing() as session:
            importing.apply(session, SYSTEM, register, kept)
        click.echo(_("Brought in."))


def _tell(wrong: tuple[list[str], list[list[str]]], place: Path | None) -> None:
    """Write the wrong rows to a file, or the first of them on stderr; then raises Refusal."""
    head, lines = wrong
    if place is None:
        for line in lines[:_SHOWN]:
            click.echo(f"{head[0]} {line[0]} · {line[2]}: {line[3]}", err=True)
        raise Refusal(_("Nothing was brought in. All wrong rows: --errors FILE."))
    try:
        place.write_bytes(as_csv(head, lines))
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise Refusal(_("%(file)s cannot be written: %(reason)s", file=place.name, reason=reason)) from None
    raise Refusal(_("Nothing was brought in. The wrong rows stand in %(file)s.", file=place.name))


def _register(name: str) -> Register:
    found = KNOWN.get(name)
    if found is None:
        raise NotFound(_("There is no such register. There are: %(names)s.", names=", ".join(sorted(KNOWN))))
    return found
