"""Examines what somebody could work out from everything that is published of a period. It must pass before a release.

The audit knows nothing of the keys by which figures were rounded. It takes every published figure, of this version and
of earlier ones, as what its true count is near, adds what everybody knows, and asks a linear programme how many values
each small true count could still have (decision 45, G2).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from attention_point.statistics.audit.bounds import Target, find_narrow_targets
from attention_point.statistics.audit.findings import KnownSum, Narrow, get_needed_values
from attention_point.statistics.audit.knowledge import Unknowns, build_rows
from attention_point.statistics.cells import TOTAL_CODE
from attention_point.statistics.protection.period import TOTALS, Figure, RoundedTables
from attention_point.statistics.protection.totals import COMPARED_TOTALS, HeadlineTotals
from attention_point.tallies.rules import BASE


def audit_period(
    rounded: RoundedTables,
    totals: HeadlineTotals,
    known_sums: Iterable[KnownSum] = (),
    hidden: frozenset[Figure] = frozenset(),
    asked: Collection[Figure] | None = None,
) -> list[Narrow]:
    """Return the small counts that are left with too few values; none when the period may be released.

    ``known_sums`` are what other versions and periods tell, ``hidden`` the figures that are left out. Of ``asked``
    alone, the answer comes much sooner, and lets no period pass.
    """
    unknowns = Unknowns(rounded.true_figures)
    # What a reader concludes from one figure alone: it is rounded, so that the true count is less than a base away.
    own_sums = [
        KnownSum(table, (cell,), count - rounded.bases[table][cell] + 1, count + rounded.bases[table][cell] - 1)
        for table, counts in rounded.figures.items()
        for cell, count in counts.items()
        if (table, cell) not in hidden
    ]
    total_bounds = {
        unit: (total, total) if unit in totals.exact else (total - BASE + 1, total + BASE - 1)
        for unit, total in totals.published.items()
    }
    rows = build_rows(unknowns, [*own_sums, *known_sums], total_bounds)
    figures: list[Figure] = []
    targets: list[Target] = []
    # Only counts from 1 to the base less one are asked for: a greater one stands for a group of at least that size.
    for table, counts in rounded.true_figures.items():
        for cell, count in counts.items():
            base = rounded.bases[table][cell]
            if 0 < count < base:
                figures.append((table, cell))
                # The total of a table of the greater base is that of every other table of its unit.
                needed = get_needed_values(BASE if set(cell) == {TOTAL_CODE} else base)
                targets.append(Target(unknowns.sum_figure(table, cell), needed, count, count))
    # Two exact totals that differ by three tell of three people as a cell of 3 would.
    for figure, target in _list_differences(unknowns, totals.true):
        figures.append(figure)
        targets.append(target)
    figure_by_target = {
        target: figure for target, figure in zip(targets, figures, strict=True) if asked is None or figure in asked
    }
    narrow_targets = find_narrow_targets(rows, list(figure_by_target))
    if not narrow_targets:
        return []
    published = {frozenset(unknowns.sum_figure(known.table, known.cells[0])): known for known in own_sums}
    return [
        Narrow(figure_by_target[target], target.lowest, target.highest, tuple(_list_causes(target, published)))
        for target in narrow_targets
    ]


def _list_causes(target: Target, published: Mapping[frozenset[int], KnownSum]) -> Iterator[Figure]:
    for variables in dict.fromkeys(target.limits):
        if known := published.get(variables):
            yield known.table, known.cells[0]


def _list_differences(unknowns: Unknowns, true_totals: Mapping[str, int]) -> Sequence[tuple[Figure, Target]]:
    """Who came again, who came before, what waits: few of them must not follow by subtraction (decision 45, G3)."""
    differences = []
    for smaller, greater in COMPARED_TOTALS:
        count = true_totals[greater] - true_totals[smaller]
        if 0 < count < BASE:
            columns = {
                **unknowns.sum_unit(greater),
                **{number: -1.0 for number in unknowns.sum_unit(smaller)},
            }
            differences.append(((TOTALS, (smaller,)), Target(columns, get_needed_values(BASE), count, count)))
    return differences
