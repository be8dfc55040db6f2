"""The codes of devices: how they are made, written and read."""

import re
import secrets
from collections.abc import Collection
from datetime import timedelta

# Without letters and digits that look alike (0 O, 1 I L, 2 Z, 5 S, 8 B, U V): a code is read from one screen and typed
# into another.
CODE_ALPHABET = "ACDEFGHJKMNPQRTVWXY34679"
CODE_LENGTH = 8
CODE_LIFETIME = timedelta(days=1)
STAFF_CODE_LENGTH = 6
# The turns that the server numbers begin with A to J. No O or Q, which look like digits.
DEVICE_LETTERS = "KLMNPRSTUVWXYZ"


def create_enrolment_code() -> str:
    """A new enrolment code, such as ``K7QF-3MXN``: 36 random bits, good for a day and one use."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _position in range(CODE_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def normalise_enrolment_code(typed_code: str) -> str:
    """The code as it is digested: capital letters without spaces and hyphens."""
    return re.sub(r"[\s\-‐‑–—.]", "", typed_code).upper()


def create_staff_code() -> str:
    """A new staff code: six digits, which a kiosk's on-screen keypad takes."""
    return "".join(secrets.choice("0123456789") for _position in range(STAFF_CODE_LENGTH))


def find_free_letter(used_letters: Collection[str]) -> str | None:
    """The first letter that no device of the point has; None if all are taken."""
    return next((letter for letter in DEVICE_LETTERS if letter not in used_letters), None)
