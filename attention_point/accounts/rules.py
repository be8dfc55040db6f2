"""How long a guesser waits, which passwords and e-mail addresses are accepted. Plain Python."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from attention_point import texts

PASSWORD_SHORTEST = 12
PASSWORD_LONGEST = 128
EMAIL_LONGEST = texts.EMAIL_LONGEST
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHORTEST_PART = 4  # a shorter part of a name or address stands in too many good passwords


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures in ``window`` cost nothing; from then on each doubles the wait, up to ``longest``."""

    free: int
    window: timedelta
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=15)

    def wait(self, failures: int) -> timedelta:
        """The wait after so many failures."""
        beyond = failures - self.free
        if beyond < 0:
            return timedelta(0)
        return min(self.longest, self.first * (1 << min(beyond, 20)))

    def expired(self, window_start: datetime, now: datetime) -> bool:
        """Whether the count begins anew. A wait ends no sooner for it: the longest is far below a window."""
        return now - window_start >= self.window


# By account: an attacker gets about a hundred guesses a day, the owner never waits more than a quarter of an hour.
BY_ACCOUNT = Limit(free=5, window=timedelta(days=1))
# By address: a whole office behind one address mistypes more often than a person; a guesser at many accounts, more yet.
BY_ADDRESS = Limit(free=100, window=timedelta(hours=1))


def normal_email(text: str) -> str | None:
    """The address in lower case and NFC, or None for what is no address. The check is loose: only a mail proves one."""
    try:
        return texts.clean_email(text).lower()
    except texts.UnfitText:
        return None


def is_entity_code(text: str) -> bool:
    """Whether a text has the form of an entity's code: kebab-case, at most 60 characters."""
    return len(text) <= 60 and _KEBAB.fullmatch(text) is not None


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
