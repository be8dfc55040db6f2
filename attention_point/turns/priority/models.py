"""The tables of priority: the dated policies of each point, and what is kept of past days to simulate others."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class TurnPolicy(Base):
    """A policy of a point from a day on, until another one begins. It is a proposal until it is switched on.

    ``content`` are the fields of ``PolicyData``. ``author`` says who proposed it, as the journal does. Of several that
    were switched on for the same day, the latest counts; none is ever changed.
    """

    __tablename__ = "turn_policy"
    __table_args__ = (Index("ix_turn_policy_point_valid_from", "point", "valid_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    point: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date]
    # JSON and no columns: a field that comes later leaves the earlier policies as they were decided.
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    author: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    switched_on_at: Mapped[datetime | None]


class TurnSamples(Base):
    """What is kept of turns that have ended, sealed: nothing says which turn a sample was.

    A turn that ends adds a row of its own. When the day closes, its rows become one, whose samples are sorted. The id
    is random, so that it tells no time.
    """

    __tablename__ = "turn_samples"
    __table_args__ = (Index("ix_turn_samples_point_day", "point", "day"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    point: Mapped[str] = mapped_column(String(40))
    # In clear, so that days can be listed and deleted without opening anything; the turns say the same.
    day: Mapped[date]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
