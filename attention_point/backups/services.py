"""Making a backup while the desk works, restoring one on an empty machine, and the drill that proves that it can be."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from threading import get_native_id
from typing import Any, BinaryIO

from attention_point.backups import database_copies, encryption, instance_files
from attention_point.backups.archive import Archive, BackupError, Member, stream_archive
from attention_point.backups.pacing import rest_between
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.database.migrations import find_newest_revision
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import FILE_MODE, create_private_folder, find_database_file
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import Keyring, Vault

FORMAT = 1
_SQLITE, _POSTGRESQL = "sqlite", "postgresql"
_KEYRING_PURPOSE = "backup-keyring"


@dataclass(frozen=True, slots=True)
class BackupSummary:
    """What a backup holds: when it was made (ISO, UTC), of which database, its rows and its files."""

    made_at: str
    revision: str
    row_count: int
    file_count: int
    byte_count: int


def create_backup(database: Database, settings: Settings, path: Path) -> BackupSummary:
    """Write everything but the keyring into one new age file for the recipients of the settings.

    Others go on writing meanwhile; the backup is as of one moment. Raises BackupError where nobody could open it, where
    the file exists, and where the disk is full; no half of a file stays.
    """
    recipients = encryption.parse_recipients(settings.backup_recipients)
    if path.exists():
        raise BackupError(_("%(file)s exists. A backup replaces no other one: choose another name.", file=path.name))
    rows: dict[str, int] = {}
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "made_at": clock.now().isoformat(timespec="seconds"),
        "database": _SQLITE if database.is_sqlite else _POSTGRESQL,
        "revision": database_copies.read_revision(database),
        "keyring": compute_keyring_fingerprint(database.info["vault"]),
        "rows": rows,
    }

    def write_all(file: BinaryIO) -> None:
        chunks = stream_archive(_list_members(database, settings, rows), manifest)
        encryption.encrypt_stream(rest_between(chunks, file), file, recipients)
        file.flush()
        os.fsync(file.fileno())

    # Under a name that no list of backups knows until it is whole.
    half = instance_files.name_half(path)
    instance_files.remove_left_halves([half])
    try:
        with instance_files.held_new_file(half) as file:
            _run_with_low_priority(lambda: write_all(file))
            half.rename(path)
    except OSError as error:
        raise BackupError(_("%(file)s cannot be written: %(reason)s", file=path, reason=error.strerror)) from None
    return _summarise_manifest(manifest, path)


def _run_with_low_priority(function: Callable[[], None]) -> None:
    """Run a function in a thread to which the machine gives only what the desk leaves: registrations go first."""
    with ThreadPoolExecutor(1, initializer=_lower_priority) as pool:
        pool.submit(copy_context().run, function).result()


def _lower_priority() -> None:
    with suppress(OSError):  # a machine that does not let it: the backup is made all the same
        # On Linux a thread has a priority of its own, and a process cannot raise it again.
        os.setpriority(os.PRIO_PROCESS, get_native_id(), 10)


def compute_keyring_fingerprint(vault: Vault) -> str:
    """What tells one keyring from another without telling anything of it: 32 hex digits."""
    return vault.keyed_digest(_KEYRING_PURPOSE, b"").hex()[:32]


@contextmanager
def _open_new_file(path: Path) -> Iterator[Any]:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as file:
        yield file


def _list_members(database: Database, settings: Settings, rows: dict[str, int]) -> Iterator[Member]:
    # The database first: every file that its rows name is written before its row.
    if database.is_sqlite:
        with _make_sqlite_copy(settings, rows) as copy:
            size = copy.stat().st_size
            yield Member(database_copies.SQLITE_MEMBER, size, database_copies.read_chunks(copy))
    else:
        yield from database_copies.copy_postgresql(database, rows)
    yield from instance_files.list_file_members(settings)


@contextmanager
def _make_sqlite_copy(settings: Settings, rows: dict[str, int]) -> Iterator[Path]:
    file = find_database_file(settings.database_url)
    if file is None:
        raise BackupError(_("A database in memory has no backup."))
    # The copy and the backup made of it stand on the disk side by side.
    if shutil.disk_usage(settings.instance).free < 2 * file.stat().st_size:
        raise BackupError(_("Too little room on the disk of %(folder)s for a backup.", folder=settings.instance))
    with instance_files.open_scratch_folder(settings) as folder:
        rows |= database_copies.copy_sqlite(file, folder / "copy.db")
        yield folder / "copy.db"


def restore_backup(
    settings: Settings,
    path: Path,
    identity_file: Path,
    session_info: Mapping[str, Any] | None = None,
    finish: Callable[[Database], None] | None = None,
) -> BackupSummary:
    """Restore a backup into an empty instance that has the keyring of the installation already.

    ``finish`` gets the restored database before anybody can use it, with ``session_info`` in its sessions. Raises
    BackupError, KeyringError for a keyring that does not load, and what ``finish`` raises; then nothing was changed.
    """
    identities = encryption.read_identities(identity_file)
    require_keyring_file(settings)
    vault = Vault(Keyring.load(settings.keyring))
    create_private_folder(settings.instance)
    instance_files.require_no_files(settings)
    info = {**(session_info or {}), "vault": vault}
    database = Database(settings.database_url, info=info)
    try:
        _require_empty_database(database, settings)
        _require_room(settings, path)
        with instance_files.open_scratch_folder(settings) as folder, _open_backup(path, identities, folder) as archive:
            _require_fitting(archive, database, vault)
            targets = instance_files.find_targets(settings, archive)
            # The files first: a database that is in its place is an installation, and must lack nothing.
            with instance_files.restored_files(archive, targets):
                if database.is_sqlite:
                    _restore_sqlite(settings, archive, folder, info, finish)
                else:
                    database_copies.load_postgresql(database, archive, finish)
            return _summarise_manifest(archive.manifest, path)
    except OSError as error:
        raise BackupError(
            _("The backup cannot be restored: %(reason)s. Nothing was changed.", reason=error.strerror)
        ) from None
    finally:
        database.close()


def require_keyring_file(settings: Settings) -> None:
    """Raise BackupError where there is no keyring. The loader's words name ``init``, after which nothing is empty."""
    if not settings.keyring.exists():
        raise BackupError(
            _("Put the installation's keyring at %(path)s first: a backup has none inside.", path=settings.keyring)
        )


