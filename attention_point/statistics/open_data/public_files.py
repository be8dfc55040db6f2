"""The files of released months, made once and kept in the folder ``open-data`` of the instance.

The worker draws the public ones when a month is published, so that no tablet waits for them. A file that is missing all
the same (the machine stopped, the disk was full, somebody deleted it) is drawn by the next ``jobs run``, or at the
latest for the first visitor who asks for it. An anonymous client cannot make the server draw a file twice, and there
are only as many files as releases times formats, and those in another language that the office asked for.
"""

import hashlib
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Busy
from attention_point.foundation.language import current_language, in_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import create_private_folder
from attention_point.foundation.report_pages import get_file_format, get_watermark
from attention_point.foundation.settings import Settings
from attention_point.foundation.worker import run_in_worker
from attention_point.statistics.open_data import files
from attention_point.statistics.open_data.series import list_series_versions, write_series
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.models import Release

FOLDER = "open-data"
_SERIES = "all-months"  # begins the name of the file of all months
LANGUAGE = "es"  # of public PDF and XLSX: an address must always give the same bytes
# How papers are drawn, as a number in their names. Raise it when the PDF or XLSX of an unchanged month gets other
# bytes, even by a word: files of an earlier number are neither served nor compared, and go when new ones are made.
DRAWING = 8
DRAWN_FORMATS = ("pdf", "xlsx")
LOCK_TIMEOUT = 5.0  # seconds; a visitor who would wait longer is asked to come again
# One file at a time, so that visitors of a new month cannot take both cores from the desk.
_drawing_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class PublicFile:
    """A public file: its format, its size in bytes, and the SHA-256 of its bytes in hexadecimal."""

    format_code: str
    size: int
    sha256: str


def read_public_file(session: Session, settings: Settings, release: Release, format_code: str) -> bytes:
    """Return a public file. Raises NotFound for an unknown format, and Busy while it cannot be drawn or stored."""
    return _ensure_file(session, settings, release, format_code).read_bytes()


def read_kept_file(session: Session, settings: Settings, release: Release, format_code: str) -> bytes:
    """Return a file in the language in use. The first request for it makes it, and it is kept.

    Raises NotFound for an unknown format, Busy and NotDone while it cannot be drawn or stored.
    """
    return _ensure_file(session, settings, release, format_code, current_language()).read_bytes()


def list_public_files(session: Session, settings: Settings, release: Release) -> list[PublicFile]:
    """List the public files of a release, and draw missing ones. Raises Busy while one cannot be drawn or stored."""
    public_files = []
    for format_code in files.FILE_FORMATS:
        path = _ensure_file(session, settings, release, format_code)
        status = path.stat()
        public_files.append(PublicFile(format_code, status.st_size, _hash_file(path, status.st_mtime_ns)))
    return public_files


def read_series(session: Session, settings: Settings) -> bytes:
    """Return the file of all months, which is made once for each set of versions. Raises Busy as the others do."""
    try:
        return _ensure_series(session, settings).read_bytes()
    except FileNotFoundError:  # a release of this moment put its own file in the place of this one
        return _ensure_series(session, settings).read_bytes()


def _ensure_series(session: Session, settings: Settings) -> Path:
    path = settings.instance / FOLDER / f"{_SERIES}-{build_series_tag(session, settings)}-d{DRAWING}.csv"
    if not path.exists():
        with in_language(LANGUAGE):
            _store_once(path, lambda: run_in_worker(session, settings, draw_series))
        # Each release makes a new file of all months. The earlier ones are never asked for
        # again and would fill the disk.
        for earlier_file in path.parent.glob(f"{_SERIES}-*.csv"):
            if earlier_file != path:
                earlier_file.unlink(missing_ok=True)
    return path


def build_series_tag(session: Session, settings: Settings) -> str:
    """Return what tells the file of all months from an earlier one: the versions that stand in it."""
    versions = repr(list_series_versions(session))
    # Shortened, because it stands in the name of a file; 128 bits are enough that no two sets of versions share one.
    return _build_tag(settings, hashlib.sha256(versions.encode()).hexdigest()[:32])


def draw_series(session: Session, settings: Settings) -> bytes:
    """Write the file of all months in the language in use. A task of the worker."""
    return write_series(session, get_watermark(settings))


def make_missing_files(database: Database, settings: Settings, _period: str = "") -> None:
    """Draw the missing files of all releases. Raises Busy when one cannot be stored; those before it stay."""
    with database.read_session() as session:
        # Every "jobs run" looks here, so it reads hashes and file names, and a content only where a file is missing.
        for period, number, content_hash in queries.list_hashes(session):
            paths = [_build_path(settings, period, number, content_hash, kind) for kind in files.FILE_FORMATS]
            if not all(path.exists() for path in paths):
                list_public_files(session, settings, session.get_one(Release, (period, number)))
        if list_series_versions(session):
            _ensure_series(session, settings)
    _delete_halves(settings)


