"""What other releases tell of a period: earlier versions of it, the quarter and the year around it, its parts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, product
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from attention_point.dates import Period, find_period
from attention_point.statistics.audit.findings import KnownSum, Published
from attention_point.statistics.audit.related import (
    Interval,
    Intervals,
    ReadTrueFigures,
    RelatedGroup,
    RelatedPeriods,
    find_total_figure,
)
from attention_point.statistics.cells import MERGE_SEPARATOR, TOTAL_CODE, CellCodes
from attention_point.statistics.protection.period import PeriodRounder
from attention_point.statistics.protection.totals import EXACT_FROM, FIRST_TIME, list_compared, protect_totals
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.content import ROUNDING, ReleaseContent, TableContent
from attention_point.tallies import queries as tally_queries
from attention_point.tallies.rules import BASE, INDICATORS_BY_ID

if TYPE_CHECKING:
    from attention_point.statistics.audit.remedies import ProtectedPeriod

# People are not among them: whoever comes in two months is one person of the quarter.
_ADDITIVE_TOTALS = ("attentions", "referrals", "answers", FIRST_TIME)


@dataclass(frozen=True, slots=True)
class Publications:
    """All that is published of each period, loaded once. ``read_versions`` returns the newest version first."""

    read_versions: Callable[[Period], Sequence[ReleaseContent]]
    is_unrecorded: Callable[[Period], bool]
    _versions: dict[Period, Sequence[ReleaseContent]] = field(default_factory=dict, init=False)
    _sums: dict[Period, list[list[KnownSum]]] = field(default_factory=dict, init=False)
    _intervals: dict[Period, list[Intervals]] = field(default_factory=dict, init=False)

    def list_versions(self, period: Period) -> Sequence[ReleaseContent]:
        """List the contents of all versions of a period, the newest first."""
        if period not in self._versions:
            self._versions[period] = self.read_versions(period)
        return self._versions[period]

    def list_intervals(self, period: Period) -> list[Intervals]:
        """List between which values each version of a period says that each figure lies."""
        # A month stands in the group of its quarter and in that of its year.
        if period not in self._intervals:
            self._intervals[period] = [
                {(table, cells[0]): (least, greatest) for table, cells, least, greatest in sums if len(cells) == 1}
                for sums in self.list_known_sums(period)
            ]
        return self._intervals[period]

    def list_known_sums(self, period: Period) -> list[list[KnownSum]]:
        """List what each version of a period tells of the stored tables."""
        if period not in self._sums:
            self._sums[period] = [list(_list_known_sums(version)) for version in self.list_versions(period)]
        return self._sums[period]

    def find_current(self, period: Period) -> ReleaseContent | None:
        """Return what is in force of a period; None where nothing is published."""
        return next(iter(self.list_versions(period)), None)


def open_publications(session: Session) -> Publications:
    """Return what this office has published."""
    return Publications(
        lambda period: [queries.load_content(release) for release in queries.list_versions(session, period)],
        lambda period: not any(tally_queries.list_counted_points(session, month) for month in period.months),
    )


def _list_known_sums(content: ReleaseContent) -> Iterator[KnownSum]:
    """Yield what a content tells of the stored tables: of each figure, or of some merged ones together."""
    is_rounded = content.method == ROUNDING
    for table in content.tables:
        for name, cells, cell, count in _list_stored_cells(table, is_merged=not is_rounded):
            # The old method published what was counted.
            margin = table.get_base(cell) - 1 if is_rounded else 0
            yield KnownSum(name, cells, max(0, count - margin), count + margin)
    for unit, total in content.totals.items() if is_rounded else ():
        if total is not None and total % BASE:  # exact, so that it fixes the total of its tables
            table_id, cell = find_total_figure(unit)
            yield KnownSum(table_id, (cell,), total, total)


def _list_stored_cells(
    table: TableContent, *, is_merged: bool = False
) -> Iterator[tuple[str, tuple[CellCodes, ...], CellCodes, int]]:
    """Yield for each count of a table the name of its stored table, the cells there that it sums, and its own cell."""
    indicator = INDICATORS_BY_ID.get(table.id)
    if indicator is None or indicator.dimensions != table.dimensions:  # a table of the old method
        return
    stored = INDICATORS_BY_ID[indicator.stored_table]
    axes = [table.dimensions.index(name) if name in table.dimensions else None for name in stored.dimensions]
    for cell, count in table.cells.items():
        codes = cell if indicator is stored else tuple(TOTAL_CODE if axis is None else cell[axis] for axis in axes)
        # The old method joined small rows; to split each of today's codes would take a third of all this.
        cells = tuple(product(*(code.split(MERGE_SEPARATOR) for code in codes))) if is_merged else (codes,)
        if count is not None:
            yield stored.id, cells, cell, count


def _read_figures(content: ReleaseContent) -> dict[str, dict[CellCodes, int]]:
    figures: dict[str, dict[CellCodes, int]] = {}
    for table in content.tables if content.method == ROUNDING else ():
        for name, (stored_cell,), _cell, count in _list_stored_cells(table):
            figures.setdefault(name, {})[stored_cell] = count
    return figures


def protect_beside_releases(
    rounder: PeriodRounder, period: Period, publications: Publications, read_true_figures: ReadTrueFigures
) -> "ProtectedPeriod":
    """Round a period such that it passes the audit, by itself and beside what is released.

    ``read_true_figures`` is asked for those of the periods around it.
    """
    # HiGHS and NumPy take a third of a second and 40 MB to load: only who releases a period pays for them.
    from attention_point.statistics.audit.remedies import protect_audited_period  # noqa: PLC0415

    versions = publications.list_versions(period)
    related = RelatedPeriods(
        list_period_groups(publications, period, read_true_figures),
        publications.list_intervals(period),
        read_true_figures,
    )
    rounder.earlier_figures = _read_figures(versions[0]) if versions else {}
    figures = [(table, cell) for table, cells in rounder.true_figures.items() for cell in cells]
    bound_units = list_bound_units(publications, period)
    known_totals: dict[str, list[int]] = {"people": list_people_beside(publications, period)}
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
        Published([*chain(*publications.list_known_sums(period)), *related.list_known_sums(figures)], total_bounds),
        related.find_breaches,
    )


def list_period_groups(
    publications: Publications, period: Period, read_true_figures: ReadTrueFigures
) -> list[RelatedGroup]:
    """List the quarter and the year around a period with their parts, where they are released, and its own parts."""
    quarter, year = find_period("quarter", period.first_day), find_period("year", period.first_day)
    quarters = _list_quarters(year)
    # A month is bounded by a quarter that was released before the month is corrected: its new figures must not undo
    # the quarter's. The other way round, what is released now contains months that anybody has downloaded.
    wholes = {
        "month": [(quarter, list_months(quarter)), (year, list_months(year))],
        "quarter": [(year, quarters), (quarter, list_months(quarter))],
        "year": [(year, list_months(year)), (year, quarters)],
    }[period.kind]
    return [
        _build_group(publications, period, whole, parts, read_true_figures)
        for whole, parts in wholes
        if whole == period or publications.find_current(whole)
    ]


def _build_group(
    publications: Publications,
    period: Period,
    whole: Period,
    parts: Sequence[Period],
    read_true_figures: ReadTrueFigures,
) -> RelatedGroup:
    published = [part for part in parts if part == period or publications.find_current(part)]
    return RelatedGroup(
        [place.code for place in (whole, *published)],
        [None if place == period else publications.list_intervals(place) for place in (whole, *published)],
        read_true_figures,
        has_all_parts=all(part in published or publications.is_unrecorded(part) for part in parts),
    )


def list_months(period: Period) -> list[Period]:
    """List the months of a period."""
    return [Period("month", month) for month in period.months]


def _list_quarters(period: Period) -> list[Period]:
    return list(dict.fromkeys(find_period("quarter", month) for month in period.months))


def list_bound_units(publications: Publications, period: Period) -> frozenset[str]:
    """List the totals of a quarter or year that must not be exact, because they would tell that of a single month.

    A month's total follows by subtraction where it alone is rounded, or not released.
    """
    bound: set[str] = set()
    for month in list_months(period) if period.kind != "month" else ():
        if versions := publications.list_versions(month):
            bound.update(unit for unit in _ADDITIVE_TOTALS if _may_be_rounded(unit, *versions))
        elif not publications.is_unrecorded(month):
            bound.update(_ADDITIVE_TOTALS)
    return frozenset(bound)


def _may_be_rounded(unit: str, content: ReleaseContent, *earlier: ReleaseContent) -> bool:
    """Whether a published total may be rounded: it is small, or near one that it would tell of a few beside."""
    total = content.totals.get(unit) or 0
    if total < EXACT_FROM or total % BASE:
        return total < EXACT_FROM
    near = [content.totals.get(other) for other in list_compared(unit)]
    near += [version.totals.get(unit) for version in earlier]
    return any(other is not None and abs(total - other) <= 2 * BASE for other in near)


def list_people_beside(publications: Publications, period: Period) -> list[int]:
    """List totals of the parts of a quarter or year beside which its people, if exact, would tell of a few.

    Who came in no other part than one, who came in several, and who had come before: the first-time people of the
    months add up to those of the period.
    """
    if period.kind == "month":
        return []
    choices = [
        [list_months(part)] if part == period else [[part], list_months(part)] for part in _list_quarters(period)
    ]
    parts = dict.fromkeys(chain.from_iterable(chain.from_iterable(choices)))
    people = _list_totals(publications, parts, "people")
    first_time = _list_totals(publications, parts, FIRST_TIME)
    sums = [
        sum(people[part] for part in chosen)
        for chosen in map(list, map(chain.from_iterable, product(*choices)))
        if all(part in people for part in chosen)
    ]
    if all(month in first_time for month in list_months(period)):
        sums.append(sum(first_time[month] for month in list_months(period)))
    return [*people.values(), *sums]


def _list_totals(publications: Publications, parts: Iterable[Period], unit: str) -> dict[Period, int]:
    """Return the published totals of some periods, 0 where nothing was recorded."""
    totals = {}
    for part in parts:
        content = publications.find_current(part)
        total = content.totals.get(unit) if content else 0 if publications.is_unrecorded(part) else None
        if total is not None:
            totals[part] = total
    return totals
