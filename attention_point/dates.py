"""Calendar arithmetic that every room shares: ages, spans of days, months. Plain Python, below all rooms.

A month is written as its code, ``2017-09``: in addresses, commands, file names and stored texts. In Python a month is
the date of its first day. Where a month, a quarter or a year may stand, it is a ``Period``, with the code ``2017-09``,
``2017-Q3`` or ``2017``.

A birth date may be known in part. It is stored as text, and is in Python the span of the days that it may be:
``1991-03-17`` is one day, ``1991-06`` a month, ``1991`` a year, and ``1991-11-30/1992-11-29`` (a time interval of
ISO 8601) all days between two days, as the age that somebody states leaves them.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple, Self

# The office opened in 2017: a year outside this century is a slip of the keyboard, and is no month.
_MONTH_CODE = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
_PERIOD_CODE = re.compile(r"(20\d\d)(?:-Q([1-4])|-(0[1-9]|1[0-2]))?", re.ASCII)
_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_LONGEST_SPAN = timedelta(days=366)  # a stated age leaves a year, and no part of a date leaves more


class DateSpan(NamedTuple):
    """The days on which something may have been: from ``earliest`` to ``latest``, both among them."""

    earliest: date
    latest: date

    @property
    def is_one_day(self) -> bool:
        """Whether the day is known."""
        return self.earliest == self.latest

    @property
    def years(self) -> range:
        """The calendar years that the span touches: one or two."""
        return range(self.earliest.year, self.latest.year + 1)

    def find_common_days(self, span: Self) -> Self | None:
        """The days of both spans; None where they have none in common."""
        common_days = self._replace(earliest=max(self.earliest, span.earliest), latest=min(self.latest, span.latest))
        return common_days if common_days.earliest <= common_days.latest else None


def parse_partial_date(text: str) -> DateSpan:
    """The days that a stored text means: a day, a month, a year, or two days with a slash between them.

    Raises ValueError for any other text, for a day that does not exist, and for more than a year between two days.
    """
    if "/" in text:
        first, last = (parse_partial_date(part) for part in text.split("/", 1))
        earliest, latest = first.earliest, last.latest
        if not (first.is_one_day and last.is_one_day and earliest < latest < earliest + _LONGEST_SPAN):
            raise ValueError("no span of at most a year")
        return DateSpan(earliest, latest)
    match = _PARTIAL_DATE.fullmatch(text)
    if match is None:
        raise ValueError("no part of a date")
    year, month, day = (int(part) if part else None for part in match.groups())
    earliest = date(int(match[1]), month or 1, day or 1)
    if day:
        return DateSpan(earliest, earliest)
    return DateSpan(earliest, last_of_month(earliest) if month else date(earliest.year, 12, 31))


def format_partial_date(span: DateSpan) -> str:
    """The shortest text that ``parse_partial_date`` reads as this span."""
    earliest, latest = span
    for text in (f"{earliest.year:04d}", earliest.isoformat()[:7], earliest.isoformat()):
        if parse_partial_date(text) == span:
            return text
    return f"{earliest.isoformat()}/{latest.isoformat()}"


def age_on(birth_date: date, day: date) -> int:
    """The completed years of somebody on a day. Raises ValueError for a day before the birth.

    Who was born on 29 February completes a year on 28 February where there is no 29th: a term of years that begins on a
    day which the last month lacks ends on that month's last day (Colombian Civil Code, art. 67).
    """
    if day < birth_date:
        raise ValueError("the day is before the birth")
    day_number = 29 if day.month == 2 and day == last_of_month(day) else day.day
    return day.year - birth_date.year - ((day.month, day_number) < (birth_date.month, birth_date.day))


def find_birth_span(age: int, day: date) -> DateSpan:
    """The days on which somebody was born who is so many whole years old on a day. Raises ValueError for no such age.

    The ages are those of ``age_on``, also around a 29 February.
    """
    if age < 0:
        raise ValueError("no age is negative")
    return DateSpan(_find_latest_birth(age + 1, day) + timedelta(days=1), _find_latest_birth(age, day))


def find_possible_ages(span: DateSpan, day: date) -> tuple[int, int] | None:
    """The least and the greatest age in whole years on a day; None where the whole span is after it."""
    if span.earliest > day:
        return None
    return age_on(min(span.latest, day), day), age_on(span.earliest, day)


def _find_latest_birth(age: int, day: date) -> date:
    # The same day of the earlier year, or the one after it: who was born on a 29 February is a year older on the 28th.
    year = day.year - age
    latest = min(date(year, day.month, min(day.day, monthrange(year, day.month)[1])) + timedelta(days=1), day)
    while age_on(latest, day) < age:
        latest -= timedelta(days=1)
    return latest


def is_in_force(valid_from: date | None, valid_to: date | None, day: date) -> bool:
    """Whether a day lies within a span. Both bounds belong to the span; None means no such bound."""
    return (valid_from is None or valid_from <= day) and (valid_to is None or day <= valid_to)


PAST, CURRENT, FUTURE = "past", "current", "future"
# A first and a last day, both included; without a last day it has no end.
Span = tuple[date, date | None]


def find_validity(valid_from: date, valid_to: date | None, day: date) -> str:
    """Whether a span is PAST, CURRENT or FUTURE on a day."""
    if day < valid_from:
        return FUTURE
    return PAST if valid_to is not None and valid_to < day else CURRENT


@dataclass(frozen=True)
class DatedRow:
    """A row with a span of days, both included; without ``valid_to`` it has no end."""

    valid_from: date
    valid_to: date | None

    def is_in_force(self, day: date) -> bool:
        """Whether the row is in force on a day."""
        return is_in_force(self.valid_from, self.valid_to, day)

    def validity_on(self, day: date) -> str:
        """``past``, ``current`` or ``future``."""
        return find_validity(self.valid_from, self.valid_to, day)


def intersect_spans(spans: list[Span]) -> Span | None:
    """The span of the days that lie within all of the spans, or None if there is no such day."""
    # The latest beginning and the earliest end.
    first_day = max(span[0] for span in spans)
    last_day = min((span[1] for span in spans if span[1] is not None), default=None)
    return None if last_day is not None and last_day < first_day else (first_day, last_day)


def find_gaps(span: tuple[date | None, date | None], covering: Iterable[tuple[date | None, date | None]]) -> list[Span]:
    """The parts of a span that none of some other spans covers, from the first day on that one of them does.

    A bound that is None is open. Days before the first of the others are no gap: what has not begun has not ended.
    """
    bounds = [(first or date.min, last or date.max) for first, last in (span, *covering)]
    (first_day, last_day), *others = bounds
    gaps: list[Span] = []
    covered_to: date | None = None
    for first, last in sorted(others):
        if max(first, first_day) > min(last, last_day):  # they have no day in common
            continue
        # Each bound is compared before a day is added: after the last day of the calendar there is none.
        if covered_to is not None and covered_to < first and first - timedelta(days=1) > covered_to:
            gaps.append((covered_to + timedelta(days=1), first - timedelta(days=1)))
        covered_to = max(covered_to or last, last)
    if covered_to is not None and covered_to < last_day:
        gaps.append((covered_to + timedelta(days=1), span[1]))
    return gaps


def first_of_month(day: date) -> date:
    """The first day of the month in which a day lies."""
    return day.replace(day=1)


def first_of_next_month(day: date) -> date:
    """The first day of the month after the one in which a day lies."""
    # Every month has a 28th, and four days after it the next month has begun.
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def last_of_month(day: date) -> date:
    """The last day of the month in which a day lies."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def format_month_code(day: date) -> str:
    """The code of the month in which a day lies: ``2017-09``."""
    return day.isoformat()[:7]