def _delete_halves(settings: Settings) -> None:
    """Delete what a process that was killed while it wrote has left: nobody is sent it, but it takes room."""
    long_ago = clock.now() - timedelta(hours=1)
    for half in (settings.instance / FOLDER).glob(".*.part"):
        with suppress(OSError):  # another process has just finished or deleted it
            if half.stat().st_mtime < long_ago.timestamp():
                half.unlink()


def list_altered_files(session: Session, settings: Settings) -> list[str]:
    """Return one sentence for each public file that differs from what is drawn from its release.

    A missing file is no fault: it is drawn again. ``list_altered_releases`` names the releases that were altered.
    """
    return [
        _(
            "%(file)s does not match its release: it was altered, or an older version of the program made it. "
            "Delete it, and the next “jobs run” makes it again.",
            file=f"{FOLDER}/{_build_path(settings, period, number, content_hash, format_code).name}",
        )
        for period, number, content_hash in queries.list_hashes(session)
        for format_code in files.FILE_FORMATS
        if _is_altered(session, settings, session.get_one(Release, (period, number)), format_code)
    ]


def _is_altered(session: Session, settings: Settings, release: Release, format_code: str) -> bool:
    path = _build_path(settings, release.period, release.version, release.hash, format_code)
    try:
        with in_language(LANGUAGE):
            return path.exists() and path.read_bytes() != _draw_file(session, settings, release, format_code)
    # The altered release is named by its own check; and a file that went away meanwhile is only missing.
    except (queries.AlteredRelease, FileNotFoundError):
        return False


def draw_release_file(session: Session, settings: Settings, period: str, number: int, format_code: str) -> bytes:
    """Draw a file of a version in the language in use. A task of the worker."""
    return _draw_file(session, settings, session.get_one(Release, (period, number)), format_code)


def _draw_file(session: Session, settings: Settings, release: Release, format_code: str) -> bytes:
    return files.write_release_file(session, format_code, release, get_watermark(settings))


def build_etag(settings: Settings, release: Release) -> str:
    """Return what tells a file from every other at its address: the hash of the release, and whether it is a demo."""
    return _build_tag(settings, release.hash)


def _build_tag(settings: Settings, content_hash: str) -> str:
    # An installation that stops or begins to be a demonstration must not send the files of before.
    return f"{content_hash}-demo" if settings.demo else content_hash


# The page and the catalogue name the hash of every file. The time of the last change stands for the content.
@lru_cache(maxsize=4096)
def _hash_file(path: Path, _changed_at: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _ensure_file(
    session: Session, settings: Settings, release: Release, format_code: str, language: str = LANGUAGE
) -> Path:
    get_file_format(files.FILE_FORMATS, format_code)  # an unknown format is refused before anything is drawn
    path = _build_path(settings, release.period, release.version, release.hash, format_code, language)
    if not path.exists():
        _make_file(session, settings, release, format_code, language)
    return path


def _build_path(
    settings: Settings,
    period: str,
    number: int,
    content_hash: str,
    format_code: str,
    language: str = LANGUAGE,
    drawing: int = DRAWING,
) -> Path:
    # The first drawing had no number, and codes (CSV, JSON) are neither drawn nor translated.
    suffix = ""
    if format_code in DRAWN_FORMATS:
        suffix = f"-d{drawing}" if drawing > 1 else ""
        suffix += f"-{language}" if language != LANGUAGE else ""
    name = f"{period}-v{number}-{_build_tag(settings, content_hash)}{suffix}.{format_code}"
    return settings.instance / FOLDER / name


def _make_file(session: Session, settings: Settings, release: Release, format_code: str, language: str) -> None:
    name = release.period, release.version, release.hash, format_code, language

    def draw_release() -> bytes:
        with in_language(language):
            return run_in_worker(session, settings, draw_release_file, release.period, release.version, format_code)

    _store_once(_build_path(settings, *name), draw_release)
    if format_code in DRAWN_FORMATS:
        for drawing in range(1, DRAWING):
            _build_path(settings, *name, drawing).unlink(missing_ok=True)


def _store_once(path: Path, draw: Callable[[], bytes]) -> None:
    if not _drawing_lock.acquire(timeout=LOCK_TIMEOUT):
        raise Busy(_("The file is being prepared. Try again in a moment."))
    try:
        if path.exists():  # another visitor's request drew it meanwhile
            return
        content = draw()
        create_private_folder(path.parent)
        files.write_file_atomically(path, content)
    except OSError:
        raise Busy(_("The server cannot store the file now. Try again later.")) from None
    finally:
        _drawing_lock.release()
