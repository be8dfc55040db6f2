"""The measures at the head of the dashboard: one count each, beside the counts before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from attention_point.dates import last_of_month
from attention_point.foundation.language import N_
from attention_point.statistics.dashboard.filters import Filters
from attention_point.statistics.dashboard.trend import (
    ONE_DAY,
    ONE_WEEK,
    build_trend_weeks,
    get_monday,
    get_month_before,
)
from attention_point.tallies import range_queries

ATTENTIONS_BY_DAY, PEOPLE_BY_DAY = "attentions-by-day", "people-by-day"
DailyCounts = Mapping[str, Mapping[date, int]]  # table → day → count


@dataclass(frozen=True, slots=True)
class Measure:
    """One count beside those before it. ``compared_with`` and ``whole_label`` are messages that say what those are."""

    key: str
    label: str
    count: int
    previous_count: int | None = None
    compared_with: str | None = None
    whole_count: int | None = None
    whole_label: str | None = None


def build_days(first_day: date, last_day: date) -> list[date]:
    """Return all days from the first to the last."""
    return [first_day + number * ONE_DAY for number in range((last_day - first_day).days + 1)]


def sum_days(counts: Mapping[date, int], first_day: date, last_day: date) -> int:
    """Sum the counts from the first day to the last."""
    return sum(count for day, count in counts.items() if first_day <= day <= last_day)


def choose_same_day(month: date, day: date) -> date:
    """Return the day of another month up to which a month that still runs is compared with it.

    It has the same number, or is the last day of a month that is too short.
    """
    # 31 March is compared with the whole of February, because the 31st day from its first lies in March.
    return min(month + (day.day - 1) * ONE_DAY, last_of_month(month))


def collect_daily_counts(session: Session, filters: Filters, points: list[str]) -> DailyCounts:
    """Read the counts of every day that the measures and the weekly trend use, in one statement."""
    last_day, month = filters.last_day, filters.month
    # The spans overlap: read one after the other, the same rows would be read twice.
    spans = [(get_month_before(month), last_day), (get_monday(last_day) - ONE_WEEK, last_day)]
    if filters.grouping == "week":
        spans.append((build_trend_weeks(last_day)[0], last_day))
    # Only a month that is over is set beside the same month of the year before: one that still runs would look small.
    if not filters.is_current_month:
        year_before = month.replace(year=month.year - 1)
        spans.append((year_before, last_of_month(year_before)))
    days = {day for span in spans for day in build_days(*span)}
    return range_queries.sum_by_day(session, (ATTENTIONS_BY_DAY, PEOPLE_BY_DAY), days, points)


def build_measures(filters: Filters, daily_counts: DailyCounts) -> list[Measure]:
    """Build the measures of attentions and people."""
    attentions, people = daily_counts[ATTENTIONS_BY_DAY], daily_counts[PEOPLE_BY_DAY]
    if filters.is_current_month:
        return [
            *_build_visit_measures(attentions, filters.last_day),
            _build_running_measure("month", N_("Attentions this month"), attentions, filters),
            _build_running_measure("people", N_("People this month"), people, filters),
        ]
    return [
        _build_past_measure("month", N_("Attentions of the month"), attentions, filters),
        _build_past_measure("people", N_("People of the month"), people, filters),
    ]


# A day is compared with the same day of the week before, and a week or month that still runs with the same part of the
# one before: a Monday morning beside a whole week would look like a collapse.
def _build_visit_measures(attentions: Mapping[date, int], today: date) -> list[Measure]:
    monday, week_ago = get_monday(today), today - ONE_WEEK
    last_monday = monday - ONE_WEEK
    return [
        Measure(
            "today",
            N_("Attentions today"),
            sum_days(attentions, today, today),
            sum_days(attentions, week_ago, week_ago),
            N_("the same day last week"),
        ),
        Measure(
            "week",
            N_("Attentions this week"),
            sum_days(attentions, monday, today),
            sum_days(attentions, last_monday, week_ago),
            N_("last week up to the same day"),
            sum_days(attentions, last_monday, monday - ONE_DAY),
            N_("Last week as a whole"),
        ),
    ]


def _build_running_measure(key: str, label: str, counts: Mapping[date, int], filters: Filters) -> Measure:
    month_before = get_month_before(filters.month)
    return Measure(
        key,
        label,
        sum_days(counts, filters.month, filters.last_day),
        sum_days(counts, month_before, choose_same_day(month_before, filters.last_day)),
        N_("last month up to the same day"),
        sum_days(counts, month_before, last_of_month(month_before)),
        N_("Last month as a whole"),
    )


def _build_past_measure(key: str, label: str, counts: Mapping[date, int], filters: Filters) -> Measure:
    month_before = get_month_before(filters.month)
    year_before = filters.month.replace(year=filters.month.year - 1)
    return Measure(
        key,
        label,
        sum_days(counts, filters.month, filters.last_day),
        sum_days(counts, month_before, last_of_month(month_before)),
        N_("the month before"),
        sum_days(counts, year_before, last_of_month(year_before)),
        N_("The same month a year before"),
    )


MonthlyPairs = Mapping[date, tuple[int, int]]  # month → a total, and how many of them are of one kind


def build_referral_measures(filters: Filters, monthly_referrals: MonthlyPairs) -> list[Measure]:
    """Build the measures of referrals: those made in the month, and those of them without an answer."""
    return [
        _build_monthly_measure("referrals", N_("Referrals made in the month"), 0, filters, monthly_referrals),
        _build_monthly_measure("unanswered", N_("Of these, without an answer"), 1, filters, monthly_referrals),
    ]


def build_first_time_measure(filters: Filters, monthly_people: MonthlyPairs) -> Measure:
    """Build the measure of the people of the month who had never come before."""
    return _build_monthly_measure("first", N_("Of these people, for the first time"), 1, filters, monthly_people)


def _build_monthly_measure(key: str, label: str, part: int, filters: Filters, monthly_counts: MonthlyPairs) -> Measure:
    # These count in the month of their visit and not by day, so that there is no part of a month to compare with.
    whole_label = N_("Last month as a whole") if filters.is_current_month else N_("The month before, as a whole")
    month_before = get_month_before(filters.month)
    counts, whole_counts = (monthly_counts.get(month, (0, 0)) for month in (filters.month, month_before))
    return Measure(key, label, counts[part], whole_count=whole_counts[part], whole_label=whole_label)
