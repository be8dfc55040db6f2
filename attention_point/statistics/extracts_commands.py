"""``attention-point statistics extract``."""

import os
import shutil
from pathlib import Path

import click

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FOLDER_TO_WRITE, opened
from attention_point.foundation.damage import journal_damage, noted_damage
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import write_private
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import from_environment
from attention_point.statistics import extracts
from attention_point.statistics.anonymity import LEAST_K
from attention_point.statistics.extracts_documents import Files, files_of
from attention_point.statistics.extracts_rules import K


@click.command("extract")
@click.option("--from", "first", required=True, metavar="YYYY-MM", help="The first month.")
@click.option("--to", "last", required=True, metavar="YYYY-MM", help="The last month, included.")
@click.option("--recipient", required=True, help="The organisation that receives it.")
@click.option("--agreement", required=True, help="The agreement that covers it: its number or its title.")
@click.option("--k", type=click.IntRange(min=LEAST_K), default=K, show_default=True, help="The least class.")
@click.option("--output", type=FOLDER_TO_WRITE, required=True, help="A folder, new or empty.")
def extract(first: str, last: str, recipient: str, agreement: str, k: int, output: Path) -> None:
    """Write the de-identified rows of a semester or year, with codebook and method note; the log keeps who got them."""
    with opened() as database:
        asked = extracts.wanted(first, last, recipient, agreement, k)
        with database.reading() as session:
            try:
                prepared = extracts.prepare(session, asked)
            finally:
                damages = noted_damage(session)
        journal_damage(database, SYSTEM, damages)
        part = output.with_name(f".{output.resolve().name}.part")
        try:
            with database.writing() as session:
                log = extracts.keep(session, SYSTEM, prepared)
                line, rows = extracts.hand_over(session, SYSTEM, log)
                _write(part, files_of(line, rows, invented=from_environment().demo), output)
            part.replace(output)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    click.echo(_("%(count)s rows, %(left_out)s people left out.", count=line.rows, left_out=line.suppressed))
    click.echo(_("Written: %(file)s", file=output.name))


def _write(part: Path, files: Files, output: Path) -> None:
    """All files into a folder of their own, before the log is kept: a full disk leaves neither. Raises Refusal."""
    try:
        if output.exists() and any(output.iterdir()):
            raise Refusal(_("The folder %(folder)s is not empty.", folder=output.name))
        part.mkdir(mode=0o700)
        for name, content in files.items():
            write_private(part / name, content)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise Refusal(_("%(file)s cannot be written: %(reason)s", file=output.name, reason=reason)) from None
