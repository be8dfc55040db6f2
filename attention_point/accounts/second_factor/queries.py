"""Queries of the second step."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from attention_point.accounts.models import Account
from attention_point.accounts.second_factor import rules
from attention_point.accounts.second_factor.models import SecondFactor, SignInTicket, WayBack
from attention_point.foundation import clock
from attention_point.foundation.access import ROLES

CONFIRMING_PERMISSION = "accounts.confirm_way_back"


def list_factors(session: Session, account_id: UUID, kind: str | None = None) -> Sequence[SecondFactor]:
    """What an account has confirmed, the oldest first: all of it, or of one kind."""
    query = select(SecondFactor).where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None))
    if kind:
        query = query.where(SecondFactor.kind == kind)
    return session.scalars(query.order_by(SecondFactor.created_at, SecondFactor.id)).all()


def find_unconfirmed_factor(session: Session, account_id: UUID, kind: str) -> SecondFactor | None:
    """What an account began to add and has not confirmed yet."""
    query = select(SecondFactor).where(SecondFactor.account_id == account_id, SecondFactor.kind == kind)
    return session.scalar(query.where(SecondFactor.confirmed_at.is_(None)).order_by(SecondFactor.created_at.desc()))


def find_ticket(session: Session, token_hash: bytes) -> tuple[SignInTicket, Account] | None:
    """The ticket of a token with its account; None if its time is over or the account has changed since."""
    query = select(SignInTicket, Account).join(Account, Account.id == SignInTicket.account_id)
    row = session.execute(query.where(SignInTicket.token_hash == token_hash)).one_or_none()
    if row is None or not rules.is_ticket_open(row[0].created_at, clock.now()):
        return None
    ticket, account = row
    return (ticket, account) if account.active and account.browser_generation == ticket.browser_generation else None


def list_open_ways_back(session: Session, account_id: UUID | None = None) -> list[WayBack]:
    """The ways back that are open now, the newest first: all of them, or those of one account."""
    query = select(WayBack).where(WayBack.ended_at.is_(None)).order_by(WayBack.asked_at.desc())
    if account_id:
        query = query.where(WayBack.account_id == account_id)
    now = clock.now()
    return [row for row in session.scalars(query) if rules.is_way_back_open(row.asked_at, row.confirmed_at, None, now)]


def list_confirming_accounts(session: Session, excluded_ids: Sequence[UUID | None]) -> Sequence[Account]:
    """The accounts, in use and without those that are named, whose role may confirm a way back.

    Account and second step must be a week old: who makes an account, or takes over one that has none, is one person.
    """
    roles = [role for role, permissions in ROLES.items() if CONFIRMING_PERMISSION in permissions]
    # Nobody can count on an account with which nobody has ever signed in.
    query = select(Account).where(Account.active, Account.role.in_(roles), Account.last_sign_in_at.is_not(None))
    known_since = clock.now() - rules.CONFIRMING_AFTER
    has_old_factor = or_(Account.second_factor_at.is_(None), Account.second_factor_at <= known_since)
    query = query.where(Account.created_at <= known_since, has_old_factor)
    excluded = [account_id for account_id in excluded_ids if account_id]
    return session.scalars(query.where(Account.id.not_in(excluded)).order_by(Account.email)).all()


def count_accounts_by_role(session: Session) -> dict[str, tuple[int, int]]:
    """For each role: its active accounts, and how many of them have a second step."""
    query = select(Account.role, func.count(), func.count(Account.second_factor_at)).where(Account.active)
    return {role: (accounts, secured) for role, accounts, secured in session.execute(query.group_by(Account.role))}
