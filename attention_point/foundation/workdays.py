"""Working days in Colombia: Monday to Friday without the public holidays (Ley 51 de 1983).

A term in working days begins on the day after (Ley 4 de 1913, art. 62; Ley 1581 de 2012, arts. 14 and 15).
"""

from datetime import date, timedelta
from functools import cache

from attention_point.dates import first_of_month

_SATURDAY = 5
_DAY = timedelta(days=1)


@cache
def list_holidays(year: int) -> frozenset[date]:
    """Return the public holidays of a year. Those that Ley 51 moves to a Monday are given on that Monday."""
    from holidays import country_holidays  # noqa: PLC0415 - the calendars of the world: 20 ms at the start

    return frozenset(country_holidays("CO", years=year, expand=False))


def is_working_day(day: date) -> bool:
    """Return whether a day is a working day."""
    return day.weekday() < _SATURDAY and day not in list_holidays(day.year)


def list_working_days(first: date, last: date) -> list[date]:
    """Return the working days from the first day to the last, both included."""
    days = (first + count * _DAY for count in range((last - first).days + 1))
    return [day for day in days if is_working_day(day)]


def find_first_working_day(month: date) -> date:
    """Return the first working day of the month of a day."""
    day = first_of_month(month)
    return day if is_working_day(day) else add_working_days(day, 1)


def add_working_days(start: date, day_count: int) -> date:
    """Return the day on which so many working days have passed after ``start``, which does not count itself.

    A count of 0 gives ``start``, whether it is a working day or not. Raises ValueError for a negative count.
    """
    if day_count < 0:
        raise ValueError("working days are counted forwards")
    day = start
    while day_count:
        day += _DAY
        day_count -= is_working_day(day)
    return day
