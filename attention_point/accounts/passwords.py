"""Passwords: their hashes, the rules for new ones, one-time passwords. Hashing is slow on purpose.

No password is hashed within a transaction that writes. The setting is argon2id with 19 MiB, two passes and one lane, as
OWASP's Password Storage Cheat Sheet recommends. It takes about 27 ms, so that fifty people who sign in at the start of
a shift wait for moments; 64 MiB and three passes would take 188 ms and, in eight threads, half a gigabyte of memory.
The throttle stops who guesses online; the required length stops who guesses from a stolen table.
"""

import secrets
from functools import cache
from pathlib import Path
from typing import TextIO

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from attention_point import texts
from attention_point.accounts import rules
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import gettext as _

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
# NIST SP 800-63B §3.1.1.2 asks to refuse passwords that are known to be common.
_COMMON_PASSWORDS_FILE = Path(__file__).parent / "data" / "usual-passwords.txt"
# Without 0, 1, i, l and o, which people take for each other when they copy from paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# Normalising joins at most four code points into one, so this much is enough to see that a text is too long.
_MAX_CHARACTERS_READ = 8 * rules.PASSWORD_MAX_LENGTH


def hash_password(password: str) -> str:
    """The argon2id hash of a password in its normal form. It holds its parameters and its salt."""
    return _HASHER.hash(normalise_password(password))


def normalise_password(password: str) -> str:
    """The password in the form NFKC: then every keyboard types the same password (NIST SP 800-63B §5.1.1.2)."""
    return texts.normalise_compatible(password[:_MAX_CHARACTERS_READ])


def is_password_right(password_hash: str | None, password: str) -> bool:
    """Whether the hash is that of the password. Without a hash the answer is no, after the same work.

    Hashes that were made before passwords were normalised verify with the password as it was typed.
    """
    # Made before it is known whether it is needed: otherwise the first sign-in of a process would tell by its time.
    decoy_hash = _get_decoy_hash()
    password_forms = dict.fromkeys((normalise_password(password), password[:_MAX_CHARACTERS_READ]))
    is_right = any(_is_hash_of(password_hash or decoy_hash, password_form) for password_form in password_forms)
    return is_right and password_hash is not None


def _is_hash_of(password_hash: str, password_form: str) -> bool:
    try:
        # "replace": UTF-8 cannot write half of a surrogate pair, and no stored password holds one.
        return _HASHER.verify(password_hash, password_form[: rules.PASSWORD_MAX_LENGTH + 1].encode("utf-8", "replace"))
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str, password: str = "") -> bool:
    """Whether a hash has other parameters than today's, or is of this password before it was normalised."""
    if _HASHER.check_needs_rehash(password_hash):
        return True
    normal_form = normalise_password(password)
    return normal_form != password[:_MAX_CHARACTERS_READ] and not _is_hash_of(password_hash, normal_form)


def read_password_line(stream: TextIO) -> str:
    """Read a password from the first line of a stream. Raises Invalid for bytes that are no text."""
    try:
        return stream.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        raise _build_password_error("unfit") from None


def generate_one_time_password() -> str:
    """A random password of 20 characters (99 bits) in four groups, to be read aloud."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _character in range(5)) for _group in range(4))


def check_new_password(password: str, *personal_texts: str) -> None:
    """Raise Invalid for the field ``password`` if a new password breaks a rule of ``rules.find_password_fault``."""
    fault = rules.find_password_fault(normalise_password(password), _load_common_passwords(), *personal_texts)
    if fault is not None:
        raise _build_password_error(fault)


def _build_password_error(fault: str) -> Invalid:
    messages = {
        "short": _("Use at least %(number)s characters: a sentence, for example.", number=rules.PASSWORD_MIN_LENGTH),
        "long": _("Use at most %(number)s characters.", number=rules.PASSWORD_MAX_LENGTH),
        "unfit": _("The password has an invisible or control character. Type it instead of pasting it."),
        "personal": _("Do not base the password on your name or e-mail address."),
        "usual": _("Many people use this password, so it is the first that a thief tries. Choose another."),
    }
    return Invalid(_("The password is not accepted."), (FieldError("password", messages[fault]),))


@cache
def _get_decoy_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))


@cache
def _load_common_passwords() -> frozenset[str]:
    lines = _COMMON_PASSWORDS_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip().casefold() for line in lines if line.strip() and not line.startswith("#"))
