"""What other releases tell of a period: earlier versions of it, the quarter and the year around it, its parts.

A quarter's attentions are the sum of its months', so that each published figure bounds the others. People do not add
up: whoever comes in two months is one person of the quarter. But a quarter has no fewer than any of its months, and no
more than all of them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, product
from math import inf
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from attention_point.dates import Period, find_period, parse_period_code
from attention_point.statistics.audit.findings import KnownSum, Narrow, Published, get_needed_values
from attention_point.statistics.cells import MERGE_SEPARATOR, TOTAL_CODE, CellCodes
from attention_point.statistics.protection.period import Figure, Figures, PeriodRounder, RoundedTables
from attention_point.statistics.protection.totals import COMPARED_TOTALS, EXACT_FROM, FIRST_TIME, protect_totals
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.content import ROUNDING, ReleaseContent, TableContent
from attention_point.tallies import queries as tally_queries
from attention_point.tallies.rules import BASE, INDICATORS_BY_ID, Indicator

if TYPE_CHECKING:
    from attention_point.statistics.audit.remedies import ProtectedPeriod

Interval = tuple[float, float]
ReadTrueFigures = Callable[[str], Figures]  # the code of a period → its true figures
Intervals = Mapping[Figure, Interval]
UNKNOWN: Interval = (0.0, inf)
# People are not among them: whoever comes in two months is one person of the quarter.
_ADDITIVE_TOTALS = ("attentions", "referrals", "answers", FIRST_TIME)
_ADDITIVE_UNITS = frozenset({"attentions", "referrals", "answers"})


@dataclass(frozen=True, slots=True)
class PeriodGroup:
    """A quarter or a year and its parts, as they are published; None stands for the period that is being released.

    ``has_all_parts`` is false where a part with counts is not released. ``versions`` are all contents of those that
    were corrected, by the code of the period: anybody may have kept the earlier ones.
    """

    whole: ReleaseContent | None
    parts: Sequence[ReleaseContent | None]
    has_all_parts: bool
    versions: Mapping[str, Sequence[ReleaseContent]] = field(default_factory=dict)


def list_known_sums(contents: Iterable[ReleaseContent]) -> list[KnownSum]:
    """List what published contents tell of the stored tables: of each figure, or of some merged ones together."""
    return [
        KnownSum(
            indicator.stored_table, tuple(_list_cells(indicator, cell)), *_get_interval(content, table, cell, count)
        )
        for content in contents
        for table in content.tables
        if (indicator := INDICATORS_BY_ID.get(table.id)) and indicator.dimensions == table.dimensions
        for cell, count in table.cells.items()
        if count is not None
    ]


def _list_cells(indicator: Indicator, cell: CellCodes) -> Iterator[CellCodes]:
    codes = dict(zip(indicator.dimensions, cell, strict=True))
    stored = INDICATORS_BY_ID[indicator.stored_table]
    return product(*(codes.get(dimension, TOTAL_CODE).split(MERGE_SEPARATOR) for dimension in stored.dimensions))


def _get_interval(content: ReleaseContent, table: TableContent, cell: CellCodes, count: int) -> Interval:
    # The old method published what was counted.
    margin = table.get_base(cell) - 1 if content.method == ROUNDING else 0
    return max(0, count - margin), count + margin


def read_intervals(content: ReleaseContent) -> dict[Figure, Interval]:
    """Return between which values each figure of a content lies."""
    return {
        (known.table, known.cells[0]): (known.least, known.greatest)
        for known in list_known_sums([content])
        if len(known.cells) == 1
    }


def _read_figures(content: ReleaseContent) -> dict[str, dict[CellCodes, int]]:
    figures: dict[str, dict[CellCodes, int]] = {}
    for table in content.tables:
        indicator = INDICATORS_BY_ID.get(table.id)
        if content.method == ROUNDING and indicator and indicator.dimensions == table.dimensions:
            for cell, count in table.cells.items():
                if count is not None:
                    (stored_cell,) = _list_cells(indicator, cell)
                    figures.setdefault(indicator.stored_table, {})[stored_cell] = count
    return figures


class RelatedPeriods:
    """The published figures of the periods that contain a period, or that it contains.

    ``versions`` are the earlier ones of the period itself.
    """

    def __init__(
        self,
        groups: Sequence[PeriodGroup],
        read_true_figures: ReadTrueFigures,
        versions: Sequence[ReleaseContent] = (),
    ) -> None:
        self._read_true_figures = read_true_figures
        self._groups = [_PublishedGroup(group, read_true_figures) for group in groups]
        self._versions = [read_intervals(version) for version in versions]

    def list_known_sums(self, figures: Iterable[Figure]) -> list[KnownSum]:
        """List what the related periods alone tell of each figure of the period that is being released."""
        known_sums = []
        for group, figure in product(self._groups, figures):
            least, greatest = group.tighten(figure, UNKNOWN)[group.own_place]
            if (least, greatest) != UNKNOWN:
                known_sums.append(KnownSum(figure[0], (figure[1],), least, greatest))
        return known_sums

    def find_breaches(self, rounded: RoundedTables) -> Iterator[Narrow]:
        """Find the figures by which this period would tell more of a small count of a related one than is told."""
        for group, (table, bases) in product(self._groups, rounded.bases.items()):
            for cell, base in bases.items():
                figure, published = (table, cell), rounded.figures[table][cell]
                before = self._intersect_versions(figure, rounded.true_figures[table][cell])
                own = max(before[0], published - base + 1), min(before[1], published + base - 1)
                # The period's own figures are the audit's task. Here it is asked what they tell of others that nobody
                # can change any more.
                for place, interval in enumerate(group.tighten(figure, own)):
                    if place == group.own_place or not _is_narrow(interval, base):
                        continue
                    # As in the audit: what tells of another count than today's informs nobody, and what is told without
                    # this version is not mended by it.
                    count = self._read_true_figures(group.periods[place])[table][cell]
                    known = group.tighten(figure, before)[place]
                    if 0 < count < base and interval[0] <= count <= interval[1] and interval != known:
                        yield Narrow(figure, *interval)

    def _intersect_versions(self, figure: Figure, count: int) -> Interval:
        """Return between which values the earlier versions leave a figure, where they tell of today's count."""
        known = [interval for version in self._versions if (interval := version.get(figure))]
        return _intersect([UNKNOWN, *known], count)


