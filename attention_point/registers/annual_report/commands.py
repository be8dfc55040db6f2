"""``attention-point report``."""

import os
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import click

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_WRITE, reading, writing
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import speaking
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import from_environment
from attention_point.registers.annual_report.documents import KINDS, Record, report, write
from attention_point.statistics.files import write_whole
from attention_point.statistics.open_data import watermark


@click.command("report")
@click.argument("year", type=click.IntRange(1900, 2200))
@click.option("--format", "kind", type=click.Choice(list(KINDS)), required=True, help="What to write.")
@click.option("--output", type=FILE_TO_WRITE, required=True, help="Where to write it.")
def report_command(year: int, kind: str, output: Path) -> None:
    """Write the management report of YEAR: the same records and texts give the same bytes."""
    settings = from_environment()
    watch = partial(_watch, _("Reading the records"))
    with reading() as session, speaking("es"):  # the same bytes from any terminal
        document = report(session, year, settings.public_url, watermark(settings), watch)
    click.echo(_("Writing the file…"), err=True)
    with speaking("es"):
        content = write(kind, document)  # perhaps for minutes: meanwhile the desk goes on recording
    with writing() as session:
        journal.record(session, SYSTEM, "annual_report.export", "report", str(year), format=kind)
        _write(output, content)
    click.echo(_("Written: %(file)s", file=output.name))


def _watch(label: str, rows: Iterable[Record]) -> Iterator[Record]:
    with click.progressbar(list(rows), label=label, file=sys.stderr) as bar:
        yield from bar


def _write(output: Path, content: bytes) -> None:
    """Raises Refusal; then nothing is written."""
    try:
        write_whole(output, content)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise Refusal(_("%(file)s cannot be written: %(reason)s", file=output.name, reason=reason)) from None
