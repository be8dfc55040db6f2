"""The weeks or months of the dashboard's trend."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from attention_point.dates import first_of_month

# A quarter of a year by weeks; by months a year and the month with which it is compared.
TREND_WEEKS, TREND_MONTHS = 12, 13
ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class TrendPeriod:
    """A week or a month of the trend. Weeks have no referrals, which are counted by month."""

    first_day: date
    attentions: int
    people: int
    referrals: int = 0
    unanswered_referrals: int = 0


def get_monday(day: date) -> date:
    """Return the Monday of the week in which a day lies."""
    # Weeks begin on Monday (ISO 8601), and the page says so.
    return day - day.weekday() * ONE_DAY


def get_month_before(month: date) -> date:
    """Return the first day of the month before."""
    return first_of_month(month - ONE_DAY)


def build_trend_months(month: date) -> list[date]:
    """Return the first days of the months of the trend, oldest first."""
    months = [month]
    while len(months) < TREND_MONTHS:
        months.insert(0, get_month_before(months[0]))
    return months


def build_trend_weeks(last_day: date) -> list[date]:
    """Return the Mondays of the weeks of the trend, oldest first."""
    return [get_monday(last_day) - weeks_back * ONE_WEEK for weeks_back in reversed(range(TREND_WEEKS))]


def build_weekly_trend(last_day: date, attentions: Mapping[date, int], people: Mapping[date, int]) -> list[TrendPeriod]:
    """Build the trend by week from the counts of each day."""
    periods = []
    for monday in build_trend_weeks(last_day):
        days = [monday + number * ONE_DAY for number in range(7)]
        sums = [sum(counts.get(day, 0) for day in days) for counts in (attentions, people)]
        periods.append(TrendPeriod(monday, *sums))
    return periods


def build_monthly_trend(
    attentions: Mapping[date, int], people: Mapping[date, int], monthly_referrals: Mapping[date, tuple[int, int]]
) -> list[TrendPeriod]:
    """Build the trend by month from the counts of each month."""
    return [
        TrendPeriod(month, attentions.get(month, 0), people.get(month, 0), *referral_counts)
        for month, referral_counts in monthly_referrals.items()
    ]
