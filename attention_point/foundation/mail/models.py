"""The table of mails: those that wait, and what became of the others."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class OutboxMail(Base):
    """One message to one address.

    It waits while ``next_try_at`` is set. ``sealed`` holds all of it, the address too, and is emptied once it is sent.
    ``last_error`` is a code. ``key`` is a keyed digest of what it is and whom it is for.
    """

    __tablename__ = "mail_outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    tries: Mapped[int]
    last_error: Mapped[str | None] = mapped_column(String(40))
