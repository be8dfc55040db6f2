"""The figures behind the dashboard: counts kept as things happened, each row found by its key; nobody is opened.

They are as they are: small counts too, because they are the office's own. Restricted topics are not among them, neither
as needs nor by the entities that are there for them; those are told by the month's protected figures alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory
from attention_point.foundation.language import N_
from attention_point.referrals.figures import UNANSWERED, OpenNow, open_now
from attention_point.referrals.rules import ANSWERS, OPEN
from attention_point.statistics.dashboard_filters import Filters, Offered
from attention_point.tallies import ranges
from attention_point.tallies.queries import next_month
from attention_point.tallies.rules import RESTRICTED, first_of_month

WEEKS, MONTHS = 12, 13
DAY, WEEK = timedelta(days=1), timedelta(days=7)
ATTENTIONS, PEOPLE = "attentions-by-day", "people-by-day"
BY_ENTITY = "referrals-by-entity-and-state"
# Monthly tables that every attention and every person enters once: their sums are the month's.
MONTHLY_ATTENTIONS, MONTHLY_PEOPLE = "attentions-by-hour", "people-by-population"
ANSWERED = ANSWERS | {"closed"}


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure beside those before it; ``basis`` and ``whole_of`` are messages that say of what those are."""

    key: str
    label: str
    count: int
    before: int | None = None
    basis: str | None = None
    whole: int | None = None
    whole_of: str | None = None


@dataclass(frozen=True, slots=True)
class Referred:
    """A month's referrals, in the states in which they are now."""

    made: int = 0
    open: int = 0
    answered: int = 0
    unanswered: int = 0
    withdrawn: int = 0

    @property
    def share(self) -> float | None:
        """The non-response rate in per cent: without an answer, of all that were not withdrawn."""
        owed = self.made - self.withdrawn
        return round(100 * self.unanswered / owed, 1) if owed else None


@dataclass(frozen=True, slots=True)
class Span:
    """A week or a month of the trend. ``referred`` is there for months only."""

    first_day: date
    attentions: int
    people: int
    referred: Referred | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the dashboard shows for one choice; what it leaves out is empty. ``waiting`` is None in the past."""

    glance: tuple[Measure, ...]
    trend: tuple[Span, ...]
    needs: tuple[tuple[str, int, int], ...]
    entities: Mapping[str, Referred]
    waiting: Mapping[str, OpenNow] | None
    waits: Mapping[str, int]
    answers: Mapping[str, int]
    points: tuple[tuple[str, int, int, int], ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to see."""
        spans = any(span.attentions or (span.referred and span.referred.made) for span in self.trend)
        now = any(each.waiting or each.accepted for each in (self.waiting or {}).values())
        return not (spans or now or any(measure.count or measure.whole for measure in self.glance))


def figures(session: Session, filters: Filters, choice: Offered) -> Figures:
    """Read what was chosen."""
    points = [filters.point] if filters.point else list(choice.points)
    months = months_until(filters.month)
    entities = [filters.entity] if filters.entity else list(choice.entities)
    monthly = ranges.by_month(session, [MONTHLY_ATTENTIONS, MONTHLY_PEOPLE, BY_ENTITY], months, points)
    referred = {month: by_entity(monthly[BY_ENTITY, month], entities) for month in months}
    waiting = open_now(session, entities, filters.point) if filters.running else None
    of_month = {code: each for code, each in referred[filters.month].items() if each.made}
    referrals = _of_referrals(filters, referred)
    if filters.entity:
        trend = [Span(month, 0, 0, together(referred[month].values())) for month in months]
        return Figures(referrals, tuple(trend), (), of_month, waiting, {}, {}, ())
    trend = _months(monthly, referred) if filters.grouping == "month" else _weeks(session, filters, points)
    needs, waits, answers = _details(session, filters, points)
    return Figures(
        (*_glance(session, filters, points), *referrals),
        tuple(trend),
        needs,
        of_month,
        waiting,
        waits,
        answers,
        () if filters.point or len(points) < 2 else _points(session, filters, points),
    )


def months_until(month: date) -> list[date]:
    """The months of the trend, oldest first."""
    found = [month]
    while len(found) < MONTHS:
        found.insert(0, first_of_month(found[0] - DAY))
    return found


def weeks_until(last_day: date) -> list[date]:
    """The Mondays of the trend's weeks, oldest first."""
    return [_monday(last_day) - back * WEEK for back in reversed(range(WEEKS))]


def by_entity(cells: Mapping[str, int], entities: Iterable[str]) -> dict[str, Referred]:
    """Cells of entity and state, told in the office's words."""
    found = {entity: Referred() for entity in entities}
    for cell, count in cells.items():
        entity, state = cell.split("|")
        if entity in found:
            found[entity] = together((found[entity], _in_state(state, count)))
    return found


def _in_state(state: str, count: int) -> Referred:
    return Referred(
        made=count,
        open=count if state in OPEN else 0,
        answered=count if state in ANSWERED else 0,
        unanswered=count if state in UNANSWERED else 0,
        withdrawn=count if state == "withdrawn" else 0,
    )


def together(all_of: Iterable[Referred]) -> Referred:
    """The sum."""
    each = list(all_of)
    return Referred(*(sum(getattr(one, name) for one in each) for name in Referred.__slots__))


