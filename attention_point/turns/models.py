"""The tables of the waiting room. What a visitor said is sealed and is destroyed when the turn ends."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class Desk(Base):
    """A place to which turns are called; the screen shows its ``name``, a number as a rule.

    ``sealed`` says whose it is, a partner entity's or the point's own. ``occupant_tag`` is a keyed tag of the account,
    or of the token of a program, that works there since ``occupied_at``; nobody works at two desks. Both are made in
    ``entity_queues.py``.
    """

    __tablename__ = "turn_desk"
    __table_args__ = (UniqueConstraint("point", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    point: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    occupant_tag: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)
    occupied_at: Mapped[datetime | None]


class Turn(Base):
    """One turn of one day at one point; ``state`` is a code of ``TURN_STATES``.

    ``day`` is the point's day; codes are unique in it. ``desk_id`` is the desk that called the turn last, or the one to
    which a waiting turn was transferred. ``queue`` is the tag of an entity after a transfer to its desks: they alone
    call it.
    ``called_at`` is the latest call, ``calls`` counts those since the latest transfer. ``fingerprint`` is a keyed
    digest of what was sent. It and ``sealed``, which holds a ``TurnDetails``, are empty once the turn has ended.
    """

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("point", "day", "code"),
        # The queue and what is left over of earlier days; then the latest calls of a screen.
        Index("ix_turn_point_state_day_issued_at", "point", "state", "day", "issued_at"),
        Index("ix_turn_point_called_at", "point", "called_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    point: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    number: Mapped[int]
    code: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(10))
    issued_at: Mapped[datetime]
    first_called_at: Mapped[datetime | None]
    called_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    desk_id: Mapped[UUID | None] = mapped_column(ForeignKey("turn_desk.id"), index=True)
    calls: Mapped[int] = mapped_column(default=0, server_default="0")
    queue: Mapped[str | None] = mapped_column(String(32))
    closing_reason: Mapped[str | None] = mapped_column(String(20))
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class TurnCounter(Base):
    """How many turns the server numbered at a point on a day."""

    __tablename__ = "turn_counter"

    point: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]
