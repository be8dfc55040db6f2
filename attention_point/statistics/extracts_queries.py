"""Reading the extracts and their log."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from attention_point.statistics.extracts_models import Extract, ExtractLog
from attention_point.tallies.models import Tally


def extracts(session: Session) -> Sequence[Extract]:
    """Every period that was made, the earliest first: two a year at most."""
    return session.scalars(select(Extract).order_by(Extract.first)).all()


def extract(session: Session, first: date) -> Extract:
    """The extract of a period that begins on this day."""
    return session.get_one(Extract, first)


def line(session: Session, log: UUID, *, lock: bool = False) -> ExtractLog | None:
    """One line of the log; with ``lock``, nobody else changes it until the transaction ends."""
    return session.get(ExtractLog, log, with_for_update=lock or None)


def log(session: Session, before: UUID | None, size: int) -> Sequence[ExtractLog]:
    """The log, newest first; ``before`` is the last line of the page before."""
    query = select(ExtractLog).order_by(ExtractLog.made_at.desc(), ExtractLog.id.desc()).limit(size)
    if before is not None:
        last = select(ExtractLog.made_at, ExtractLog.id).where(ExtractLog.id == before).scalar_subquery()
        query = query.where(tuple_(ExtractLog.made_at, ExtractLog.id) < last)
    return session.scalars(query).all()


def beginning(session: Session) -> date | None:
    """The first day on which anything was counted."""
    return session.scalar(select(func.min(Tally.day)))
