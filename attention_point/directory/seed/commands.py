"""The command line of the directory: ``attention-point directory load FILE``."""

from pathlib import Path

import click

from attention_point.directory.seed.loading import MAX_FILE_BYTES, load_yaml_file
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_READ, write_session
from attention_point.foundation.language import gettext as _


@click.group("directory")
def directory_commands() -> None:
    """Entities, services and what they ask for."""


@directory_commands.command("load")
@click.argument("file", type=FILE_TO_READ)
def load_directory_file(file: Path) -> None:
    """Add and update rows from a YAML FILE; what the office edited since stays as it is."""
    with file.open("rb") as stream:
        content = stream.read(MAX_FILE_BYTES + 1)  # one byte more tells a file that is too large
    with write_session() as session:
        result = load_yaml_file(session, SYSTEM, content)
    counts = {"added": result.added, "changed": result.changed, "unchanged": result.unchanged}
    click.echo(_("%(added)s added, %(changed)s changed, %(unchanged)s as they were.", **counts))
    if result.kept_codes:
        click.echo(_("Left as the office edited them: %(codes)s.", codes=", ".join(result.kept_codes)))