def _require_room(settings: Settings, path: Path) -> None:
    """Raise BackupError where there is no room for the decrypted archive and for what is in it."""
    if shutil.disk_usage(settings.instance).free < 2 * path.stat().st_size:
        raise BackupError(
            _("Too little room on the disk of %(folder)s to restore the backup.", folder=settings.instance)
        )


def check_backup(settings: Settings, path: Path, identity_file: Path) -> BackupSummary:
    """The drill: open a backup, compare every digest, load its database beside the one in use, and count its rows.

    Raises as ``restore_backup``. The moment of the drill is kept, so that ``doctor`` can tell when it was long ago.
    """
    identities = encryption.read_identities(identity_file)
    vault = Vault(Keyring.load(settings.keyring))
    with instance_files.open_scratch_folder(settings) as folder, _open_backup(path, identities, folder) as archive:
        _require_keyring(archive, vault)
        if archive.manifest["database"] == _SQLITE:
            _extract_sqlite(archive, folder)
        elif database_copies.count_lines(archive) != archive.manifest["rows"]:
            raise BackupError(_("The database in the backup is damaged. Nothing was restored."))
        return _summarise_manifest(archive.manifest, path)


@contextmanager
def _open_backup(path: Path, identities: Any, folder: Path) -> Iterator[Archive]:
    decrypted = folder / "archive.tar"
    with path.open("rb") as source, _open_new_file(decrypted) as target:
        encryption.decrypt_file(source, target, identities)
    with Archive(decrypted) as archive:
        if archive.manifest.get("format") != FORMAT:
            raise BackupError(_("The backup was made by a newer version of the program. Install that one first."))
        yield archive


def _require_empty_database(database: Database, settings: Settings) -> None:
    file = find_database_file(settings.database_url)
    if file is not None and not file.exists():
        return
    if database_copies.list_tables(database):
        raise BackupError(_("The database is not empty: restore into a new one. Nothing was changed."))


def _require_fitting(archive: Archive, database: Database, vault: Vault) -> None:
    _require_keyring(archive, vault)
    if archive.manifest["database"] != (_SQLITE if database.is_sqlite else _POSTGRESQL):
        raise BackupError(
            _(
                "The backup is of a database of the kind %(kind)s; ATTENTION_POINT_DATABASE_URL names another kind.",
                kind=archive.manifest["database"],
            )
        )
    if archive.manifest["revision"] > find_newest_revision():
        raise BackupError(_("The backup was made by a newer version of the program. Install that one first."))


def _require_keyring(archive: Archive, vault: Vault) -> None:
    # Under every key held: a backup of before a rotation is of this keyring too.
    fingerprints = [digest.hex()[:32] for digest in vault.keyed_digests(_KEYRING_PURPOSE, b"")]
    if archive.manifest["keyring"] not in fingerprints:
        raise BackupError(
            _("The keyring is that of another installation: with it nobody could read what the backup holds.")
        )


def _extract_sqlite(archive: Archive, folder: Path) -> Path:
    restored = folder / "restored.db"
    with archive.open_member(database_copies.SQLITE_MEMBER) as source, _open_new_file(restored) as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    if database_copies.count_sqlite_rows(restored) != archive.manifest["rows"]:
        raise BackupError(_("The database in the backup is damaged. Nothing was restored."))
    return restored


def _restore_sqlite(
    settings: Settings,
    archive: Archive,
    folder: Path,
    info: dict[str, Any],
    finish: Callable[[Database], None] | None,
) -> None:
    restored, file = _extract_sqlite(archive, folder), find_database_file(settings.database_url)
    if file is None:
        raise BackupError(_("A database in memory has no backup."))
    if finish is not None:
        with closing(Database(f"sqlite:///{restored}", info=info)) as database:
            finish(database)
        database_copies.settle_sqlite(restored)
    # What an empty database kept beside itself would be taken for the restored one's own.
    for suffix in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            file.with_name(f"{file.name}{suffix}").unlink()
    create_private_folder(file.parent)
    # On another disk it is copied: under its own name only once it is whole.
    half = file.with_name(f".{file.name}.part")
    try:
        shutil.move(restored, half)
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)


def _summarise_manifest(manifest: dict[str, Any], path: Path) -> BackupSummary:
    file_count = sum(name.startswith("instance/") for name in manifest["members"])
    row_count = sum(manifest["rows"].values())
    return BackupSummary(manifest["made_at"], manifest["revision"], row_count, file_count, path.stat().st_size)
