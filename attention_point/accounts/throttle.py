"""The throttle on guessing, in the database: it outlives a restart and holds for every worker.

A try is counted as a failure before the password is looked at and forgiven when it was right, so that guesses sent at
the same moment do not all pass before the first is counted.

Strangers' guesses keep strangers out, and nobody else: a device on which the account signed in before has a counter of
its own for that account, and the network address does not count for it. When that counter is at its end (the device was
stolen, say), the device is a stranger like any other.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from attention_point.accounts.models import SignInAttempt
from attention_point.accounts.rules import BY_ACCOUNT, BY_ADDRESS, CLOCKS_APART, LONGEST_WAIT, Limit
from attention_point.foundation.language import ngettext
from attention_point.foundation.networks import site_of
from attention_point.foundation.refusals import TooMany
from attention_point.foundation.vault import Vault


@dataclass(frozen=True, slots=True)
class Try:
    """The counters that a try was counted on: the account's or its known device's, and for strangers the origin's."""

    own: bytes
    origin: bytes | None = None


def account_key(vault: Vault, email: str) -> bytes:
    """The key of a typed e-mail address, whether an account has it or not."""
    return vault.fingerprint("sign-in-email", email.encode())


def address_key(vault: Vault, address: str) -> bytes:
    """The key of the address that a request came from; of an IPv6 address its /64, which one visitor has to himself."""
    return vault.fingerprint("sign-in-address", site_of(address).encode())


def device_key(vault: Vault, device: str) -> bytes:
    """The key of a device's number, or of its tag for one account."""
    return vault.fingerprint("sign-in-device", device.encode())


def admit(session: Session, account: bytes, origin: bytes, now: datetime, own_device: bytes | None = None) -> Try:
    """Count a try. Raises TooMany, and counts nothing, while the account's or the origin's wait lasts.

    ``origin`` is the key of the network address, or of a device that this house marked. ``own_device`` is the
    key of a device on which the account signed in before.
    """
    _forget_old(session, now)
    device_wait = None
    if own_device:
        row = _row(session, own_device, now)
        device_wait = _wait(row, BY_ACCOUNT, now)
        if not device_wait:
            _count(session, row, BY_ACCOUNT, now)
            return Try(own_device)
    limits = {account: BY_ACCOUNT, origin: BY_ADDRESS}
    rows = {key: _row(session, key, now) for key in sorted(limits)}  # sorted: two workers lock in the same order
    wait = max(_wait(row, limits[key], now) for key, row in rows.items())
    if wait:
        raise _too_many(min(wait, device_wait or wait))
    for key, row in rows.items():
        _count(session, row, limits[key], now)
    return Try(account, origin)


def forgive(session: Session, counted: Try) -> None:
    """The password was right: the account (or its device) starts anew, the origin takes back this one try."""
    unlock(session, counted.own)
    if counted.origin is None:
        return
    fewer = SignInAttempt.failures - 1
    session.execute(
        update(SignInAttempt)
        .where(SignInAttempt.key == counted.origin)
        .values(
            failures=case((fewer > 0, fewer), else_=0),
            blocked_until=case((fewer < BY_ADDRESS.free, None), else_=SignInAttempt.blocked_until),
        )
    )


def unlock(session: Session, key: bytes) -> None:
    """Forget the failures of one key."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.key == key))


def blocked_until(session: Session, accounts: Collection[bytes], now: datetime) -> dict[bytes, datetime]:
    """Until when strangers have to wait at those of the accounts (by key) at which they have to wait now."""
    rows = session.scalars(select(SignInAttempt).where(SignInAttempt.key.in_(accounts)))
    return {row.key: now + timedelta(seconds=wait) for row in rows if (wait := _wait(row, BY_ACCOUNT, now))}


def _forget_old(session: Session, now: datetime) -> None:
    """Delete the counts whose window is over, and those of a future that only a wrong clock can have written."""
    started = SignInAttempt.window_start
    session.execute(delete(SignInAttempt).where(or_(started < now - BY_ACCOUNT.window, started > now + LONGEST_WAIT)))


def _row(session: Session, key: bytes, now: datetime) -> SignInAttempt:
    fresh = {"key": key, "failures": 0, "window_start": now, "blocked_until": None}
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sqlite.insert(SignInAttempt).values(fresh).on_conflict_do_nothing())
    else:
        session.execute(postgresql.insert(SignInAttempt).values(fresh).on_conflict_do_nothing())
    found = select(SignInAttempt).where(SignInAttempt.key == key).with_for_update()
    return session.execute(found.execution_options(populate_existing=True)).scalar_one()


def _wait(row: SignInAttempt, limit: Limit, now: datetime) -> int:
    """The seconds still to wait. Far more than the failures ask for was written by a wrong clock and is nothing."""
    left = row.blocked_until - now if row.blocked_until else timedelta(0)
    longest = limit.wait(row.failures)
    return ceil(min(left, longest).total_seconds()) if timedelta(0) < left <= longest + CLOCKS_APART else 0


def _count(session: Session, row: SignInAttempt, limit: Limit, now: datetime) -> None:
    if limit.expired(row.window_start, now):
        row.failures, row.window_start = 0, now
    row.failures += 1
    wait = limit.wait(row.failures)
    row.blocked_until = now + wait if wait else None
    session.flush()


def _too_many(seconds: int) -> TooMany:
    minutes = ceil(seconds / 60)
    message = ngettext(
        "Too many attempts. Wait %(num)s minute and try again.",
        "Too many attempts. Wait %(num)s minutes and try again.",
        minutes,
    )
    return TooMany(message, seconds)
