"""The protected counts of a month out of the tallies, and the recount that proves the tallies."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.intake import recount
from attention_point.statistics.protection.disclosure import CellCodes
from attention_point.statistics.protection.month import ProtectedMonth, protect_month
from attention_point.statistics.releases.content import MonthContent, build_month_content
from attention_point.tallies import queries as tally_queries
from attention_point.tallies.facts import ReferralFacts, VisitFacts
from attention_point.tallies.rules import CellKey, build_cells_of_facts

FrozenCounts = tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
CountedFacts = Iterable[VisitFacts | ReferralFacts]


def build_provisional_month(session: Session, first_day: date) -> MonthContent:
    """Build the content of a month as it stands now, over all points."""
    # Content by point beside that of all points would reveal more than either.
    return build_month_content(session, first_day, _protect_counts(_freeze_counts(session, first_day)))


def sum_month_cells(session: Session, first_day: date) -> dict[str, dict[CellCodes, int]]:
    """Return the stored counts of a month: table → cell → count."""
    return _split_cells(_freeze_counts(session, first_day))


def _freeze_counts(session: Session, first_day: date) -> FrozenCounts:
    tables = tally_queries.sum_month_tables(session, first_day)
    return tuple((table, tuple(sorted(cells.items()))) for table, cells in tables.items())


def _split_cells(frozen_counts: FrozenCounts) -> dict[str, dict[CellCodes, int]]:
    return {table: {tuple(cell.split("|")): count for cell, count in rows} for table, rows in frozen_counts}


# The page of a month asks for each of its charts by itself. The same counts are protected once for all of them.
@lru_cache(maxsize=12)
def _protect_counts(frozen_counts: FrozenCounts) -> ProtectedMonth:
    return protect_month(_split_cells(frozen_counts))


def recount_all_visits(session: Session, watch_progress: Callable[[CountedFacts], CountedFacts]) -> dict[CellKey, int]:
    """Count all sealed visits and referrals anew.

    The facts pass through ``watch_progress``, for a progress bar.
    """
    return _count_cells(watch_progress(recount.recount_all(session)))


def list_differences(session: Session, first_day: date) -> list[tally_queries.TallyDifference]:
    """List the cells of a month in which the stored counts differ from what its sealed visits say."""
    # A point that was closed since is no longer in the directory, but its counts are there.
    points = {point.code for point in directory_queries.list_points(session)}
    points.update(tally_queries.list_counted_points(session, first_day))
    recounted_cells = _count_cells(recount.recount_month(session, first_day, sorted(points)))
    return tally_queries.list_month_differences(session, first_day, recounted_cells)


def _count_cells(facts: CountedFacts) -> dict[CellKey, int]:
    cell_counts: Counter[CellKey] = Counter()
    for fact in facts:
        cell_counts.update(build_cells_of_facts(fact))
    return cell_counts
