"""Rounds all tables of a period, so that all tables of one counted unit have the same total."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from attention_point.statistics.cells import TOTAL_CODE, CellCodes
from attention_point.statistics.protection.families import Family, build_families
from attention_point.statistics.protection.leanings import Leanings
from attention_point.tallies.rules import BASE, INDICATORS_BY_ID, Indicator

Figures = Mapping[str, Mapping[CellCodes, int]]  # stored table → figure → count
Figure = tuple[str, CellCodes]  # a stored table and one of its figures
FamilyName = tuple[str, str]  # a stored table, and where a person may stand in several cells, its first code
TOTALS = "totals"  # stands for a table in the figure of a unit's total
# The stored tables whose cells add up to each total: they count each person, attention, referral or answer once.
TABLES_OF_TOTALS: Mapping[str, str] = {
    "people": "people-by-sex-and-age",
    "attentions": "attentions-by-hour",
    "referrals": "referrals-by-service-and-state",
    "answers": "answers-by-time",
}
# Each of the one is one of the other.
PARTS_OF_TOTALS = (("people", "attentions"), ("answers", "referrals"))


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A stored table with its finest cells, zeros among them, and their true counts."""

    indicator: Indicator
    finest_cells: Sequence[CellCodes]
    counts: Mapping[CellCodes, int]


@dataclass(frozen=True, slots=True)
class RoundedTables:
    """The published ``figures`` of the stored tables beside the true ones, and their bases.

    ``totals`` are the rounded totals of the counted units: those of every table without overlap.
    """

    figures: Figures
    true_figures: Figures
    bases: Figures
    totals: Mapping[str, int]


def count_true_totals(tables: Iterable[StoredTable]) -> dict[str, int]:
    """Return the true total of each counted unit."""
    counts = {table.indicator.id: table.counts for table in tables}
    return {unit: sum(counts[name].values()) for unit, name in TABLES_OF_TOTALS.items()}


class PeriodRounder:
    """Rounds the tables of a period, once or again with some leanings turned; what stays the same is kept.

    ``earlier_figures`` are those of the version that a correction replaces.
    """

    def __init__(self, tables: Sequence[StoredTable], leanings: Leanings) -> None:
        self.tables = tables
        self.earlier_figures: Figures = {}
        self.true_totals = count_true_totals(tables)
        self._leanings = leanings
        self._families = {
            table.indicator.id: build_families(table.indicator, table.finest_cells, table.counts) for table in tables
        }
        self.true_figures: Figures = {
            name: {cell: count for family in families for cell, count in family.counts.items()}
            for name, families in self._families.items()
        }
        self._rounded_families: dict[object, tuple[Family, Mapping[CellCodes, int]]] = {}

    def round_tables(self, turned: Collection[Figure] = (), kept: Collection[FamilyName] = ()) -> RoundedTables:
        """Round every table. ``turned`` are the figures whose leaning an audit turned.

        The figures of the families ``kept`` stay as the earlier version published them, wherever they may.
        """
        # The totals first: every table of a unit is then rounded to the same total, or their
        # differences would tell of people.
        totals = self._round_totals(turned)
        figures: dict[str, dict[CellCodes, int]] = {table.indicator.id: {} for table in self.tables}
        bases: dict[str, dict[CellCodes, int]] = {name: {} for name in figures}
        for table in self.tables:
            name = table.indicator.id
            turned_cells = frozenset(cell for turned_table, cell in turned if turned_table == name)
            for number, family in enumerate(self._families[name]):
                is_kept = name_family((name, next(iter(family.counts)))) in kept
                used, counts = self._round_family(
                    number, family, turned_cells, totals[table.indicator.counts], is_kept=is_kept
                )
                figures[name].update(counts)
                bases[name].update(used.bases)
        return RoundedTables(figures, self.true_figures, bases, totals)

    def _round_totals(self, turned: Collection[Figure]) -> dict[str, int]:
        totals = {}
        for part, whole in PARTS_OF_TOTALS:
            # Two that are nearly the same lean alike. Published 10 apart, they would tell that 2 to 4 stand between
            # them; as it is, anything from 1 to 4 may.
            is_near = self.true_totals[whole] - self.true_totals[part] < BASE
            part_goes_up = self._leans_up(part) != ((TOTALS, (part,)) in turned)
            whole_leans_up = part_goes_up if is_near else self._leans_up(whole)
            totals[part] = self._round_total(part, goes_up=part_goes_up)
            totals[whole] = self._round_total(whole, goes_up=whole_leans_up != ((TOTALS, (whole,)) in turned))
            # Where the audit turned one of them alone: no reader believes more people than attentions.
            totals[whole] = max(totals[whole], totals[part])
        return totals

    def _leans_up(self, unit: str) -> bool:
        return self._leanings.measure_leaning(TOTALS, (unit,), self.true_totals[unit], BASE) > 0

    def _round_total(self, unit: str, *, goes_up: bool) -> int:
        total = self.true_totals[unit]
        return total - total % BASE + (BASE if total % BASE and goes_up else 0)

    def _round_family(
        self, number: int, family: Family, turned: frozenset[CellCodes], total: int, *, is_kept: bool
    ) -> tuple[Family, Mapping[CellCodes, int]]:
        turned_cells = turned.intersection(family.counts)
        # An audit rounds a period up to a hundred times, and a turned leaning changes one family: the others are not
        # solved again.
        key = family.table, number, turned_cells, total, is_kept
        if key not in self._rounded_families:
            kept = self.earlier_figures.get(family.table, {}) if is_kept else {}
            self._rounded_families[key] = _round_family(family, self._leanings, turned_cells, total, kept)
        return self._rounded_families[key]


def name_family(figure: Figure) -> FamilyName:
    """Return the name of the family in which a figure is rounded."""
    table, cell = figure
    return table, cell[0] if table != TOTALS and INDICATORS_BY_ID[table].overlapping else ""


def _round_family(
    family: Family, leanings: Leanings, turned: Collection[CellCodes], total: int, kept: Mapping[CellCodes, int]
) -> tuple[Family, Mapping[CellCodes, int]]:
    """Round a family; where its bases do not fit one another, all of it to the greatest of them."""
    # HiGHS and NumPy take a third of a second and 40 MB to load: only who protects a period pays for them.
    from attention_point.statistics.protection.rounding import InfeasibleFamily, round_family  # noqa: PLC0415

    total_cell = tuple(TOTAL_CODE for _code in next(iter(family.counts)))
    # A table of needs has no total cell, and a total of base 5 may be no multiple of a table's
    # base 10: then it is left free.
    has_total = total_cell in family.counts and total % family.bases[total_cell] == 0
    if has_total:
        with suppress(InfeasibleFamily):
            return family, round_family(family, leanings, turned, {total_cell: total}, kept)
    with suppress(InfeasibleFamily):
        return family, round_family(family, leanings, turned, kept=kept)
    # With one base the family is a network again, which always has a solution (Cox 1987).
    family = replace(family, bases=dict.fromkeys(family.bases, max(family.bases.values())))
    return family, round_family(family, leanings, turned, kept=kept)
