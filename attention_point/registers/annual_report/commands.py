"""``attention-point report``."""

import os
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import click

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_WRITE, read_session, write_session
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.report_pages import get_watermark
from attention_point.foundation.settings import read_settings
from attention_point.registers.annual_report.reports import REPORT_FORMATS, RegisterRecord, build_report, write_report
from attention_point.statistics.open_data.files import write_file_atomically


@click.command("report")
# The years are those that a date of a register may have (FIRST_YEAR, LAST_YEAR).
@click.argument("year", type=click.IntRange(1900, 2200))
@click.option("--format", "kind", type=click.Choice(list(REPORT_FORMATS)), required=True, help="What to write.")
@click.option("--output", type=FILE_TO_WRITE, required=True, help="Where to write it.")
@click.option("--internal", "is_internal", is_flag=True, help="With every record and its notes: not to be published.")
def export_report(year: int, kind: str, output: Path, is_internal: bool) -> None:
    """Write the management report of YEAR: the same records and texts give the same bytes."""
    settings = read_settings()
    watch_records = partial(_show_progress, _("Reading the records"))
    with read_session() as session:
        # Read in one session, so that all annexes are of the same moment.
        document = build_report(session, year, get_watermark(settings), watch_records, is_internal=is_internal)
    click.echo(_("Writing the file…"), err=True)
    # This may take minutes. No session is open meanwhile, so that the desk goes on recording visits.
    content = write_report(kind, document)
    with write_session() as session:
        # The entry and the file in one transaction: a full disk leaves neither.
        journal.record(session, SYSTEM, "annual_report.export", "report", str(year), format=kind, internal=is_internal)
        _write_output_file(output, content)
    click.echo(_("Written: %(file)s", file=output.name))


def _show_progress(label: str, records: Iterable[RegisterRecord]) -> Iterator[RegisterRecord]:
    with click.progressbar(list(records), label=label, file=sys.stderr) as progress_bar:
        yield from progress_bar


def _write_output_file(output: Path, content: bytes) -> None:
    """Raise AppError where the file cannot be written; then there is no part of a file either."""
    try:
        write_file_atomically(output, content)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise AppError(_("%(file)s cannot be written: %(reason)s", file=output.name, reason=reason)) from None
