"""Addresses of links that dial a number or open a chat with it, out of numbers as people write them."""

import re

_COUNTRY_PREFIX = "57"
_LOCAL_LENGTH = 10  # digits of a Colombian number, fixed or mobile, since 2021


def build_phone_address(number: str) -> str:
    """The address that dials a number: ``tel:+576076337000``. Short lines (155) are dialled as they are."""
    digits = _read_digits(number)
    return f"tel:+{digits}" if len(digits) > _LOCAL_LENGTH and digits[0] != "0" else f"tel:{digits}"


def build_whatsapp_address(number: str) -> str:
    """The address that opens a chat with a number."""
    return f"https://wa.me/{_read_digits(number)}"


def _read_digits(number: str) -> str:
    # The first number of several, without an extension.
    digits = re.sub(r"\D", "", re.split(r"ext|x|/|;|,| o | or ", number.casefold(), maxsplit=1)[0])
    # Numbers for free (01 8000) are dialled as they are written.
    is_local = len(digits) == _LOCAL_LENGTH and digits[0] != "0"
    return _COUNTRY_PREFIX + digits if is_local else digits
