"""Reads the released months, quarters and years."""

import hashlib
import json
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from attention_point.dates import Period, PeriodKind, parse_period_code
from attention_point.foundation.errors import AppError, NotFound
from attention_point.foundation.language import format_period
from attention_point.foundation.language import gettext as _
from attention_point.statistics.releases.content import ReleaseContent
from attention_point.statistics.releases.models import Release
from attention_point.statistics.releases.parsing import parse_content_json


class AlteredRelease(AppError):
    """A released month is no longer what was released."""

    status = 500
    code = "altered"


def find_current_release(session: Session, period: Period) -> Release | None:
    """Return the latest version of a period; None when it was never released."""
    query = select(Release).where(Release.period == period.code).order_by(Release.version.desc())
    return session.scalars(query.limit(1)).one_or_none()


def find_version(session: Session, period: Period, number: int) -> Release | None:
    """Return one version of a period; None when there is no such version."""
    return session.get(Release, (period.code, number))


def get_release(session: Session, period: Period, number: int | None = None) -> Release:
    """Return one version of a period, without a number the latest one. Raises NotFound."""
    release = find_current_release(session, period) if number is None else find_version(session, period, number)
    if release is None:
        raise NotFound(_("This period, or this version of it, has not been published."))
    return release


def list_current_releases(
    session: Session, before_day: date, max_count: int, kind: PeriodKind = "month"
) -> list[Release]:
    """List the latest versions of the latest periods of a kind that begin before a day, newest first."""
    # The contents are large, so that the database picks the versions and sends only these.
    latest = select(Release.period, func.max(Release.version).label("version")).group_by(Release.period).subquery()
    is_latest = (Release.period == latest.c.period) & (Release.version == latest.c.version)
    query = select(Release).join(latest, is_latest).where(Release.month < before_day, *_match_kind(kind))
    return list(session.scalars(query.order_by(Release.month.desc()).limit(max_count)))


def _match_kind(kind: PeriodKind) -> tuple[ColumnElement[bool], ...]:
    # The code tells the kind: 2017, 2017-Q3 and 2017-09. A column of its own could contradict it.
    is_quarter = Release.period.like("%Q%")
    if kind == "quarter":
        return (is_quarter,)
    length = func.length(Release.period)
    return (length == len("2017"),) if kind == "year" else (length == len("2017-09"), ~is_quarter)


def list_versions(session: Session, period: Period) -> list[Release]:
    """List all versions of a period, newest first."""
    query = select(Release).where(Release.period == period.code).order_by(Release.version.desc())
    return list(session.scalars(query))


def list_hashes(session: Session) -> list[tuple[str, int, str]]:
    """List the code of the period, version and hash of all versions of all periods, oldest first."""
    # Without the contents, which are by far the largest part of a release.
    query = select(Release.period, Release.version, Release.hash)
    rows = session.execute(query.order_by(Release.month, Release.period, Release.version))
    return [(period, version, content_hash) for period, version, content_hash in rows]


def read_content_json(release: Release) -> dict[str, Any]:
    """Return the JSON of a release, with its hash. Raises AlteredRelease where content and hash do not match."""
    # A trigger refuses every change of a release, but whoever owns the database file can remove it.
    if hashlib.sha256(release.content.encode()).hexdigest() != release.hash:
        month = format_period(parse_period_code(release.period))
        raise AlteredRelease(
            _(
                "%(month)s, version %(number)s, no longer matches what was released.",
                month=month,
                number=release.version,
            )
        )
    content_json: dict[str, Any] = json.loads(release.content)
    return {**content_json, "hash": release.hash}


def load_content(release: Release) -> ReleaseContent:
    """Return the content of a release. Raises AlteredRelease where content and hash do not match."""
    return parse_content_json(read_content_json(release))


def list_altered_releases(session: Session) -> list[str]:
    """Return one sentence for each version of a period that is no longer what was released."""
    sentences = []
    for period, number, _hash in list_hashes(session):
        # All are examined to the end: whoever restores a backup must know every damaged release at once.
        try:
            read_content_json(session.get_one(Release, (period, number)))
        except AlteredRelease as error:
            sentences.append(error.message)
    return sentences
