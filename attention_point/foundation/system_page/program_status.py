"""What the program knows of itself: version, database, disk, journal."""

import shutil
from collections.abc import Iterator
from importlib.metadata import version

from sqlalchemy import text
from sqlalchemy.orm import Session

from attention_point.foundation.database.engine import get_dialect
from attention_point.foundation.doctor import StatusLine
from attention_point.foundation.doctor.machine_checks import BYTES_PER_MEGABYTE, MIN_FREE_BYTES
from attention_point.foundation.journal.queries import find_head_moment, get_head
from attention_point.foundation.language import format_datetime, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import find_database_file
from attention_point.foundation.settings import Settings

_KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def list_program_status(session: Session, settings: Settings) -> Iterator[StatusLine]:
    """Version, database, free disk space, and how long the journal is, with its last seal (short)."""
    yield StatusLine(_("Version"), version("attention-point"))
    revision = session.scalar(text("SELECT version_num FROM alembic_version"))
    yield StatusLine(
        _("Database"),
        _(
            "%(kind)s, %(size)s MB, schema %(revision)s",
            kind=_KINDS[get_dialect(session).name],
            size=format_number(measure_database(session, settings) // BYTES_PER_MEGABYTE),
            revision=revision,
        ),
    )
    free = shutil.disk_usage(settings.instance).free
    yield StatusLine(
        _("Free disk space"),
        f"{format_number(free // BYTES_PER_MEGABYTE)} MB",
        _("Free up space, or soon nothing can be recorded.") if free < MIN_FREE_BYTES else "",
    )
    count, seal = get_head(session)
    value = _("%(count)s entries", count=format_number(count))
    if written_at := find_head_moment(session):
        last_seal = _("last seal %(seal)s…, of %(moment)s", seal=seal[:8], moment=format_datetime(written_at))
        value = f"{value}; {last_seal}"
    yield StatusLine(_("Journal"), value, endpoint="journal.list_entries")


def measure_database(session: Session, settings: Settings) -> int:
    """The bytes of the database: of SQLite's file, or as PostgreSQL says."""
    file = find_database_file(settings.database_url)
    if file is not None:
        return file.stat().st_size
    size: int = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
    return size
