"""The command ``attention-point person export``: somebody's own data, readable and as JSON."""

from pathlib import Path

import click

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_WRITE, write_session
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import in_language
from attention_point.foundation.private_files import write_private_file
from attention_point.foundation.settings import read_settings
from attention_point.intake.erasure.commands import person_commands
from attention_point.intake.erasure.person_reference import find_person
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
