"""Protects tables of counts, so that nobody is recognised in them (DOMAIN.md §5, G1–G2). Plain Python.

A count of 1 … k−1 is never shown. Three shapes are protected here, each by a condition that can be read off its sums;
what several tables tell together is for ``audit`` to say.

- A *line*: counts that add up to a known total. Small counts are held back, and with them others, the smallest first,
  until each of them could be anything from 1 to k and more: only their sum is known.
- An *overlap*: counts in which one person may stand several times. Small counts are held back.
- A *crossing*: rows by columns, whose totals are lines of their own. Rows and columns are merged until no small count
  is left. Nothing is then held back in it: who reads "29-59/60+" knows how many, not how they divide.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

TOTAL = "*"
MERGED = "/"  # between the codes of a merged row or column
Place = tuple[str, ...]  # a code for each dimension; TOTAL in the place of a dimension summed over
Counts = Mapping[str, int]


def codes_of(place: Place) -> tuple[str, ...]:
    """Every code that stands at a place, those of merged rows and columns one by one."""
    return tuple(code for part in place for code in part.split(MERGED))


def line(counts: Counts, limit: Callable[[str], int], forced: Collection[str] = ()) -> frozenset[str] | None:
    """Which counts of a line to hold back, beginning with ``forced``; None when it cannot be protected at all.

    ``limit`` gives k for a code. A reader knows each count held back to be 1 at least, because zeros are shown.
    """
    hidden = _small(counts, limit, forced)
    left = sorted((code for code, count in counts.items() if count and code not in hidden), key=_by_size(counts))
    while hidden and not _is_safe([counts[code] for code in hidden], max(map(limit, hidden))):
        if not left:
            return None
        hidden.add(left.pop(0))
    return frozenset(hidden)


def overlap(
    counts: Counts, limit: Callable[[str], int], everybody: int | None, forced: Collection[str] = ()
) -> frozenset[str]:
    """Which counts to hold back where one person may stand in several.

    ``everybody``: how many people there are, where each stands in one cell at least. A single count held back would
    then have to hold all those who are nowhere else: a second one is held back with it.
    """
    hidden = _small(counts, limit, forced)
    shown = {code: count for code, count in counts.items() if count and code not in hidden}
    if len(hidden) == 1 and everybody is not None and everybody - sum(shown.values()) > 1 and shown:
        hidden.add(min(shown, key=_by_size(counts)))
    return frozenset(hidden)


def _small(counts: Counts, limit: Callable[[str], int], forced: Collection[str]) -> set[str]:
    return {code for code, count in counts.items() if 0 < count < limit(code) or (code in forced and count)}


def _by_size(counts: Counts) -> Callable[[str], tuple[int, str]]:
    return lambda code: (counts[code], code)


def _is_safe(hidden: Sequence[int], k: int) -> bool:
    """Each is 1 at least and at most what the others leave of their sum."""
    return len(hidden) > 1 and sum(hidden) - len(hidden) >= k


Group = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merging:
    """A crossing's rows and columns as they may be shown, each a group of codes."""

    rows: tuple[Group, ...]
    columns: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Rows by columns, each in its order.

    A code whose total is held back is named in ``hidden``. In an ordered dimension only neighbours are merged.
    ``limit`` gives k for a cell; ``telling`` says that to stand in these columns tells too much of all of a row.
    """

    cells: Mapping[tuple[str, str], int]
    rows: Sequence[str]
    columns: Sequence[str]
    limit: Callable[[str, str], int]
    hidden: frozenset[str] = frozenset()
    ordered: tuple[bool, bool] = (False, False)
    telling: Callable[[Group], bool] = lambda _columns: False


def crossing(table: Crossing) -> Merging | None:
    """How to merge a crossing's rows and columns, at the least cost; None when nothing would be left of it."""
    fine = _Fine.of(table)
    return next(filter(None, (_merged(table, fine, weight) for weight in COSTS_OF_BAD)), None)


