"""Working days in Colombia: Monday to Friday without the public holidays (Ley 51 de 1983).

Terms in working days count from the day after (Ley 4 de 1913, art. 62; Ley 1581 de 2012, arts. 14 and 15).
"""

from datetime import date, timedelta
from functools import cache

from holidays import country_holidays

_SATURDAY = 5
_DAY = timedelta(days=1)


@cache
def holidays_of(year: int) -> frozenset[date]:
    """The public holidays of a year, those kept on a Monday on that Monday."""
    return frozenset(country_holidays("CO", years=year, expand=False))


def is_working_day(day: date) -> bool:
    """Whether offices are open on a day."""
    return day.weekday() < _SATURDAY and day not in holidays_of(day.year)


def working_days(first: date, last: date) -> list[date]:
    """The working days from the first to the last, both included."""
    days = (first + count * _DAY for count in range((last - first).days + 1))
    return [day for day in days if is_working_day(day)]


def first_working_day(month: date) -> date:
    """The first working day of the month in which a day lies."""
    day = month.replace(day=1)
    return day if is_working_day(day) else add_working_days(day, 1)


def add_working_days(start: date, days: int) -> date:
    """The day on which so many working days have passed after ``start``, which itself does not count.

    None at all give ``start``, open or not. Raises ValueError for fewer.
    """
    if days < 0:
        raise ValueError("working days are counted forwards")
    day = start
    while days:
        day += _DAY
        days -= is_working_day(day)
    return day
