"""Reads the released months."""

import hashlib
import json
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation.errors import AppError
from attention_point.foundation.language import format_month
from attention_point.foundation.language import gettext as _
from attention_point.statistics.releases.content import MonthContent, parse_content_json
from attention_point.statistics.releases.models import Release


class AlteredRelease(AppError):
    """A released month is no longer what was released."""

    status = 500
    code = "altered"


def find_current_release(session: Session, month: date) -> Release | None:
    """Return the latest version of a month; None when it was never released."""
    query = select(Release).where(Release.month == month).order_by(Release.version.desc())
    return session.scalars(query.limit(1)).one_or_none()


def find_version(session: Session, month: date, number: int) -> Release | None:
    """Return one version of a month; None when there is no such version."""
    return session.get(Release, (month, number))


def list_current_releases(session: Session, before_day: date, max_count: int) -> list[Release]:
    """List the latest versions of the latest months before a day, newest month first."""
    latest = select(Release.month, func.max(Release.version).label("version")).group_by(Release.month).subquery()
    is_latest = (Release.month == latest.c.month) & (Release.version == latest.c.version)
    query = select(Release).join(latest, is_latest).where(Release.month < before_day)
    return list(session.scalars(query.order_by(Release.month.desc()).limit(max_count)))


def list_versions(session: Session, month: date) -> list[Release]:
    """List all versions of a month, newest first."""
    return list(session.scalars(select(Release).where(Release.month == month).order_by(Release.version.desc())))


def list_hashes(session: Session) -> list[tuple[date, int, str]]:
    """List month, version and hash of all versions of all months, oldest month first."""
    # Without the contents, which are by far the largest part of a release.
    query = select(Release.month, Release.version, Release.hash).order_by(Release.month, Release.version)
    return [(month, version, content_hash) for month, version, content_hash in session.execute(query)]


def list_earlier_in_year(session: Session, month: date) -> list[Release]:
    """List the latest versions of the earlier months of the same year."""
    return [release for release in list_current_releases(session, month, 12) if release.month.year == month.year]


def read_content_json(release: Release) -> dict[str, Any]:
    """Return the JSON of a release, with its hash. Raises AlteredRelease where content and hash do not match."""
    # A trigger refuses every change of a release, but whoever owns the database file can remove it.
    if hashlib.sha256(release.content.encode()).hexdigest() != release.hash:
        month = format_month(release.month)
        raise AlteredRelease(
            _(
                "%(month)s, version %(number)s, no longer matches what was released.",
                month=month,
                number=release.version,
            )
        )
    content_json: dict[str, Any] = json.loads(release.content)
    return {**content_json, "hash": release.hash}


def load_content(release: Release) -> MonthContent:
    """Return the content of a release. Raises AlteredRelease where content and hash do not match."""
    return parse_content_json(read_content_json(release))


def list_altered_releases(session: Session) -> list[str]:
    """Return one sentence for each version of a month that is no longer what was released."""
    sentences = []
    for month, number, _hash in list_hashes(session):
        try:
            read_content_json(session.get_one(Release, (month, number)))
        except AlteredRelease as error:
            sentences.append(error.message)
    return sentences
