"""The command ``attention-point statistics extract``."""

import os
import shutil
from pathlib import Path

import click

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FOLDER_TO_WRITE, use_database
from attention_point.foundation.damage_notes import list_noted_damage, write_damage_to_journal
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import write_private_file
from attention_point.foundation.settings import read_settings
from attention_point.statistics.extracts import services
from attention_point.statistics.extracts.anonymity.rules import LEAST_K
from attention_point.statistics.extracts.files.archive import FilesByName, build_files
from attention_point.statistics.extracts.requests import parse_request
from attention_point.statistics.extracts.rules import DEFAULT_K


@click.command("extract")
@click.option("--from", "first", required=True, metavar="YYYY-MM", help="The first month.")
@click.option("--to", "last", required=True, metavar="YYYY-MM", help="The last month, included.")
@click.option("--recipient", required=True, help="The organisation that receives it.")
@click.option("--agreement", required=True, help="The agreement that covers it: its number or its title.")
@click.option("--k", type=click.IntRange(min=LEAST_K), default=DEFAULT_K, show_default=True, help="The smallest class.")
@click.option("--output", type=FOLDER_TO_WRITE, required=True, help="A folder, new or empty.")
def write_extract(first: str, last: str, recipient: str, agreement: str, k: int, output: Path) -> None:
    """Write the de-identified rows of a semester or year, with codebook and method note. The log says who got them."""
    with use_database() as database:
        request = parse_request(first, last, recipient, agreement, k)
        with database.read_session() as session:
            try:
                prepared = services.prepare_extract(session, request)
            # Damage is written to the journal also where the extract is refused.
            finally:
                damages = list_noted_damage(session)
        write_damage_to_journal(database, SYSTEM, damages)
        # The files are written before the transaction commits, into a folder of another name: a full disk leaves
        # neither files nor an entry in the log.
        partial_folder = output.with_name(f".{output.resolve().name}.part")
        try:
            with database.write_session() as session:
                entry_id = services.save_extract(session, SYSTEM, prepared)
                log_entry, extract_rows = services.hand_over_extract(session, SYSTEM, entry_id)
                _write_files(
                    partial_folder, build_files(log_entry, extract_rows, is_demonstration=read_settings().demo), output
                )
            partial_folder.replace(output)
        finally:
            shutil.rmtree(partial_folder, ignore_errors=True)
    click.echo(_("%(count)s rows, %(left_out)s people left out.", count=log_entry.rows, left_out=log_entry.suppressed))
    click.echo(_("Written: %(file)s", file=output.name))


def _write_files(partial_folder: Path, files: FilesByName, output: Path) -> None:
    """Write all files into a new folder. Raises AppError."""
    try:
        if output.exists() and any(output.iterdir()):
            raise AppError(_("The folder %(folder)s is not empty.", folder=output.name))
        partial_folder.mkdir(mode=0o700)
        for name, content in files.items():
            write_private_file(partial_folder / name, content)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise AppError(_("%(file)s cannot be written: %(reason)s", file=output.name, reason=reason)) from None
