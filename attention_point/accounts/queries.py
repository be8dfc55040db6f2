"""Queries of accounts, their sessions, and tokens."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from attention_point.accounts.models import Account, ApiToken, LoginSession
from attention_point.foundation.access import ROLES
from attention_point.foundation.database import PreparedStatement
from attention_point.foundation.journal.models import JournalEntry

# Columns, not rows of the ORM: this runs at every request of a signed-in account.
_SELECT_SIGNED_IN_ACCOUNT = (
    select(
        Account.id,
        Account.name,
        Account.role,
        Account.entity,
        Account.must_change_password,
        Account.second_factor_at,
        LoginSession.created_at,
        LoginSession.last_seen_at,
    )
    .join(LoginSession, LoginSession.account_id == Account.id)
    # ``active``: a disabled account is out at its next request, whatever its sessions say.
    .where(LoginSession.token_hash == bindparam("digest"), LoginSession.ended_at.is_(None), Account.active)
)
# Prepared: this runs before each registration of a program, which takes 6 % longer otherwise.
_SELECT_TOKEN = PreparedStatement(
    select(ApiToken.id, ApiToken.name, ApiToken.scope, ApiToken.entity, ApiToken.last_used_day).where(
        ApiToken.secret_hash == bindparam("digest"), ApiToken.revoked_at.is_(None)
    )
)


class Addressee(NamedTuple):
    """Somebody to whom mail is sent: address, name, language (``es`` or ``en``)."""

    email: str
    name: str
    language: str


class Liaison(NamedTuple):
    """Somebody who answers for an entity: account, address, name, language, entity's code, when she is told."""

    account_id: UUID
    email: str
    name: str
    language: str
    entity: str
    notice_timing: str


def find_signed_in_account(
    session: Session, token_hash: bytes
) -> Row[UUID, str, str, str | None, bool, datetime | None, datetime, datetime] | None:
    """The account of an open session, found by the hash of the session's token, with the times of the session."""
    return session.execute(_SELECT_SIGNED_IN_ACCOUNT, {"digest": token_hash}).one_or_none()


def find_token(session: Session, secret_hash: bytes) -> tuple[Any, ...] | None:
    """A token in force by its secret's hash: id, name, scope, entity, day of last use."""
    return next(iter(_SELECT_TOKEN.execute(session, {"digest": secret_hash})), None)


def find_account_by_email(session: Session, email: str) -> Account | None:
    """The account of an e-mail address in lower case, or None."""
    return session.scalar(select(Account).where(Account.email == email))


def list_accounts(session: Session) -> Sequence[Account]:
    """Every account, by e-mail address. They are the staff of the point: tens, not thousands."""
    return session.scalars(select(Account).order_by(Account.email)).all()


def list_addressees_with_permission(session: Session, permission: str) -> list[Addressee]:
    """The active accounts whose role holds a permission, by e-mail address."""
    roles = [role for role, permissions in ROLES.items() if permission in permissions]
    query = select(Account.email, Account.name, Account.language).where(Account.active, Account.role.in_(roles))
    return [Addressee(*row) for row in session.execute(query.order_by(Account.email))]


def list_liaisons(session: Session) -> list[Liaison]:
    """The active accounts that answer for an entity, by e-mail address."""
    query = select(Account).where(Account.active, Account.role == "entity").order_by(Account.email)
    return [
        Liaison(account.id, account.email, account.name, account.language, account.entity, account.notice_timing)
        for account in session.scalars(query)
        if account.entity is not None
    ]


def list_entities_with_account(session: Session) -> frozenset[str]:
    """The codes of the entities for which somebody can sign in."""
    query = select(Account.entity).where(Account.active, Account.entity.is_not(None)).distinct()
    return frozenset(filter(None, session.scalars(query)))


def list_tokens(session: Session) -> Sequence[ApiToken]:
    """Every token, by name."""
    return session.scalars(select(ApiToken).order_by(ApiToken.name)).all()


def list_sessions_not_ended(session: Session, account_id: UUID) -> Sequence[LoginSession]:
    """The sessions of an account that nobody ended, the last used first. Their time may be over all the same."""
    query = select(LoginSession).where(LoginSession.account_id == account_id, LoginSession.ended_at.is_(None))
    return session.scalars(query.order_by(LoginSession.last_seen_at.desc())).all()


def has_administrator(session: Session, excluded_account_id: UUID | None = None) -> bool:
    """Whether there is an active administrator, other than the excluded account."""
    administrators = select(Account.id).where(Account.role == "admin", Account.active)
    if excluded_account_id:
        administrators = administrators.where(Account.id != excluded_account_id)
    return session.scalar(administrators.limit(1)) is not None


def list_entity_names(session: Session) -> Mapping[str, str]:
    """The entities of the directory: code → name in the reader's language."""
    # The directory stands above this room, so ``app.py`` puts its function into every session.
    names: Mapping[str, str] = session.info["entity_names"](session)
    return names


def list_account_history(session: Session, account_id: UUID, max_entries: int) -> Sequence[JournalEntry]:
    """The newest journal entries about an account."""
    query = select(JournalEntry).where(JournalEntry.subject == "account", JournalEntry.subject_id == str(account_id))
    return session.scalars(query.order_by(JournalEntry.seq.desc()).limit(max_entries)).all()


def find_token_by_name(session: Session, name: str) -> ApiToken | None:
    """A token by its name, also a revoked one; or None."""
    return session.scalar(select(ApiToken).where(ApiToken.name == name))


def get_account(session: Session, account_id: UUID | None) -> Account:
    """The account of a signed-in actor, which exists."""
    return session.get_one(Account, account_id)
