"""The one table of counts, and the months that are closed to counting. They hold no person, only numbers."""

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class Tally(Base):
    """The count in one cell of one table, on one day, at one point. A monthly table counts on the first of the month.

    A row may stand at 0, and queries leave it out.
    """

    __tablename__ = "tally"
    # The key begins with the day: a month is one range of the index, however many years there are before it.
    __table_args__ = {"sqlite_with_rowid": False}

    day: Mapped[date] = mapped_column(primary_key=True)
    point: Mapped[str] = mapped_column(String(40), primary_key=True)
    table: Mapped[str] = mapped_column(String(60), primary_key=True)
    cell: Mapped[str] = mapped_column(String(200), primary_key=True)
    # No constraint keeps a count from falling below 0. Both engines would refuse the subtracting half of an edit before
    # they look whether the row exists. "statistics verify" recounts and so finds a wrong count.
    count: Mapped[int]


class DueRecount(Base):
    """What is not counted yet of the visits that an earlier version of the program recorded.

    ``repeats``: the people of a month who were counted before in its quarter and its year. ``times``: how soon each
    entity opened and answered. A rebuild counts everything.
    """

    __tablename__ = "due_recount"

    what: Mapped[str] = mapped_column(String(20), primary_key=True)


class ClosedMonth(Base):
    """A month in which no more people and attentions are counted. A late visit counts on the day of its receipt."""

    __tablename__ = "closed_month"

    month: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
