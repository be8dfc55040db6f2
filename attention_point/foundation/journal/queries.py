"""Reads the journal: its head, all entries in order, and one page of a search."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from attention_point.foundation.database.schema import UtcDateTime
from attention_point.foundation.journal.models import JournalEntry, JournalHead, JournalMention
from attention_point.foundation.journal.partner_entries import PARTNER, EntryRow, list_fitting, open_entries


class _ReadableDateTime(UtcDateTime):
    """A moment, or None where the stored value is no moment: verification goes on past that entry and names it."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        read_moment = super().result_processor(dialect, coltype)

        def read_or_none(value: Any) -> Any:
            try:
                return read_moment(value) if read_moment else value
            except (ValueError, TypeError):
                return None

        return read_or_none


# Columns and no ORM objects: an entry with a spoilt value must still come back, so that it can be named.
_ENTRY_COLUMNS = (
    JournalEntry.seq,
    type_coerce(JournalEntry.at, _ReadableDateTime).label("at"),
    JournalEntry.actor,
    JournalEntry.action,
    JournalEntry.subject,
    JournalEntry.subject_id,
    JournalEntry.detail,
    JournalEntry.hash,
)


FEW_DAYS = timedelta(days=92)
"""A search over at most so many days reads the index of moments, not that of an actor's or action's entries."""


@dataclass(frozen=True, slots=True)
class EntrySearch:
    """The conditions of a search. An entry must meet all that are set.

    ``since`` is included and ``until`` excluded. ``subject`` and ``subject_id`` are a record's kind and id. The entry
    must mention at least one of the ids in ``mentions``.
    """

    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    subject: str | None = None
    subject_id: str | None = None
    mentions: Sequence[str] | None = None


def get_head(session: Session) -> tuple[int, str]:
    """Return the last entry's number and hash (hex). A copy kept outside proves later that no entry was cut off."""
    head_row = session.execute(select(JournalHead.seq, JournalHead.hash).where(JournalHead.id == 1)).one()
    return head_row.seq, head_row.hash.hex()


def find_head_moment(session: Session) -> datetime | None:
    """When the last entry was written (UTC); None for an empty journal."""
    return session.scalar(select(JournalEntry.at).order_by(JournalEntry.seq.desc()).limit(1))


def find_entry_hash(session: Session, seq: int) -> str | None:
    """Return the stored hash (hex) of one entry, or None where there is no such entry."""
    digest = session.scalar(select(JournalEntry.hash).where(JournalEntry.seq == seq))
    return digest.hex() if digest is not None else None


def list_entries_between(session: Session, first: int, last: int) -> list[Row[Any]]:
    """Return the entries from the first number to the last, in order."""
    query = select(*_ENTRY_COLUMNS).where(JournalEntry.seq.between(first, last)).order_by(JournalEntry.seq)
    return list(session.execute(query))


def stream_entries(session: Session, after_seq: int = 0) -> Iterator[Row[Any]]:
    """Yield every entry after a number in order, a thousand at a time: a journal of years does not fit into memory."""
    query = select(*_ENTRY_COLUMNS).where(JournalEntry.seq > after_seq).order_by(JournalEntry.seq)
    return iter(session.execute(query.execution_options(yield_per=1000)))


def count_entries(session: Session) -> int:
    """Return the number of the last entry, which tells a progress bar how far it has to go."""
    return session.scalar(select(func.max(JournalEntry.seq))) or 0


def list_newest_entries(
    session: Session, before_seq: int | None, size: int, search: EntrySearch = EntrySearch()
) -> list[EntryRow]:
    """Return the newest ``size`` entries of a search, or those that follow the entry ``before_seq`` in the list.

    The order is by number. A search over days is ordered by the moment, because its index gives only the entries of
    those days. The two orders differ only where the clock was wrong. Entries of entities come opened.
    """
    entries = open_entries(session, session.execute(_select_newest(before_seq, search).limit(size)))
    if search.actor or search.subject_id or search.mentions is not None:
        # Who acted and on what is sealed in entries of entities: no condition finds them.
        groups = [
            ids for ids in ([search.subject_id] if search.subject_id else None, search.mentions) if ids is not None
        ]
        partners = EntrySearch(PARTNER, search.action, search.since, search.until)
        query = _select_newest(before_seq, partners).execution_options(yield_per=1000)
        with session.execute(query) as rows:
            entries += list_fitting(session, rows, search.actor, groups, size)
        is_by_moment = bool(search.since or search.until)
        entries.sort(key=lambda entry: (is_by_moment and entry.at, entry.seq), reverse=True)
    return entries[:size]


def _select_newest(before_seq: int | None, search: EntrySearch) -> Select[*tuple[Any, ...]]:
    query = select(*_ENTRY_COLUMNS).where(*_build_conditions(search))
    if not (search.since or search.until):
        # A key and no OFFSET: the thousandth page is read as fast as the first.
        query = query.order_by(JournalEntry.seq.desc())
        return query if before_seq is None else query.where(JournalEntry.seq < before_seq)
    if before_seq is not None:
        # The moment alone is no key: several entries may have the same one.
        last_shown = select(JournalEntry.at, JournalEntry.seq).where(JournalEntry.seq == before_seq).scalar_subquery()
        query = query.where(tuple_(JournalEntry.at, JournalEntry.seq) < last_shown)
    return query.order_by(JournalEntry.at.desc(), JournalEntry.seq.desc())


def list_entries_of_actions(session: Session, actions: Sequence[str], since: datetime, size: int) -> list[Row[Any]]:
    """Return the newest ``size`` entries of some actions since a moment, the newest first."""
    # By the index of moments: that of actions would be read once for each of them.
    conditions = (JournalEntry.at >= since, JournalEntry.action.concat("").in_(actions))
    query = select(*_ENTRY_COLUMNS).where(*conditions).order_by(JournalEntry.at.desc(), JournalEntry.seq.desc())
    rows: list[Row[Any]] = list(session.execute(query.limit(size)))
    return [row for row in rows if row.at is not None]  # a spoilt moment is none


def list_actions(session: Session) -> list[str]:
    """Return the actions that occur in the journal.

    Each takes one step of the index: a DISTINCT would read all entries. A value that is no text, or was no UTF-8, ends
    the list; such values come after all texts.
    """
    found_actions: list[str] = []
    next_action = session.scalar(select(func.min(JournalEntry.action)))
    while isinstance(next_action, str) and "\ufffd" not in next_action:
        found_actions.append(next_action)
        next_action = session.scalar(select(func.min(JournalEntry.action)).where(JournalEntry.action > next_action))
    return found_actions


def _build_conditions(search: EntrySearch) -> Iterator[ColumnElement[bool]]:
    few_days = search.since and search.until and search.until - search.since <= FEW_DAYS
    for column, value in ((JournalEntry.actor, search.actor), (JournalEntry.action, search.action)):
        if value:
            # An expression in place of the column keeps the planner from using the column's index.
            yield (column.concat("") if few_days else column) == value
    if search.subject:
        yield JournalEntry.subject == search.subject
    if search.since:
        yield JournalEntry.at >= search.since
    if search.until:
        yield JournalEntry.at < search.until
    if search.subject_id:
        yield _build_mention_condition([search.subject_id])
    if search.mentions is not None:
        yield _build_mention_condition(search.mentions)


def _build_mention_condition(ids: Sequence[str]) -> ColumnElement[bool]:
    # By the index table: to look for an id in the detail would read every entry there is.
    return JournalEntry.seq.in_(select(JournalMention.seq).where(JournalMention.record_id.in_(ids)))
