"""The commands ``attention-point backup …``."""

from pathlib import Path

import click

from attention_point.backups.keeping import list_backups, record_drill
from attention_point.backups.services import BackupSummary, check_backup, create_backup, restore_backup
from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_READ, FILE_TO_WRITE, report_errors, use_database
from attention_point.foundation.language import format_date, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import read_settings

_BYTES_PER_MEGABYTE = 1024**2
_IDENTITY = click.option("--identity", required=True, type=FILE_TO_READ, help="The file of age's identity.")


@click.group("backup")
def backup_commands() -> None:
    """Backups of the whole installation, without its keyring."""


@backup_commands.command("create")
@click.argument("file", type=FILE_TO_WRITE)
def create_file(file: Path) -> None:
    """Write a backup for the recipients of the settings. The desk goes on meanwhile."""
    with use_database() as database:
        summary = create_backup(database, read_settings(), file)
        with database.write_session() as session:
            journal.record(session, SYSTEM, "backup.create", "backup", file.name[:100], rows=summary.row_count)
    click.echo(_describe_backup(summary))


@backup_commands.command("check")
@click.argument("file", type=FILE_TO_READ)
@_IDENTITY
def check_file(file: Path, identity: Path) -> None:
    """Prove that a backup can be restored: open it, compare digests, count rows. Nothing is changed."""
    with report_errors():
        settings = read_settings()
        summary = check_backup(settings, file, identity)
        record_drill(settings)
    click.echo(_describe_backup(summary))
    click.echo(_("The backup is complete and opens."))


@backup_commands.command("restore")
@click.argument("file", type=FILE_TO_READ)
@_IDENTITY
def restore_file(file: Path, identity: Path) -> None:
    """Restore a backup into an empty instance, in which the keyring of the installation stands already."""
    with report_errors():
        summary = restore_backup(read_settings(), file, identity)
    click.echo(_describe_backup(summary))
    click.echo(_("Restored. Run “attention-point init”, then “attention-point journal verify”."))


@backup_commands.command("list")
def list_files() -> None:
    """List the backups that the daily job made and that are kept, the newest first."""
    with report_errors():
        backups = list_backups(read_settings())
    for day, path in backups.items():
        click.echo(f"{format_date(day)}\t{format_number(path.stat().st_size // _BYTES_PER_MEGABYTE)} MB\t{path}")
    if not backups:
        click.echo(_("There are no backups."))


def _describe_backup(summary: BackupSummary) -> str:
    return _(
        "Backup of %(moment)s (version %(revision)s): %(rows)s rows, %(files)s files, %(size)s MB",
        moment=summary.made_at,
        revision=summary.revision,
        rows=format_number(summary.row_count),
        files=format_number(summary.file_count),
        size=format_number(round(summary.byte_count / _BYTES_PER_MEGABYTE, 1)),
    )
