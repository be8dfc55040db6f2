"""Released months for tests of what stands on them, frozen from invented counts."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.directory import queries as directory_queries
from attention_point.foundation.vault import get_vault
from attention_point.statistics.protection.period import PeriodRounder
from attention_point.statistics.protection.totals import protect_totals
from attention_point.statistics.releases import content_building, period_counts, queries
from attention_point.statistics.releases.content import (
    ReleaseContent,
    build_content_json,
    compute_content_hash,
    encode_canonical_json,
)
from attention_point.statistics.releases.models import Release
from tests.statistics.invented_month import invent_table_counts
from tests.support.directory import load_shipped

SEPTEMBER = date(2017, 9, 1)
HEAD = "0" * 64
_CONTENTS: dict[tuple[object, ...], ReleaseContent] = {}


def publish_month(
    session: Session,
    visits: int = 300,
    month: date = SEPTEMBER,
    seed: int = 1,
    note: str | None = None,
    reader_note: str | None = None,
    released_at: datetime | None = None,
) -> Release:
    """Freeze a month of invented counts without recount and audit; called again, its next version."""
    if not directory_queries.get_revision(session):
        load_shipped(session)
    period = Period("month", month)
    current_release = queries.find_current_release(session, period)
    version = current_release.version + 1 if current_release else 1
    released_at = released_at or datetime.combine(month + timedelta(days=32 + version), time(13), UTC)
    content = replace(
        _build_invented_content(session, period, visits, seed),
        version=version,
        released_at=released_at,
        journal_head=HEAD,
        note=note,
        reader_note=reader_note,
    )
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


def _build_invented_content(session: Session, period: Period, visits: int, seed: int) -> ReleaseContent:
    # What a month is rounded and named by. The same months are published again and again in a run.
    names = directory_queries.list_entity_names(session), directory_queries.list_point_names(session)
    key = (period, visits, seed, get_vault(session).keyed_digest("test", b""), repr(names))
    if key not in _CONTENTS:
        tables = period_counts.build_stored_tables(session, period, invent_table_counts(visits, period.first_day, seed))
        rounder = PeriodRounder(tables, content_building.build_leanings(session, period))
        rounded = rounder.round_tables()
        totals = protect_totals(rounded, rounder.true_totals, {})
        _CONTENTS[key] = content_building.build_content(session, period, rounded, totals)
    return _CONTENTS[key]


def publish_suppressed_month(session: Session) -> Release:
    """Freeze July 2017 as an earlier version of the program released it: small counts suppressed, codes merged."""
    content = Path(__file__).with_name("suppressed_month.json").read_text(encoding="utf-8")
    released = json.loads(content)
    release = Release(
        period=released["month"],
        month=date(2017, 7, 1),
        version=released["version"],
        hash=hashlib.sha256(content.encode()).hexdigest(),
        content=content,
        journal_seq=1,
        journal_head=released["journal_head"],
        released_at=datetime.fromisoformat(released["released_at"]),
        released_by="office",
    )
    session.add(release)
    session.flush()
    return release
