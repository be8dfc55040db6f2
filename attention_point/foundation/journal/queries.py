"""Reading the chain: all of it in order, its head, and a page of the entries that somebody looks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, tuple_, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from attention_point.foundation.database.schema import UtcDateTime
from attention_point.foundation.journal.models import JournalEntry, JournalHead, JournalMention


class _AsFound(UtcDateTime):
    """A moment; None where somebody has put what is none, so that the chain can be walked past it and name it."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        read = super().result_processor(dialect, coltype)

        def found(value: Any) -> Any:
            try:
                return read(value) if read else value
            except (ValueError, TypeError):
                return None

        return found


_COLUMNS = (
    JournalEntry.seq,
    type_coerce(JournalEntry.at, _AsFound).label("at"),
    JournalEntry.actor,
    JournalEntry.action,
    JournalEntry.subject,
    JournalEntry.subject_id,
    JournalEntry.detail,
    JournalEntry.hash,
)


FEW_DAYS = timedelta(days=92)
"""So few days are read through by their own index, not by that of all that somebody ever did."""


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for; all that is set must hold.

    ``since`` (included) and ``until`` (excluded) are moments. ``mentions``: ids one of which the entry mentions, by
    the index. ``subject`` and ``subject_id``: a record's kind and id.
    """

    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    subject: str | None = None
    subject_id: str | None = None
    mentions: Sequence[str] | None = None


def head(session: Session) -> tuple[int, str]:
    """The last entry's number and hash (hex): write it down outside, and a cut tail shows."""
    row = session.execute(select(JournalHead.seq, JournalHead.hash).where(JournalHead.id == 1)).one()
    return row.seq, row.hash.hex()


def hash_of(session: Session, seq: int) -> str | None:
    """The hash (hex) of one entry as it is stored, or None."""
    found = session.scalar(select(JournalEntry.hash).where(JournalEntry.seq == seq))
    return found.hex() if found is not None else None


def between(session: Session, first: int, last: int) -> list[Row[Any]]:
    """The entries with these numbers and those between them, in order."""
    query = select(*_COLUMNS).where(JournalEntry.seq.between(first, last)).order_by(JournalEntry.seq)
    return list(session.execute(query))


def entries(session: Session) -> Iterator[Row[Any]]:
    """Every entry in order, streamed."""
    return iter(session.execute(select(*_COLUMNS).order_by(JournalEntry.seq).execution_options(yield_per=1000)))


def count(session: Session) -> int:
    """The number of the last entry: for a progress bar."""
    return session.scalar(select(func.max(JournalEntry.seq))) or 0


def page(session: Session, before: int | None, size: int, search: Search = Search()) -> list[Row[Any]]:
    """The newest ``size`` entries of a search, or those that follow the entry ``before`` in the list.

    Newest by number; where days are asked for by the moment, whose index then gives no other entry. The two differ
    only where the clock was wrong.
    """
    query = select(*_COLUMNS).where(*_conditions(search)).limit(size)
    if not (search.since or search.until):
        query = query.order_by(JournalEntry.seq.desc())
        return list(session.execute(query if before is None else query.where(JournalEntry.seq < before)))
    if before is not None:
        last = select(JournalEntry.at, JournalEntry.seq).where(JournalEntry.seq == before).scalar_subquery()
        query = query.where(tuple_(JournalEntry.at, JournalEntry.seq) < last)
    return list(session.execute(query.order_by(JournalEntry.at.desc(), JournalEntry.seq.desc())))


def actions(session: Session) -> list[str]:
    """The actions that stand in the journal: one step of the index for each, however many entries there are.

    What somebody has put there that is no text, or no action's name, ends the list: it stands after all that is one.
    """
    found: list[str] = []
    following = session.scalar(select(func.min(JournalEntry.action)))
    while isinstance(following, str) and "\ufffd" not in following:
        found.append(following)
        following = session.scalar(select(func.min(JournalEntry.action)).where(JournalEntry.action > following))
    return found


def _conditions(search: Search) -> Iterator[ColumnElement[bool]]:
    few_days = search.since and search.until and search.until - search.since <= FEW_DAYS
    for column, value in ((JournalEntry.actor, search.actor), (JournalEntry.action, search.action)):
        if value:
            yield (column.concat("") if few_days else column) == value  # so written, the column's index is not used
    if search.subject:
        yield JournalEntry.subject == search.subject
    yield from _days(search)
    if search.subject_id:
        yield _mentions([search.subject_id])
    if search.mentions is not None:
        yield _mentions(search.mentions)


def _mentions(ids: Sequence[str]) -> ColumnElement[bool]:
    return JournalEntry.seq.in_(select(JournalMention.seq).where(JournalMention.record_id.in_(ids)))


def _days(search: Search) -> Iterator[ColumnElement[bool]]:
    if search.since:
        yield JournalEntry.at >= search.since
    if search.until:
        yield JournalEntry.at < search.until
