"""The table of mails: those that wait, and the outcome of the others."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class OutboxMail(Base):
    """One message to one address. It waits while ``next_try_at`` is set.

    ``sealed`` holds the whole message with its address, and is emptied once the message is sent. ``last_error`` is a
    code. ``key`` is a keyed digest of the message's subject matter and address, which keeps it from being sent twice.
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
