"""The tables of sync: the keys to which tablets seal, and the captures that arrived."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class PointKey(Base):
    """A pair of keys of a point (X25519). ``sealed_private`` is sealed by the vault; old keys open late captures."""

    __tablename__ = "point_key"
    __table_args__ = (Index("ix_point_key_point_created_at", "point", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    point: Mapped[str] = mapped_column(String(60))
    public: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed_private: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class Capture(Base):
    """Something that a device kept while it had no network, and has sent.

    ``fingerprint`` is a keyed digest of what was sent: it shows whether a second one with the same id is a repetition.
    ``user_id`` is who wrote it down, by a ticket of the server. ``sealed`` is its content, padded, while it waits for a
    person (``rules.WAITING_STATES``); it is destroyed once it was recorded or discarded. ``sealed_receipt`` is what the
    device was told. What it was, a visit or a turn, stands nowhere in clear. ``opened_visit_id`` is the id of the
    unfinished form that somebody began from it, and no more: it is empty again once that visit is recorded.
    """

    __tablename__ = "capture"
    __table_args__ = (
        Index("ix_capture_state_received_at", "state", "received_at"),
        Index("ix_capture_user_id_state", "user_id", "state"),
        Index("ix_capture_device_id", "device_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    point: Mapped[str] = mapped_column(String(60))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    sequence: Mapped[int] = mapped_column(BigInteger)
    captured_at: Mapped[datetime]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_receipt: Mapped[bytes] = mapped_column(LargeBinary)
    opened_visit_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
