"""The list of accounts with their states, searched and filtered in memory: they are the staff, tens, not thousands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.accounts import queries, rules, throttle
from attention_point.accounts.models import Account
from attention_point.foundation.language import N_
from attention_point.foundation.vault import vault_of


class State(NamedTuple):
    """How a state is shown: its words, a shape, a tone."""

    label: str
    shape: str
    tone: str


STATES = {
    "active": State(N_("Active"), "check", "good"),
    "waiting": State(N_("Waits for the first sign-in"), "clock", "active"),
    "must-change": State(N_("Must choose a password"), "clock", "active"),
    "expired": State(N_("One-time password expired"), "warning", "bad"),
    "disabled": State(N_("Disabled"), "cross", "bad"),
}
LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with its state, and until when strangers' wrong guesses make new devices wait."""

    account: Account
    state: str
    locked_until: datetime | None = None


def account_rows(session: Session, now: datetime) -> list[AccountRow]:
    """Every account by address."""
    accounts = queries.accounts(session)
    locks = _locks(session, accounts, now)
    return [AccountRow(account, state_of(account, now), locks.get(account.email)) for account in accounts]


def account_row(session: Session, account: Account, now: datetime) -> AccountRow:
    """One account."""
    return AccountRow(account, state_of(account, now), _locks(session, [account], now).get(account.email))


def state_of(account: Account, now: datetime) -> str:
    """The key in ``STATES`` of an account."""
    return rules.account_state(
        active=account.active,
        must_change=account.must_change_password,
        signed_in=account.last_sign_in_at is not None,
        expires_at=account.password_expires_at,
        now=now,
    )


def select_rows(rows: Sequence[AccountRow], words: str = "", role: str = "", state: str = "") -> list[AccountRow]:
    """The rows that have a role, a state (or ``locked``), and every word in name or address, whatever its accents."""
    needles = _folded(words).split()
    return [
        row
        for row in rows
        if (not role or row.account.role == role)
        and (not state or row.state == state or (state == LOCKED and row.locked_until is not None))
        and all(needle in _folded(f"{row.account.name} {row.account.email}") for needle in needles)
    ]


def _locks(session: Session, accounts: Sequence[Account], now: datetime) -> dict[str, datetime]:
    vault = vault_of(session)
    emails = {throttle.account_key(vault, account.email): account.email for account in accounts if account.active}
    return {emails[key]: until for key, until in throttle.blocked_until(session, list(emails), now).items()}


def _folded(text: str) -> str:
    return texts.without_accents(text.casefold(), "NFKD")
