"""Dates as people write them in a form or a spreadsheet: plain Python.

A part date is a year, a month or a day, as much as is known: ``2017``, ``2017-03`` or ``2017-03-30``.
"""

import re
from datetime import date

from attention_point import texts

_ISO_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?", re.ASCII)
# Day before month, as in Colombia. A year of two digits is taken only of a whole date: 03/17 may be a day or a month.
_TYPED_DATE = re.compile(r"(?:(?:(\d{1,2})[-/.])?(\d{1,2})[-/.])?(\d{4})|(\d{1,2})[-/.](\d{1,2})[-/.](\d{2})", re.ASCII)
_MONTH_OF_SPREADSHEET = re.compile(r"[^\W\d_]{3,}\.?[-/]\d{2}")
_TIME_OF_DAY = re.compile(r"[\s,T]+\d{1,2}:\d{2}.*", re.ASCII | re.DOTALL)
_BETWEEN_DATES = re.compile(
    r"\s*[–—]\s*|\s+(?:-|al?|y|e|hasta|to|and|until)\s+(?:el\s+)?|(?<=\d{4})-(?=\d{1,2}[/.])"
    r"|(?<=^\d)-(?=\d\d?\s)|(?<=^\d\d)-(?=\d\d?\s)"
)
_MORE_DAYS = re.compile(r"^(\d{1,2})(?:\s*,\s*\d{1,2})+$", re.ASCII)
_WORD = re.compile(r"\d+|[^\W\d_]+")
_MONTH_NAMES = (
    ("enero", "january"), ("febrero", "february"), ("marzo", "march"), ("abril", "april"), ("mayo", "may"),
    ("junio", "june"), ("julio", "july"), ("agosto", "august"), ("septiembre", "setiembre", "september"),
    ("octubre", "october"), ("noviembre", "november"), ("diciembre", "december"),
)  # fmt: skip
_MONTH_NAME_LENGTH = 3
"""The letters by which a shortened name of a month is known: ene, sept, dic."""
_IDLE_WORDS = frozenset(
    {
        "de", "del", "el", "la", "los", "dia", "the", "of", "on", "ro", "er", "o", "st", "nd", "rd", "th",
        "lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo",
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    }
)  # fmt: skip
"""Words that stand in a date and say nothing of it."""
# A year outside of these is a typing error; the oldest agreements are of the last century.
FIRST_YEAR, LAST_YEAR = 1900, 2200
_FIRST_SHORT_YEAR = 69
"""From here on a year of two digits is of the last century, as POSIX reads it."""


def parse_part_date(text: str) -> str:
    """Parse a part date as typed.

    ``2017``, ``2017-03``, ``2017-03-30``, ``03/2017``, ``30/03/2017``, ``mayo de 2018``, ``12 de mayo de 2018``. Raises
    ValueError for anything else, and for a year before 1900 or after 2200.
    """
    text = _TIME_OF_DAY.sub("", text.strip())
    iso, typed = _ISO_DATE.fullmatch(text), _TYPED_DATE.fullmatch(text)
    if iso:
        year, month, day = iso.groups()
        return _join_date_parts(int(year), int(month) if month else None, int(day) if day else None)
    if typed and typed[3]:
        return _join_date_parts(int(typed[3]), int(typed[2]) if typed[2] else None, int(typed[1]) if typed[1] else None)
    if typed:
        return _join_date_parts(_complete_year(typed[6]), int(typed[5]), int(typed[4]))
    return _parse_date_in_words(text)


def parse_date_range(text: str) -> tuple[str, str]:
    """Parse two part dates in one text: ``12 al 14 de mayo de 2018``, ``30/04/2018 - 02/05/2018``.

    What the first date leaves out is taken from the second. Raises ValueError.
    """
    parts = _BETWEEN_DATES.split(re.sub(r"^\s*(?:del?|desde|entre|from|between)\s+", "", text.casefold()))
    if len(parts) != 2:
        raise ValueError("not two dates")
    beginning, last = _MORE_DAYS.sub(r"\1", parts[0]), parse_part_date(parts[1])
    year, *month = last.split("-")[:2]
    endings = ["", f" {year}"] + ([f" {_MONTH_NAMES[int(month[0]) - 1][0]} {year}"] if month else [])
    for ending in endings:
        try:
            first = parse_part_date(f"{beginning}{ending}")
        except ValueError:
            continue
        if first.count("-") == last.count("-") and first <= last:
            return first, last
    raise ValueError("not two dates")


def _parse_date_in_words(text: str) -> str:
    """Parse a date with the name of its month: ``may-18``, ``12 mayo 2018``, ``mayo 12 de 2018``, ``May 12, 2018``."""
    words = [word for word in _WORD.findall(texts.fold_text(text).replace("primero", "1")) if word not in _IDLE_WORDS]
    months = [index for index, word in enumerate(words) if _find_month(word)]
    numbers = [word for word in words if word.isdecimal() and word.isascii()]
    if len(months) != 1 or len(numbers) != len(words) - 1 or not 1 <= len(numbers) <= 2:
        raise ValueError("not a date or a part of one")
    *day, year = numbers
    if day and len(day[0]) == 4:  # 2018, mayo 12
        day, year = [year], day[0]
    # "mayo 12" and "12 de mayo" lack their year; only "may-18", as spreadsheets show a month, has one of two digits.
    has_short_year = len(year) == 2 and (bool(day) or _MONTH_OF_SPREADSHEET.fullmatch(text) is not None)
    if not (len(year) == 4 or has_short_year) or (day and len(day[0]) > 2):
        raise ValueError("not a date or a part of one")
    full_year = int(year) if len(year) == 4 else _complete_year(year)
    return _join_date_parts(full_year, _find_month(words[months[0]]), int(day[0]) if day else None)


def _find_month(word: str) -> int | None:
    """Find the number of the month that a folded word names, also shortened."""
    if len(word) < _MONTH_NAME_LENGTH:
        return None
    return next((i for i, names in enumerate(_MONTH_NAMES, 1) if any(name.startswith(word) for name in names)), None)


def _complete_year(two_digits: str) -> int:
    return int(two_digits) + (2000 if int(two_digits) < _FIRST_SHORT_YEAR else 1900)


def _join_date_parts(year: int, month: int | None, day: int | None) -> str:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError("year out of range")
    if month is None:
        return f"{year}"
    date(year, month, 1 if day is None else day)  # raises ValueError for a day or month that does not exist
    return f"{year}-{month:02d}" + (f"-{day:02d}" if day is not None else "")
