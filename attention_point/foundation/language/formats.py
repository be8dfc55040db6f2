"""Dates, numbers and amounts, in the point's time zone and the reader's format."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale, dates, numbers

from attention_point.foundation.clock import ZONE
from attention_point.foundation.language.catalogues import current


@cache
def _locale_of(language: str) -> Locale:
    return Locale.parse({"es": "es_CO", "en": "en_US"}[language])


def locale() -> Locale:
    """Babel's locale of the language in use."""
    return _locale_of(current())


def format_date(value: date, style: str = "long") -> str:
    """A calendar day; ``style`` is Babel's (short, medium, long, full)."""
    if isinstance(value, datetime):
        value = value.astimezone(ZONE).date()
    return dates.format_date(value, style, locale=locale())


def format_datetime(value: datetime) -> str:
    """A moment on the point's wall clock: day, hour and minute."""
    return f"{format_date(value, 'medium')}, {format_time(value)}"


def format_time(value: datetime) -> str:
    """The hour and minute of a moment on the point's wall clock."""
    return dates.format_time(value, "short", tzinfo=ZONE, locale=locale())


def format_month(value: date) -> str:
    """A month and its year."""
    return _month(value.year, value.month, current())


def format_number(value: int | float | Decimal) -> str:
    """A number with the language's separators."""
    return _count(value, current()) if type(value) is int else numbers.format_decimal(value, locale=locale())


# A page of figures has hundreds of counts and months, most of them seen before; Babel takes each apart anew.
@lru_cache(maxsize=4096)
def _count(value: int, language: str) -> str:
    return numbers.format_decimal(value, locale=_locale_of(language))


@lru_cache(maxsize=512)
def _month(year: int, month: int, language: str) -> str:
    return dates.format_skeleton("yMMMM", date(year, month, 1), locale=_locale_of(language))


def format_percent(value: float) -> str:
    """A share, 0.25 as 25 %, with one decimal at most."""
    return numbers.format_percent(value, "#,##0.#%", locale=locale())


def format_amount(value: int | Decimal, currency: str = "COP") -> str:
    """An amount of money: ``$ 1.814.249.000`` in Spanish; cents only where there are any."""
    pattern = "¤ #,##0" if value == int(value) else "¤ #,##0.00"
    text = numbers.format_currency(value, currency, pattern, locale=locale(), currency_digits=False)
    return text.replace("\xa0", " ")
