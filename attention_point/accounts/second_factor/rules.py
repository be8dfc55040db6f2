"""Who needs a second step, which code is right, and how long each thing holds."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from attention_point.accounts.rules import is_too_far_ahead

# RFC 6238: what every application of codes takes for granted.
STEP_SECONDS = 30
CODE_DIGITS = 6
# One period before and after (RFC 6238 §5.2): a telephone's clock is not exact, and people type slowly.
TOLERATED_STEPS = 1
# A step further ahead was noted by a wrong clock: it must not lock the owner out for years.
MAX_STEPS_AHEAD = 30
# NIST SP 800-63B §5.1.4.1 asks for 112 bits; RFC 4226 recommends 160.
APP_SECRET_BYTES = 20
CHALLENGE_BYTES = 32
TICKET_LIFETIME = timedelta(minutes=10)
# OWASP ASVS 5.0, 7.5.1: whoever finds an open session must not add a device of their own.
RECENT_SIGN_IN = timedelta(minutes=30)
WAY_BACK_LIFETIME = timedelta(days=1)
# An administrator makes accounts: one made for the purpose must not be the second person of the same day.
CONFIRMING_AFTER = timedelta(days=7)
WAY_BACK_REASON_MAX_LENGTH = 300
RECOVERY_CODES = 10
# Without 0, 1, i, l and o, which people take for each other when they copy from paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# 49 bits: with the throttle nobody guesses one, and a thief of the database finds their digests sealed.
CODE_LENGTH = 10
MAX_CODES_READ = 64
"""How many characters of a typed code are read, blanks and hyphens among them."""


def needs_second_factor(role: str, policy: str) -> bool:
    """Whether a role needs a second step under the setting ``SECOND_FACTOR``.

    ``required``: every role but the agent's, who works on tablets of the desk; ``everybody``; ``optional``: nobody.
    """
    return policy == "everybody" or (policy == "required" and role != "agent")


def is_ticket_open(created_at: datetime, now: datetime) -> bool:
    """Whether the second step may still follow a right password."""
    return now - TICKET_LIFETIME < created_at and not is_too_far_ahead(created_at, now)


def is_recent_sign_in(signed_in_at: datetime, now: datetime) -> bool:
    """Whether somebody signed in so lately that they may change how they sign in."""
    return now - RECENT_SIGN_IN < signed_in_at and not is_too_far_ahead(signed_in_at, now)


def is_way_back_open(
    asked_at: datetime, confirmed_at: datetime | None, ended_at: datetime | None, now: datetime
) -> bool:
    """Whether a way back still waits for its second person, or its code still opens the account."""
    begin = confirmed_at or asked_at
    return ended_at is None and now - WAY_BACK_LIFETIME < begin and not is_too_far_ahead(begin, now)


def generate_app_secret() -> str:
    """A new secret for an application of codes, in base32."""
    return base64.b32encode(secrets.token_bytes(APP_SECRET_BYTES)).decode()


def group_secret(secret: str) -> str:
    """A secret in groups of four letters, to be typed by hand."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def find_code_step(secret: str, code: str, now: datetime, last_step: int | None) -> int | None:
    """The period of 30 seconds to which a code of six digits belongs; None for a wrong code, and for a used one.

    Each code is good once (RFC 6238 §5.2): neither the last used period nor one before it counts.
    """
    import pyotp  # noqa: PLC0415 - only where somebody uses an application

    digits = normalise_code(code)
    if len(digits) != CODE_DIGITS or not (digits.isascii() and digits.isdecimal()):
        return None
    totp, current_step = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    steps = range(current_step - TOLERATED_STEPS, current_step + TOLERATED_STEPS + 1)
    matching_steps = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), digits)]
    # The last one: of two periods that happen to have the same code, both are then used.
    return max((step for step in matching_steps if is_step_unused(step, last_step)), default=None)


def is_step_unused(step: int, last_step: int | None) -> bool:
    """Whether a period comes after the last used one, which counts unless a wrong clock noted it."""
    return last_step is None or step > last_step or last_step > step + MAX_STEPS_AHEAD


def build_app_address(secret: str, email: str, issuer: str) -> str:
    """The ``otpauth:`` address of a secret, which the application reads from a QR code."""
    import pyotp  # noqa: PLC0415 - only where somebody adds an application

    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def generate_code() -> str:
    """A random code of ten letters and digits in two groups."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _character in range(CODE_LENGTH // 2)) for _group in range(2))


def normalise_code(text: str) -> str:
    """A typed code in lower case, without blanks, hyphens and other signs."""
    return "".join(character for character in text[:MAX_CODES_READ].lower() if character.isalnum())


def hash_code(code: str) -> str:
    """The SHA-256 of a code as typed, in hexadecimal digits."""
    return hashlib.sha256(normalise_code(code).encode()).hexdigest()


def remove_code(hashes: Iterable[str], code: str) -> list[str] | None:
    """The hashes without that of a code; None if it is not among them."""
    typed_hash, hash_list = hash_code(code), list(hashes)
    remaining = [code_hash for code_hash in hash_list if not hmac.compare_digest(code_hash, typed_hash)]
    return remaining if len(remaining) < len(hash_list) else None
