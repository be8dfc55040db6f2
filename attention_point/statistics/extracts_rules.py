"""Which periods there are, and what is asked of who wants an extract. Plain Python.

A period is a whole semester or a whole year that has ended. Periods do not overlap, each is made once, and a person is
in one of them at most: nothing can be set against another extract to see who came or went.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

K, L, K_RESTRICTED = 5, 2, 10
LEAST_PEOPLE = 50  # under this, hardly a column would say anything
LONGEST = 120  # characters of a recipient or an agreement
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """As in a file's name: ``2017-07-to-2017-12``."""
        return f"{self.first:%Y-%m}-to-{self.last:%Y-%m}"

    @property
    def whole(self) -> bool:
        """Whether it is a semester or a year."""
        return self in periods_of(self.first.year)

    def overlaps(self, other: "Period") -> bool:
        """Whether they share a day."""
        return self.first <= other.last and other.first <= self.last


def k_restricted(k: int) -> int:
    """The least class in which a restricted topic is shown.

    At least twice ``k``: who strikes those from a class of whom an answer is impossible still finds ``k`` others.
    """
    return max(K_RESTRICTED, 2 * k)


def periods_of(year: int) -> tuple[Period, ...]:
    """The two semesters of a year, and the year."""
    begin, middle, end = date(year, 1, 1), date(year, 7, 1), date(year, 12, 31)
    return Period(begin, middle - timedelta(days=1)), Period(middle, end), Period(begin, end)


def ended(first_year: int, today: date) -> Iterator[Period]:
    """The periods that have ended, the latest first."""
    for year in range(today.year, first_year - 1, -1):
        semester_1, semester_2, whole = periods_of(year)
        yield from (one for one in (whole, semester_2, semester_1) if one.last < today)


def month_of(text: str) -> date | None:
    """The first day of a month written ``2017-09``; None for what is no month."""
    found = _MONTH.fullmatch(text.strip())
    return date(int(found[1]), int(found[2]), 1) if found else None


def last_day(month: date) -> date:
    """The last day of a month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
