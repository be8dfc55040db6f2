"""The list of accounts with their states. It is filtered in memory: the staff of a point are tens, not thousands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.accounts import queries, rules
from attention_point.accounts.models import Account
from attention_point.accounts.sign_in import throttle
from attention_point.foundation.language import N_
from attention_point.foundation.vault import get_vault


class StateLabel(NamedTuple):
    """How a page shows a state: words, the shape of the icon, the tone of the colour."""

    label: str
    shape: str
    tone: str


STATE_LABELS = {
    "active": StateLabel(N_("Active"), "check", "good"),
    "waiting": StateLabel(N_("Waits for the first sign-in"), "clock", "active"),
    "must-change": StateLabel(N_("Must choose a password"), "clock", "active"),
    "expired": StateLabel(N_("One-time password expired"), "warning", "bad"),
    "disabled": StateLabel(N_("Disabled"), "cross", "bad"),
}
LOCKED_FILTER = "locked"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with its state. ``locked_until``: until when wrong passwords of strangers keep new browsers out."""

    account: Account
    state: str
    locked_until: datetime | None = None


def list_account_rows(session: Session, now: datetime) -> list[AccountRow]:
    """Every account with its state, by e-mail address."""
    accounts = queries.list_accounts(session)
    wait_ends = _find_wait_ends(session, accounts, now)
    # One query for the waits of all accounts.
    return [AccountRow(account, get_account_state(account, now), wait_ends.get(account.email)) for account in accounts]


def build_account_row(session: Session, account: Account, now: datetime) -> AccountRow:
    """An account with its state."""
    wait_end = _find_wait_ends(session, [account], now).get(account.email)
    return AccountRow(account, get_account_state(account, now), wait_end)


def get_account_state(account: Account, now: datetime) -> str:
    """The state of an account: a key of ``STATE_LABELS``."""
    return rules.derive_account_state(
        active=account.active,
        must_change=account.must_change_password,
        signed_in=account.last_sign_in_at is not None,
        expires_at=account.password_expires_at,
        now=now,
    )


def filter_account_rows(
    rows: Sequence[AccountRow], search_text: str = "", role: str = "", state: str = ""
) -> list[AccountRow]:
    """The rows with a role, a state (or ``locked``), and every search word in name or address, accents aside."""
    search_words = texts.fold_text(search_text).split()
    return [
        row
        for row in rows
        if (not role or row.account.role == role)
        and (not state or row.state == state or (state == LOCKED_FILTER and row.locked_until is not None))
        and all(
            search_word in texts.fold_text(f"{row.account.name} {row.account.email}") for search_word in search_words
        )
    ]


def _find_wait_ends(session: Session, accounts: Sequence[Account], now: datetime) -> dict[str, datetime]:
    vault = get_vault(session)
    # The throttle knows addresses by their keyed digests alone.
    emails = {throttle.build_account_key(vault, account.email): account.email for account in accounts if account.active}
    return {emails[key]: wait_end for key, wait_end in throttle.find_wait_ends(session, list(emails), now).items()}
