"""The files of an installation beside its database: what a backup holds of them, and how they come back."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from attention_point import texts
from attention_point.backups.archive import Archive, BackupError, Member
from attention_point.backups.database_copies import read_chunks
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import (
    BACKUP_FOLDER,
    FILE_MODE,
    INSTANCE_SUBFOLDERS,
    JOURNAL_HEADS_FILE,
    create_private_folder,
    write_private_file,
)
from attention_point.foundation.settings import DEMO_MARKER_FILE, Settings

_FILE_FOLDER = "instance"
_HEADS_MEMBER = "journal-heads"
_SCRATCH_PREFIX = ".backup-"
_LONGEST_NAME = 255  # bytes, as every usual disk takes them
# Whole files of the instance's own folder. The keyring is never among them: whoever steals a backup must not have it.
_FILE_NAMES = (DEMO_MARKER_FILE, "r4v.yaml")
_FOLDERS = tuple(name for name in INSTANCE_SUBFOLDERS if name != BACKUP_FOLDER)


def list_file_members(settings: Settings) -> Iterator[Member]:
    """Give the attachments, the published files, the office's own settings and the first keyed head of the journal."""
    for path in _list_files(settings):
        name = PurePosixPath(_FILE_FOLDER, *path.relative_to(settings.instance).parts)
        yield from _build_member(str(name), path)
    yield from _build_member(_HEADS_MEMBER, settings.keyring.with_name(JOURNAL_HEADS_FILE))


def _list_files(settings: Settings) -> Iterator[Path]:
    yield from (settings.instance / name for name in _FILE_NAMES)
    for folder in _FOLDERS:
        for parent, _folders, names in sorted(os.walk(settings.instance / folder)):
            # A ``.part`` is half a file, which somebody writes just now or a crash has left.
            yield from (Path(parent, name) for name in sorted(names) if not name.endswith(".part"))


def _build_member(name: str, path: Path) -> Iterator[Member]:
    try:
        size = path.stat().st_size
    except FileNotFoundError:  # there is none, or a job has just deleted it
        return
    yield Member(name, size, read_chunks(path))


def require_no_files(settings: Settings) -> None:
    """Raise BackupError where the instance has files that a backup would bring."""
    for path in _list_files(settings):
        if path.exists():
            raise BackupError(
                _(
                    "%(folder)s is in use: restore into an empty instance. Nothing was changed.",
                    folder=path.parent,
                )
            )


def find_targets(settings: Settings, archive: Archive) -> dict[str, Path]:
    """Where each file of an archive belongs. Raises BackupError for a path that leads out of the instance."""
    targets = {name: _find_target(settings, name) for name in archive.names}
    return {name: path for name, path in targets.items() if path is not None}


@contextmanager
def restored_files(archive: Archive, targets: Mapping[str, Path]) -> Iterator[None]:
    """Write the files of an archive where they belong; where the block or the disk fails, they go again."""
    written_paths: list[Path] = []
    new_folders: list[Path] = []
    try:
        for name, path in targets.items():
            new_folders += [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
            written_paths.append(path)
            create_private_folder(path.parent)
            with archive.open_member(name) as file:
                write_private_file(path, file.read())
        yield
    except BaseException:
        for path in written_paths:
            path.unlink(missing_ok=True)
        for folder in sorted(new_folders, reverse=True):  # the inner ones first
            with suppress(OSError):
                folder.rmdir()
        raise


def _find_target(settings: Settings, name: str) -> Path | None:
    if name == _HEADS_MEMBER:
        # Where the keyring came with its own, that one is the older witness and stays.
        path = settings.keyring.with_name(JOURNAL_HEADS_FILE)
        return None if path.exists() else path
    folder, *parts = PurePosixPath(name).parts
    if folder != _FILE_FOLDER:
        return None
    is_own_file = len(parts) == 1 and parts[0] in _FILE_NAMES
    is_in_folder = len(parts) > 1 and parts[0] in _FOLDERS and ".." not in parts
    is_writable = texts.is_fit_text(name) and all(len(part.encode()) <= _LONGEST_NAME for part in parts)
    if not (is_writable and (is_own_file or is_in_folder)):
        raise BackupError(_("The backup is damaged or incomplete. Nothing was restored; take another one."))
    return settings.instance.joinpath(*parts)


@contextmanager
def open_scratch_folder(settings: Settings) -> Iterator[Path]:
    """A folder of mode 0700 in the instance, on whose disk there is room for a database; it goes at the end.

    What a process that was killed left goes first: the copy in it opens who is erased since.
    """
    for leftover in settings.instance.glob(f"{_SCRATCH_PREFIX}*"):
        with suppress(OSError), _hold_folder(leftover):  # nobody holds it who still works
            shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(prefix=_SCRATCH_PREFIX, dir=settings.instance) as name, _hold_folder(Path(name)):
        yield Path(name)


def name_half(path: Path) -> Path:
    """The name under which a backup is written until it is whole."""
    return path.with_name(f".{path.name}.part")


@contextmanager
def held_new_file(path: Path) -> Iterator[BinaryIO]:
    """Write a new file of mode 0600, which others see is being written; under this name it is gone at the end.

    Raises OSError, FileExistsError for one that somebody else writes.
    """
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield file
        finally:
            path.unlink(missing_ok=True)


def remove_left_halves(halves: Iterable[Path]) -> None:
    """Delete of some halves of backups those that a process left which was killed: nobody holds them."""
    for half in halves:
        with suppress(OSError), half.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            half.unlink()


@contextmanager
def _hold_folder(folder: Path) -> Iterator[None]:
    """Hold a folder as long as this process lives. Raises OSError where another one does, or where it is gone."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
