"""Part dates, folded words and typed numbers: plain Python."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from attention_point import texts

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_TYPED = re.compile(r"(?:(?:(\d{1,2})[/.])?(\d{1,2})[/.])?(\d{4})")
_WORD = re.compile(r"\w+")
_GROUPED = re.compile(r"\d{1,3}(?:([.,\s])\d{3})(?:\1\d{3})*")
_NUMBER = re.compile(r"(\d[\d.,\s]*?)(?:([.,])(\d{1,2}))?")
FIRST_YEAR, LAST_YEAR = 1900, 2200
WORD_LENGTH = 40


def part_date(text: str) -> str:
    """A date or a part of one as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``, which sort as texts.

    Takes these, and ``MM/YYYY`` or ``DD/MM/YYYY``. Raises ValueError for what is no date of the years 1900 to 2200.
    """
    iso, typed = _ISO.fullmatch(text.strip()), _TYPED.fullmatch(text.strip())
    if iso:
        year, month, day = iso.groups()
    elif typed:
        day, month, year = typed.groups()
    else:
        raise ValueError("not a date or a part of one")
    return _joined(int(year), int(month) if month else None, int(day) if day else None)


def _joined(year: int, month: int | None, day: int | None) -> str:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError("year out of range")
    if month is None:
        return f"{year}"
    date(year, month, day or 1)
    return f"{year}-{month:02d}" + (f"-{day:02d}" if day is not None and day > 0 else "")


def span(part: str) -> tuple[date, date]:
    """The first and the last day of a part date."""
    numbers = [int(each) for each in part.split("-")]
    first = date(*(numbers + [1, 1])[:3])
    if len(numbers) == 1:
        return first, date(first.year, 12, 31)
    last = numbers[2] if len(numbers) == 3 else monthrange(first.year, first.month)[1]
    return first, first.replace(day=last)


def year_of(part: str) -> int:
    """The year of a part date."""
    return int(part[:4])


def months_between(first: date, last: date) -> Iterator[str]:
    """The months, ``YYYY-MM``, from one day to another."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield f"{year}-{month:02d}"
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def folded(text: str) -> str:
    """A text without accents and case, its words and figures alone: two spellings of a name are one."""
    plain = texts.without_accents(text, "NFKD").casefold()
    return " ".join(_WORD.findall(plain.replace("_", " ")))


def words_of(text: str) -> set[str]:
    """The folded words by which a text is found; single letters find nothing."""
    return {word[:WORD_LENGTH] for word in folded(text).split() if len(word) > 1}


def whole(text: str) -> int:
    """A whole number as typed, with dots, commas or spaces between thousands. Raises ValueError."""
    plain = text.strip()
    if _GROUPED.fullmatch(plain):
        plain = re.sub(r"\D", "", plain)
    if not (plain.isascii() and plain.isdecimal()) or len(plain) > 15:
        raise ValueError("not a whole number")
    return int(plain)


def decimal(text: str) -> Decimal:
    """A number of at most two decimals as typed: ``1.814.249.000``, ``12.500,50``, ``12500.5``. Raises ValueError.

    A separator before exactly three figures parts thousands, as in Colombia; one before one or two figures, decimals.
    """
    plain = text.strip()
    found = _NUMBER.fullmatch(plain)
    if not found:
        raise ValueError("not a number")
    parts = found[1].strip()
    return Decimal(f"{whole(parts)}.{found[3]}" if found[3] else str(whole(parts)))


def split(text: str, mark: str) -> list[str]:
    """The parts of a cell between marks; a backslash keeps a mark inside a part."""
    parts, here, kept = [], "", iter(text)
    for letter in kept:
        if letter == "\\":
            following = next(kept, "")
            here += following if following in {mark, "\\"} else letter + following
        elif letter == mark:
            parts.append(here)
            here = ""
        else:
            here += letter
    return [part.strip() for part in (*parts, here)]


def join(parts: list[str], mark: str) -> str:
    """Parts in one cell, so that ``split`` gives them back."""
    between = f" {mark} " if mark == "|" else f"{mark} "
    return between.join(part.replace("\\", "\\\\").replace(mark, f"\\{mark}") for part in parts)
