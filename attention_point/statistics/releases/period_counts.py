"""The counts of a period out of the tallies, in fixed rows and columns, and the recount that proves the tallies."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.directory import queries as directory_queries
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.intake import recount
from attention_point.intake.erasure import kept_counts
from attention_point.statistics import dimension_codes
from attention_point.statistics.cells import OTHER_CODE, CellCodes
from attention_point.statistics.protection.families import list_finest_cells
from attention_point.statistics.protection.period import StoredTable
from attention_point.statistics.tables_of_a_period import list_published_indicators
from attention_point.tallies import queries as tally_queries
from attention_point.tallies.counted_cells import CellKey, build_cells_of_facts
from attention_point.tallies.facts import ReferralFacts, VisitFacts
from attention_point.tallies.rules import INDICATORS_BY_ID, Indicator

CountedFacts = Iterable[VisitFacts | ReferralFacts]


def read_stored_tables(session: Session, period: Period) -> list[StoredTable]:
    """Read the stored tables of which the published ones of a period are made, over all points.

    Raises AppError for a quarter or a year whose people are not counted yet.
    """
    if period.kind != "month" and tally_queries.is_recount_due(session):
        raise AppError(
            _(
                "People of a quarter or a year count once only after “statistics rebuild”: visits on file were "
                "recorded by an earlier version of the program."
            ),
            code="recount_due",
        )
    # Content by point beside that of all points would reveal more than either.
    counts = tally_queries.sum_period_tables(session, period)
    split_counts = {
        table: {tuple(cell.split("|")): count for cell, count in cells.items()} for table, cells in counts.items()
    }
    return build_stored_tables(session, period, split_counts)


def build_stored_tables(
    session: Session, period: Period, counts_by_table: Mapping[str, Mapping[CellCodes, int]]
) -> list[StoredTable]:
    """Put the counts of each stored table under the codes that the table has in every period."""
    indicators = list_published_indicators(period.kind)
    names = dict.fromkeys(indicator.stored_table for indicator in indicators)
    return [
        _build_stored_table(session, period, INDICATORS_BY_ID[name], counts_by_table.get(name, {})) for name in names
    ]


def _build_stored_table(
    session: Session, period: Period, indicator: Indicator, counts: Mapping[CellCodes, int]
) -> StoredTable:
    axes = [dimension_codes.list_codes(session, dimension, period.first_day) for dimension in indicator.dimensions]
    pairs = dimension_codes.list_entity_services(session) if indicator.nested else ()
    # Every combination is there, with or without people: a row that appears only with its first
    # person would tell of that person.
    finest_cells = list_finest_cells(axes, pairs)
    return StoredTable(indicator, finest_cells, _group_counts(indicator, axes, frozenset(finest_cells), counts))


def _group_counts(
    indicator: Indicator,
    axes: Sequence[Sequence[str]],
    finest_cells: frozenset[CellCodes],
    counts: Mapping[CellCodes, int],
) -> dict[CellCodes, int]:
    grouped: Counter[CellCodes] = Counter()
    code_sets = [frozenset(codes) for codes in axes]
    for cell, count in counts.items():
        # What follows from another answer has no row of its own: two roundings of nearly the same
        # people would tell of the difference.
        if any(map(dimension_codes.is_derived, indicator.dimensions, cell)):
            continue
        shown_cell = tuple(map(dimension_codes.group_code, indicator.dimensions, cell, code_sets))
        if shown_cell not in finest_cells:  # an entity that never offered the service
            shown_cell = (OTHER_CODE, OTHER_CODE, *shown_cell[2:])
        # A row below 0 is an error that the recount finds; here it must not hide another count.
        grouped[shown_cell] += max(count, 0)
    return dict(grouped)


def recount_all_visits(session: Session, watch_progress: Callable[[CountedFacts], CountedFacts]) -> dict[CellKey, int]:
    """Count all sealed visits and referrals anew, with what is kept of the erased ones.

    The facts pass through ``watch_progress``, for a progress bar.
    """
    return _count_cells(watch_progress(recount.recount_all(session))) + kept_counts.read_kept_cells(session)


def list_differences(session: Session, first_day: date) -> list[tally_queries.TallyDifference]:
    """List the cells of a month in which the stored counts differ from what its sealed visits say."""
    # A point that was closed since is no longer in the directory, but its counts are there.
    points = {point.code for point in directory_queries.list_points(session)}
    points.update(tally_queries.list_counted_points(session, first_day))
    # From the sealed visits alone, which are the truth: the tallies are what is examined.
    recounted_cells = _count_cells(recount.recount_month(session, first_day, sorted(points)))
    recounted_cells += kept_counts.read_kept_cells(session, first_day)
    return tally_queries.list_month_differences(session, first_day, recounted_cells)


def _count_cells(facts: CountedFacts) -> Counter[CellKey]:
    cell_counts: Counter[CellKey] = Counter()
    for fact in facts:
        cell_counts.update(build_cells_of_facts(fact))
    return cell_counts
