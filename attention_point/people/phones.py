"""Telephone numbers as people write them, with and without prefix, in one form. Plain Python over ``phonenumbers``.

Whoever writes no prefix means Colombia, else Venezuela: the two countries of nearly everybody who comes. A number that
neither country can give out is kept as it was typed and marked as doubtful; a doubt stops nobody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attention_point import texts

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber as LibraryNumber

HOME_REGIONS = ("CO", "VE")
FEWEST_DIGITS = 7  # a Colombian landline without its area code, as papers of 2017 write it
MOST_DIGITS = 15  # of a whole number with its prefix, by ITU-T E.164
_SEVERAL_NUMBERS = re.compile(r"\s*(?:[/;,|]|\s(?:o|y|u|and|or)\s)\s*", re.IGNORECASE)
_DIALLED_ABROAD = re.compile(r"^00(?=[1-9])")
_PHONE_SHAPE = re.compile(r"\+?[\d\s().\-\u2010-\u2015]+")


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A telephone number.

    ``text`` is its one form, E.164 (``+573105550101``); where it is no number, what was typed without the spaces
    around it. ``is_doubtful``: no telephone of any country has this number. ``region`` is the country's code (``CO``).
    """

    text: str
    is_doubtful: bool
    region: str | None = None


def normalise_phone(typed_text: str) -> PhoneNumber:
    """Read one telephone number, with or without a prefix. A text that is no number comes back as it is, doubtful.

    Raises UnfitText for invisible characters.
    """
    import phonenumbers  # noqa: PLC0415 - loaded with the first number, not at the start

    text = texts.clean_text(typed_text)
    number = _read_valid_number(text)
    if number is None:
        return PhoneNumber(text, is_doubtful=True)
    return PhoneNumber(
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        is_doubtful=False,
        region=phonenumbers.region_code_for_number(number),
    )


def format_phone(text: str) -> str:
    """A number as it is read out: ``+57 310 5550101``. What is no number comes back as it is."""
    import phonenumbers  # noqa: PLC0415 - loaded with the first number, not at the start

    number = _read_valid_number(text)
    if number is None:
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def list_phone_keys(typed_text: str | None) -> list[str]:
    """The digits by which a telephone is found, without prefix and leading zeros: one for each number in the text.

    ``+58 414 123 4567`` and ``0414-1234567`` both give ``4141234567``. Fewer than 7 digits give no key.
    """
    keys = (_build_key(number_text) for number_text in _SEVERAL_NUMBERS.split(typed_text or ""))
    return list(dict.fromkeys(filter(None, keys)))


def is_phone_shaped(typed_text: str) -> bool:
    """Whether a text could be a telephone number: digits and what stands between them, 7 to 15 digits in all."""
    text = texts.normalise_compatible(typed_text)
    return FEWEST_DIGITS <= len(_list_digits(text)) <= MOST_DIGITS and _PHONE_SHAPE.fullmatch(text) is not None


def _build_key(text: str) -> str | None:
    import phonenumbers  # noqa: PLC0415 - loaded with the first number, not at the start

    number = _read_valid_number(text) or next(_list_readings(text), None)
    # A number that no telephone has is read as Colombian: it has a prefix to take away too.
    digits = phonenumbers.national_significant_number(number) if number else _list_digits(text)
    digits = digits.lstrip("0")
    return digits if FEWEST_DIGITS <= len(digits) <= MOST_DIGITS else None


def _list_digits(text: str) -> str:
    return "".join(character for character in texts.normalise_compatible(text) if character in "0123456789")


def _read_valid_number(text: str) -> "LibraryNumber | None":
    import phonenumbers  # noqa: PLC0415 - loaded with the first number, not at the start

    return next((number for number in _list_readings(text) if phonenumbers.is_valid_number(number)), None)


def _list_readings(text: str) -> Iterator["LibraryNumber"]:
    import phonenumbers  # noqa: PLC0415 - loaded with the first number, not at the start

    # Dialled abroad, 00 stands for +. Whoever leaves the + of +57 or +58 out still means it: so the library reads it.
    international_text = _DIALLED_ABROAD.sub("+", texts.normalise_compatible(text))
    for region in HOME_REGIONS:
        try:
            yield phonenumbers.parse(international_text, region)
        except phonenumbers.NumberParseException:
            continue
