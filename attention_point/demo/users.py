"""Users to sign in with on a demonstration: one of each role, one of each entity that receives referrals."""

from sqlalchemy.orm import Session

from attention_point.accounts import passwords, queries
from attention_point.accounts.services import Invitation, NewAccount, add_user
from attention_point.demo.files import read_data
from attention_point.directory.queries import entities
from attention_point.foundation.access import SYSTEM

DOMAIN = "demo.example"  # reserved (RFC 2606): no mail ever arrives there


def missing(session: Session) -> list[NewAccount]:
    """The accounts that are not there yet."""
    wanted = [NewAccount(f"{role}@{DOMAIN}", name, role) for role, name in read_data("profile")["users"].items()]
    wanted += [
        NewAccount(f"{entity.code}@{DOMAIN}", entity.name["es"], "entity", entity.code)
        for entity in entities(session)
        if entity.receives_referrals
    ]
    return [account for account in wanted if queries.by_email(session, account.email) is None]


def with_passwords(accounts: list[NewAccount]) -> list[tuple[NewAccount, Invitation, str]]:
    """Each with a one-time password and its hash. Hashing is slow on purpose: not within a writing transaction."""
    invited = [(account, Invitation(account.email, passwords.one_time())) for account in accounts]
    return [(account, invitation, passwords.hashed(invitation.password)) for account, invitation in invited]


def add(session: Session, accounts: list[tuple[NewAccount, Invitation, str]]) -> None:
    """Add them; each must choose a password of its own at the first sign-in."""
    for account, _invitation, password_hash in accounts:
        add_user(session, SYSTEM, account, password_hash)