def _merged(table: Crossing, fine: "_Fine", weight: int) -> Merging | None:
    """Step by step, what costs least by a cell's weight; None when one row or one column would be left."""
    merging = Merging(_started(table.rows, table.hidden), _started(table.columns, table.hidden))
    while bad := _bad(table, fine, merging):
        tries = [*_merges(table, fine, merging, bad, 0), *_merges(table, fine, merging, bad, 1)]
        if not tries:
            return None
        count = sum(bad.values())
        rated = [(sum(_bad(table, fine, one).values()), cost, place, one) for place, (cost, one) in enumerate(tries)]
        better = [one for one in rated if one[0] < count] or rated
        merging = min(better, key=lambda one: (one[1] + weight * one[0], one[2]))[3]
    return merging if len(merging.rows) > 1 and len(merging.columns) > 1 else None


@dataclass(frozen=True, slots=True)
class _Fine:
    """A crossing's cells before any merging: those above 0, each one's k, and the totals."""

    counts: Mapping[tuple[str, str], int]
    limits: Mapping[tuple[str, str], int]
    least: int
    most: int
    totals: tuple[Mapping[str, int], Mapping[str, int]]
    small: Sequence[tuple[str, str]]

    @staticmethod
    def of(table: Crossing) -> "_Fine":
        counts = {place: count for place, count in table.cells.items() if count}
        limits = {(row, column): table.limit(row, column) for row in table.rows for column in table.columns}
        totals: tuple[dict[str, int], dict[str, int]] = ({}, {})
        for place, count in counts.items():
            for axis in (0, 1):
                totals[axis][place[axis]] = totals[axis].get(place[axis], 0) + count
        small = [place for place, count in counts.items() if count < limits[place]]
        bounds = min(limits.values(), default=0), max(limits.values(), default=0)
        return _Fine(counts, limits, *bounds, totals, small)


# What a cell still to be mended weighs against a person whose code is blurred. The first spares people; where that
# ends in nothing, because small steps were taken one after the other, the second mends most at each step.
COSTS_OF_BAD = (50, 5000)


def _started(codes: Sequence[str], hidden: frozenset[str]) -> tuple[Group, ...]:
    """Each code for itself; those whose totals are held back can be told only together, by subtraction: as one."""
    together = tuple(code for code in codes if code in hidden)
    alone = tuple((code,) for code in codes if code not in hidden)
    return (*alone, together) if together else alone


def _merges(
    table: Crossing, fine: _Fine, merging: Merging, bad: Mapping[tuple[int, int], int], axis: int
) -> Iterable[tuple[int, Merging]]:
    """Each way to merge two rows (or columns), one of which has a bad cell, with how many people it blurs."""
    groups = merging.columns if axis else merging.rows
    if len(groups) < 3:  # of two put together one would be left, and nothing is crossed any more
        return
    touched = {place[axis] for place in bad}
    sizes = [sum(fine.totals[axis].get(code, 0) for code in group) for group in groups]
    for one, other in combinations(range(len(groups)), 2):
        if (one not in touched and other not in touched) or not _may_join(table, axis, groups[one], groups[other]):
            continue
        joined = (*groups[:one], groups[one] + groups[other], *groups[one + 1 : other], *groups[other + 1 :])
        yield (
            _cost(sizes[one], sizes[other]),
            Merging(merging.rows, joined) if axis else Merging(joined, merging.columns),
        )


def _may_join(table: Crossing, axis: int, one: Group, other: Group) -> bool:
    """Whether two groups are neighbours, where that matters. What is held back joins anything."""
    if not table.ordered[axis] or not table.hidden.isdisjoint(one + other):
        return True
    codes = table.columns if axis else table.rows
    return _neighbours(codes, one, other, table.hidden)


def _neighbours(codes: Sequence[str], one: Group, other: Group, between: Collection[str] = ()) -> bool:
    """Whether nothing stands between two groups of an ordered dimension but what may be passed over."""
    first, second = sorted([sorted(map(codes.index, one)), sorted(map(codes.index, other))])
    return all(code in between for code in codes[first[-1] + 1 : second[0]])


def _cost(one: int, other: int) -> int:
    """What it costs to put two groups together: whose code is blurred, above all those of the smaller one."""
    return 10 * min(one, other) + max(one, other)


