"""Numbers as people write them in a form or a spreadsheet: plain Python.

A text follows Colombia's convention: ``1.125`` is one thousand one hundred and twenty-five. A number that is a number
already (of a numeric cell) means what it says: 1.125 is a little more than one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from attention_point import texts

_GROUPED_NUMBER = re.compile(r"\d{1,3}(?:([.,\s])\d{3})(?:\1\d{3})*", re.ASCII)
_NUMBER = re.compile(r"(\d[\d.,\s]*?)(?:([.,])(\d{1,2}))?", re.ASCII)
_NUMBER_IN_TEXT = re.compile(r"\d(?:[\d.,\s]*\d)?", re.ASCII)
_WORD = re.compile(r"[^\W\d_]+|\$")
_SIGNS = str.maketrans(
    {
        "€": " eur ",
        "£": " gbp ",
        "~": " aprox ",
        "≈": " aprox ",
        "±": " aprox ",
        "+": " minimo ",
        ">": " minimo ",
        "≥": " minimo ",
    }
)
"""Signs that stand for words."""
# In Colombia an apostrophe may separate the millions: 1'250.000.
_APOSTROPHE = re.compile(r"(?<=\d)['’´`](?=\d{3})")
_FACTORS = {"mil": 10**3, "millon": 10**6, "millones": 10**6, "million": 10**6, "millions": 10**6, "thousand": 10**3}
MAX_DIGITS = 15
"""Beyond 15 digits the float of a spreadsheet is no longer exact."""


@dataclass(frozen=True, slots=True)
class NumberInWords:
    """A number in a text, and the folded words around it: ``aprox. 25 personas`` is 25 with "aprox" and "personas"."""

    number_text: str
    words: tuple[str, ...]
    factor: int = 1


def find_number_in_words(text: str) -> NumberInWords:
    """Find the one number of a text. Raises ValueError where there is none, or more than one."""
    folded_text = texts.fold_text(_APOSTROPHE.sub(".", text).translate(_SIGNS)).replace("us$", " usd ")
    numbers = _NUMBER_IN_TEXT.findall(folded_text)
    if len(numbers) != 1 or "-" in folded_text or "%" in folded_text:
        raise ValueError("not one number")
    words, factor = [], 1
    for word in _WORD.findall(_NUMBER_IN_TEXT.sub(" ", folded_text)):
        if word in _FACTORS:
            factor *= _FACTORS[word]
        else:
            words.append(word)
    return NumberInWords(numbers[0], tuple(words), factor)


def parse_whole_number(raw: str | float) -> int:
    """Parse a whole number, of a text with dots, commas or spaces between thousands. Raises ValueError."""
    if not isinstance(raw, str):
        number = _read_number(raw)
        if number != int(number):
            raise ValueError("not a whole number")
        return int(number)
    digits = raw.strip()
    if _GROUPED_NUMBER.fullmatch(digits):
        digits = re.sub(r"\D", "", digits)
    # Other scripts have digits too: only ASCII is taken.
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > MAX_DIGITS:
        raise ValueError("not a whole number")
    return int(digits)


def parse_decimal(raw: str | float) -> Decimal:
    """Parse a number to hundredths: ``1.814.249.000``, ``12.500,50``, ``12500.5``. Raises ValueError.

    In a text, a separator before three digits separates thousands, as in Colombia; before one or two digits it begins
    the decimals.
    """
    if not isinstance(raw, str):
        return _read_number(raw).quantize(Decimal("0.01"), ROUND_HALF_UP)
    match = _NUMBER.fullmatch(raw.strip())
    if not match:
        raise ValueError("not a number")
    parts = match[1].strip()
    return Decimal(f"{parse_whole_number(parts)}.{match[3]}" if match[3] else str(parse_whole_number(parts)))


def _read_number(number: float) -> Decimal:
    """Read the number of a cell. Raises ValueError for a truth value, one below zero, or one that is too long."""
    decimal = Decimal(str(number)) if not isinstance(number, bool) else Decimal("NaN")
    if not decimal.is_finite() or decimal < 0 or decimal >= 10**MAX_DIGITS:
        raise ValueError("not a number")
    return decimal


def split_words(words: tuple[str, ...], find_code: Callable[[str], str | None]) -> tuple[str | None, tuple[str, ...]]:
    """Find the code that some neighbouring words mean, the most of them first. Gives it, and the words left over."""
    for size in range(len(words), 0, -1):
        for start in range(len(words) - size + 1):
            code = find_code(" ".join(words[start : start + size]))
            if code is not None:
                return code, (*words[:start], *words[start + size :])
    return None, words
