"""The table of devices."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base

_IN_FORCE = text("revoked_at IS NULL")


class Device(Base):
    """A tablet, a kiosk or a screen of a point. ``kind`` is one of ``DEVICE_KINDS`` of the policy.

    ``code_digest`` is the keyed digest of its enrolment code, until the code is used or ends. ``token_digest`` is the
    SHA-256 of the token that it got for the code. ``letter`` begins the codes of the turns that it gives without
    network; a screen has none, nor has a device that found all letters of its point taken. ``staff_code_digest`` is the
    keyed digest of the code by which staff leave the kiosk.
    """

    __tablename__ = "device"
    __table_args__ = (
        # A new tablet may have the name of the one that broke.
        Index("uq_device_name_in_force", "name", unique=True, sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE),
        Index(
            "uq_device_letter_in_force",
            "point",
            "letter",
            unique=True,
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    point: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    letter: Mapped[str | None] = mapped_column(String(2))
    code_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    code_expires_at: Mapped[datetime | None]
    token_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    staff_code_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    added_at: Mapped[datetime]
    enrolled_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_contact_at: Mapped[datetime | None]
