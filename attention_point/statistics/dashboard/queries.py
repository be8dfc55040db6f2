"""Reads what the dashboard shows. Every count is stored as things happen, and no record is opened.

The counts are exact, small ones too, because they are for the office only, and each total is what the release of the
month calls so (docs/decisions/0048). Needs of restricted topics are not among them, and the entities that are there for
these stand together: the protected month alone shows them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.referrals.follow_up.open_referral_counts import (
    UNANSWERED_STATES,
    OpenReferralCounts,
    count_open_referrals,
)
from attention_point.referrals.rules import ANSWER_STATES, OPEN_STATES
from attention_point.statistics.dashboard.filters import Filters, Options
from attention_point.statistics.dashboard.measures import (
    ATTENTIONS_BY_DAY,
    PEOPLE_BY_DAY,
    Measure,
    build_days,
    build_first_time_measure,
    build_measures,
    build_referral_measures,
    choose_same_day,
    collect_daily_counts,
)
from attention_point.statistics.dashboard.trend import (
    ONE_DAY,
    TrendPeriod,
    build_monthly_trend,
    build_trend_months,
    build_weekly_trend,
    get_month_before,
)
from attention_point.tallies import queries as tally_queries
from attention_point.tallies import range_queries
from attention_point.tallies.rules import RESTRICTED_CODES

REFERRALS_BY_STATE = "referrals-by-entity-and-state"
# Every attention and every person stands in exactly one cell of these monthly tables, so that the sum of a table is the
# month's total.
MONTHLY_ATTENTIONS, MONTHLY_PEOPLE = "attentions-by-hour", "people-by-population"
SHOWN_TABLES = (
    "people-by-sex-and-age",
    "people-by-population",
    "people-by-municipality",
    "attentions-by-wait",
    "answers-by-time",
)
RESTRICTED_TOGETHER = ""  # no entity has this code
ANSWERED_STATES = ANSWER_STATES | {"closed"}


@dataclass(frozen=True, slots=True)
class ReferralCounts:
    """The referrals of a month, in the states in which they are now."""

    total: int = 0
    open: int = 0
    answered: int = 0
    unanswered: int = 0
    withdrawn: int = 0

    @property
    def non_response_rate(self) -> float | None:
        """The percentage without an answer, of all that were not withdrawn; None where there are none."""
        # A referral that was withdrawn needs no answer, and counted as unanswered it would blame the entity.
        expected_answers = self.total - self.withdrawn
        return round(100 * self.unanswered / expected_answers, 1) if expected_answers else None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All that the dashboard shows for one choice. What a choice leaves out is empty.

    ``counts`` are the cells of the tables of ``SHOWN_TABLES`` in the month. ``referrals_by_entity`` has the entities
    for restricted topics together, under ``RESTRICTED_TOGETHER``. ``open_referrals_by_entity`` is None for a month that
    is over.
    """

    measures: tuple[Measure, ...]
    trend_periods: tuple[TrendPeriod, ...]
    referrals_by_entity: Mapping[str, ReferralCounts]
    referrals_by_state: Mapping[str, int]
    open_referrals_by_entity: Mapping[str, OpenReferralCounts] | None
    needs: tuple[tuple[str, int, int], ...] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    point_counts: tuple[tuple[str, int, int, int], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        open_referrals = (self.open_referrals_by_entity or {}).values()
        return not (
            any(measure.count or measure.whole_count for measure in self.measures)
            or any(period.attentions or period.referrals for period in self.trend_periods)
            or any(counts.waiting or counts.accepted for counts in open_referrals)
        )


def collect_dashboard(session: Session, filters: Filters, options: Options) -> Dashboard:
    """Read what a choice shows."""
    points = [filters.point] if filters.point else _list_every_point(session, filters, options)
    months = build_trend_months(filters.month)
    is_monthly = bool(filters.entity) or filters.grouping == "month"
    monthly_referrals = _sum_monthly_referrals(session, filters, months if is_monthly else months[-2:], points)
    referral_measures = build_referral_measures(filters, monthly_referrals)
    referrals = _collect_referrals(session, filters, options, points)
    entities = [filters.entity] if filters.entity else list(options.entities)
    open_referrals = count_open_referrals(session, entities, filters.point) if filters.is_current_month else None
    # Visits and people belong to no entity: of a chosen one there are referrals only.
    if filters.entity:
        trend = tuple(TrendPeriod(month, 0, 0, *counts) for month, counts in monthly_referrals.items())
        return Dashboard(tuple(referral_measures), trend, *referrals, open_referrals)
    daily_counts = collect_daily_counts(session, filters, points)
    if is_monthly:
        counts = range_queries.sum_by_day(session, (MONTHLY_ATTENTIONS, MONTHLY_PEOPLE), monthly_referrals, points)
        periods = build_monthly_trend(counts[MONTHLY_ATTENTIONS], counts[MONTHLY_PEOPLE], monthly_referrals)
    else:
        # The days of these weeks were read together with those of the measures.
        periods = build_weekly_trend(filters.last_day, daily_counts[ATTENTIONS_BY_DAY], daily_counts[PEOPLE_BY_DAY])
    first_time = build_first_time_measure(filters, _count_first_times(session, months[-2:], points))
    return Dashboard(
        (*build_measures(filters, daily_counts), first_time, *referral_measures),
        tuple(periods),
        *referrals,
        open_referrals,
        _collect_needs(session, filters, points),
        _collect_counts(session, filters, points),
        () if filters.point or len(points) < 2 else _compare_points(session, filters, points),
    )


def _list_every_point(session: Session, filters: Filters, options: Options) -> list[str]:
    """List the points of the directory, and those that left it and have counts in the months that are compared."""
    # Without these a total would be less than the one that is released.
    months = (filters.month, get_month_before(filters.month), filters.month.replace(year=filters.month.year - 1))
    counted_points = (point for month in months for point in tally_queries.list_counted_points(session, month))
    return sorted({*options.points, *counted_points})


def _collect_referrals(
    session: Session, filters: Filters, options: Options, points: list[str]
) -> tuple[dict[str, ReferralCounts], Counter[str]]:
    """Return the referrals of the month by entity, and by state."""
    # Joined before anything is counted: no number of a single restricted entity leaves this function.
    states_by_entity: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for cell, count in _list_referral_cells(session, filters, points, filters.counted_before).items():
        entity, state = cell.split("|")
        states_by_entity[RESTRICTED_TOGETHER if entity in options.restricted_entities else entity][state] += count
    by_state = Counter[str]()
    for cell, count in _list_referral_cells(session, filters, points, _find_end_of_totals(filters)).items():
        by_state[cell.split("|")[1]] += count
    return {entity: _sum_states(states) for entity, states in states_by_entity.items() if states.total()}, by_state


def _list_referral_cells(
    session: Session, filters: Filters, points: list[str], counted_before: date | None
) -> dict[str, int]:
    table, month = REFERRALS_BY_STATE, filters.month
    cells = range_queries.sum_by_month(session, [table], [month], points, filters.entity, counted_before)
    return cells[table, month]


def _find_end_of_totals(filters: Filters) -> date | None:
    # The total of one entity is told by entity, too.
    return filters.counted_before if filters.entity else None


def _sum_states(states: Counter[str]) -> ReferralCounts:
    # An accepted referral is open and answered, so that these sums need not add up to the total.
    open_count, answered, unanswered = (
        sum(states[state] for state in group) for group in (OPEN_STATES, ANSWERED_STATES, UNANSWERED_STATES)
    )
    return ReferralCounts(states.total(), open_count, answered, unanswered, states["withdrawn"])


def _sum_monthly_referrals(
    session: Session, filters: Filters, months: Sequence[date], points: list[str]
) -> dict[date, tuple[int, int]]:
    """Return for each month the number of referrals, and of those without an answer."""
    counts = range_queries.sum_by_last_code(
        session,
        REFERRALS_BY_STATE,
        months,
        points,
        UNANSWERED_STATES,
        first_code=filters.entity,
        counted_before=_find_end_of_totals(filters),
    )
    return {month: counts.get(month, (0, 0)) for month in months}


def _count_first_times(session: Session, months: Sequence[date], points: list[str]) -> dict[date, tuple[int, int]]:
    """Return for each month the number of people, and of those who had never come before."""
    table = "people-by-first-time"
    cells = range_queries.sum_by_month(session, [table], months, points)
    return {month: (sum(cells[table, month].values()), cells[table, month].get("first", 0)) for month in months}


def _collect_needs(session: Session, filters: Filters, points: list[str]) -> tuple[tuple[str, int, int], ...]:
    """Return the people by need beside those of the month before, the most frequent need first."""
    table, month, month_before = "people-by-need", filters.month, get_month_before(filters.month)
    counts = range_queries.sum_by_month(
        session, [table], (month, month_before), points, counted_before=filters.counted_before
    )
    current, previous = counts[table, month], counts[table, month_before]
    # Also needs that nobody had this month and somebody had in the last one: that they went is worth seeing.
    needs = _sort_by_count(current, (current.keys() | previous.keys()) - list_restricted_needs(session))
    return tuple((need, current.get(need, 0), previous.get(need, 0)) for need in needs)


def _collect_counts(session: Session, filters: Filters, points: list[str]) -> dict[str, dict[str, int]]:
    """Return the cells of each shown table in the month."""
    counts = range_queries.sum_by_month(session, SHOWN_TABLES, [filters.month], points)
    return {table: cells for (table, _month), cells in counts.items()}


def _sort_by_count(counts: Mapping[str, int], codes: Iterable[str]) -> list[str]:
    return sorted(codes, key=lambda code: (-counts.get(code, 0), code))


def list_restricted_needs(session: Session) -> frozenset[str]:
    """Return the needs that the dashboard does not show."""
    services = directory_queries.get_services_by_code(session).values()
    # A need is restricted by the method or by any of its services: the more careful of the two counts.
    return RESTRICTED_CODES | {service.need for service in services if service.restricted}


def _compare_points(session: Session, filters: Filters, points: list[str]) -> tuple[tuple[str, int, int, int], ...]:
    """Return for each point its attentions in the month and in the one before up to the same day, and its people."""
    month_before = get_month_before(filters.month)
    until = choose_same_day(month_before, filters.last_day) if filters.is_current_month else filters.month - ONE_DAY
    spans = build_days(filters.month, filters.last_day), build_days(month_before, until)
    counts = range_queries.sum_by_point(session, (ATTENTIONS_BY_DAY, PEOPLE_BY_DAY), spans, points)
    (current, previous), (people, _people_before) = counts[ATTENTIONS_BY_DAY], counts[PEOPLE_BY_DAY]
    return tuple(
        (point, current.get(point, 0), previous.get(point, 0), people.get(point, 0))
        for point in _sort_by_count(current, current.keys() | previous.keys())
    )
