"""The commands ``attention-point backup …``."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import click

from attention_point.backups.keeping import list_backups, record_drill
from attention_point.backups.services import (
    BackupSummary,
    check_backup,
    create_backup,
    require_keyring_file,
    restore_backup,
)
from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_READ, FILE_TO_WRITE, report_errors, use_database
from attention_point.foundation.database import Database
from attention_point.foundation.database.migrations import upgrade_database
from attention_point.foundation.language import format_date, format_datetime, format_number, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import ERASURE_LIST_FILE, REVOCATION_LIST_FILE
from attention_point.foundation.settings import read_settings
from attention_point.people.claim_marks.kept_revocations import keep_revocations
from attention_point.people.erasure.erasure_list import ListedErasure, read_erasures
from attention_point.people.erasure.repeating import erase_returned

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
@click.option(
    "--erased",
    "lists",
    multiple=True,
    type=FILE_TO_READ,
    help="A list of erased people that was kept elsewhere: the file “erased-people” beside the keyring.",
)
def restore_file(file: Path, identity: Path, lists: tuple[Path, ...]) -> None:
    """Restore a backup into an empty instance, in which the keyring of the installation stands already."""
    erased_again: list[int] = []
    revoked_again: list[int] = []
    with report_errors():
        require_keyring_file(read_settings())
    with use_database() as database:
        settings = read_settings()
        # The lists are read before anything is restored: a damaged one stops here, and nobody comes back by it.
        own_list = settings.keyring.with_name(ERASURE_LIST_FILE)
        found_lists = [path for path in (own_list, *lists) if path.exists()]
        erasures: dict[UUID, ListedErasure] = {}
        for path in found_lists:
            erasures |= read_erasures(path, database.info["vault"])
        revocations = settings.keyring.with_name(REVOCATION_LIST_FILE)

        def catch_up(restored: Database) -> None:
            erased_again.append(erase_returned(restored, erasures))
            if revocations.exists():
                upgrade_database(restored.url.render_as_string(hide_password=False), vault=restored.info["vault"])
                revoked_again.append(keep_revocations(restored, revocations))

        summary = restore_backup(settings, file, identity, database.info, catch_up)
    click.echo(_describe_backup(summary))
    if found_lists:
        count = erased_again[0]
        click.echo(ngettext("%(num)s person was erased again.", "%(num)s people were erased again.", count))
    else:
        click.echo(_("No list of erased people was found: whoever was erased after the backup can be read again."))
    if revoked_again:
        count = revoked_again[0]
        click.echo(ngettext("%(num)s consent was taken back again.", "%(num)s consents were taken back again.", count))
    else:
        click.echo(
            _(
                "No list of consents that were taken back was found. Whoever took one back after the backup: file it "
                "again, by the answers on paper."
            )
        )
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
        moment=format_datetime(datetime.fromisoformat(summary.made_at)),
        revision=summary.revision,
        rows=format_number(summary.row_count),
        files=format_number(summary.file_count),
        size=format_number(round(summary.byte_count / _BYTES_PER_MEGABYTE, 1)),
    )
