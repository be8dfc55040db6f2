"""How long a guesser waits, which passwords and e-mail addresses are accepted. Plain Python."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from attention_point import texts

PASSWORD_SHORTEST = 12
PASSWORD_LONGEST = 128
EMAIL_LONGEST = texts.EMAIL_LONGEST
LONGEST_WAIT = timedelta(minutes=15)
"""Whatever a clock said, nobody waits longer."""
CLOCKS_APART = timedelta(minutes=1)
"""How far right clocks may be apart, or a worker's moment old when its turn to write comes."""
ONE_TIME_SHOWN, ONE_TIME_MAILED = timedelta(days=7), timedelta(days=1)
"""How long a one-time password opens an account (OWASP ASVS 5.0, 6.4.1); a mail is read by more than its reader."""
_SHORTEST_PART = 4  # a shorter part of a name or address stands in too many good passwords


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures in ``window`` cost nothing; from then on each doubles the wait, up to ``longest``."""

    free: int
    window: timedelta
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = LONGEST_WAIT

    def wait(self, failures: int) -> timedelta:
        """The wait after so many failures."""
        beyond = failures - self.free
        if beyond < 0:
            return timedelta(0)
        return min(self.longest, self.first * (1 << min(beyond, 20)))

    def expired(self, window_start: datetime, now: datetime) -> bool:
        """Whether the count begins anew. A wait ends no sooner for it: the longest is far below a window."""
        return now - window_start >= self.window or is_ahead(window_start, now)


# By account: an attacker gets about a hundred guesses a day, the owner never waits more than a quarter of an hour.
BY_ACCOUNT = Limit(free=5, window=timedelta(days=1))
# By address: a whole office behind one address mistypes more often than a person; a guesser at many accounts, more yet.
BY_ADDRESS = Limit(free=100, window=timedelta(hours=1))


def is_ahead(moment: datetime, now: datetime) -> bool:
    """Whether a stored moment lies so far ahead that only a wrong clock can have written it."""
    return moment > now + LONGEST_WAIT


def is_session_open(
    created_at: datetime, last_seen_at: datetime, now: datetime, idle: timedelta, hours: timedelta
) -> bool:
    """Whether a session was used within ``idle`` and begun within ``hours``, by a clock that was right."""
    return now - idle < last_seen_at and now - hours < created_at and not is_ahead(max(created_at, last_seen_at), now)


def is_one_time_open(expires_at: datetime | None, now: datetime) -> bool:
    """Whether a one-time password still opens its account; without an end it does. An end too far ahead is none."""
    return expires_at is None or (now < expires_at and not is_ahead(expires_at, now + ONE_TIME_SHOWN))


def account_state(
    *, active: bool, must_change: bool, signed_in: bool, expires_at: datetime | None, now: datetime
) -> str:
    """What an account waits for: ``disabled``, ``expired`` (its one-time password), ``waiting`` (for the first
    sign-in), ``must-change`` (a password of its own), or nothing: ``active``.
    """
    if not active:
        return "disabled"
    if must_change and not is_one_time_open(expires_at, now):
        return "expired"
    if not signed_in:
        return "waiting"
    return "must-change" if must_change else "active"


def normal_email(text: str) -> str | None:
    """The address in lower case and NFC, or None for what is no address. The check is loose: only a mail proves one."""
    try:
        return texts.clean_email(text).lower()
    except texts.UnfitText:
        return None


def password_fault(password: str, usual: frozenset[str], *personal: str) -> str | None:
    """What is wrong with a new password: ``short``, ``long``, ``unfit``, ``personal``, ``usual``; None when nothing is.

    ``password`` is in its normal form. ``personal`` are the owner's name and address. Length counts and composition
    does not (NIST SP 800-63B §3.1.1.2).
    """
    if len(password) < PASSWORD_SHORTEST:
        return "short"
    if len(password) > PASSWORD_LONGEST:
        return "long"
    if not texts.is_fit(password):
        return "unfit"
    plain = password.casefold()
    if any(part in plain and len(plain) - len(part) < PASSWORD_SHORTEST for part in _parts(personal)):
        return "personal"
    if _bare(plain) in usual or len(set(plain)) < 5:
        return "usual"
    return None


def _parts(texts: tuple[str, ...]) -> set[str]:
    whole = {text.casefold() for text in texts}
    parts = {part for text in whole for part in re.split(r"[^\w]+", text)}
    return {part for part in whole | parts if len(part) >= _SHORTEST_PART}


def _bare(plain: str) -> str:
    """Without the figures and signs that people hang on a usual password."""
    return re.sub(r"[\W\d_]+", "", plain) or re.sub(r"\D+", "", plain)
