"""Released months for tests of what stands on them, frozen from invented counts."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.directory import queries as directory_queries
from attention_point.statistics.protection.period import PeriodRounder
from attention_point.statistics.protection.totals import protect_totals
from attention_point.statistics.releases import content_building, period_counts, queries
from attention_point.statistics.releases.content import (
    build_content_json,
    compute_content_hash,
    encode_canonical_json,
)
from attention_point.statistics.releases.models import Release
from tests.statistics.invented_month import invent_table_counts
from tests.support.directory import load_shipped

SEPTEMBER = date(2017, 9, 1)
HEAD = "0" * 64


def publish_month(
    session: Session, visits: int = 300, month: date = SEPTEMBER, seed: int = 1, note: str | None = None
) -> Release:
    """Freeze a month of invented counts without recount and audit; called again, its next version."""
    if not directory_queries.get_revision(session):
        load_shipped(session)
    period = Period("month", month)
    current_release = queries.find_current_release(session, period)
    version = current_release.version + 1 if current_release else 1
    released_at = datetime.combine(month + timedelta(days=32 + version), time(13), UTC)
    tables = period_counts.build_stored_tables(session, period, invent_table_counts(visits, month, seed))
    rounder = PeriodRounder(tables, content_building.build_leanings(session, period))
    rounded = rounder.round()
    totals = protect_totals(rounded, rounder.true_totals, {})
    content = content_building.build_content(session, period, rounded, totals)
    content = replace(content, version=version, released_at=released_at, journal_head=HEAD, note=note)
    content_json = build_content_json(content)
    release = Release(
        period=period.code,
        month=month,
        version=version,
        hash=compute_content_hash(content_json),
        content=encode_canonical_json(content_json),
        journal_seq=1,
        journal_head=HEAD,
        released_at=released_at,
        released_by="office",
        note=note,
    )
    session.add(release)
    session.flush()
    return release
