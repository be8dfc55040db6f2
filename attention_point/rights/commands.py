"""The commands ``attention-point person export`` and ``person purge-requests``."""

from pathlib import Path

import click

from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_WRITE, read_session, write_session
from attention_point.foundation.language import format_number, in_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import write_private_file
from attention_point.foundation.settings import read_settings
from attention_point.intake.erasure.commands import person_commands
from attention_point.intake.erasure.person_reference import find_person
from attention_point.rights import request_retention
from attention_point.rights.export import files
from attention_point.rights.requests.services import require_person_on_file

__all__ = ["person_commands"]


@person_commands.command("export")
@click.argument("reference")
@click.option("--format", "kind", default="pdf", type=click.Choice(sorted(files.MIME_TYPES)), help="PDF or JSON.")
@click.option("--output", required=True, type=FILE_TO_WRITE, help="The file to write; only you can read it.")
def export_person(reference: str, kind: str, output: Path) -> None:
    """Write all that is kept of a person to a file. REFERENCE is the person's id, a visit's number or a slip's code."""
    with write_session() as session:
        person = find_person(session, reference)
        require_person_on_file(session, person)
        # Papers are Spanish whatever the terminal speaks.
        with in_language("es"):
            content = files.draw_person_export(session, read_settings(), person, kind)
        journal.record(session, SYSTEM, "person.export", "person", person, format=kind)
        # Readable by the owner alone: it is everything that is known of somebody.
        write_private_file(output, content)
    click.echo(_("Written: %(file)s", file=output.name))


@person_commands.command("purge-requests")
@click.option("--remove", "is_real", is_flag=True, help="Remove it. Without this, nothing is changed.")
def purge_requests(is_real: bool) -> None:
    """Say which closed requests about data are past their time, by the retention rules; with --remove, remove them."""
    today = clock.today()
    if is_real:
        with write_session() as session:
            past = request_retention.purge_requests(session, SYSTEM, today)
    else:
        with read_session() as session:
            past = request_retention.list_past_requests(session, today)
    click.echo(_("Words of nobody on file: %(count)s", count=format_number(len(past.wordy))))
    click.echo(_("Whole requests: %(count)s", count=format_number(len(past.over))))
    click.echo(_("Removed.") if is_real else _("Nothing was changed: --remove removes it."))
