"""What ``doctor`` looks at before the database can be trusted: rights, keyring, disk, and the database itself."""

import shutil
from collections.abc import Iterator

from attention_point.foundation.database import Database
from attention_point.foundation.database.migrations import pending
from attention_point.foundation.language import format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import database_file, wide_sentences
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import Keyring

LEAST_FREE = 1024**3
"""Bytes that should stay free: SQLite's log, a month's papers and a backup need room at the same time."""
MEGABYTE = 1024**2


def check_rights(settings: Settings) -> Iterator[str]:
    """Files and folders of the installation that others may read or write."""
    yield from wide_sentences(settings)


def check_keyring(settings: Settings) -> Iterator[str]:
    """A keyring that is missing, damaged or open to others. Raises KeyringError, whose sentence says so."""
    Keyring.load(settings.keyring)
    yield from ()


def check_disk(settings: Settings) -> Iterator[str]:
    """Disks that are nearly full: that of the instance, and that of a SQLite file that lies elsewhere."""
    file = database_file(settings.database_url)
    folders = {settings.instance, file.parent if file else settings.instance}
    free = {shutil.disk_usage(folder).free: folder for folder in folders if folder.is_dir()}
    for bytes_free, folder in free.items():
        if bytes_free < LEAST_FREE:
            yield _(
                "Only %(free)s MB are free on the disk of %(folder)s: make room, or soon nothing can be recorded.",
                free=format_number(bytes_free // MEGABYTE),
                folder=folder,
            )


def check_database(database: Database, settings: Settings) -> Iterator[str]:
    """A database that is missing, does not answer, or is older than the program."""
    file = database_file(settings.database_url)
    if file is not None and not file.exists():
        yield _("There is no database at %(file)s: run “attention-point init”.", file=file)
    elif pending(database):
        yield _("The database is older than the program: run 'attention-point init' first.")
