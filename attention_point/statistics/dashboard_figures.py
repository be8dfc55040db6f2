"""The figures behind the dashboard: counts kept as things happened, each row found by its key; nobody is opened.

They are as they are: small counts too, because they are the office's own. Restricted topics are not among them, neither
as needs nor by the entities that are there for them; those are told by the month's protected figures alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    """A week or a month of the trend. Referrals, and those of them without an answer, are told of months only."""

    first_day: date
    attentions: int
    people: int
    made: int = 0
    unanswered: int = 0


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
        spans = any(span.attentions or span.made for span in self.trend)
        now = any(each.waiting or each.accepted for each in (self.waiting or {}).values())
        return not (spans or now or any(measure.count or measure.whole for measure in self.glance))


def figures(session: Session, filters: Filters, choice: Offered) -> Figures:
    """Read what was chosen."""
    points = [filters.point] if filters.point else list(choice.points)
    entities = [filters.entity] if filters.entity else list(choice.entities)
    months = months_until(filters.month)
    long = bool(filters.entity) or filters.grouping == "month"
    referred = _referred(session, filters, choice, months if long else months[-2:], points)
    cells = ranges.by_month(session, [BY_ENTITY], [filters.month], points, filters.entity)
    waiting = open_now(session, entities, filters.point) if filters.running else None
    told = by_entity(cells[BY_ENTITY, filters.month], entities)
    of_month = {code: each for code, each in told.items() if each.made}
    referrals = _of_referrals(filters, referred)
    if filters.entity:
        trend = [Span(month, 0, 0, *each) for month, each in referred.items()]
        return Figures(referrals, tuple(trend), (), of_month, waiting, {}, {}, ())
    daily = _daily(session, filters, points)
    trend = _months(session, points, referred) if long else _weeks(filters, daily)
    needs, waits, answers = _details(session, filters, points)
    return Figures(
        (*_glance(filters, daily), *referrals),
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
    states: dict[str, Counter[str]] = {entity: Counter() for entity in entities}
    for cell, count in cells.items():
        entity, state = cell.split("|")
        if entity in states:
            states[entity][state] += count
    return {entity: _told(counts) for entity, counts in states.items()}


def _told(states: Counter[str]) -> Referred:
    open_, answered, unanswered = (sum(states[one] for one in each) for each in (OPEN, ANSWERED, UNANSWERED))
    return Referred(states.total(), open_, answered, unanswered, states["withdrawn"])


def _referred(
    session: Session, filters: Filters, choice: Offered, months: Sequence[date], points: list[str]
) -> dict[date, tuple[int, int]]:
    """Each month's referrals, and how many of them have no answer."""
    hidden = () if filters.entity else directory.entity_codes(session) - choice.entities.keys()
    read = ranges.by_end(session, BY_ENTITY, months, points, UNANSWERED, first=filters.entity, without=hidden)
    return {month: read.get(month, (0, 0)) for month in months}


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


def _daily(session: Session, filters: Filters, points: list[str]) -> _Daily:
    """Every day that the measures and the weeks look at, in one reading."""
    last, month = filters.last_day, filters.month
    days = {*_days(first_of_month(month - DAY), last), *_days(_monday(last) - WEEK, last)}
    if filters.grouping == "week":
        days |= set(_days(weeks_until(last)[0], last))
    if not filters.running:
        days |= set(_days(_year_before(month), next_month(_year_before(month)) - DAY))
    return _Daily(ranges.by_day(session, (ATTENTIONS, PEOPLE), days, points))


def _glance(filters: Filters, daily: _Daily) -> list[Measure]:
    of = _of_now if filters.running else _of_past
    return of(daily, filters.last_day, filters.month)


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


def _of_referrals(filters: Filters, referred: Mapping[date, tuple[int, int]]) -> tuple[Measure, ...]:
    """A referral counts in the month of its visit: there is no part of a month to compare with."""
    made, unanswered = referred[filters.month]
    made_before, unanswered_before = referred[first_of_month(filters.month - DAY)]
    whole = N_("Last month as a whole") if filters.running else N_("The month before, as a whole")
    return (
        Measure("referrals", N_("Referrals made in the month"), made, whole=made_before, whole_of=whole),
        Measure("unanswered", N_("Of these, without an answer"), unanswered, whole=unanswered_before,
                whole_of=whole),
    )  # fmt: skip


def _weeks(filters: Filters, daily: _Daily) -> list[Span]:
    def span(monday: date) -> Span:
        sunday = monday + WEEK - DAY
        return Span(monday, daily.total(ATTENTIONS, monday, sunday), daily.total(PEOPLE, monday, sunday))

    return [span(monday) for monday in weeks_until(filters.last_day)]


def _months(session: Session, points: list[str], referred: Mapping[date, tuple[int, int]]) -> list[Span]:
    read = ranges.by_day(session, (MONTHLY_ATTENTIONS, MONTHLY_PEOPLE), referred, points)
    attentions, people = read[MONTHLY_ATTENTIONS], read[MONTHLY_PEOPLE]
    return [Span(month, attentions.get(month, 0), people.get(month, 0), *each) for month, each in referred.items()]


def _details(
    session: Session, filters: Filters, points: list[str]
) -> tuple[tuple[tuple[str, int, int], ...], dict[str, int], dict[str, int]]:
    """Needs beside those of the month before, the most frequent first; waits; times to an answer."""
    month, before = filters.month, first_of_month(filters.month - DAY)
    read = ranges.by_month(
        session, ("people-by-need", "attentions-by-wait", "answers-by-time"), (month, before), points
    )
    now, then = read["people-by-need", month], read["people-by-need", before]
    needs = sorted((now.keys() | then.keys()) - restricted_needs(session), key=lambda need: (-now.get(need, 0), need))
    return (
        tuple((need, now.get(need, 0), then.get(need, 0)) for need in needs),
        read["attentions-by-wait", month],
        read["answers-by-time", month],
    )


def restricted_needs(session: Session) -> frozenset[str]:
    """The needs that no live figure shows."""
    services = directory.services_by_code(session).values()
    return RESTRICTED | {service.need for service in services if service.restricted}


def _points(session: Session, filters: Filters, points: list[str]) -> tuple[tuple[str, int, int, int], ...]:
    """Each point's attentions in the month and in the one before up to the same day, and its people, most first."""
    before = first_of_month(filters.month - DAY)
    until = _same_day(before, filters.last_day) if filters.running else filters.month - DAY
    spans = _days(filters.month, filters.last_day), _days(before, until)
    read = ranges.by_point(session, (ATTENTIONS, PEOPLE), spans, points)
    (now, then), (people, _before) = read[ATTENTIONS], read[PEOPLE]
    shown = sorted(now.keys() | then.keys(), key=lambda point: (-now.get(point, 0), point))
    return tuple((point, now.get(point, 0), then.get(point, 0), people.get(point, 0)) for point in shown)
