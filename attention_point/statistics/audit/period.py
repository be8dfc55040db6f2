"""Examines what somebody could work out from everything that is published of a period. It must pass before a release.

The audit knows nothing of the keys by which figures were rounded. It takes every published figure, of this version and
of earlier ones, as what its true count is near, adds what everybody knows, and asks a linear programme how many values
each small true count could still have (decision 45, G2). Of a count that is left with fewer by what is published
already, no release takes anything back: there it asks that none takes more away (decision 79).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from attention_point.statistics.audit.bounds import UNLIMITED, Target, find_narrow_targets
from attention_point.statistics.audit.findings import KnownSum, Narrow, Published, get_needed_values
from attention_point.statistics.audit.knowledge import Unknowns, build_rows, intersect_sums
from attention_point.statistics.cells import TOTAL_CODE
from attention_point.statistics.protection.period import TOTALS, Figure, Figures, RoundedTables
from attention_point.statistics.protection.totals import COMPARED_TOTALS, HeadlineTotals
from attention_point.tallies.rules import BASE


class PeriodAudit:
    """Examines the roundings of one period, one after the other. ``published`` is what is known of it without them."""

    def __init__(self, true_figures: Figures, published: Published) -> None:
        self._unknowns = Unknowns(true_figures)
        self._published = published
        self._published_bounds = intersect_sums(self._unknowns, published.sums, {})
        # What is published never changes, so that it is asked once of each figure: which are narrow by it, and how
        # many values it leaves them.
        self._left_before: dict[Figure, int] = {}
        self._asked_before: set[Figure] = set()

    def find_narrow(
        self,
        rounded: RoundedTables,
        totals: HeadlineTotals,
        hidden: frozenset[Figure] = frozenset(),
        asked: Collection[Figure] | None = None,
    ) -> list[Narrow]:
        """Return the small counts that are left with too few values; none when the period may be released.

        ``hidden`` are the figures that are left out. Of ``asked`` alone, the answer comes much sooner, and lets no
        period pass.
        """
        # What a reader concludes from one figure alone: it is rounded, so that the true count is less than a base away.
        own_sums = [
            KnownSum(table, (cell,), count - rounded.bases[table][cell] + 1, count + rounded.bases[table][cell] - 1)
            for table, counts in rounded.figures.items()
            for cell, count in counts.items()
            if (table, cell) not in hidden
        ]
        total_bounds = {unit: self._bound_total(totals, unit) for unit in totals.published}
        bounds = intersect_sums(self._unknowns, own_sums, self._published_bounds)
        rows = build_rows(self._unknowns, bounds, total_bounds)
        figures = {target: figure for figure, target in self._list_targets(rounded) if asked is None or figure in asked}
        narrow_targets = find_narrow_targets(rows, list(figures))
        self._ask_before({figures[target]: target for target in narrow_targets}, list(total_bounds))
        if not narrow_targets:
            return []
        published = {frozenset(self._unknowns.sum_figures(s.table, s.cells)[0]): s for s in own_sums}
        return [
            Narrow(figures[target], target.lowest, target.highest, tuple(_list_causes(target, published)))
            for target in narrow_targets
            if target.value_count < self._left_before.get(figures[target], target.needed)
        ]

    def _bound_total(self, totals: HeadlineTotals, unit: str) -> tuple[float, float]:
        total, known = totals.published[unit], self._bound_known_total(unit)
        margin = 0 if unit in totals.exact else BASE - 1
        return max(total - margin, known[0]), min(total + margin, known[1])

    def _bound_known_total(self, unit: str) -> tuple[float, float]:
        """Return between which values earlier versions leave a total."""
        count = self._count_total(unit)
        # As of the figures: an earlier total that the true one contradicts informs nobody.
        known = [bound for bound in self._published.totals.get(unit, ()) if bound[0] <= count <= bound[1]]
        return max((low for low, _high in known), default=0.0), min((high for _low, high in known), default=UNLIMITED)

    def _count_total(self, unit: str) -> int:
        return round(self._unknowns.compute_true_sum(self._unknowns.sum_unit(unit)))

    def _list_targets(self, rounded: RoundedTables) -> Iterator[tuple[Figure, Target]]:
        # Only counts from 1 to the base less one are asked for: a greater one stands for a group of at least that size.
        for table, counts in rounded.true_figures.items():
            for cell, count in counts.items():
                base = rounded.bases[table][cell]
                if 0 < count < base:
                    # The total of a table of the greater base is that of every other table of its unit.
                    needed = get_needed_values(BASE if set(cell) == {TOTAL_CODE} else base)
                    yield self._build_target((table, cell), self._unknowns.sum_figure(table, cell), needed, count)
        # Who came again, who came before, what waits: two exact totals that differ by three tell of three people as a
        # cell of 3 would (decision 45, G3).
        for smaller, greater in COMPARED_TOTALS:
            count = self._count_total(greater) - self._count_total(smaller)
            if 0 < count < BASE:
                columns = dict(self._unknowns.sum_unit(greater))
                columns.update(dict.fromkeys(self._unknowns.sum_unit(smaller), -1.0))
                yield self._build_target((TOTALS, (smaller,)), columns, get_needed_values(BASE), count)

    def _build_target(
        self, figure: Figure, columns: Mapping[int, float], needed: int, count: int
    ) -> tuple[Figure, Target]:
        return figure, Target(columns, min(needed, self._left_before.get(figure, needed)), count, count)

    def _ask_before(self, narrow: Mapping[Figure, Target], units: Iterable[str]) -> None:
        """Find how many values the narrow figures are left with by what is published already, where these are few."""
        targets = {
            Target(target.columns, target.needed, count, count): figure
            for figure, target in narrow.items()
            if figure not in self._asked_before and (count := self._unknowns.compute_true_sum(target.columns))
        }
        self._asked_before.update(targets.values())
        if targets and self._published != Published():
            totals = {unit: self._bound_known_total(unit) for unit in units}
            rows = build_rows(self._unknowns, self._published_bounds, totals)
            for target in find_narrow_targets(rows, list(targets)):
                self._left_before[targets[target]] = target.value_count


def _list_causes(target: Target, published: Mapping[frozenset[int], KnownSum]) -> Iterator[Figure]:
    for variables in dict.fromkeys(target.limits):
        if known := published.get(variables):
            yield known.table, known.cells[0]
