"""The tables of accounts. They hold staff and programs; nothing about a person who visits the point."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class Account(Base):
    """Somebody who signs in. ``email`` is in lower case; ``entity`` is the code of the entity that a partner acts for.

    From ``password_expires_at`` on, a one-time password (``must_change_password``) opens the account no more.
    ``browser_generation`` grows when the password changes and when the account is disabled: from then on the account
    knows none of its browsers. ``version`` grows with each change that an administrator could overwrite.
    """

    __tablename__ = "account"
    # The portal filters by the entity, so an account of that role must never be without one.
    __table_args__ = (CheckConstraint("role <> 'entity' OR entity IS NOT NULL", name="entity_named"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    # RFC 5321 §4.5.3.1.3 leaves 254 characters for an address.
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
    # The column is called as the first installations called it.
    browser_generation: Mapped[int] = mapped_column("device_generation", server_default="1")
    version: Mapped[int] = mapped_column(server_default="1")
    # When a partner is told of her referrals: ``at_once`` or ``daily`` (``rules.NOTICE_TIMINGS``).
    notice_timing: Mapped[str] = mapped_column(String(10), server_default="at_once")
    # Since when a password alone no longer opens the account; empty for one without a second step.
    second_factor_at: Mapped[datetime | None]


class LoginSession(Base):
    """A sign-in on one browser. The browser holds the token; the row holds its SHA-256, which opens nothing.

    ``id`` names the session on the page where its owner may end it from elsewhere.
    """

    __tablename__ = "login_session"
    # For all open sessions of one account: they end together when its password or role changes.
    __table_args__ = (Index("ix_login_session_account_id_ended_at", "account_id", "ended_at"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """Counted failures to sign in. ``key`` is the keyed digest of what they are counted for.

    That is a typed e-mail address, the network address or browser that tried it, or a browser that the account knows.
    """

    __tablename__ = "sign_in_attempt"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    # Every try deletes the rows whose window is over, by the index.
    window_start: Mapped[datetime] = mapped_column(index=True)
    blocked_until: Mapped[datetime | None]


class ApiToken(Base):
    """A program's token. Its secret was shown once; the row holds its SHA-256."""

    __tablename__ = "api_token"
    # The API filters by the entity, as the portal does.
    __table_args__ = (CheckConstraint("scope <> 'referrals' OR entity IS NOT NULL", name="entity_named"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scope: Mapped[str] = mapped_column(String(20))
    entity: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    # A day, not a moment: one write a day is enough to see which tokens are in use.
    last_used_day: Mapped[date | None]
