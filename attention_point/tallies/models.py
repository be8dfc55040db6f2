"""The counts, sealed, what waits to be added to them, and the months that are closed to counting.

They hold no person, only numbers. A thief of the database reads none of them: a count that stands in clear tells of a
single visit wherever few people share what it counts (docs/decisions/0062).
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class MonthTallies(Base):
    """All counts of one month at one point. ``sealed`` holds them by day, table and cell, under the keyring."""

    __tablename__ = "month_tallies"
    __table_args__ = (UniqueConstraint("month", "point"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date]
    point: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class PendingTallies(Base):
    """What one transaction adds to the counts of a point. A job folds it into the counts of the months.

    ``day`` is the local day of the transaction. ``id`` is random, and the rows lie in the order of their ids, so that
    neither tells which row came first.
    """

    __tablename__ = "pending_tallies"
    __table_args__ = {"sqlite_with_rowid": False}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    point: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ClearTally(Base):
    """A count as earlier versions of the program stored it. ``init`` seals these counts and deletes the rows."""

    __tablename__ = "tally"
    __table_args__ = {"sqlite_with_rowid": False}

    day: Mapped[date] = mapped_column(primary_key=True)
    point: Mapped[str] = mapped_column(String(40), primary_key=True)
    table: Mapped[str] = mapped_column(String(60), primary_key=True)
    cell: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]


class DueRecount(Base):
    """What is not counted yet of the visits that an earlier version of the program recorded.

    ``repeats``: the people of a month who were counted before in its quarter and its year. ``times``: how soon each
    entity opened and answered. ``person-outcomes``: what people say became of their referrals. A rebuild
    counts everything.
    """

    __tablename__ = "due_recount"

    what: Mapped[str] = mapped_column(String(20), primary_key=True)


class ClosedMonth(Base):
    """A month in which no more people and attentions are counted. A late visit counts on the day of its receipt."""

    __tablename__ = "closed_month"

    month: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
