"""Loads what the papers of a period are made of: its content, and the periods beside which it is read."""

from datetime import datetime

from sqlalchemy.orm import Session

from attention_point.dates import Period, parse_period_code
from attention_point.statistics.month_papers.changes import Comparison
from attention_point.statistics.month_papers.period_report import PeriodPaper
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.content import ReleaseContent
from attention_point.statistics.releases.content_building import build_provisional_content
from attention_point.statistics.releases.models import Release


def load_paper(session: Session, release: Release, watermark: str | None = None) -> PeriodPaper:
    """Load the paper of a release. It is the same whenever it is loaded, and so are the bytes that are drawn of it.

    Raises AlteredRelease.
    """
    period = parse_period_code(release.period)
    # The moment of the release decides, not today: the paper of a version always gives the same bytes.
    comparison = load_comparison(session, period, release.released_at)
    return PeriodPaper(queries.load_content(release), comparison, release.hash, watermark)


def build_provisional_paper(session: Session, period: Period, watermark: str | None = None) -> PeriodPaper:
    """Build the paper of a period as it stands now."""
    return PeriodPaper(build_provisional_content(session, period), load_comparison(session, period), None, watermark)


def load_comparison(session: Session, period: Period, moment: datetime | None = None) -> Comparison:
    """Load the period before one and the same of the year before, as they were released before a moment.

    A release is read beside what readers had when it came out: a later correction of last month changes no paper of
    this month.
    """
    return Comparison(
        _load_content(session, period.previous, moment), _load_content(session, period.year_before, moment)
    )


def _load_content(session: Session, period: Period, moment: datetime | None) -> ReleaseContent | None:
    versions = queries.list_versions(session, period)
    # The newest version that was out by then. A provisional month has no such moment: it
    # is read beside what is in force.
    release = next((version for version in versions if moment is None or version.released_at < moment), None)
    return queries.load_content(release) if release else None
