"""Rounds all tables of a period, and measures what that costs a reader."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from attention_point.statistics.cells import CellCodes
from attention_point.statistics.protection.families import Family, build_families
from attention_point.statistics.protection.leanings import Leanings
from attention_point.tallies.rules import Indicator

Figures = Mapping[str, Mapping[CellCodes, int]]  # stored table → figure → count
Turned = Collection[tuple[str, CellCodes]]  # stored tables and their figures


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A stored table with its finest cells, zeros among them, and their true counts."""

    indicator: Indicator
    finest_cells: Sequence[CellCodes]
    counts: Mapping[CellCodes, int]


@dataclass(frozen=True, slots=True)
class RoundedTables:
    """The published ``figures`` of the stored tables beside the true ones, and their bases."""

    figures: Figures
    true_figures: Figures
    bases: Figures


def round_tables(tables: Sequence[StoredTable], leanings: Leanings, turned: Turned = ()) -> RoundedTables:
    """Round every table of a period. ``turned`` are the figures whose leaning an audit turned."""
    figures: dict[str, Mapping[CellCodes, int]] = {}
    true_figures: dict[str, Mapping[CellCodes, int]] = {}
    bases: dict[str, Mapping[CellCodes, int]] = {}
    for table in tables:
        name = table.indicator.id
        families = build_families(table.indicator, table.finest_cells, table.counts)
        turned_cells = [cell for turned_table, cell in turned if turned_table == name]
        rounded = [_round_any_family(family, leanings, turned_cells) for family in families]
        figures[name] = {cell: count for _family, counts in rounded for cell, count in counts.items()}
        bases[name] = {cell: base for family, _counts in rounded for cell, base in family.bases.items()}
        true_figures[name] = {cell: count for family in families for cell, count in family.counts.items()}
    return RoundedTables(figures, true_figures, bases)


def _round_any_family(
    family: Family, leanings: Leanings, turned: Collection[CellCodes]
) -> tuple[Family, dict[CellCodes, int]]:
    """Round a family, all of it to its greatest base where its bases do not fit one another."""
    # HiGHS and NumPy take a third of a second and 40 MB to load: only who protects a period pays for them.
    from attention_point.statistics.protection.rounding import InfeasibleFamily, round_family  # noqa: PLC0415

    try:
        return family, round_family(family, leanings, turned)
    except InfeasibleFamily:
        family = replace(family, bases=dict.fromkeys(family.bases, max(family.bases.values())))
        return family, round_family(family, leanings, turned)
