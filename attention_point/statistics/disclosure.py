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
    merging = Merging(_started(table.rows, table.hidden), _started(table.columns, table.hidden))
    while bad := _bad(table, merging):
        tries = [*_merges(table, merging, bad, 0), *_merges(table, merging, bad, 1)]
        if not tries:
            return None
        count = sum(bad.values())
        rated = [(sum(_bad(table, one).values()), cost, place, one) for place, (cost, one) in enumerate(tries)]
        better = [one for one in rated if one[0] < count] or rated
        merging = min(better, key=lambda one: (one[1] + COST_OF_BAD * one[0], one[2]))[3]
    return merging if len(merging.rows) > 1 and len(merging.columns) > 1 else None


COST_OF_BAD = 50  # what a cell still to be mended weighs against a person whose code is blurred


def _started(codes: Sequence[str], hidden: frozenset[str]) -> tuple[Group, ...]:
    """Each code for itself; those whose totals are held back can be told only together, by subtraction: as one."""
    together = tuple(code for code in codes if code in hidden)
    alone = tuple((code,) for code in codes if code not in hidden)
    return (*alone, together) if together else alone


def _merges(
    table: Crossing, merging: Merging, bad: Mapping[tuple[int, int], int], axis: int
) -> Iterable[tuple[int, Merging]]:
    """Each way to merge two rows (or columns), one of which has a bad cell, with how many people it blurs."""
    groups = merging.columns if axis else merging.rows
    touched = {place[axis] for place in bad}
    sizes = _sizes(table, groups, axis)
    for one, other in combinations(range(len(groups)), 2):
        if (one not in touched and other not in touched) or not _may_join(table, axis, groups[one], groups[other]):
            continue
        joined = (*groups[:one], groups[one] + groups[other], *groups[one + 1 : other], *groups[other + 1 :])
        cost = _cost(sizes[one], sizes[other])
        yield cost, Merging(merging.rows, joined) if axis else Merging(joined, merging.columns)


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


def _sizes(table: Crossing, groups: Sequence[Group], axis: int) -> list[int]:
    totals: dict[str, int] = {}
    for place, count in table.cells.items():
        totals[place[axis]] = totals.get(place[axis], 0) + count
    return [sum(totals.get(code, 0) for code in group) for group in groups]


def _bad(table: Crossing, merging: Merging) -> dict[tuple[int, int], int]:
    """The cells that must not be shown so, each with how much is wrong with it."""
    get = table.cells.get
    grid = [
        [sum([get((row, column), 0) for row in rows for column in columns]) for columns in merging.columns]
        for rows in merging.rows
    ]
    down = [sum(column) for column in zip(*grid, strict=True)]
    bad: dict[tuple[int, int], int] = {}
    for i, rows in enumerate(merging.rows):
        across = sum(grid[i])
        for j, columns in enumerate(merging.columns):
            count = grid[i][j]
            wrong = 0 < count < max([table.limit(row, column) for row in rows for column in columns])
            wrong = wrong or bool(count == across and count and table.telling(columns))
            faults = int(wrong) + (_told(table, rows, columns, (count, across, down[j])) if count else 0)
            if faults:
                bad[i, j] = faults
    return bad


def _told(table: Crossing, rows: Group, columns: Group, sums: tuple[int, int, int]) -> int:
    """How many small counts inside a merged cell are still told by the totals of their row or column.

    Where only columns are merged, a count lies between Fréchet's bounds: what the row has here, what its column has
    in all, and what all rows have here. The same the other way.
    """
    if (len(rows) > 1) == (len(columns) > 1):
        return 0
    count, across, down = sums
    told = 0
    for row in rows:
        for column in columns:
            fine, k = table.cells.get((row, column), 0), table.limit(row, column)
            if 0 < fine < k:
                other = _total(table, column, 1) if len(columns) > 1 else _total(table, row, 0)
                known = (column if len(columns) > 1 else row) not in table.hidden
                here = down if len(columns) > 1 else across
                least = max(0, count + other - here) if known else 0
                most = min(count, other) if known else count
                told += least > 1 or most - least < k
    return told


def _total(table: Crossing, code: str, axis: int) -> int:
    return sum(count for place, count in table.cells.items() if place[axis] == code)


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
