"""Limits guesses of passwords. The counters are in the database, so they outlive a restart and hold for every worker.

A try counts as a failure before its password is checked, and is forgiven if the password was right. Otherwise guesses
that arrive at the same moment would all pass before the first is counted.

Failures on unknown browsers block unknown browsers only. A browser on which the account signed in before has a
counter of its own for that account, and its network address does not count. When this counter reaches its limit (the
browser was stolen, for example), the browser counts as unknown. See decision 0017.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.orm import Session

from attention_point.accounts.models import SignInAttempt
from attention_point.accounts.rules import ACCOUNT_LIMIT, ADDRESS_LIMIT, CLOCK_TOLERANCE, MAX_WAIT, FailureLimit
from attention_point.foundation.database.upserts import build_insert
from attention_point.foundation.errors import TooManyTries
from attention_point.foundation.language import ngettext
from attention_point.foundation.network.ip_addresses import get_visitor_network
from attention_point.foundation.vault import Vault


@dataclass(frozen=True, slots=True)
class CountedAttempt:
    """The counters of a try: of the account or its known browser, and on an unknown browser also of the origin."""

    own_key: bytes
    origin_key: bytes | None = None


def build_account_key(vault: Vault, email: str) -> bytes:
    """The key of a typed e-mail address. An address without an account has one too: nobody learns which exist."""
    return vault.keyed_digest("sign-in-email", email.encode())


def build_address_key(vault: Vault, address: str) -> bytes:
    """The key of the network address of a request. Of IPv6 it is the /64 network, which one visitor has alone."""
    return vault.keyed_digest("sign-in-address", get_visitor_network(address).encode())


def build_browser_key(vault: Vault, browser: str) -> bytes:
    """The key of a browser's number, or of its tag for one account."""
    return vault.keyed_digest("sign-in-device", browser.encode())


def count_sign_in_attempt(
    session: Session, account_key: bytes, origin_key: bytes, now: datetime, own_browser_key: bytes | None = None
) -> CountedAttempt:
    """Count a try. While the account or the origin has to wait, it raises TooManyTries and counts nothing.

    ``origin_key`` belongs to the network address, or to a browser that this installation marked. ``own_browser_key``
    belongs to a browser on which the account signed in before.
    """
    _delete_expired_counts(session, now)
    browser_wait = None
    if own_browser_key:
        row = _lock_attempt_row(session, own_browser_key, now)
        browser_wait = _calculate_wait_seconds(row, ACCOUNT_LIMIT, now)
        if not browser_wait:
            _count_failure(session, row, ACCOUNT_LIMIT, now)
            return CountedAttempt(own_browser_key)
    limits = {account_key: ACCOUNT_LIMIT, origin_key: ADDRESS_LIMIT}
    # Sorted: two workers lock the rows in the same order, so neither waits for the other forever.
    rows = {key: _lock_attempt_row(session, key, now) for key in sorted(limits)}
    wait = max(_calculate_wait_seconds(row, limits[key], now) for key, row in rows.items())
    if wait:
        raise _build_too_many_error(min(wait, browser_wait or wait))
    for key, row in rows.items():
        _count_failure(session, row, limits[key], now)
    return CountedAttempt(account_key, origin_key)


def forgive_attempt(session: Session, attempt: CountedAttempt) -> None:
    """Forgive a try whose password was right: the account or its browser starts at zero, the origin loses this try."""
    keys = [attempt.own_key, *([attempt.origin_key] if attempt.origin_key else [])]
    # In the order in which tries are counted: otherwise two that arrive at once could wait for each other.
    ordered_rows = select(SignInAttempt.key).where(SignInAttempt.key.in_(keys)).order_by(SignInAttempt.key)
    session.execute(ordered_rows.with_for_update())
    clear_failures(session, attempt.own_key)
    if attempt.origin_key is None:
        return
    remaining_failures = SignInAttempt.failures - 1
    is_free = remaining_failures < ADDRESS_LIMIT.free_failures
    # In SQL: others at the same origin count at the same time.
    session.execute(
        update(SignInAttempt)
        .where(SignInAttempt.key == attempt.origin_key)
        .values(
            failures=case((remaining_failures > 0, remaining_failures), else_=0),
            blocked_until=case((is_free, None), else_=SignInAttempt.blocked_until),
        )
    )


def clear_failures(session: Session, attempt_key: bytes) -> None:
    """Forget the failures of one key."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.key == attempt_key))


def find_wait_ends(session: Session, account_keys: Collection[bytes], now: datetime) -> dict[bytes, datetime]:
    """The accounts (by key) that are blocked for unknown browsers now, and until when."""
    rows = session.scalars(select(SignInAttempt).where(SignInAttempt.key.in_(account_keys)))
    return {
        row.key: now + timedelta(seconds=wait)
        for row in rows
        if (wait := _calculate_wait_seconds(row, ACCOUNT_LIMIT, now))
    }


def _delete_expired_counts(session: Session, now: datetime) -> None:
    """Delete the counts whose window is over, and those that a wrong clock has put into the future."""
    window_start = SignInAttempt.window_start
    is_over = or_(window_start < now - ACCOUNT_LIMIT.counting_window, window_start > now + MAX_WAIT)
    session.execute(delete(SignInAttempt).where(is_over))


def _lock_attempt_row(session: Session, key: bytes, now: datetime) -> SignInAttempt:
    new_row = {"key": key, "failures": 0, "window_start": now, "blocked_until": None}
    insert_row = build_insert(session.get_bind().dialect.name, SignInAttempt).values(new_row)
    # Not "do nothing": a row that is there must be locked at once, before somebody who was right deletes it.
    session.execute(insert_row.on_conflict_do_update(index_elements=["key"], set_={"key": key}))
    own_row = select(SignInAttempt).where(SignInAttempt.key == key)
    return session.execute(own_row.execution_options(populate_existing=True)).scalar_one()


def _calculate_wait_seconds(row: SignInAttempt, limit: FailureLimit, now: datetime) -> int:
    """How many seconds to wait. A wait that is far too long comes from a wrong clock, and is ignored."""
    remaining = row.blocked_until - now if row.blocked_until else timedelta(0)
    max_wait = limit.wait_after(row.failures)
    is_waiting = timedelta(0) < remaining <= max_wait + CLOCK_TOLERANCE
    return ceil(min(remaining, max_wait).total_seconds()) if is_waiting else 0


def _count_failure(session: Session, row: SignInAttempt, limit: FailureLimit, now: datetime) -> None:
    if limit.is_window_over(row.window_start, now):
        row.failures, row.window_start = 0, now
    row.failures += 1
    wait = limit.wait_after(row.failures)
    row.blocked_until = now + wait if wait else None
    session.flush()


def _build_too_many_error(seconds: int) -> TooManyTries:
    minutes = ceil(seconds / 60)
    message = ngettext(
        "Too many attempts. Wait %(num)s minute and try again.",
        "Too many attempts. Wait %(num)s minutes and try again.",
        minutes,
    )
    return TooManyTries(message, seconds)
