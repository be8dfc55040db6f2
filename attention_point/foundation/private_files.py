"""Files of an installation are their owner's alone: files 0600, folders 0700, whatever the umask was.

Everything that the program writes holds people's data or the way to them, or lies beside it. So the process takes a
umask of its own, writers name their modes, and an installation that others may read is refused at start.
"""

import os
import shlex
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy.engine import make_url

from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import DEMONSTRATION, Settings

FILE, FOLDER = 0o600, 0o700
OTHERS = stat.S_IRWXG | stat.S_IRWXO
FROM_GIT = "README.md"
"""The one file of ``instance/`` that is in the repository: a checkout writes it anew under the user's umask."""
BESIDE_DATABASE = ("", "-wal", "-shm", "-journal")
KEPT_HEADS = "journal-heads"
"""The file beside the keyring in which the journal's first keyed head is kept (``docs/journal.md``)."""
OWN_FOLDERS = ("attachments", "open-data")
"""The folders of the instance in which the program keeps files."""


class OpenToOthers(Refusal):
    """A file or folder of the installation has rights for others; the message says which command takes them away."""

    code = "open-to-others"


def take_umask() -> None:
    """Let whatever this process creates be its owner's alone. For the start of a process, before it has threads."""
    os.umask(OTHERS)


def write_private(path: Path, content: bytes) -> None:
    """Create or replace a file of mode 0600, on the disk when this returns. Raises OSError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE), "wb") as file:
        os.fchmod(file.fileno(), FILE)  # of a file that was there
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def make_private_file(path: Path) -> None:
    """Create an empty file of mode 0600 if there is none. Raises OSError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, FILE))


def make_private_folder(path: Path) -> None:
    """Create a folder of mode 0700 with its parents if there is none. Raises OSError."""
    path.mkdir(mode=FOLDER, parents=True, exist_ok=True)


def database_file(address: str) -> Path | None:
    """The file of a SQLite database at an address (``sqlite:///…``); None for another database."""
    url = make_url(address)
    kept_in_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    return Path(url.database).resolve() if kept_in_file and url.database else None


def prepare_instance(settings: Settings) -> None:
    """Make the instance's folder, or take others' rights from one in which there is nothing of an installation yet.

    Raises OpenToOthers for a folder that holds something, OSError.
    """
    folder = settings.instance
    if folder.is_dir() and {entry.name for entry in folder.iterdir()} <= {FROM_GIT, "demo"}:
        folder.chmod(FOLDER)
    make_private_folder(folder)
    refuse_open_to_others(settings)


def refuse_open_to_others(settings: Settings) -> None:
    """Raises OpenToOthers, with the command that mends it, where others have any right on what the program keeps.

    What somebody else put into the folder, which is closed itself, keeps no desk from opening; ``doctor`` names it.
    """
    own = (settings.instance, *(path for name in OWN_FOLDERS for path in _tree(settings.instance / name)))
    sentences = list(_sentences(settings, (*own, *_files_of_settings(settings))))
    if sentences:
        raise OpenToOthers(" ".join(sentences))


def wide_sentences(settings: Settings) -> Iterator[str]:
    """One sentence for the instance with all that is in it, one for each file elsewhere, where others have rights."""
    everything = (path for path in _tree(settings.instance) if path != settings.instance / FROM_GIT)
    return _sentences(settings, (*everything, *_files_of_settings(settings)))


def _sentences(settings: Settings, candidates: Iterable[Path]) -> Iterator[str]:
    wide = dict.fromkeys(path.resolve() for path in candidates if _is_open(path))
    inside = [path for path in wide if path.is_relative_to(settings.instance)]
    if inside:
        yield _sentence(inside[0], "chmod -R go=", settings.instance)
    for path in wide:
        if path not in inside:
            yield _sentence(path, "chmod go=", path)


def _sentence(path: Path, command: str, target: Path) -> str:
    return _(
        "%(path)s is open to other users of this machine. Take their rights away with: %(command)s",
        path=path,
        command=f"{command} {shlex.quote(str(target))}",
    )


def _tree(folder: Path) -> Iterator[Path]:
    """The folder, and all files and folders in it. A link to a folder is not followed; the folder itself is there."""
    yield folder
    for at, folders, names in os.walk(folder):
        yield from (Path(at, name) for name in folders)
        yield from (Path(at, name) for name in names)


def _files_of_settings(settings: Settings) -> Iterator[Path]:
    """The keyring and the heads kept beside it, a demonstration's mark, the database and what SQLite keeps there."""
    yield settings.keyring
    yield settings.keyring.with_name(KEPT_HEADS)
    yield settings.instance / DEMONSTRATION
    database = database_file(settings.database_url)
    if database is not None:
        yield from (database.with_name(f"{database.name}{end}") for end in BESIDE_DATABASE)


def _is_open(path: Path) -> bool:
    """Whether others have a right. What is not there, or went meanwhile, is not open."""
    try:
        return bool(path.stat().st_mode & OTHERS)
    except OSError:
        return False