def _intersect(known: Sequence[Interval], count: int) -> Interval:
    """Return the first of some intervals, less what those of the others exclude that tell of today's count."""
    newest, *others = known
    others = [interval for interval in others if interval[0] <= count <= interval[1]]
    least = max(newest[0], *(low for low, _high in others), newest[0])
    greatest = min(newest[1], *(high for _low, high in others), newest[1])
    return (least, greatest) if least <= greatest else newest


def _is_narrow(interval: Interval, base: int) -> bool:
    least, greatest = interval
    return greatest - least + 1 < get_needed_values(base) and greatest >= 1 and least < base


class _PublishedGroup:
    """Between which values each figure of a quarter or year lies, and those of its parts; None is what is released."""

    def __init__(self, group: PeriodGroup, read_true_figures: ReadTrueFigures) -> None:
        contents = [group.whole, *group.parts]
        self.periods = [content.period if content else "" for content in contents]
        self.own_place = contents.index(None)
        self._has_all_parts, self._read_true_figures = group.has_all_parts, read_true_figures
        # The one in force first.
        self._intervals: list[list[Intervals]] = [
            [
                read_intervals(version)
                for version in (content, *(v for v in group.versions.get(content.period, ()) if v != content))
            ]
            if content
            else []
            for content in contents
        ]
        self._tightened: dict[tuple[Figure, Interval], list[Interval]] = {}

    def tighten(self, figure: Figure, own: Interval) -> list[Interval]:
        """Return between which values the figure lies, in the whole and in each part, from all of them together."""
        # From one rounding to the next a few figures change.
        if (figure, own) not in self._tightened:
            # A figure that was left out, or that the tables of an earlier method do not have, bounds nothing.
            known = [self._bound(place, figure) for place in range(len(self.periods))]
            known[self.own_place] = own
            self._tightened[figure, own] = _tighten_intervals(
                known,
                is_additive=INDICATORS_BY_ID[figure[0]].counts in _ADDITIVE_UNITS,
                has_all_parts=self._has_all_parts,
            )
        return self._tightened[figure, own]

    def _bound(self, place: int, figure: Figure) -> Interval:
        """Return between which values all versions of a period leave a figure."""
        known = [version.get(figure, UNKNOWN) for version in self._intervals[place]]
        if len(set(known)) < 2:  # true figures are read only where versions differ
            return known[0] if known else UNKNOWN
        table, cell = figure
        return _intersect(known, self._read_true_figures(self.periods[place]).get(table, {}).get(cell, 0))


