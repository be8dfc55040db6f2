"""The public files of released months. Each is made once and kept on disk, under the instance's ``open-data``.

They are made when a month is published; what is missing all the same (the machine stopped, the disk was full, somebody
deleted a file) by the next ``jobs run``, or at the latest for who asks. An anonymous client cannot make the server draw
a paper twice, and the files are as many as there are releases.
"""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from attention_point.foundation.database import Database
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import speaking
from attention_point.foundation.private_files import make_private_folder
from attention_point.foundation.refusals import Busy
from attention_point.foundation.settings import Settings
from attention_point.statistics import files, released
from attention_point.statistics.models import Release

FOLDER = "open-data"
WAIT = 5.0  # seconds; whoever waits longer for a file that is being made is asked to come again
LANGUAGE = "es"  # of the PDF and the XLSX: an address always means the same bytes
_making = threading.Lock()


@dataclass(frozen=True, slots=True)
class Copy:
    """A kept file: its format, its size in bytes, the SHA-256 of its bytes in hexadecimal."""

    kind: str
    size: int
    sha256: str


def content(settings: Settings, release: Release, kind: str) -> bytes:
    """A public file. Raises NotFound for an unknown format, Busy while it cannot be made or kept."""
    return _kept(settings, release, kind).read_bytes()


def copies(settings: Settings, release: Release) -> list[Copy]:
    """All files of a release; those that are missing are made."""
    return list(_copies(settings, release))


def make_missing(database: Database, settings: Settings, _period: str = "") -> None:
    """Make what is missing of all releases. Raises Busy while a file cannot be kept; what was made stays."""
    with database.reading() as session:
        for month, number, found in released.hashes(session):
            if all(_path(settings, month, number, found, kind).exists() for kind in files.KINDS):
                continue
            release = released.version(session, month, number)
            if release is not None:
                copies(settings, release)


def altered(session: Session, settings: Settings) -> list[str]:
    """One sentence for each public file that is not, byte for byte, what is drawn from its release.

    A missing file is in order: it is made again. A release that was altered itself is passed over, for
    ``released.altered`` names it.
    """
    sentences = []
    for month, number, found in released.hashes(session):
        release = released.version(session, month, number)
        for kind in files.KINDS:
            path = _path(settings, month, number, found, kind)
            try:
                same = release is None or not path.exists() or path.read_bytes() == _drawn(settings, release, kind)
            except (released.Altered, FileNotFoundError):
                continue
            if not same:
                sentences.append(
                    _(
                        "%(file)s is not what is drawn from the release: it was altered, or an older version of the "
                        "program drew it. Delete it: the next “jobs run” draws it again.",
                        file=f"{FOLDER}/{path.name}",
                    )
                )
    return sentences


def _drawn(settings: Settings, release: Release, kind: str) -> bytes:
    with speaking(LANGUAGE):
        return files.of_release(kind, release, watermark(settings))


def _copies(settings: Settings, release: Release) -> Iterator[Copy]:
    for kind in files.KINDS:
        path = _kept(settings, release, kind)
        yield Copy(kind, path.stat().st_size, _digest(path, path.stat().st_mtime_ns))


def etag(settings: Settings, release: Release) -> str:
    """What tells a file from every other at its address: the release's hash, and whether its people are invented."""
    return _tag(settings, release.hash)


def _tag(settings: Settings, content: str) -> str:
    return f"{content}-demo" if settings.demo else content


def watermark(settings: Settings) -> str | None:
    """What every file of an installation with invented people says."""
    return _("Invented people") if settings.demo else None


@lru_cache(maxsize=4096)
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _kept(settings: Settings, release: Release, kind: str) -> Path:
    files.kind_of(kind)
    path = _path(settings, release.month, release.version, release.hash, kind)
    if not path.exists():
        _make(settings, release, kind, path)
    return path


def _path(settings: Settings, month: date, number: int, content: str, kind: str) -> Path:
    return settings.instance / FOLDER / f"{month:%Y-%m}-v{number}-{_tag(settings, content)}.{kind}"


def _make(settings: Settings, release: Release, kind: str, path: Path) -> None:
    if not _making.acquire(timeout=WAIT):
        raise Busy(_("The file is being prepared. Try again in a moment."))
    try:
        if path.exists():  # somebody else has made it meanwhile
            return
        made = _drawn(settings, release, kind)
        make_private_folder(path.parent)
        files.write_whole(path, made)
    except OSError:
        raise Busy(_("The file cannot be kept on the server now. Try again later.")) from None
    finally:
        _making.release()
