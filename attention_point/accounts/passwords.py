"""Passwords: hashing, the rules for new ones, one-time ones. Slow on purpose: never inside a writing transaction.

argon2id with 19 MiB, two passes, one lane: OWASP's recommended setting. It takes about 27 ms here, so that fifty people
who sign in at the start of a shift wait moments; 64 MiB with three passes takes 188 ms and, times eight threads, half a
gigabyte. Guessing online is stopped by the throttle, guessing from a stolen table by the length that is asked for.
"""

import secrets
from functools import cache
from pathlib import Path
from typing import TextIO

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from attention_point import texts
from attention_point.accounts import rules
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
_USUAL = Path(__file__).parent / "data" / "usual-passwords.txt"
# No figure or letter that is taken for another when read aloud or copied from paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# Normalising joins at most four code points to one: of a longer text the rest is not needed to see that it is too long.
_READ = 8 * rules.PASSWORD_LONGEST


def hashed(password: str) -> str:
    """The argon2id hash of a password in its normal form, with its parameters and salt."""
    return _HASHER.hash(normalised(password))


def normalised(password: str) -> str:
    """The password in the form NFKC, so that it is the same from every keyboard (NIST SP 800-63B §5.1.1.2)."""
    return texts.compatible(password[:_READ])


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the hash's. Without a hash the same work is done and the answer is no.

    A hash made before passwords were normalised verifies with the password as it was typed.
    """
    nobody = _nobody()  # made before it is known whether it is needed: the first sign-in must not tell either
    forms = dict.fromkeys((normalised(password), password[:_READ]))
    return any(_verifies(password_hash or nobody, form) for form in forms) and password_hash is not None


def _verifies(password_hash: str, form: str) -> bool:
    try:
        # Half of a surrogate pair, which UTF-8 cannot write, stands in no password.
        return _HASHER.verify(password_hash, form[: rules.PASSWORD_LONGEST + 1].encode("utf-8", "replace"))
    except (VerificationError, InvalidHashError):
        return False


def outdated(password_hash: str, password: str = "") -> bool:
    """Whether a hash was made with other parameters than today's, or of this password before it was normalised."""
    form = normalised(password)
    raw = form != password[:_READ] and not _verifies(password_hash, form)
    return raw or _HASHER.check_needs_rehash(password_hash)


def read_line(stream: TextIO) -> str:
    """The password that stands on the stream's first line; raises Invalid for bytes that are no text."""
    try:
        return stream.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        raise _refused("unfit") from None


def one_time() -> str:
    """A random password of 20 characters (99 bits) in groups that can be read aloud."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _each in range(5)) for _group in range(4))


def check_new(password: str, *personal: str) -> None:
    """Raise Invalid, naming the field ``password``, when a new password breaks a rule of ``rules.password_fault``."""
    fault = rules.password_fault(normalised(password), _usual(), *personal)
    if fault is not None:
        raise _refused(fault)


def _refused(fault: str) -> Invalid:
    sentences = {
        "short": _("Use at least %(number)s characters: a sentence, say.", number=rules.PASSWORD_SHORTEST),
        "long": _("Use at most %(number)s characters.", number=rules.PASSWORD_LONGEST),
        "unfit": _("The password has an invisible or control character. Type it instead of pasting it."),
        "personal": _("Do not build the password on your name or e-mail address."),
        "usual": _("Many people use this password, so it is tried first. Choose another."),
    }
    return Invalid(_("The password is not accepted."), (FieldError("password", sentences[fault]),))


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))


@cache
def _usual() -> frozenset[str]:
    lines = _USUAL.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip().casefold() for line in lines if line.strip() and not line.startswith("#"))
