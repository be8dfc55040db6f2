"""Reading accounts, sessions and tokens."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from attention_point.accounts.models import Account, ApiToken, LoginSession
from attention_point.foundation.access import ROLES
from attention_point.foundation.database import Database, Prepared
from attention_point.foundation.journal.models import JournalEntry

_SIGNED_IN = (
    select(
        Account.id,
        Account.name,
        Account.role,
        Account.entity,
        Account.must_change_password,
        LoginSession.created_at,
        LoginSession.last_seen_at,
    )
    .join(LoginSession, LoginSession.account_id == Account.id)
    .where(LoginSession.token_hash == bindparam("digest"), LoginSession.ended_at.is_(None), Account.active)
)
_TOKEN = Prepared(
    select(ApiToken.id, ApiToken.name, ApiToken.scope, ApiToken.entity, ApiToken.last_used_day).where(
        ApiToken.secret_hash == bindparam("digest"), ApiToken.revoked_at.is_(None)
    )
)


class Addressee(NamedTuple):
    """One to whom the house writes: address, name, language (``es`` or ``en``)."""

    email: str
    name: str
    language: str


def signed_in(session: Session, digest: bytes) -> Row[UUID, str, str, str | None, bool, datetime, datetime] | None:
    """The account of an open session by its token's hash, with the session's times."""
    return session.execute(_SIGNED_IN, {"digest": digest}).one_or_none()


def token(database: Database, digest: bytes) -> tuple[Any, ...] | None:
    """A token in force by its secret's hash: id, name, scope, entity, day of last use, as the driver gives them.

    On a connection of its own, without a session: this stands on the way of every API call.
    """
    return next(iter(database.glance(_TOKEN, {"digest": digest})), None)


def by_email(session: Session, email: str) -> Account | None:
    """The account of an address in lower case."""
    return session.scalar(select(Account).where(Account.email == email))


def accounts(session: Session) -> Sequence[Account]:
    """Every account, by address. They are the point's staff: tens, not thousands."""
    return session.scalars(select(Account).order_by(Account.email)).all()


def addresses_with(session: Session, permission: str) -> list[Addressee]:
    """Who may do a thing today, by address: the active accounts of the roles that hold the permission."""
    roles = [role for role, held in ROLES.items() if permission in held]
    query = select(Account.email, Account.name, Account.language).where(Account.active, Account.role.in_(roles))
    return [Addressee(*row) for row in session.execute(query.order_by(Account.email))]


def tokens(session: Session) -> Sequence[ApiToken]:
    """Every token, by name."""
    return session.scalars(select(ApiToken).order_by(ApiToken.name)).all()


def sessions_not_ended(session: Session, account_id: UUID) -> Sequence[LoginSession]:
    """An account's sessions that nobody ended, the last used first; time may have ended them."""
    query = select(LoginSession).where(LoginSession.account_id == account_id, LoginSession.ended_at.is_(None))
    return session.scalars(query.order_by(LoginSession.last_seen_at.desc())).all()


def has_administrator(session: Session, besides: UUID | None = None) -> bool:
    """Whether somebody, other than the account ``besides``, can keep accounts."""
    administrators = select(Account.id).where(Account.role == "admin", Account.active)
    if besides:
        administrators = administrators.where(Account.id != besides)
    return session.scalar(administrators.limit(1)) is not None


def entity_names(session: Session) -> Mapping[str, str]:
    """The entities of the directory: code → name in the reader's language. The composer gives the function."""
    names: Mapping[str, str] = session.info["entity_names"](session)
    return names


def history(session: Session, account_id: UUID, size: int) -> Sequence[JournalEntry]:
    """The newest journal entries about an account."""
    about = (JournalEntry.subject == "account", JournalEntry.subject_id == str(account_id))
    return session.scalars(select(JournalEntry).where(*about).order_by(JournalEntry.seq.desc()).limit(size)).all()


def token_named(session: Session, name: str) -> ApiToken | None:
    """A token by its name, in force or not."""
    return session.scalar(select(ApiToken).where(ApiToken.name == name))


def account(session: Session, account_id: UUID | None) -> Account:
    """The account of a signed-in actor, which exists."""
    return session.get_one(Account, account_id)