def _tighten_intervals(intervals: Sequence[Interval], *, is_additive: bool, has_all_parts: bool) -> list[Interval]:
    """Return between which values a whole, the first, and its parts lie, from all of them together."""
    (least, greatest), *parts = intervals
    lows, highs = [low for low, _high in parts], [high for _low, high in parts]
    # Where a part is missing, it may hold any number, so that the whole has no upper bound from its parts.
    most = sum(highs) if has_all_parts else inf
    tightened = [(max(least, sum(lows) if is_additive else max(lows, default=0.0)), min(greatest, most))]
    for place, (low, high) in enumerate(parts):
        # Subtraction, as a reader would do it: the whole less the other parts.
        others_most = sum(highs[:place]) + sum(highs[place + 1 :]) if has_all_parts else inf
        highest = greatest - (sum(lows) - low) if is_additive else greatest
        tightened.append((max(low, least - others_most), min(high, highest)))
    # Where two figures contradict one another, something was recorded between the releases: nobody learns anything.
    return [
        interval if interval[0] <= interval[1] else before
        for interval, before in zip(tightened, intervals, strict=True)
    ]


def protect_beside_releases(
    rounder: PeriodRounder,
    read_true_figures: ReadTrueFigures,
    versions: Sequence[ReleaseContent] = (),
    groups: Sequence[PeriodGroup] = (),
    bound_units: Collection[str] = (),
    people_beside: Iterable[int] = (),
) -> "ProtectedPeriod":
    """Round a period such that it passes the audit, by itself and beside what is released.

    ``versions`` are the earlier ones of the period, the newest first. ``bound_units`` are totals that must not be
    exact, and ``people_beside`` the totals beside which an exact one of people would tell of a few.
    ``read_true_figures`` is asked for those of the periods in ``groups``.
    """
    # HiGHS and NumPy take a third of a second and 40 MB to load: only who releases a period pays for them.
    from attention_point.statistics.audit.remedies import protect_audited_period  # noqa: PLC0415

    related = RelatedPeriods(groups, read_true_figures, versions)
    rounder.earlier_figures = _read_figures(versions[0]) if versions else {}
    figures = [(table, cell) for table, cells in rounder.true_figures.items() for cell in cells]
    known_totals: dict[str, list[int]] = {"people": list(people_beside)}
    total_bounds: dict[str, list[Interval]] = {}
    for version, unit in product(versions, (*rounder.true_totals, FIRST_TIME)):
        if (total := version.totals.get(unit)) is not None:
            known_totals.setdefault(unit, []).append(total)
            # As a reader sees it: a multiple of the base may be rounded.
            margin = BASE - 1 if version.method == ROUNDING and total % BASE == 0 else 0
            total_bounds.setdefault(unit, []).append((max(0, total - margin), total + margin))
    return protect_audited_period(
        rounder,
        lambda rounded, units: protect_totals(rounded, rounder.true_totals, known_totals, {*bound_units, *units}),
        Published([*list_known_sums(versions), *related.list_known_sums(figures)], total_bounds),
        related.find_breaches,
    )


def list_earlier_versions(session: Session, period: Period) -> list[ReleaseContent]:
    """List the contents of all versions of a period that are released."""
    return [queries.load_content(release) for release in queries.list_versions(session, period)]


def list_period_groups(session: Session, period: Period) -> list[PeriodGroup]:
    """List the released quarters and years that contain a period, and the parts that it has itself."""
    groups = []
    for kind in ("quarter", "year"):
        whole = find_period(kind, period.first_day)
        content = load_current(session, whole)
        # A month is bounded by a quarter or year that was released before it is corrected: its
        # new figures must not undo theirs.
        if period.kind == "month" and content is not None:
            groups.append(_build_group(session, period, content, list_months(whole)))
    if period.kind == "quarter" and (content := load_current(session, find_period("year", period.first_day))):
        quarters = {find_period("quarter", month): None for month in find_period("year", period.first_day).months}
        groups.append(_build_group(session, period, content, list(quarters)))
    if period.kind != "month":
        # The other way round, what is released now contains months that anybody has downloaded.
        groups.append(_build_group(session, period, None, list_months(period)))
    if period.kind == "year":
        groups.append(_build_group(session, period, None, list({find_period("quarter", m): 0 for m in period.months})))
    return groups


