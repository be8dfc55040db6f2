"""Users to sign in with on a demonstration: every role, and every entity that receives referrals.

Several people try one demonstration, so nobody has to choose another password at the first sign-in. The marker of the
instance holds the passwords beside their hashes, and the sign-in page shows those that are still in use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from attention_point.accounts import passwords, queries
from attention_point.accounts.services import NewAccount, add_account
from attention_point.demo.demo_data import load_data_file
from attention_point.directory.queries import list_entities
from attention_point.foundation.access import SYSTEM

EMAIL_DOMAIN = "demo.example"  # reserved (RFC 2606): no mail ever arrives there


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A new user with its password, which need not be changed, and the password's hash."""

    account: NewAccount
    password: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class ShownUser:
    """A user as the sign-in page shows them. ``is_listed_first``: in the list itself, not folded away."""

    role: str
    name: str
    email: str
    password: str
    is_listed_first: bool


def list_wanted_accounts(session: Session) -> list[NewAccount]:
    """The accounts that a demonstration has, in the order of the sign-in page."""
    users = load_data_file("users")
    accounts = [NewAccount(f"{row['user']}@{EMAIL_DOMAIN}", row["name"], row["role"]) for row in users["people"]]
    names = {entity.code: entity.name["es"] for entity in list_entities(session) if entity.receives_referrals}
    # Those that the file names go first; the office may have added more.
    codes = dict.fromkeys([*(code for code in users["entities"] if code in names), *names])
    return accounts + [NewAccount(f"{code}@{EMAIL_DOMAIN}", names[code], "entity", code) for code in codes]


def list_missing_accounts(session: Session) -> list[NewAccount]:
    """The accounts that are not there yet."""
    wanted_accounts = list_wanted_accounts(session)
    return [account for account in wanted_accounts if queries.find_account_by_email(session, account.email) is None]


def create_passwords(accounts: Sequence[NewAccount]) -> list[DemoUser]:
    """Give each account a random password. Call this outside a writing transaction: hashing is slow on purpose."""
    users = []
    for account in accounts:
        password = passwords.generate_one_time_password()
        users.append(DemoUser(account, password, passwords.hash_password(password)))
    return users


def add_demo_users(session: Session, users: Sequence[DemoUser]) -> None:
    """Add the accounts; their passwords need not be changed."""
    for user in users:
        add_account(session, SYSTEM, user.account, user.password_hash, must_change=False)


def build_marker_users(users: Sequence[DemoUser]) -> dict[str, dict[str, str]]:
    """The users as the marker holds them, by e-mail address."""
    return {user.account.email: {"password": user.password, "hash": user.password_hash} for user in users}


def list_shown_users(session: Session, secrets_by_email: Mapping[str, Any]) -> list[ShownUser]:
    """The users whose password in the marker still opens their account.

    A user who was disabled, or has another password or a second step by now, is left out, and so is a damaged entry of
    the marker.
    """
    data = load_data_file("users")
    first_names = [*(row["user"] for row in data["people"] if row["first"]), *data["entities"]]
    first_emails = {f"{name}@{EMAIL_DOMAIN}" for name in first_names}
    accounts = {account.email: account for account in queries.list_accounts(session)}
    users: list[ShownUser] = []
    for email, secret in secrets_by_email.items():
        account = accounts.get(email)
        # The same hash means that the account still has the password that was given out: a real one is never shown.
        opens_alone = account is not None and account.active and account.second_factor_at is None
        if account and opens_alone and isinstance(secret, dict) and secret.get("hash") == account.password_hash:
            password = str(secret.get("password"))
            users.append(ShownUser(account.role, account.name, email, password, email in first_emails))
    return users
