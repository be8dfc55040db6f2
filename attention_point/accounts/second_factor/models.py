"""The tables of the second step. What would prove it stands sealed, bound to its account and its row."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class SecondFactor(Base):
    """One thing with which an account proves its second step. ``kind`` is ``passkey``, ``app`` or ``codes``.

    An account has any number of passkeys, one application and one list of recovery codes. Until ``confirmed_at`` it
    proves nothing: its owner has not shown yet that it works. ``last_step`` is the last period of 30 seconds whose code
    was used.
    """

    __tablename__ = "second_factor"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class SignInTicket(Base):
    """A password was right, and the second step is due. The browser holds the token; the row holds its SHA-256.

    It is void once the account's ``browser_generation`` has grown. A passkey signs ``challenge``, which holds for one
    try.
    """

    __tablename__ = "sign_in_ticket"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    browser_generation: Mapped[int]
    challenge: Mapped[bytes] = mapped_column(LargeBinary(32))
    # Each new ticket deletes those whose time is over, by the index.
    created_at: Mapped[datetime] = mapped_column(index=True)


class WayBack(Base):
    """Two people give an account back to its owner, who lost the device. Each of them got one half of a code.

    ``asked_by`` is empty where it was asked for at the server's command line, ``confirmed_by`` where nobody else could
    confirm it.
    """

    __tablename__ = "way_back"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    asked_by: Mapped[UUID | None]
    asked_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
