"""Nothing small is shown, and nothing small follows from what is shown: tried against all tables that agree with it."""

from collections.abc import Iterator, Mapping
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from attention_point.statistics.disclosure import TOTAL, Place, Protected, protect

K = 3
Counts = dict[Place, int]


def _totals(cells: Mapping[Place, int], overlapping: tuple[bool, ...]) -> Counts:
    """The table's own sums over dimensions that add up, written apart from the code under test."""
    counts = dict(cells)
    if len(overlapping) == 2:
        for (row, column), count in cells.items():
            if not overlapping[1]:
                counts[row, TOTAL] = counts.get((row, TOTAL), 0) + count
            if not overlapping[0]:
                counts[TOTAL, column] = counts.get((TOTAL, column), 0) + count
    return counts


def _consistent(cells: Counts, shown: Protected, overlapping: tuple[bool, ...], guesses: range) -> Iterator[Counts]:
    """All tables that a reader cannot rule out, the unknown counts within ``guesses``."""
    unknown = [place for place, count in shown.counts.items() if count is None and TOTAL not in place]
    zeros = {place: 0 for place in cells}
    known = {p: c for p, c in shown.counts.items() if c is not None and TOTAL not in p}
    fixed = {p: c for p, c in shown.counts.items() if c is not None and TOTAL in p}
    total = None if any(overlapping) else sum(cells.values())
    for guess in product(guesses, repeat=len(unknown)):
        table = {**zeros, **known, **dict(zip(unknown, guess, strict=True))}
        if total is not None and sum(table.values()) != total:
            continue
        sums = _totals(table, overlapping)
        if all(sums[place] == count for place, count in fixed.items()):
            yield sums


def _table(rows: int, columns: int) -> st.SearchStrategy[Counts]:
    places = [(f"r{row}", f"c{column}") for row in range(rows) for column in range(columns)]
    return st.lists(st.integers(0, 7), min_size=len(places), max_size=len(places)).map(
        lambda counts: dict(zip(places, counts, strict=True))
    )


def _assert_safe(cells: Counts, overlapping: tuple[bool, ...], shown: Protected, most: int) -> None:
    if shown.withheld:
        assert shown.counts == {}
        return
    truth = _totals(cells, overlapping)
    assert {place: count for place, count in truth.items() if count} == {
        place: truth[place] if count is None else count for place, count in shown.counts.items()
    }
    least: Counts = {}
    greatest: Counts = {}
    for table in _consistent(cells, shown, overlapping, range(1, most + 1)):
        for place in shown.counts:
            greatest[place] = max(greatest.get(place, 0), table[place])
            least[place] = min(least.get(place, most), table[place])
    # How many cells a total has is there to see: only apart from that may it be as low as 1.
    for table in _consistent(cells, shown, overlapping, range(most)):
        for place in shown.counts:
            if TOTAL in place:
                least[place] = min(least[place], table[place])
    for place, count in shown.counts.items():
        if count is not None:
            assert count >= K, place
        elif truth[place] < K:
            assert least[place] <= 1, place
            assert greatest[place] >= K + 1, place
        else:
            assert greatest[place] - least[place] >= K, place


@settings(max_examples=60, deadline=None)
@given(_table(2, 2) | _table(2, 3), st.sampled_from([(False, False), (True, False), (False, True), (True, True)]))
def test_what_is_suppressed_cannot_be_derived(cells: Counts, overlapping: tuple[bool, bool]) -> None:
    shown = protect(cells, lambda _place: K, overlapping)
    unknown = sum(count is None and TOTAL not in place for place, count in shown.counts.items())
    most = 12
    assume(most**unknown < 200_000)
    _assert_safe(cells, overlapping, shown, most)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=4), st.booleans())
def test_a_table_of_one_dimension_is_safe(counts: list[int], overlaps: bool) -> None:
    cells: Counts = {(f"r{place}",): count for place, count in enumerate(counts)}
    _assert_safe(cells, (overlaps,), protect(cells, lambda _place: K, (overlaps,)), 16)


@given(_table(3, 3), st.sets(st.sampled_from(["r0", "r1", "r2"])))
def test_what_other_tables_hide_is_hidden_here(cells: Counts, rows: set[str]) -> None:
    hidden = frozenset((row, TOTAL) for row in rows)
    shown = protect(cells, lambda _place: K, (False, False), hidden)
    assert all(shown.counts.get(place) is None for place in hidden)


@given(_table(3, 4))
def test_large_counts_are_all_shown(cells: Counts) -> None:
    large = {place: count + K for place, count in cells.items()}
    shown = protect(large, lambda _place: K, (False, False))
    assert not shown.withheld
    assert None not in shown.counts.values()


def _cells(**counts: int) -> Counts:
    return {(code,): count for code, count in counts.items()}


@pytest.mark.parametrize(
    ("counts", "overlapping", "expected"),
    [
        # One small count would follow from the total: the next smallest goes with it.
        (_cells(a=2, b=9, c=30), False, {"a": None, "b": None, "c": 30}),
        # Two small ones that add up to too little need a third.
        (_cells(a=1, b=1, c=30), False, {"a": None, "b": None, "c": None}),
        # Without a total that binds, the small one alone is enough.
        (_cells(a=2, b=9, c=30), True, {"a": None, "b": 9, "c": 30}),
        # A zero is no secret.
        (_cells(a=0, b=9, c=30), False, {"b": 9, "c": 30}),
    ],
)
def test_vectors(counts: Counts, overlapping: bool, expected: dict[str, int | None]) -> None:
    shown = protect(counts, lambda _place: 5, (overlapping,))
    assert {place[0]: count for place, count in shown.counts.items()} == expected


def test_a_table_too_small_to_protect_is_withheld() -> None:
    assert protect(_cells(a=1, b=2), lambda _place: 5, (False,)) == Protected({}, withheld=True)


def test_a_restricted_code_has_a_limit_of_its_own() -> None:
    shown = protect(_cells(a=7, b=7), lambda place: 10 if place == ("a",) else 5, (True,))
    assert shown.counts == {("a",): None, ("b",): 7}


def test_a_small_row_hides_with_its_neighbour_in_every_column() -> None:
    cells: Counts = {("EC", "regular"): 2, ("VE", "regular"): 200, ("VE", "irregular"): 400, ("CO", "national"): 90}
    shown = protect(cells, lambda _place: 5, (False, False))
    assert not shown.withheld
    assert shown.counts["EC", "regular"] is None
    assert shown.counts["EC", TOTAL] is None
    assert sum(count is None for place, count in shown.counts.items() if TOTAL not in place) >= 2
