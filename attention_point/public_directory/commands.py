"""The command ``attention-point directory export``, which stands above the directory because it knows HSDS."""

from pathlib import Path

import click
from pydantic_core import to_json

from attention_point.directory import queries
from attention_point.directory.seed.commands import directory_commands
from attention_point.directory.seed.writing import write_services_file
from attention_point.foundation import clock
from attention_point.foundation.commands import FILE_TO_WRITE, read_session
from attention_point.foundation.language import in_language
from attention_point.public_directory.hsds.services import build_export

__all__ = ["directory_commands"]


@directory_commands.command("export")
@click.option("--format", "kind", type=click.Choice(["hsds", "yaml"]), required=True, help="What to write.")
@click.option("--output", type=FILE_TO_WRITE, help="Where to write it; without it, on the terminal.")
def export_directory(kind: str, output: Path | None) -> None:
    """Write the directory to a file.

    hsds: for other programs, every service of HSDS 3.0 with all that hangs on it, as a JSON list. yaml: the services
    and their offers, to be changed and loaded again.
    """
    with read_session() as session, in_language("es"):
        directory = queries.get_directory(session)
        if kind == "yaml":
            content = write_services_file(directory).encode()
        else:
            content = to_json(build_export(directory, clock.today()), indent=2) + b"\n"
    if output is None:
        click.echo(content, nl=False)
    else:
        output.write_bytes(content)
