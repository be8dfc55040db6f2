"""Reading what was released."""

import hashlib
import json
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation.language import format_month
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal
from attention_point.statistics.models import Release


class Altered(Refusal):
    """A released month is no longer what was released."""

    status = 500
    code = "altered"


def newest(session: Session, month: date) -> Release | None:
    """The month's version in force; None when it was not released."""
    return session.scalars(
        select(Release).where(Release.month == month).order_by(Release.version.desc()).limit(1)
    ).one_or_none()


def version(session: Session, month: date, number: int) -> Release | None:
    """One version of a month."""
    return session.get(Release, (month, number))


def months(session: Session, before: date, size: int) -> list[Release]:
    """The versions in force of the latest months before a day, newest first."""
    last = select(Release.month, func.max(Release.version).label("version")).group_by(Release.month).subquery()
    query = select(Release).join(last, (Release.month == last.c.month) & (Release.version == last.c.version))
    return list(session.scalars(query.where(Release.month < before).order_by(Release.month.desc()).limit(size)))


def versions(session: Session, month: date) -> list[Release]:
    """All versions of a month, newest first."""
    return list(session.scalars(select(Release).where(Release.month == month).order_by(Release.version.desc())))


def hashes(session: Session) -> list[tuple[date, int, str]]:
    """Month, version and hash of all versions of all months, the oldest month first."""
    query = select(Release.month, Release.version, Release.hash).order_by(Release.month, Release.version)
    return [(month, version, found) for month, version, found in session.execute(query)]


def of_year(session: Session, month: date) -> list[Release]:
    """The versions in force of the months of the same year before this one."""
    return [one for one in months(session, month, 12) if one.month.year == month.year]


def content(release: Release) -> dict[str, Any]:
    """A release's JSON, with its hash. Raises Altered where the two do not belong together: nobody builds on that."""
    if hashlib.sha256(release.content.encode()).hexdigest() != release.hash:
        raise Altered(
            _(
                "%(month)s, version %(number)s, is no longer what was released.",
                month=format_month(release.month),
                number=release.version,
            )
        )
    found: dict[str, Any] = json.loads(release.content)
    return {**found, "hash": release.hash}


def altered(session: Session) -> list[str]:
    """One sentence for each version of a month that is no longer what was released."""
    found = []
    for month, number, _hash in hashes(session):
        try:
            content(session.get_one(Release, (month, number)))
        except Altered as refusal:
            found.append(refusal.message)
    return found
