"""What the periods around a period tell of it, and it of them: its quarter and year, or its own months and quarters.

A quarter's attentions are the sum of its months', so that each published figure bounds the others. People do not add
up: whoever comes in two months is one person of the quarter. But a quarter has no fewer than any of its months, and no
more than all of them. Plain Python.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import inf

from attention_point.statistics.audit.findings import KnownSum, Narrow, get_needed_values
from attention_point.statistics.cells import TOTAL_CODE
from attention_point.statistics.protection.period import TABLES_OF_TOTALS, TOTALS, Figure, Figures, RoundedTables
from attention_point.statistics.protection.totals import COMPARED_TOTALS, FIRST_TIME, FIRST_TIME_FIGURE
from attention_point.tallies.rules import BASE, INDICATORS_BY_ID

Interval = tuple[float, float]
Intervals = Mapping[Figure, Interval]
ReadTrueFigures = Callable[[str], Figures]  # the code of a period → its true figures
_UNKNOWN: Interval = (0.0, inf)
# People are not among them: whoever comes in two months is one person of the quarter.
_ADDITIVE_UNITS = frozenset({"attentions", "referrals", "answers"})


class RelatedGroup:
    """Between which values each figure of a quarter or year lies, and those of its parts.

    ``versions`` and the codes of the ``periods`` are of the whole and then of its parts; None is what is released. A
    version says between which values each figure lies; the one in force is the first, and anybody may have kept the
    earlier ones. ``has_all_parts`` is false where a part with counts is not released.
    """

    def __init__(
        self,
        periods: Sequence[str],
        versions: Sequence[Sequence[Intervals] | None],
        read_true_figures: ReadTrueFigures,
        *,
        has_all_parts: bool,
    ) -> None:
        self.periods = periods
        self._versions, self._read_true_figures, self._has_all_parts = versions, read_true_figures, has_all_parts
        self.own_place = versions.index(None)
        self._tightened: dict[tuple[Figure, Interval], list[Interval]] = {}

    def tighten(self, figure: Figure, own: Interval) -> list[Interval]:
        """Return between which values the figure lies, in the whole and in each part, from all of them together."""
        # From one rounding to the next a few figures change.
        if (figure, own) not in self._tightened:
            # A figure that was left out, or that the tables of an earlier method do not have, bounds nothing.
            known = [
                own if place == self.own_place else self._bound(place, figure) for place in range(len(self.periods))
            ]
            self._tightened[figure, own] = _tighten_intervals(
                known,
                is_additive=INDICATORS_BY_ID[figure[0]].counts in _ADDITIVE_UNITS,
                has_all_parts=self._has_all_parts,
            )
        return self._tightened[figure, own]

    def _bound(self, place: int, figure: Figure) -> Interval:
        """Return between which values all versions of a period leave a figure."""
        known = [version.get(figure, _UNKNOWN) for version in self._versions[place] or ()]
        if len(set(known)) == 1:  # true figures are read only where versions differ
            return known[0]
        table, cell = figure
        return _intersect(known, self._read_true_figures(self.periods[place]).get(table, {}).get(cell, 0))


class RelatedPeriods:
    """The published figures of the periods that contain a period, or that it contains.

    ``versions`` are what the earlier ones of the period itself say of its figures.
    """

    def __init__(
        self, groups: Sequence[RelatedGroup], versions: Sequence[Intervals], read_true_figures: ReadTrueFigures
    ) -> None:
        self._groups, self._versions, self._read_true_figures = groups, versions, read_true_figures

    def list_known_sums(self, figures: Iterable[Figure]) -> list[KnownSum]:
        """List what the related periods alone tell of each figure of the period that is being released."""
        known_sums = []
        for group, figure in product(self._groups, figures):
            least, greatest = group.tighten(figure, _UNKNOWN)[group.own_place]
            if (least, greatest) != _UNKNOWN:
                known_sums.append(KnownSum(figure[0], (figure[1],), least, greatest))
        return known_sums

    def find_breaches(self, rounded: RoundedTables) -> Iterator[Narrow]:
        """Find the figures by which this period would tell more of a small count of a related one than is told."""
        for group in self._groups:
            yield from self._find_near_totals(group, rounded)
        for group, (table, bases) in product(self._groups, rounded.bases.items()):
            for cell, base in bases.items():
                figure = (table, cell)
                before, own = self._bound_own(figure, rounded)
                # The period's own figures are the audit's task. Here it is asked what they tell of others that nobody
                # can change any more.
                for place, interval in enumerate(group.tighten(figure, own)):
                    if place == group.own_place or not _is_narrow(interval, base):
                        continue
                    # As in the audit: what tells of another count than today's informs nobody, and what is told without
                    # this version is not mended by it.
                    count = self._read_true_figures(group.periods[place])[table][cell]
                    known = group.tighten(figure, before)[place]
                    if 0 < count < base and interval[0] <= count <= interval[1] and interval != known:
                        yield Narrow(figure, *interval)

    def _find_near_totals(self, group: RelatedGroup, rounded: RoundedTables) -> Iterator[Narrow]:
        """Find the pairs of totals of a related period between which so few stand that this one would tell how many."""
        for smaller, greater in COMPARED_TOTALS:
            part, whole = find_total_figure(smaller), find_total_figure(greater)
            if not {part[0], whole[0]} <= rounded.figures.keys():
                continue
            known_part, own_part = self._bound_own(part, rounded)
            known_whole, own_whole = self._bound_own(whole, rounded)
            known = _subtract_intervals(group.tighten(whole, known_whole), group.tighten(part, known_part))
            for place, interval in enumerate(
                _subtract_intervals(group.tighten(whole, own_whole), group.tighten(part, own_part))
            ):
                if place == group.own_place or interval == known[place] or not _is_narrow(interval, BASE):
                    continue
                figures = self._read_true_figures(group.periods[place])
                count = figures[whole[0]][whole[1]] - figures[part[0]][part[1]]
                if 0 < count < BASE and interval[0] <= count <= interval[1]:
                    yield Narrow((TOTALS, (smaller,)), *interval)

    def _bound_own(self, figure: Figure, rounded: RoundedTables) -> tuple[Interval, Interval]:
        """Return between which values a figure of this period lies by its earlier versions, and by this one too."""
        table, cell = figure
        published, base = rounded.figures[table][cell], rounded.bases[table][cell]
        before = self._intersect_versions(figure, rounded.true_figures[table][cell])
        return before, (max(before[0], published - base + 1), min(before[1], published + base - 1))

    def _intersect_versions(self, figure: Figure, count: int) -> Interval:
        """Return between which values the earlier versions leave a figure, where they tell of today's count."""
        return _intersect([_UNKNOWN, *(version.get(figure, _UNKNOWN) for version in self._versions)], count)


