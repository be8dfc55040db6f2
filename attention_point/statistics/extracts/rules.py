"""The periods of extracts and their limits. Plain Python.

A period is a whole semester or a whole year that has ended. Periods do not overlap, each is made once, and a person is
in one of them at most. So no two extracts can be compared to see who came or went.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from attention_point.dates import format_month_code

DEFAULT_K, DEFAULT_L, LEAST_K_RESTRICTED = 5, 2, 10
LEAST_PEOPLE = 50  # under this, hardly a column would say anything
MAX_TEXT_LENGTH = 120  # characters of a recipient or an agreement


@dataclass(frozen=True, slots=True)
class ExtractPeriod:
    """A span of days, both bounds included."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """The period as in the name of a file: ``2017-07-to-2017-12``."""
        return f"{format_month_code(self.first)}-to-{format_month_code(self.last)}"

    @property
    def is_whole(self) -> bool:
        """Whether the period is a semester or a year."""
        return self in build_periods(self.first.year)

    def overlaps_with(self, other: "ExtractPeriod") -> bool:
        """Say whether two periods share a day."""
        return self.first <= other.last and other.first <= self.last


def get_k_restricted(k: int) -> int:
    """Return the smallest class in which a restricted topic is shown."""
    # At least twice k: who excludes those of a class for whom an answer is impossible (men, in a class with
    # pregnancies) still finds k others.
    return max(LEAST_K_RESTRICTED, 2 * k)


def build_periods(year: int) -> tuple[ExtractPeriod, ...]:
    """Return the two semesters of a year, and the year."""
    begin, middle, end = date(year, 1, 1), date(year, 7, 1), date(year, 12, 31)
    return ExtractPeriod(begin, middle - timedelta(days=1)), ExtractPeriod(middle, end), ExtractPeriod(begin, end)


def build_ended_periods(first_year: int, today: date) -> Iterator[ExtractPeriod]:
    """Yield the periods that have ended, the latest first."""
    for year in range(today.year, first_year - 1, -1):
        semester_1, semester_2, whole = build_periods(year)
        # The year stands above its semesters: whoever takes a semester can never take the
        # year, because the two overlap.
        yield from (period for period in (whole, semester_2, semester_1) if period.last < today)
