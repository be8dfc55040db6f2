"""Part dates, folded words and typed numbers: plain Python.

A part date is a year, a month or a day, as much as is known: ``2017``, ``2017-03`` or ``2017-03-30``.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from attention_point import texts
from attention_point.dates import first_of_month, first_of_next_month, format_month_code, last_of_month

_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
# Day before month, as in Colombia.
_TYPED_DATE = re.compile(r"(?:(?:(\d{1,2})[/.])?(\d{1,2})[/.])?(\d{4})")
_WORD = re.compile(r"\w+")
_GROUPED_NUMBER = re.compile(r"\d{1,3}(?:([.,\s])\d{3})(?:\1\d{3})*")
_NUMBER = re.compile(r"(\d[\d.,\s]*?)(?:([.,])(\d{1,2}))?")
# A year outside of these is a typing error; the oldest agreements are of the last century.
FIRST_YEAR, LAST_YEAR = 1900, 2200
# The index cuts words here; the search cuts its own likewise, so that a longer word is still found.
WORD_LENGTH = 40


def parse_part_date(text: str) -> str:
    """Parse a part date as typed: ``2017``, ``2017-03``, ``2017-03-30``, ``03/2017`` or ``30/03/2017``.

    Raises ValueError for anything else, and for a year before 1900 or after 2200.
    """
    iso, typed = _ISO_DATE.fullmatch(text.strip()), _TYPED_DATE.fullmatch(text.strip())
    if iso:
        year, month, day = iso.groups()
    elif typed:
        day, month, year = typed.groups()
    else:
        raise ValueError("not a date or a part of one")
    return _join_date_parts(int(year), int(month) if month else None, int(day) if day else None)


def _join_date_parts(year: int, month: int | None, day: int | None) -> str:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError("year out of range")
    if month is None:
        return f"{year}"
    date(year, month, day or 1)  # raises ValueError for a day or month that does not exist
    return f"{year}-{month:02d}" + (f"-{day:02d}" if day is not None and day > 0 else "")


def parse_day_span(part_date_text: str) -> tuple[date, date]:
    """Give the first and the last day of a part date."""
    numbers = [int(number_text) for number_text in part_date_text.split("-")]
    first_day = date(*(numbers + [1, 1])[:3])
    if len(numbers) == 1:
        return first_day, date(first_day.year, 12, 31)
    return first_day, first_day if len(numbers) == 3 else last_of_month(first_day)


def parse_year(part: str) -> int:
    """Give the year of a part date."""
    return int(part[:4])


def list_months_between(first: date, last: date) -> Iterator[str]:
    """List the months, as ``YYYY-MM``, from one day to another."""
    month = first_of_month(first)
    while month <= last:
        yield format_month_code(month)
        month = first_of_next_month(month)


def fold_text(text: str) -> str:
    """Fold a text to its words and digits without accents and case, so that two spellings of a name are equal."""
    # The underscore counts as a letter for the pattern, but separates words in file names.
    return " ".join(_WORD.findall(texts.fold_text(text).replace("_", " ")))


def list_search_words(text: str) -> set[str]:
    """List the folded words by which a text is found. Single letters are left out: they find nearly everything."""
    return {word[:WORD_LENGTH] for word in fold_text(text).split() if len(word) > 1}


def parse_whole_number(text: str) -> int:
    """Parse a whole number as typed, with dots, commas or spaces between thousands. Raises ValueError."""
    digits = text.strip()
    if _GROUPED_NUMBER.fullmatch(digits):
        digits = re.sub(r"\D", "", digits)
    # Beyond 15 digits the float of a spreadsheet is no longer exact. Other scripts have digits too: only ASCII is
    # taken.
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 15:
        raise ValueError("not a whole number")
    return int(digits)


def parse_decimal(text: str) -> Decimal:
    """Parse a number as typed: ``1.814.249.000``, ``12.500,50``, ``12500.5``. Raises ValueError.

    A separator before three digits separates thousands, as in Colombia; before one or two digits it begins the
    decimals.
    """
    match = _NUMBER.fullmatch(text.strip())
    if not match:
        raise ValueError("not a number")
    parts = match[1].strip()
    return Decimal(f"{parse_whole_number(parts)}.{match[3]}" if match[3] else str(parse_whole_number(parts)))


def split_cell(text: str, separator: str) -> list[str]:
    """Split a cell at a separator; a backslash keeps a separator inside a part."""
    parts, current_part, letters = [], "", iter(text)
    for letter in letters:
        if letter == "\\":
            following = next(letters, "")
            current_part += following if following in {separator, "\\"} else letter + following
        elif letter == separator:
            parts.append(current_part)
            current_part = ""
        else:
            current_part += letter
    return [part.strip() for part in (*parts, current_part)]


def join_cell(parts: list[str], separator: str) -> str:
    """Join parts in one cell, so that ``split_cell`` gives them back."""
    between = f" {separator} " if separator == "|" else f"{separator} "
    return between.join(part.replace("\\", "\\\\").replace(separator, f"\\{separator}") for part in parts)