def list_months(period: Period) -> list[Period]:
    """List the months of a period."""
    return [Period("month", month) for month in period.months]


def load_current(session: Session, period: Period) -> ReleaseContent | None:
    """Load what is published of a period; None where nothing is."""
    release = queries.find_current_release(session, period)
    return queries.load_content(release) if release else None


def _build_group(
    session: Session, period: Period, whole: ReleaseContent | None, parts: Sequence[Period]
) -> PeriodGroup:
    contents: list[ReleaseContent | None] = []
    has_all_parts = True
    versions = {part.code: list_earlier_versions(session, part) for part in parts if part != period}
    if whole is not None:
        versions[whole.period] = list_earlier_versions(session, parse_period_code(whole.period))
    for part in parts:
        content = None if part == period else load_current(session, part)
        if content is not None or part == period:
            contents.append(content)
        elif not is_unrecorded(session, part):
            has_all_parts = False
    return PeriodGroup(whole, contents, has_all_parts, versions)


def is_unrecorded(session: Session, period: Period) -> bool:
    """Whether no month of a period has counts."""
    return not any(tally_queries.list_counted_points(session, month) for month in period.months)


def list_bound_units(session: Session, period: Period) -> frozenset[str]:
    """List the totals of a quarter or year that must not be exact, because they would tell that of a single month.

    A month's total follows by subtraction where it alone is rounded, or not released.
    """
    bound: set[str] = set()
    for month in list_months(period) if period.kind != "month" else ():
        content = load_current(session, month)
        if content is not None:
            versions = list_earlier_versions(session, month)
            bound.update(unit for unit in _ADDITIVE_TOTALS if _may_be_rounded(unit, content, versions))
        elif not is_unrecorded(session, month):
            bound.update(_ADDITIVE_TOTALS)
    return frozenset(bound)


def _may_be_rounded(unit: str, content: ReleaseContent, versions: Iterable[ReleaseContent]) -> bool:
    """Whether a published total may be rounded: it is small, or near one that it would tell of a few beside."""
    total = content.totals.get(unit) or 0
    if total < EXACT_FROM or total % BASE:
        return total < EXACT_FROM
    near = [content.totals.get(greater) for smaller, greater in COMPARED_TOTALS if smaller == unit]
    near += [version.totals.get(unit) for version in versions if version.version != content.version]
    return any(other is not None and abs(total - other) < 2 * BASE for other in near)


def list_people_beside(session: Session, period: Period) -> list[int]:
    """List totals of the parts of a quarter or year beside which its people, if exact, would tell of a few.

    Who came in no other part than one, who came in several, and who had come before: the first-time people of the
    months add up to those of the period.
    """
    if period.kind == "month":
        return []
    quarters = list(dict.fromkeys(find_period("quarter", month) for month in period.months))
    choices = [[list_months(part)] if part == period else [[part], list_months(part)] for part in quarters]
    contents: dict[Period, ReleaseContent | None] = {}
    for part in chain.from_iterable(chain.from_iterable(choices)):
        contents[part] = load_current(session, part)
    published = {part: 0 for part, content in contents.items() if content is None and is_unrecorded(session, part)}
    people = {**published, **_list_totals(contents, "people")}
    first_time = {**published, **_list_totals(contents, FIRST_TIME)}
    sums = [
        sum(people[part] for part in chosen)
        for chosen in map(list, map(chain.from_iterable, product(*choices)))
        if all(part in people for part in chosen)
    ]
    if all(month in first_time for month in list_months(period)):
        sums.append(sum(first_time[month] for month in list_months(period)))
    return [*people.values(), *sums]


def _list_totals(contents: dict[Period, ReleaseContent | None], unit: str) -> dict[Period, int]:
    return {
        part: total
        for part, content in contents.items()
        if content is not None and (total := content.totals.get(unit)) is not None
    }