def _days(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


def _same_day(month: date, day: date) -> date:
    """The day of another month up to which it is compared: the same number, or the month's last day."""
    return min(month.replace(day=1) + (day.day - 1) * DAY, next_month(month) - DAY)


@dataclass(frozen=True, slots=True)
class _Daily:
    read: Mapping[str, Mapping[date, int]]

    def total(self, table: str, first: date, last: date) -> int:
        return sum(self.read[table].get(day, 0) for day in _days(first, last))


def _glance(session: Session, filters: Filters, points: list[str]) -> list[Measure]:
    last, month = filters.last_day, filters.month
    days = {*_days(first_of_month(month - DAY), last), *_days(_monday(last) - WEEK, last)}
    if not filters.running:
        days |= set(_days(_year_before(month), next_month(_year_before(month)) - DAY))
    read = _Daily({table: ranges.by_day(session, table, days, points) for table in (ATTENTIONS, PEOPLE)})
    return _of_now(read, last, month) if filters.running else _of_past(read, last, month)


def _monday(day: date) -> date:
    return day - day.weekday() * DAY


def _year_before(month: date) -> date:
    return month.replace(year=month.year - 1)


def _of_now(daily: _Daily, today: date, month: date) -> list[Measure]:
    monday, before = _monday(today), first_of_month(month - DAY)

    def of_month(table: str, key: str, label: str) -> Measure:
        same = daily.total(table, before, _same_day(before, today))
        return Measure(key, label, daily.total(table, month, today), same, N_("last month up to the same day"),
                       daily.total(table, before, month - DAY), N_("Last month as a whole"))  # fmt: skip

    return [
        Measure("today", N_("Attentions today"), daily.total(ATTENTIONS, today, today),
                daily.total(ATTENTIONS, today - WEEK, today - WEEK), N_("the same day last week")),
        Measure("week", N_("Attentions this week"), daily.total(ATTENTIONS, monday, today),
                daily.total(ATTENTIONS, monday - WEEK, today - WEEK), N_("last week up to the same day"),
                daily.total(ATTENTIONS, monday - WEEK, monday - DAY), N_("Last week as a whole")),
        of_month(ATTENTIONS, "month", N_("Attentions this month")),
        of_month(PEOPLE, "people", N_("People this month")),
    ]  # fmt: skip


def _of_past(daily: _Daily, last: date, month: date) -> list[Measure]:
    before, year = first_of_month(month - DAY), _year_before(month)
    return [
        Measure(key, label, daily.total(table, month, last), daily.total(table, before, month - DAY),
                N_("the month before"), daily.total(table, year, next_month(year) - DAY),
                N_("The same month a year before"))
        for table, key, label in (
            (ATTENTIONS, "month", N_("Attentions of the month")), (PEOPLE, "people", N_("People of the month")),
        )
    ]  # fmt: skip


def _of_referrals(filters: Filters, referred: Mapping[date, Mapping[str, Referred]]) -> tuple[Measure, ...]:
    """A referral counts in the month of its visit: there is no part of a month to compare with."""
    now = together(referred[filters.month].values())
    before = together(referred[first_of_month(filters.month - DAY)].values())
    whole = N_("Last month as a whole") if filters.running else N_("The month before, as a whole")
    return (
        Measure("referrals", N_("Referrals made in the month"), now.made, whole=before.made, whole_of=whole),
        Measure("unanswered", N_("Of these, without an answer"), now.unanswered, whole=before.unanswered,
                whole_of=whole),
    )  # fmt: skip


def _weeks(session: Session, filters: Filters, points: list[str]) -> list[Span]:
    mondays = weeks_until(filters.last_day)
    days = _days(mondays[0], filters.last_day)
    read = _Daily({table: ranges.by_day(session, table, days, points) for table in (ATTENTIONS, PEOPLE)})
    return [
        Span(
            monday,
            read.total(ATTENTIONS, monday, monday + WEEK - DAY),
            read.total(PEOPLE, monday, monday + WEEK - DAY),
        )
        for monday in mondays
    ]


def _months(
    monthly: Mapping[tuple[str, date], Mapping[str, int]], referred: Mapping[date, Mapping[str, Referred]]
) -> list[Span]:
    return [
        Span(
            month,
            sum(monthly[MONTHLY_ATTENTIONS, month].values()),
            sum(monthly[MONTHLY_PEOPLE, month].values()),
            together(each.values()),
        )
        for month, each in referred.items()
    ]


def _details(
    session: Session, filters: Filters, points: list[str]
) -> tuple[tuple[tuple[str, int, int], ...], dict[str, int], dict[str, int]]:
    """Needs beside those of the month before, the most frequent first; waits; times to an answer."""
    month, before = filters.month, first_of_month(filters.month - DAY)
    read = ranges.by_month(session, ["people-by-need"], (month, before), points)
    now, then = read["people-by-need", month], read["people-by-need", before]
    needs = sorted((now.keys() | then.keys()) - restricted_needs(session), key=lambda need: (-now.get(need, 0), need))
    times = ranges.by_month(session, ["attentions-by-wait", "answers-by-time"], (month,), points)
    return (
        tuple((need, now.get(need, 0), then.get(need, 0)) for need in needs),
        times["attentions-by-wait", month],
        times["answers-by-time", month],
    )


def restricted_needs(session: Session) -> frozenset[str]:
    """The needs that no live figure shows."""
    services = directory.services_by_code(session).values()
    return RESTRICTED | {service.need for service in services if service.restricted}


def _points(session: Session, filters: Filters, points: list[str]) -> tuple[tuple[str, int, int, int], ...]:
    """Each point's attentions in the month and in the one before up to the same day, and its people, most first."""
    before = first_of_month(filters.month - DAY)
    until = _same_day(before, filters.last_day) if filters.running else filters.month - DAY
    days = _days(filters.month, filters.last_day)
    now, people = (ranges.by_point(session, table, days, points) for table in (ATTENTIONS, PEOPLE))
    then = ranges.by_point(session, ATTENTIONS, _days(before, until), points)
    shown = sorted(now.keys() | then.keys(), key=lambda point: (-now.get(point, 0), point))
    return tuple((point, now.get(point, 0), then.get(point, 0), people.get(point, 0)) for point in shown)
