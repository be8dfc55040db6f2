"""How long whoever guesses must wait, how long a session lasts, which passwords and addresses are accepted."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from attention_point import texts

PASSWORD_MIN_LENGTH = 12
# With an end, so that nobody makes the server hash megabytes.
PASSWORD_MAX_LENGTH = 128
EMAIL_MAX_LENGTH = texts.EMAIL_MAX_LENGTH
NOTICE_TIMINGS = ("at_once", "daily")  # when a partner gets mail about referrals
# Nobody waits longer, whatever a wrong clock has stored.
MAX_WAIT = timedelta(minutes=15)
# How far the clocks of two workers may differ, or how old a moment is when its worker gets its turn to write.
CLOCK_TOLERANCE = timedelta(minutes=1)
# How long a one-time password opens an account (OWASP ASVS 5.0, 6.4.1). Others may read a mailbox, so less there.
SHOWN_PASSWORD_LIFETIME, MAILED_PASSWORD_LIFETIME = timedelta(days=7), timedelta(days=1)
# A shorter part of a name or an address stands in too many good passwords.
_MIN_PERSONAL_PART_LENGTH = 4


@dataclass(frozen=True, slots=True)
class FailureLimit:
    """How many failures within ``counting_window`` cost nothing; each further one doubles the wait to ``max_wait``."""

    free_failures: int
    counting_window: timedelta
    first_wait: timedelta = timedelta(seconds=30)
    max_wait: timedelta = MAX_WAIT

    def wait_after(self, failures: int) -> timedelta:
        """How long to wait after so many failures."""
        failures_beyond_limit = failures - self.free_failures
        if failures_beyond_limit < 0:
            return timedelta(0)
        # The exponent has a limit because a timedelta overflows.
        return min(self.max_wait, self.first_wait * (1 << min(failures_beyond_limit, 20)))

    def is_window_over(self, window_start: datetime, now: datetime) -> bool:
        """Whether the count begins anew. No wait ends sooner by it: the longest wait is far shorter than a window."""
        return now - window_start >= self.counting_window or is_too_far_ahead(window_start, now)


# For an account: an attacker gets about a hundred guesses a day, and the owner waits a quarter of an hour at most.
ACCOUNT_LIMIT = FailureLimit(free_failures=5, counting_window=timedelta(days=1))
# For an address: a whole office behind one address mistypes more often than a person does, but less than a guesser.
ADDRESS_LIMIT = FailureLimit(free_failures=100, counting_window=timedelta(hours=1))


def is_too_far_ahead(moment: datetime, now: datetime) -> bool:
    """Whether a stored moment lies so far in the future that only a wrong clock can have written it."""
    return moment > now + MAX_WAIT


def is_session_open(
    created_at: datetime, last_seen_at: datetime, now: datetime, idle: timedelta, hours: timedelta
) -> bool:
    """Whether a session was used within ``idle`` and began within ``hours``. A session of a wrong clock is not open."""
    return (
        now - idle < last_seen_at
        and now - hours < created_at
        and not is_too_far_ahead(max(created_at, last_seen_at), now)
    )


def is_one_time_password_valid(expires_at: datetime | None, now: datetime) -> bool:
    """Whether a one-time password still opens its account. Without an end it does; an end of a wrong clock ends it."""
    return expires_at is None or (now < expires_at and not is_too_far_ahead(expires_at, now + SHOWN_PASSWORD_LIFETIME))


def derive_account_state(
    *, active: bool, must_change: bool, signed_in: bool, expires_at: datetime | None, now: datetime
) -> str:
    """The state of an account, for the administrator's list.

    ``disabled``, ``expired`` (its one-time password), ``waiting`` (for the first sign-in), ``must-change`` (it has to
    choose a password of its own), or ``active``.
    """
    if not active:
        return "disabled"
    if must_change and not is_one_time_password_valid(expires_at, now):
        return "expired"
    if not signed_in:
        return "waiting"
    return "must-change" if must_change else "active"


def normalise_email(text: str) -> str | None:
    """The address in lower case and NFC, or None if it is none. The check is loose: only a mail proves an address."""
    try:
        return texts.clean_email(text).lower()
    except texts.UnfitText:
        return None


def find_password_fault(password: str, common_passwords: frozenset[str], *personal_texts: str) -> str | None:
    """The fault of a new password in its normal form: ``short``, ``long``, ``unfit``, ``personal``, ``usual``; or None.

    ``personal_texts`` are the owner's name and address. Length counts, and which kinds of characters a password has
    does not (NIST SP 800-63B §3.1.1.2).
    """
    if len(password) < PASSWORD_MIN_LENGTH:
        return "short"
    if len(password) > PASSWORD_MAX_LENGTH:
        return "long"
    if not texts.is_fit_text(password):
        return "unfit"
    folded_password = password.casefold()
    # A name may stand in a long password: what remains without it must be long enough by itself.
    if any(
        part in folded_password and len(folded_password) - len(part) < PASSWORD_MIN_LENGTH
        for part in _split_personal_texts(personal_texts)
    ):
        return "personal"
    # Fewer than five different characters make a password like ``121212121212``.
    if _strip_digits_and_signs(folded_password) in common_passwords or len(set(folded_password)) < 5:
        return "usual"
    return None


def _split_personal_texts(personal_texts: tuple[str, ...]) -> set[str]:
    folded_texts = {text.casefold() for text in personal_texts}
    parts = {part for text in folded_texts for part in re.split(r"[^\w]+", text)}
    return {part for part in folded_texts | parts if len(part) >= _MIN_PERSONAL_PART_LENGTH}


def _strip_digits_and_signs(folded_password: str) -> str:
    """The letters alone: people hang digits and signs on a usual password. Of a text without letters, its digits."""
    return re.sub(r"[\W\d_]+", "", folded_password) or re.sub(r"\D+", "", folded_password)