def _intersect(known: Sequence[Interval], count: int) -> Interval:
    """Return the first of some intervals, less what those of the others exclude that tell of today's count."""
    newest, *earlier = known
    others = [newest, *((low, high) for low, high in earlier if low <= count <= high)]
    least, greatest = max(low for low, _high in others), min(high for _low, high in others)
    return (least, greatest) if least <= greatest else newest


def find_total_figure(unit: str) -> Figure:
    """Return the figure of a stored table that is a headline total."""
    if unit == FIRST_TIME:
        return FIRST_TIME_FIGURE
    table = TABLES_OF_TOTALS[unit]
    return table, (TOTAL_CODE,) * len(INDICATORS_BY_ID[table].dimensions)


def _subtract_intervals(wholes: Sequence[Interval], parts: Sequence[Interval]) -> list[Interval]:
    """Return, period by period, how far a whole may be above its part."""
    return [(max(0.0, whole[0] - part[1]), whole[1] - part[0]) for whole, part in zip(wholes, parts, strict=True)]


def _is_narrow(interval: Interval, base: int) -> bool:
    least, greatest = interval
    return greatest - least + 1 < get_needed_values(base) and greatest >= 1 and least < base


def _tighten_intervals(intervals: Sequence[Interval], *, is_additive: bool, has_all_parts: bool) -> list[Interval]:
    """Return between which values a whole, the first, and its parts lie, from all of them together."""
    (least, greatest), *parts = intervals
    lows, highs = [low for low, _high in parts], [high for _low, high in parts]
    # Where a part is missing, it may hold any number, so that the whole has no upper bound from its parts.
    sum_of_lows, most = sum(lows), sum(highs) if has_all_parts else inf
    tightened = [(max(least, sum_of_lows if is_additive else max(lows, default=0.0)), min(greatest, most))]
    unbounded_count, finite_most = highs.count(inf), sum(high for high in highs if high < inf)
    for low, high in parts:
        # Subtraction, as a reader would do it: the whole less the other parts.
        is_bounded = has_all_parts and unbounded_count == (high == inf)
        others_most = finite_most - (high if high < inf else 0.0) if is_bounded else inf
        highest = greatest - (sum_of_lows - low) if is_additive else greatest
        tightened.append((max(low, least - others_most), min(high, highest)))
    # Where two figures contradict one another, something was recorded between the releases: nobody learns anything.
    return [
        interval if interval[0] <= interval[1] else before
        for interval, before in zip(tightened, intervals, strict=True)
    ]
