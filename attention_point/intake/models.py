"""The table of visits: when, where, under which reference in clear; what was said, sealed under the person's key."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class Visit(Base):
    """One attention. ``fingerprint`` (keyed) tells a repeated draft from another one with the same id.

    ``day`` is the day on which it counts: that of the attention, or of the receipt where its month was closed by then.
    """

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_person_id_day", "person_id", "day"),
        Index("ix_visit_point_day_id", "point", "day", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    point: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    attended_at: Mapped[datetime]
    received_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(10))
    reference: Mapped[str] = mapped_column(String(30), unique=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class VisitCounter(Base):
    """The last number given at a point in a year."""

    __tablename__ = "visit_counter"

    point: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
