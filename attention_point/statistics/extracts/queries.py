"""Reads the extracts and their log."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from attention_point.statistics.extracts.models import Extract, LogEntry


def list_extracts(session: Session) -> Sequence[Extract]:
    """List the extract of every period that was made, the earliest first. There are at most two a year."""
    return session.scalars(select(Extract).order_by(Extract.first)).all()


def get_extract(session: Session, first_day: date) -> Extract:
    """Return the extract of the period that begins on this day."""
    return session.get_one(Extract, first_day)


def list_log_entries(session: Session, before_entry_id: UUID | None, max_entries: int) -> Sequence[LogEntry]:
    """List the log, newest first, below the entry with which the page before ended."""
    query = select(LogEntry).order_by(LogEntry.made_at.desc(), LogEntry.id.desc()).limit(max_entries)
    if before_entry_id is not None:
        # Several entries may have the same moment, so that the id decides among them.
        key = select(LogEntry.made_at, LogEntry.id).where(LogEntry.id == before_entry_id).scalar_subquery()
        query = query.where(tuple_(LogEntry.made_at, LogEntry.id) < key)
    return session.scalars(query).all()