def _bad(table: Crossing, fine: _Fine, merging: Merging) -> dict[tuple[int, int], int]:
    """The cells that must not be shown so, each with how much is wrong with it."""
    row_of = {code: i for i, group in enumerate(merging.rows) for code in group}
    column_of = {code: j for j, group in enumerate(merging.columns) for code in group}
    grid: dict[tuple[int, int], int] = {}
    across, down = [0] * len(merging.rows), [0] * len(merging.columns)
    for (row, column), count in fine.counts.items():
        i, j = row_of[row], column_of[column]
        grid[i, j] = grid.get((i, j), 0) + count
        across[i] += count
        down[j] += count
    bad: dict[tuple[int, int], int] = {}
    for (i, j), count in grid.items():
        rows, columns = merging.rows[i], merging.columns[j]
        small = count < fine.least or (
            count < fine.most and count < max([fine.limits[row, column] for row in rows for column in columns])
        )
        if small or (count == across[i] and table.telling(columns)):
            bad[i, j] = 1
    for row, column in fine.small:
        i, j = row_of[row], column_of[column]
        if (len(merging.rows[i]) > 1) != (len(merging.columns[j]) > 1):
            sums = grid[i, j], across[i], down[j]
            if _told(table, fine, (row, column), sums, by_column=len(merging.columns[j]) > 1):
                bad[i, j] = bad.get((i, j), 0) + 1
    return bad


def _told(table: Crossing, fine: _Fine, place: tuple[str, str], sums: tuple[int, int, int], *, by_column: bool) -> bool:
    """Whether a small count inside a merged cell is still told by the total of its column (or row).

    Where only columns are merged, three sums bound a count: what the row has here, what its column has in all, and
    what all rows have here. The same the other way.
    """
    count, across, down = sums
    code = place[1] if by_column else place[0]
    if code in table.hidden:
        return count < fine.limits[place]
    other = fine.totals[1 if by_column else 0][code]
    least = max(0, count + other - (down if by_column else across))
    return least > 1 or min(count, other) - least < fine.limits[place]


@dataclass(frozen=True, slots=True)
class Parts:
    """Rows that do not add up to anything (needs), each divided by the same columns with its own known total."""

    cells: Mapping[tuple[str, str], int]
    rows: Sequence[str]
    columns: Sequence[str]
    limit: Callable[[str, str], int]
    ordered: bool = False


def parts(table: Parts) -> tuple[tuple[str, ...], tuple[Group, ...]] | None:
    """Which rows to show, and the columns merged for all of them, so that no small count is left; None when nothing is.

    Whatever costs fewest people for what it mends: to leave a row out, or to put two columns together.
    """
    rows = tuple(table.rows)
    groups: tuple[Group, ...] = tuple((column,) for column in table.columns)
    while bad := _bad_rows(table, rows, groups):
        count = sum(bad.values())
        sizes = {group: sum(table.cells.get((row, code), 0) for row in rows for code in group) for group in groups}
        tries: list[tuple[float, int, tuple[str, ...], tuple[Group, ...]]] = []
        for row, faults in bad.items():
            cost = 10 * sum(table.cells.get((row, column), 0) for column in table.columns)
            tries.append((cost / faults, len(tries), tuple(one for one in rows if one != row), groups))
        for one, other in combinations(groups, 2):
            if not table.ordered or _neighbours(table.columns, one, other):
                joined = tuple(one + other if group == one else group for group in groups if group != other)
                mended = count - sum(_bad_rows(table, rows, joined).values())
                if mended > 0:
                    tries.append((_cost(sizes[one], sizes[other]) / mended, len(tries), rows, joined))
        _weight, _place, rows, groups = min(tries, key=lambda one: one[:2])
    return (rows, groups) if rows and len(groups) > 1 else None


def _bad_rows(table: Parts, rows: Iterable[str], groups: Sequence[Group]) -> dict[str, int]:
    """The rows with small counts, and how many each has."""
    get = table.cells.get
    bad = {}
    for row in rows:
        counts = [(sum([get((row, code), 0) for code in group]), group) for group in groups]
        faults = sum([0 < n < max([table.limit(row, code) for code in group]) for n, group in counts])
        if faults:
            bad[row] = faults
    return bad
