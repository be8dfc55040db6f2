"""Files of an installation belong to their owner alone: files have mode 0600, folders 0700, whatever the umask was.

Whatever the program writes holds people's data or leads to them. So the process sets its own umask, every writer names
a mode, and the program does not start on an installation that others may read.
"""

import os
import shlex
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy.engine import make_url

from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import DEMO_MARKER_FILE, Settings

FILE_MODE, FOLDER_MODE = 0o600, 0o700
RIGHTS_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO
README_FROM_GIT = "README.md"
"""The only file of ``instance/`` in the repository. A checkout writes it under the user's umask."""
SQLITE_FILE_SUFFIXES = ("", "-wal", "-shm", "-journal")
JOURNAL_HEADS_FILE = "journal-heads"
"""The file beside the keyring in which the journal's first keyed head is kept (``docs/journal.md``)."""
ERASURE_LIST_FILE = "erased-people"
"""The file beside the keyring that names who was erased, so that a restore erases them again."""
REVOCATION_LIST_FILE = "taken-back-consents"
"""The file beside the keyring that keeps which consents were taken back, sealed, so that a restore undoes none."""
UNREADABLE_REVOCATIONS_FILE = f"{REVOCATION_LIST_FILE}.unreadable"
"""The lines of that file which no key opens, as long as nobody deletes them."""
BACKUP_FOLDER = "backups"
INSTANCE_SUBFOLDERS = ("attachments", "open-data", BACKUP_FOLDER)
"""The folders of the instance in which the program keeps files."""


class FilesOpenToOthers(AppError):
    """A file or folder of the installation is open to others. The message gives the command that closes it."""

    code = "open-to-others"


def set_private_umask() -> None:
    """Let every file of this process belong to its owner alone."""
    # At the start of a process, before it has threads: the umask is the process's and not a thread's.
    os.umask(RIGHTS_OF_OTHERS)


def write_private_file(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a file of mode 0600, which is on the disk when this returns.

    Raises OSError; FileExistsError for an existing file that must not be replaced.
    """
    creation = os.O_TRUNC if replace else os.O_EXCL
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | creation, FILE_MODE), "wb") as file:
        os.fchmod(file.fileno(), FILE_MODE)  # a replaced file may have had another mode
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def append_private_lines(path: Path, lines: bytes) -> None:
    """Add whole lines to a file of mode 0600, which are on the disk when this returns. Raises OSError."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, FILE_MODE), "rb+") as file:
        # A line that a full disk or a power cut left in half must not swallow the next one.
        end = file.seek(0, os.SEEK_END)
        if end and os.pread(file.fileno(), 1, end - 1) != b"\n":
            lines = b"\n" + lines
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def create_private_file(path: Path) -> None:
    """Create an empty file of mode 0600 if there is none. Raises OSError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, FILE_MODE))


def create_private_folder(path: Path) -> None:
    """Create a folder of mode 0700 with its parents if there is none. Raises OSError."""
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)


def find_database_file(database_url: str) -> Path | None:
    """Return the file of a SQLite database (``sqlite:///…``); None for another database."""
    url = make_url(database_url)
    is_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    return Path(url.database).resolve() if is_file and url.database else None


def prepare_instance_folder(settings: Settings) -> None:
    """Create the instance's folder, or close an existing folder in which nothing is installed yet.

    Raises FilesOpenToOthers for an installation that is open to others, and OSError.
    """
    folder = settings.instance
    if folder.is_dir() and {entry.name for entry in folder.iterdir()} <= {README_FROM_GIT, "demo"}:
        folder.chmod(FOLDER_MODE)
    create_private_folder(folder)
    require_private_files(settings)


def require_private_files(settings: Settings) -> None:
    """Raise FilesOpenToOthers, with the command that closes them, if others have rights on files of the program.

    Foreign files in the folder are left to ``doctor``: the folder is closed, and the desk must be able to open.
    """
    own_paths = (
        settings.instance,
        *(path for name in INSTANCE_SUBFOLDERS for path in _walk_folder(settings.instance / name)),
    )
    sentences = list(_describe_open_paths(settings, (*own_paths, *_list_settings_files(settings))))
    if sentences:
        raise FilesOpenToOthers(" ".join(sentences))


def describe_open_files(settings: Settings) -> Iterator[str]:
    """Yield one sentence for the whole instance and one for each file elsewhere, where others have rights."""
    instance_paths = (path for path in _walk_folder(settings.instance) if path != settings.instance / README_FROM_GIT)
    return _describe_open_paths(settings, (*instance_paths, *_list_settings_files(settings)))


def _describe_open_paths(settings: Settings, candidates: Iterable[Path]) -> Iterator[str]:
    open_paths = dict.fromkeys(path.resolve() for path in candidates if _is_open_to_others(path))
    instance_paths = [path for path in open_paths if path.is_relative_to(settings.instance)]
    if instance_paths:
        yield _describe_open_path(instance_paths[0], "chmod -R go=", settings.instance)
    for path in open_paths:
        if path not in instance_paths:
            yield _describe_open_path(path, "chmod go=", path)


def _describe_open_path(path: Path, command: str, target: Path) -> str:
    return _(
        "%(path)s is open to other users of this machine. Close it with: %(command)s",
        path=path,
        command=f"{command} {shlex.quote(str(target))}",
    )


def _walk_folder(folder: Path) -> Iterator[Path]:
    # ``os.walk`` does not follow a link to a folder, which may lead anywhere.
    yield folder
    for parent, folders, names in os.walk(folder):
        yield from (Path(parent, name) for name in folders)
        yield from (Path(parent, name) for name in names)


def _list_settings_files(settings: Settings) -> Iterator[Path]:
    yield settings.keyring
    yield settings.keyring.with_name(JOURNAL_HEADS_FILE)
    yield settings.keyring.with_name(ERASURE_LIST_FILE)
    yield settings.keyring.with_name(REVOCATION_LIST_FILE)
    yield settings.keyring.with_name(UNREADABLE_REVOCATIONS_FILE)
    yield settings.instance / DEMO_MARKER_FILE
    database = find_database_file(settings.database_url)
    if database is not None:
        yield from (database.with_name(f"{database.name}{suffix}") for suffix in SQLITE_FILE_SUFFIXES)


def _is_open_to_others(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & RIGHTS_OF_OTHERS)
    except OSError:  # it does not exist, or somebody has just deleted it
        return False
