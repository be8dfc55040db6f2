"""What somebody knows who sees all published figures: each is near its true count, and what everybody knows.

An unknown is the count of one finest cell of a stored table. A rule that the true counts contradict (somebody's
particulars changed within the month) is left out: whoever believed it would be wrong.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from attention_point.statistics.audit.bounds import UNLIMITED, Row, WeightedSum
from attention_point.statistics.audit.findings import KnownSum
from attention_point.statistics.cells import TOTAL_CODE, CellCodes
from attention_point.statistics.protection.period import TABLES_OF_TOTALS, Figure, Figures
from attention_point.statistics.protection.totals import COMPARED_TOTALS, EXACT_FROM, FIRST_TIME, FIRST_TIME_FIGURE
from attention_point.tallies.rules import BASE, INDICATORS_BY_ID

Totals = Mapping[str, tuple[float, float]]  # headline total → its least and its greatest value
# A stored table and some of its figures → the least and the greatest value of their sum.
Bounds = Mapping[tuple[str, tuple[CellCodes, ...]], tuple[float, float]]

PEOPLE = TABLES_OF_TOTALS["people"]
NEEDS = "needs-by-sex-and-age"
CHILDREN = frozenset({"0-5", "6-11", "12-17"})
# Whom a situation cannot concern, by the codes of sex and age.
IMPOSSIBLE: Mapping[str, Callable[[str, str], bool]] = {
    "pregnant": lambda sex, _age: sex == "M",
    "lactating": lambda sex, _age: sex == "M",
    "unaccompanied_child": lambda _sex, age: age not in CHILDREN,
}
# A withdrawn or closed referral stands in neither list: it may have been answered before, so
# that nobody can conclude anything.
UNANSWERED_STATES = frozenset({"created", "seen"})
ANSWERED_STATES = frozenset({"accepted", "rejected", "attended", "no_show"})
# Totals that are rounded, although they are large, for the sake of one other, and the pair of which fewer than the base
# then stand between.
TELLING_TOTALS = {
    "attentions": ("people", "attentions"),
    FIRST_TIME: (FIRST_TIME, "people"),
    "referrals": ("answers", "referrals"),
}


class Unknowns:
    """The unknowns by number, the finest cells that each figure sums, and the true counts."""

    def __init__(self, true_figures: Figures) -> None:
        self.true_figures = true_figures
        self._numbers: dict[Figure, int] = {}
        self._by_code: dict[tuple[str, int, str], set[int]] = {}
        self._true_counts: list[int] = []
        self._sums: dict[tuple[str, tuple[CellCodes, ...]], tuple[WeightedSum, float]] = {}
        for table, counts in true_figures.items():
            for cell, count in counts.items():
                if TOTAL_CODE not in cell:
                    number = self._numbers[table, cell] = len(self._true_counts)
                    self._true_counts.append(count)
                    for axis, code in enumerate(cell):
                        self._by_code.setdefault((table, axis, code), set()).add(number)
        self._by_table = {
            table: {self._numbers[table, cell] for cell in counts if TOTAL_CODE not in cell}
            for table, counts in true_figures.items()
        }

    def sum_figure(self, table: str, cell: CellCodes) -> dict[int, float]:
        """Return the finest cells that a figure sums."""
        if (table, cell) in self._numbers:
            return {self._numbers[table, cell]: 1.0}
        numbers = self._by_table[table]
        for axis, code in enumerate(cell):
            if code != TOTAL_CODE:
                # Sets of numbers, because a table of needs by sex and age has hundreds of cells, and each margin would
                # walk through all of them.
                numbers = numbers & self._by_code.get((table, axis, code), set())
        return dict.fromkeys(sorted(numbers), 1.0)

    def sum_figures(self, table: str, cells: tuple[CellCodes, ...]) -> tuple[WeightedSum, float]:
        """Return the finest cells that figures of a table sum together, and their true sum."""
        # The same figures are asked of in every rounding of a period, and in each of its versions.
        if (table, cells) not in self._sums:
            columns = {number: 1.0 for cell in cells for number in self.sum_figure(table, cell)}
            self._sums[table, cells] = columns, self.compute_true_sum(columns)
        return self._sums[table, cells]

    def sum_unit(self, unit: str) -> dict[int, float]:
        """Return the finest cells that add up to a headline total."""
        if unit == FIRST_TIME:
            return self.sum_figure(*FIRST_TIME_FIGURE)
        return dict.fromkeys(sorted(self._by_table[TABLES_OF_TOTALS[unit]]), 1.0)

    def select_cells(self, table: str, is_selected: Callable[[CellCodes], bool]) -> dict[int, float]:
        """Return the finest cells of a table that a condition selects."""
        cells = self.true_figures.get(table, {})
        return {self._numbers[table, cell]: 1.0 for cell in cells if TOTAL_CODE not in cell and is_selected(cell)}

    def compute_true_sum(self, columns: WeightedSum) -> float:
        """Return the true value of a sum."""
        return sum(factor * self._true_counts[number] for number, factor in columns.items())


def build_rows(unknowns: Unknowns, bounds: Bounds, totals: Totals) -> list[Row]:
    """Return everything that is known as rows. ``totals`` are the least and the greatest value of headline totals."""
    # Only what the true counts obey is returned: with a rule that they break, the programme would have
    # no solution and prove nothing.
    rows: list[Row] = [(unknowns.sum_unit(unit), least, greatest) for unit, (least, greatest) in totals.items()]
    for rule in (_add_up_to_totals, _compare_totals, _know_the_method, _belong_to_people, _have_a_need, _know_answers):
        rows += rule(unknowns, totals)
    rows = [row for row in rows if row[1] <= unknowns.compute_true_sum(row[0]) <= row[2]]
    rows += [(unknowns.sum_figures(*key)[0], least, greatest) for key, (least, greatest) in bounds.items()]
    return [row for row in rows if row[0]]


def intersect_sums(unknowns: Unknowns, known_sums: Iterable[KnownSum], known_before: Bounds) -> Bounds:
    """Return the bounds of each sum: between the values that all of this, and what was known before, leaves it."""
    bounds = dict(known_before)
    for table, cells, least, greatest in known_sums:
        # An earlier version may tell of other counts than today's. Whoever took it for today's
        # would be misled, not informed.
        if least <= unknowns.sum_figures(table, cells)[1] <= greatest:
            known_least, known_greatest = bounds.get((table, cells), (0.0, UNLIMITED))
            bounds[table, cells] = max(known_least, least), min(known_greatest, greatest)
    return bounds


def _add_up_to_totals(unknowns: Unknowns, totals: Totals) -> Iterator[Row]:
    """Every table without overlap counts everybody once."""
    for table in unknowns.true_figures:
        indicator = INDICATORS_BY_ID[table]
        if indicator.overlapping or table == TABLES_OF_TOTALS[indicator.counts]:
            continue
        columns = unknowns.select_cells(table, lambda _cell: True)
        least, greatest = totals[indicator.counts]
        if least == greatest:
            yield columns, least, greatest
        else:
            yield _subtract_sum(columns, unknowns.sum_unit(indicator.counts)), 0.0, 0.0


def _compare_totals(unknowns: Unknowns, totals: Totals) -> Iterator[Row]:
    for smaller, greater in COMPARED_TOTALS:
        yield _compare_with_total(unknowns, unknowns.sum_unit(smaller), greater, totals, at_least=False)


def _know_the_method(unknowns: Unknowns, totals: Totals) -> Iterator[Row]:
    """A large total that is rounded all the same is near another."""
    for unit, (smaller, greater) in TELLING_TOTALS.items():
        least, greatest = totals[unit]
        if EXACT_FROM <= least < greatest:
            yield _subtract_sum(unknowns.sum_unit(greater), unknowns.sum_unit(smaller)), 1.0, BASE - 1.0


def _compare_with_total(unknowns: Unknowns, columns: WeightedSum, unit: str, totals: Totals, *, at_least: bool) -> Row:
    least, greatest = totals[unit]
    if least == greatest:  # an exact total is no unknown: tables that share it stay tasks by themselves
        return (columns, least, UNLIMITED) if at_least else (columns, 0.0, greatest)
    difference = _subtract_sum(columns, unknowns.sum_unit(unit))
    return (difference, 0.0, UNLIMITED) if at_least else (difference, -UNLIMITED, 0.0)


def _belong_to_people(unknowns: Unknowns, totals: Totals) -> Iterator[Row]:
    """Nobody has a need, a situation or a document who is not among the people."""
    # Group by group: three girls with a need bound the girls from below, whatever the totals say.
    for cell in unknowns.true_figures.get(NEEDS, {}):
        if TOTAL_CODE not in cell:
            yield _subtract_sum(unknowns.sum_figure(PEOPLE, cell[1:]), unknowns.sum_figure(NEEDS, cell)), 0.0, UNLIMITED
    for table, cells in unknowns.true_figures.items():
        indicator = INDICATORS_BY_ID[table]
        if not indicator.overlapping or table == NEEDS:
            continue
        for cell in cells:
            if TOTAL_CODE in cell:
                continue
            columns = unknowns.sum_figure(table, cell)
            if indicator.dimensions == ("vulnerability", "sex"):
                yield _subtract_sum(_select_concerned(unknowns, *cell), columns), 0.0, UNLIMITED
            else:
                yield _compare_with_total(unknowns, columns, "people", totals, at_least=False)


def _select_concerned(unknowns: Unknowns, situation: str, sex: str) -> dict[int, float]:
    is_impossible = IMPOSSIBLE.get(situation, lambda _sex, _age: False)
    return unknowns.select_cells(PEOPLE, lambda cell: cell[0] == sex and not is_impossible(*cell))


def _have_a_need(unknowns: Unknowns, totals: Totals) -> Iterator[Row]:
    """Everybody has a need, and a document or the word that there is none."""
    for table in unknowns.true_figures:
        indicator = INDICATORS_BY_ID[table]
        if not indicator.covering:
            continue
        if table == NEEDS:
            # Everybody of a group has a need. So the needs of a group are at least its people, which
            # bounds a group whose needs are few.
            for group in unknowns.true_figures[PEOPLE]:
                if TOTAL_CODE not in group:
                    columns = unknowns.sum_figure(NEEDS, (TOTAL_CODE, *group))
                    yield _subtract_sum(columns, unknowns.sum_figure(PEOPLE, group)), 0.0, UNLIMITED
        else:
            columns = unknowns.select_cells(table, lambda _cell: True)
            yield _compare_with_total(unknowns, columns, "people", totals, at_least=True)


def _know_answers(unknowns: Unknowns, totals: Totals) -> Iterator[Row]:
    """A referral that waits has no answer; one that was accepted, rejected, attended or missed has one."""
    referrals = TABLES_OF_TOTALS["referrals"]
    answers = unknowns.sum_unit("answers")
    yield (
        _subtract_sum(answers, unknowns.select_cells(referrals, lambda cell: cell[-1] in ANSWERED_STATES)),
        0.0,
        UNLIMITED,
    )
    answered = unknowns.select_cells(referrals, lambda cell: cell[-1] not in UNANSWERED_STATES)
    yield _subtract_sum(answered, answers), 0.0, UNLIMITED


def _subtract_sum(greater: WeightedSum, smaller: WeightedSum) -> dict[int, float]:
    return {**greater, **{number: -factor for number, factor in smaller.items()}}