def parse_month_code(code: str) -> date:
    """The first day of the month that a code names. Raises ValueError for a text that is no code of a month."""
    match = _MONTH_CODE.fullmatch(code)
    if match is None:
        raise ValueError("no code of a month")
    return date(int(match[1]), int(match[2]), 1)


PeriodKind = Literal["month", "quarter", "year"]
PERIOD_KINDS: tuple[PeriodKind, ...] = ("month", "quarter", "year")
_MONTHS_OF_PERIOD: dict[PeriodKind, int] = {"month": 1, "quarter": 3, "year": 12}


class Period(NamedTuple):
    """A calendar month, quarter or year, named by its first day. Periods of one kind are ordered as time is."""

    kind: PeriodKind
    first_day: date

    @property
    def code(self) -> str:
        """``2017-09``, ``2017-Q3`` or ``2017``."""
        if self.kind == "year":
            return f"{self.first_day.year:04d}"
        return (
            f"{self.first_day.year:04d}-Q{self.first_day.month // 3 + 1}"
            if self.kind == "quarter"
            else (format_month_code(self.first_day))
        )

    @property
    def months(self) -> tuple[date, ...]:
        """The first days of its months: one, three or twelve."""
        return tuple(_add_months(self.first_day, number) for number in range(_MONTHS_OF_PERIOD[self.kind]))

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.end_day - timedelta(days=1)

    @property
    def end_day(self) -> date:
        """The day after its last one."""
        return _add_months(self.first_day, _MONTHS_OF_PERIOD[self.kind])

    @property
    def previous(self) -> "Period":
        """The period of this kind before it."""
        return Period(self.kind, _add_months(self.first_day, -_MONTHS_OF_PERIOD[self.kind]))

    @property
    def year_before(self) -> "Period":
        """The same period of the year before."""
        return Period(self.kind, _add_months(self.first_day, -12))

    def __contains__(self, day: object) -> bool:
        """Whether a day lies in it."""
        return isinstance(day, date) and self.first_day <= day < self.end_day


def find_period(kind: PeriodKind, day: date) -> Period:
    """The month, quarter or year in which a day lies."""
    months = _MONTHS_OF_PERIOD[kind]
    return Period(kind, date(day.year, (day.month - 1) // months * months + 1, 1))


def parse_period_code(code: str) -> Period:
    """The period that a code names. Raises ValueError for a text that is no code of a period."""
    match = _PERIOD_CODE.fullmatch(code)
    if match is None:
        raise ValueError("no code of a period")
    year, quarter, month = int(match[1]), match[2], match[3]
    if quarter:
        return Period("quarter", date(year, int(quarter) * 3 - 2, 1))
    return Period("month", date(year, int(month), 1)) if month else Period("year", date(year, 1, 1))


def _add_months(first_day: date, number: int) -> date:
    months = first_day.year * 12 + first_day.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)
