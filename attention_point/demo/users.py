"""Users to sign in with on a demonstration: every role, and every entity that receives referrals.

Their passwords stand: several people try one demonstration, so nobody has to choose another at the first sign-in. They
are kept in the instance's marker beside their hashes; the sign-in page shows those that still hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from attention_point.accounts import passwords, queries
from attention_point.accounts.services import NewAccount, add_user
from attention_point.demo.files import read_data
from attention_point.directory.queries import entities
from attention_point.foundation.access import SYSTEM

DOMAIN = "demo.example"  # reserved (RFC 2606): no mail ever arrives there


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A new user with a password that stands, and its hash."""

    account: NewAccount
    password: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class ShownUser:
    """What the sign-in page shows of a user. ``first``: in the list itself, not folded away."""

    role: str
    name: str
    email: str
    password: str
    first: bool


def wanted_accounts(session: Session) -> list[NewAccount]:
    """The accounts that a demonstration has, in the order of the sign-in page."""
    users = read_data("users")
    people = [NewAccount(f"{row['user']}@{DOMAIN}", row["name"], row["role"]) for row in users["people"]]
    receiving = {entity.code: entity for entity in entities(session) if entity.receives_referrals}
    codes = [code for code in users["entities"] if code in receiving]
    codes += [code for code in receiving if code not in codes]
    of_entities = [NewAccount(f"{code}@{DOMAIN}", receiving[code].name["es"], "entity", code) for code in codes]
    return people + of_entities


def missing_accounts(session: Session) -> list[NewAccount]:
    """The accounts that are not there yet."""
    return [account for account in wanted_accounts(session) if queries.by_email(session, account.email) is None]


def invite(accounts: Sequence[NewAccount]) -> list[DemoUser]:
    """Each with a random password and its hash. Hashing is slow on purpose: not within a writing transaction."""
    invited = [(account, passwords.one_time()) for account in accounts]
    return [DemoUser(account, password, passwords.hashed(password)) for account, password in invited]


def add_users(session: Session, users: Sequence[DemoUser]) -> None:
    """Add the accounts; their passwords need not be changed."""
    for user in users:
        add_user(session, SYSTEM, user.account, user.password_hash, must_change=False)


def as_marker(users: Sequence[DemoUser]) -> dict[str, dict[str, str]]:
    """What the marker holds of users, by e-mail address."""
    return {user.account.email: {"password": user.password, "hash": user.password_hash} for user in users}


def shown_users(session: Session, secrets: Mapping[str, Any]) -> list[ShownUser]:
    """The users whose password in the marker still opens their account.

    One who was disabled or has another password by now is left out, and so is a damaged entry of the marker.
    """
    firsts = {f"{row['user']}@{DOMAIN}" for row in read_data("users")["people"] if row["first"]}
    firsts |= {f"{code}@{DOMAIN}" for code in read_data("users")["entities"]}
    accounts = {account.email: account for account in queries.accounts(session)}
    shown: list[ShownUser] = []
    for email, secret in secrets.items():
        account = accounts.get(email)
        if account and account.active and isinstance(secret, dict) and secret.get("hash") == account.password_hash:
            shown.append(ShownUser(account.role, account.name, email, str(secret.get("password")), email in firsts))
    return shown
