"""What was recorded in a period, published without recount and audit."""

from dataclasses import replace
from datetime import UTC, datetime, time

from sqlalchemy.orm import Session

from attention_point.dates import parse_period_code
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.content import (
    ReleaseContent,
    build_content_json,
    compute_content_hash,
    encode_canonical_json,
)
from attention_point.statistics.releases.content_building import build_provisional_content
from attention_point.statistics.releases.models import Release

HEAD = "0" * 64


def publish_recorded(session: Session, period_code: str) -> ReleaseContent:
    """Freeze what was recorded in a month, quarter or year; called again, its next version."""
    content = build_provisional_content(session, parse_period_code(period_code))
    return freeze_content(session, content)


def freeze_content(session: Session, content: ReleaseContent) -> ReleaseContent:
    """Freeze a content as the next version of its period."""
    period = parse_period_code(content.period)
    current_release = queries.find_current_release(session, period)
    version = current_release.version + 1 if current_release else 1
    released_at = datetime.combine(period.end_day, time(13), UTC)
    frozen = replace(content, version=version, released_at=released_at, journal_head=HEAD)
    content_json = build_content_json(frozen)
    release = Release(
        period=period.code,
        month=period.first_day,
        version=version,
        hash=compute_content_hash(content_json),
        content=encode_canonical_json(content_json),
        journal_seq=1,
        journal_head=HEAD,
        released_at=released_at,
        released_by="office",
        note="Faltaba una persona." if current_release else None,
    )
    session.add(release)
    session.flush()
    return frozen
