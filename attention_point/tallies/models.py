"""The one table of counts, and which months are closed to counting. They hold no person: only how many."""

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class Tally(Base):
    """How many, in one cell of one table, on one day (a month's table: on the first of its month) at one point.

    The key begins with the day: a month is one range of the index, whatever the years before it. No constraint keeps
    ``count`` from falling under 0: both engines would refuse the subtracting half of an edit before they look whether
    the row is there. A wrong count is found by ``statistics verify``, which recounts. A row may stand at 0; what reads
    leaves it out.
    """

    __tablename__ = "tally"
    __table_args__ = {"sqlite_with_rowid": False}

    day: Mapped[date] = mapped_column(primary_key=True)
    point: Mapped[str] = mapped_column(String(40), primary_key=True)
    table: Mapped[str] = mapped_column(String(60), primary_key=True)
    cell: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]


class ClosedMonth(Base):
    """A month whose people and attentions count no more: what comes late counts on the day of its receipt."""

    __tablename__ = "closed_month"

    month: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
