"""``attention-point report``."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import reading, writing
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import from_environment
from attention_point.registers.annual_report.documents import KINDS, Record, report, write
from attention_point.statistics.files import write_whole
from attention_point.statistics.open_data import watermark


@click.command("report")
@click.argument("year", type=click.IntRange(1900, 2200))
@click.option("--format", "kind", type=click.Choice(list(KINDS)), required=True, help="What to write.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where to write it.")
def report_command(year: int, kind: str, output: Path) -> None:
    """Write the management report of YEAR: the same records and texts give the same bytes."""
    settings = from_environment()
    with reading() as session:
        document = report(session, year, settings.public_url, watermark(settings), _watch)
    click.echo(_("Writing the file…"), err=True)
    content = write(kind, document)  # perhaps for minutes: meanwhile the desk goes on recording
    with writing() as session:
        journal.record(session, SYSTEM, "annual_report.export", "report", str(year), format=kind)
        _write(output, content)
    click.echo(_("Written: %(file)s", file=output.name))


def _watch(rows: Iterable[Record]) -> Iterator[Record]:
    with click.progressbar(list(rows), label=_("Reading the records"), file=sys.stderr) as bar:
        yield from bar


def _write(output: Path, content: bytes) -> None:
    """Raises Refusal; then nothing is written."""
    try:
        write_whole(output, content)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise Refusal(_("%(file)s cannot be written: %(reason)s", file=output.name, reason=reason)) from None
