"""Protects all tables of a month, one after the other, so that tables with common totals agree. Plain Python.

The totals that tables share (lines and overlaps) come first, then the cross tables under them, then the tables of
attentions beside people. A table that cannot be protected is withheld whole. Where a table consists of parts (a need,
an entity), a part that cannot be protected is left out. Every table shows a zero as 0.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from attention_point.statistics.protection.disclosure import CellCodes
from attention_point.statistics.protection.table_shapes import (
    PROTECT_BY_DIMENSION_COUNT,
    WITHHELD,
    CellCounts,
    ProtectedTable,
    State,
)
from attention_point.statistics.protection.visit_tables import protect_visit_table
from attention_point.tallies.rules import INDICATORS_BY_ID, PUBLISHED_INDICATORS, Indicator

# A grand total is shown only from here on: below, it would bind the tables with the strictest limit too much.
SMALLEST_SHOWN_TOTAL = max(indicator.k for indicator in PUBLISHED_INDICATORS)
TOTAL_KINDS = ("people", "attentions", "referrals", "answers")


@dataclass(frozen=True, slots=True)
class ProtectedMonth:
    """A month as it may be shown. ``totals`` has one number for each counted unit, or None where the total is too
    small.
    """

    totals: Mapping[str, int | None]
    tables: Mapping[str, ProtectedTable]


def protect_month(
    counts_by_table: Mapping[str, CellCounts],
    excluded_parts: Collection[tuple[str, str]] = (),
    combined_tables: Collection[str] = (),
) -> ProtectedMonth:
    """Protect the counts of a month.

    The two collections are what an audit found to reveal too much. ``excluded_parts`` names parts to leave out: a table
    and a code of its first dimension, or "" for the whole table. ``combined_tables`` names tables that show their
    suppressed counts as one sum.
    """
    cells_by_table = {indicator.id: _sum_kept_counts(indicator, counts_by_table) for indicator in PUBLISHED_INDICATORS}
    state = State(
        cells_by_table,
        {kind: _sum_shown_total(kind, cells_by_table) for kind in TOTAL_KINDS},
        excluded_parts,
        combined_tables,
    )
    # The order of the list matters: a cross table needs the decisions about its totals, a table of attentions those
    # about people.
    for indicator in PUBLISHED_INDICATORS:
        state.tables[indicator.id] = _protect_table(state, indicator)
    return ProtectedMonth(state.totals, state.tables)


def _protect_table(state: State, indicator: Indicator) -> ProtectedTable:
    if state.totals[indicator.counts] is None or (indicator.id, "") in state.excluded_parts:
        return WITHHELD
    if not state.counts[indicator.id]:
        return ProtectedTable({})
    if indicator.people_table is None:
        return PROTECT_BY_DIMENSION_COUNT[len(indicator.dimensions)](state, indicator)
    # Attentions less people: how many came again is a count like any other, though it is nowhere written.
    # Attentions less people are the returns. A reader can subtract, so they are protected like a published count.
    return_count = (state.totals["attentions"] or 0) - (state.totals["people"] or 0)
    return WITHHELD if 0 < return_count < SMALLEST_SHOWN_TOTAL else protect_visit_table(state, indicator, return_count)


def _sum_kept_counts(indicator: Indicator, counts_by_table: Mapping[str, CellCounts]) -> CellCounts:
    sums: dict[CellCodes, int] = {}
    for name in indicator.stored_tables:
        kept_axes = [INDICATORS_BY_ID[name].dimensions.index(dimension) for dimension in indicator.dimensions]
        for cell, count in counts_by_table.get(name, {}).items():
            # An edit leaves rows at 0 behind. A row below 0 is an error that the recount finds; here it must not hide
            # another count.
            if count > 0:
                summed_cell = tuple([cell[axis] for axis in kept_axes])
                sums[summed_cell] = sums.get(summed_cell, 0) + count
    return sums


def _sum_shown_total(kind: str, cells_by_table: Mapping[str, CellCounts]) -> int | None:
    """Return the total of a counted unit, or None where it is too small to be shown."""
    # Every table without overlap counts everybody once, so any of them gives the total.
    unit_table = next(
        indicator for indicator in PUBLISHED_INDICATORS if indicator.counts == kind and not indicator.overlapping
    )
    total = sum(cells_by_table[unit_table.id].values())
    return total if total == 0 or total >= SMALLEST_SHOWN_TOTAL else None
