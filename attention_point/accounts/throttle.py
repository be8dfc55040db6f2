"""The throttle on guessing, in the database: it outlives a restart and holds for every worker.

A try is counted as a failure before the password is looked at and forgiven when it was right, so that guesses sent at
the same moment do not all pass before the first is counted.
"""

from datetime import datetime
from math import ceil

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from attention_point.accounts.models import SignInAttempt
from attention_point.accounts.rules import BY_ACCOUNT, BY_ADDRESS, Limit
from attention_point.foundation.language import ngettext
from attention_point.foundation.refusals import TooMany
from attention_point.foundation.vault import Vault


def account_key(vault: Vault, email: str) -> bytes:
    """The key of a typed e-mail address, whether an account has it or not."""
    return vault.fingerprint("sign-in-email", email.encode())


def address_key(vault: Vault, address: str) -> bytes:
    """The key of the address that a request came from."""
    return vault.fingerprint("sign-in-address", address.encode())


def admit(session: Session, account: bytes, address: bytes, now: datetime) -> None:
    """Count a try. Raises TooMany, and counts nothing, while the account's or the address's wait lasts."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.window_start < now - BY_ACCOUNT.window))
    limits = {account: BY_ACCOUNT, address: BY_ADDRESS}
    rows = {key: _row(session, key, now) for key in sorted(limits)}  # sorted: two workers lock in the same order
    until = max((row.blocked_until for row in rows.values() if row.blocked_until), default=now)
    if until > now:
        raise _too_many(ceil((until - now).total_seconds()))
    for key, row in rows.items():
        _count(row, limits[key], now)
    session.flush()


def forgive(session: Session, account: bytes, address: bytes) -> None:
    """The password was right: the account starts anew, the address takes back this one try."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.key == account))
    fewer = SignInAttempt.failures - 1
    session.execute(
        update(SignInAttempt)
        .where(SignInAttempt.key == address)
        .values(
            failures=case((fewer > 0, fewer), else_=0),
            blocked_until=case((fewer < BY_ADDRESS.free, None), else_=SignInAttempt.blocked_until),
        )
    )


def _row(session: Session, key: bytes, now: datetime) -> SignInAttempt:
    fresh = {"key": key, "failures": 0, "window_start": now, "blocked_until": None}
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sqlite.insert(SignInAttempt).values(fresh).on_conflict_do_nothing())
    else:
        session.execute(postgresql.insert(SignInAttempt).values(fresh).on_conflict_do_nothing())
    found = select(SignInAttempt).where(SignInAttempt.key == key).with_for_update()
    return session.execute(found.execution_options(populate_existing=True)).scalar_one()


def _count(row: SignInAttempt, limit: Limit, now: datetime) -> None:
    if limit.expired(row.window_start, now):
        row.failures, row.window_start = 0, now
    row.failures += 1
    wait = limit.wait(row.failures)
    row.blocked_until = now + wait if wait else None


def _too_many(seconds: int) -> TooMany:
    minutes = ceil(seconds / 60)
    message = ngettext(
        "Too many attempts. Wait %(num)s minute and try again.",
        "Too many attempts. Wait %(num)s minutes and try again.",
        minutes,
    )
    return TooMany(message, seconds)
