"""``attention-point directory …``."""

from pathlib import Path

import click

from attention_point.directory.loading import LIMIT, load_file
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_READ, writing
from attention_point.foundation.language import gettext as _


@click.group("directory")
def directory_commands() -> None:
    """Entities, services and what they ask for."""


@directory_commands.command("load")
@click.argument("file", type=FILE_TO_READ)
def load(file: Path) -> None:
    """Add and update rows from a YAML FILE; what the office edited since stays as it is."""
    with file.open("rb") as opened:
        content = opened.read(LIMIT + 1)
    with writing() as session:
        done = load_file(session, SYSTEM, content)
    click.echo(
        _(
            "%(added)s added, %(changed)s changed, %(unchanged)s as they were.",
            added=done.added,
            changed=done.changed,
            unchanged=done.unchanged,
        )
    )
    if done.kept:
        click.echo(_("Left as the office edited them: %(codes)s.", codes=", ".join(done.kept)))
