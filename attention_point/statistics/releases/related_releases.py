"""What other releases tell of a period: earlier versions of it, the quarter and the year around it, its parts."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, product
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from attention_point.dates import Period, find_period, parse_period_code
from attention_point.statistics.audit.findings import KnownSum, Published
from attention_point.statistics.audit.related import Interval, Intervals, ReadTrueFigures, RelatedGroup, RelatedPeriods
from attention_point.statistics.cells import MERGE_SEPARATOR, TOTAL_CODE, CellCodes
from attention_point.statistics.protection.period import Figure, PeriodRounder
from attention_point.statistics.protection.totals import EXACT_FROM, FIRST_TIME, list_compared, protect_totals
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.content import ROUNDING, ReleaseContent, TableContent
from attention_point.tallies import queries as tally_queries
from attention_point.tallies.rules import BASE, INDICATORS_BY_ID, Indicator

if TYPE_CHECKING:
    from attention_point.statistics.audit.remedies import ProtectedPeriod

# People are not among them: whoever comes in two months is one person of the quarter.
_ADDITIVE_TOTALS = ("attentions", "referrals", "answers", FIRST_TIME)


@dataclass(frozen=True, slots=True)
class PeriodGroup:
    """A quarter or a year and its parts, as they are published; None stands for the period that is being released.

    ``has_all_parts`` is false where a part with counts is not released. ``versions`` are all contents of those that
    were corrected, by the code of the period.
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


def _read_group(group: PeriodGroup, read_true_figures: ReadTrueFigures) -> RelatedGroup:
    contents = (group.whole, *group.parts)
    return RelatedGroup(
        [content.period if content else "" for content in contents],
        [_read_versions(content, group) if content else None for content in contents],
        read_true_figures,
        has_all_parts=group.has_all_parts,
    )


def _read_versions(content: ReleaseContent, group: PeriodGroup) -> list[Intervals]:
    earlier = [version for version in group.versions.get(content.period, ()) if version != content]
    return [read_intervals(version) for version in (content, *earlier)]


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

    related = RelatedPeriods(
        [_read_group(group, read_true_figures) for group in groups],
        [read_intervals(version) for version in versions],
        read_true_figures,
    )
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
        if part == period or versions[part.code]:
            contents.append(None if part == period else versions[part.code][0])  # the newest is in force
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
    near = [content.totals.get(other) for other in list_compared(unit)]
    near += [version.totals.get(unit) for version in versions if version.version != content.version]
    return any(other is not None and abs(total - other) <= 2 * BASE for other in near)


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
