"""The command line of the registers."""

from pathlib import Path

import click

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import writing
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared.loading import load, read_file


@click.group("registers")
def registers_commands() -> None:
    """The office's registers."""


@registers_commands.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
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
