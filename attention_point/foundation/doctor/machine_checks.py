"""The checks of what all other checks need: rights of files, the keyring, the disk and the database."""

import shutil
from collections.abc import Iterator

from attention_point.foundation.database import Database
from attention_point.foundation.database.migrations import has_pending_migrations
from attention_point.foundation.language import format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import describe_open_files, find_database_file
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import Keyring

# SQLite's write-ahead log, a month's papers and a backup need room at the same time.
MIN_FREE_BYTES = 1024**3
BYTES_PER_MEGABYTE = 1024**2


def check_file_permissions(settings: Settings) -> Iterator[str]:
    """Finds files and folders of the installation that other users of the machine may read or write."""
    yield from describe_open_files(settings)


def check_keyring(settings: Settings) -> Iterator[str]:
    """Finds nothing by itself: raises KeyringError for a keyring that is missing, damaged or open to others."""
    Keyring.load(settings.keyring)
    yield from ()


def check_disk_space(settings: Settings) -> Iterator[str]:
    """Finds disks that are nearly full: that of the instance, and that of a SQLite file that lies elsewhere."""
    file = find_database_file(settings.database_url)
    folders = {settings.instance, file.parent if file else settings.instance}
    # By free bytes, so that two folders on one disk give one sentence.
    folders_by_free_bytes = {shutil.disk_usage(folder).free: folder for folder in folders if folder.is_dir()}
    for bytes_free, folder in folders_by_free_bytes.items():
        if bytes_free < MIN_FREE_BYTES:
            yield _(
                "Only %(free)s MB are free on the disk of %(folder)s. Free up space, or soon nothing can be recorded.",
                free=format_number(bytes_free // BYTES_PER_MEGABYTE),
                folder=folder,
            )


def check_database(database: Database, settings: Settings) -> Iterator[str]:
    """Finds a database that is missing or older than the program. One that does not answer raises SQLAlchemyError."""
    file = find_database_file(settings.database_url)
    if file is not None and not file.exists():
        yield _("There is no database at %(file)s. Run “attention-point init”.", file=file)
    elif has_pending_migrations(database):
        yield _("The database is older than the program: run 'attention-point init' first.")
