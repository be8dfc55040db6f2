"""The days on which the desk is open: weekdays without Colombia's public holidays (Ley 51 de 1983)."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from attention_point.demo.files import read_data

_SATURDAY = 5


def workdays(first: date, last: date) -> list[date]:
    """The open days from the first to the last, both included."""
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))
    return [day for day in days if day.weekday() < _SATURDAY and day not in holidays(day.year)]


@cache
def holidays(year: int) -> frozenset[date]:
    """The public holidays of a year."""
    return frozenset(_holidays(year))


def _holidays(year: int) -> Iterator[date]:
    rules = read_data("holidays")
    for month, day in rules["fixed"]:
        yield date(year, month, day)
    for month, day in rules["to_monday"]:
        kept = date(year, month, day)
        yield kept + timedelta(days=-kept.weekday() % 7)
    for after in rules["easter"]:
        yield easter(year) + timedelta(days=after)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the 19-year cycle of the moon and the dropped leap days."""
    century, cycle = year // 100, year % 19
    moon = (century - century // 4 - (8 * century + 13) // 25 + 19 * cycle + 15) % 30
    moon -= moon // 28 * (1 - 29 // (moon + 1) * ((21 - cycle) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    march = moon - weekday
    month = 3 + (march + 40) // 44
    return date(year, month, march + 28 - 31 * (month // 4))
