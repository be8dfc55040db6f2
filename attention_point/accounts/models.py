"""Tables of accounts. They hold staff and programs; nothing of a visitor."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class Account(Base):
    """One who signs in. ``email`` is in lower case; ``entity`` is the code of whom a partner's user acts for.

    A one-time password (``must_change_password``) opens nothing from ``password_expires_at`` on. ``device_generation``
    grows when the password changes and when the account is disabled: devices known until then are strangers again.
    """

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("role <> 'entity' OR entity IS NOT NULL", name="entity_named"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    entity: Mapped[str | None] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool]
    password_expires_at: Mapped[datetime | None]
    active: Mapped[bool]
    language: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    password_changed_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]
    device_generation: Mapped[int] = mapped_column(server_default="1")
    version: Mapped[int] = mapped_column(server_default="1")


class LoginSession(Base):
    """A sign-in on one browser. The browser holds the token; here is its SHA-256, of no use to a thief.

    ``id`` names the session to its owner, who may end it from elsewhere.
    """

    __tablename__ = "login_session"
    __table_args__ = (Index("ix_login_session_account_id_ended_at", "account_id", "ended_at"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """Failures to sign in, by keyed fingerprint: of a typed e-mail address, of the network address or the device from
    which it was tried, or of an account's own device.
    """

    __tablename__ = "sign_in_attempt"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    window_start: Mapped[datetime] = mapped_column(index=True)
    blocked_until: Mapped[datetime | None]


class ApiToken(Base):
    """A program's token. Its secret was shown once; here is its SHA-256."""

    __tablename__ = "api_token"
    __table_args__ = (CheckConstraint("scope <> 'referrals' OR entity IS NOT NULL", name="entity_named"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scope: Mapped[str] = mapped_column(String(20))
    entity: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_day: Mapped[date | None]
