"""Released months for tests of what stands on them, frozen from invented counts."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory
from attention_point.statistics import released
from attention_point.statistics.content import as_json, canonical, content_of, from_json, hash_of, year_tables
from attention_point.statistics.models import Release
from attention_point.statistics.protection import protect
from tests.statistics.invented import counted
from tests.support.directory import load_shipped

SEPTEMBER = date(2017, 9, 1)
HEAD = "0" * 64


def publish(
    session: Session, visits: int = 300, month: date = SEPTEMBER, seed: int = 1, note: str | None = None
) -> Release:
    """A month of invented counts as it stands when it has been released; again, its next version."""
    if not directory.revision(session):
        load_shipped(session)
    kept: dict[str, dict[tuple[str, ...], int]] = {}
    for (_day, _point, table, cell), count in counted(visits, month, seed).items():
        kept.setdefault(table, {})[tuple(cell.split("|"))] = count
    before = released.newest(session, month)
    number = before.version + 1 if before else 1
    at = datetime.combine(month + timedelta(days=32 + number), time(13), UTC)
    earlier = [from_json(released.content(one)) for one in released.of_year(session, month)]
    made_of = content_of(session, month, protect(kept))
    tables = (*made_of.tables, *year_tables([*earlier, made_of]))
    content = replace(made_of, tables=tables, version=number, released_at=at, journal_head=HEAD, note=note)
    found = as_json(content)
    made = Release(
        month=month,
        version=number,
        hash=hash_of(found),
        content=canonical(found),
        journal_seq=1,
        journal_head=HEAD,
        released_at=at,
        released_by="office",
        note=note,
    )
    session.add(made)
    session.flush()
    return made
