"""Each shape by itself: nothing small is shown, and what is held back or put together stays uncertain."""

from collections.abc import Iterator, Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.statistics.protection.disclosure import (
    CrossTable,
    DividedRows,
    MergedGroups,
    merge_cross_table,
    merge_divided_rows,
    suppress_line,
    suppress_overlap,
)

K = 5
COUNTS = st.lists(st.integers(0, 14), min_size=1, max_size=5).map(
    lambda counts: {f"c{place}": count for place, count in enumerate(counts)}
)


def _k(_code: str) -> int:
    return K


def _agreeing(counts: Mapping[str, int], hidden: frozenset[str]) -> Iterator[dict[str, int]]:
    """Every way to fill in what a line holds back, as a reader sees it: 1 at least, and the sum is known."""
    total = sum(counts[code] for code in hidden)
    codes = sorted(hidden)
    for guess in product(range(1, total + 1), repeat=max(len(codes) - 1, 0)):
        if sum(guess) < total and codes:
            yield dict(zip(codes, (*guess, total - sum(guess)), strict=True))


@given(COUNTS)
def test_what_a_line_holds_back_could_be_anything(counts: dict[str, int]) -> None:
    hidden = suppress_line(counts, _k)
    if hidden is None:
        return
    assert all(count == 0 or count >= K for code, count in counts.items() if code not in hidden)
    assert all(counts[code] for code in hidden)
    guesses = list(_agreeing(counts, hidden))
    for code in hidden:
        values = {guess[code] for guess in guesses}
        assert set(range(1, K)) <= values
        assert max(values) - min(values) >= K


@given(COUNTS)
def test_a_line_that_cannot_be_protected_is_none(counts: dict[str, int]) -> None:
    if suppress_line(counts, _k) is None:
        nonzero = [count for count in counts.values() if count]
        assert len(nonzero) == 1 or sum(nonzero) - len(nonzero) < K


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"a": 2, "b": 9, "c": 30}, {"a", "b"}),  # one small count would follow from the total: the next goes with it
        ({"a": 1, "b": 1, "c": 30}, {"a", "b", "c"}),  # two that add up to too little need a third
        ({"a": 0, "b": 9, "c": 30}, set()),  # a zero is no secret
        ({"a": 3}, None),
        ({"a": 3, "b": 2}, None),
    ],
)
def test_vectors_of_a_line(counts: dict[str, int], expected: set[str] | None) -> None:
    assert suppress_line(counts, _k) == expected


def test_what_must_be_held_back_is() -> None:
    assert suppress_line({"a": 20, "b": 30, "c": 40}, _k, {"b"}) == frozenset({"a", "b"})
    assert suppress_overlap({"a": 20, "b": 30}, _k, None, {"b"}) == {"b"}


def test_a_restricted_code_has_a_limit_of_its_own() -> None:
    assert suppress_line({"a": 7, "b": 7, "c": 50}, lambda code: 10 if code == "a" else K) == frozenset({"a", "b"})
    assert suppress_overlap({"a": 7, "b": 7}, lambda code: 10 if code == "a" else K, None) == {"a"}


def test_the_only_need_held_back_takes_another_with_it_where_everybody_has_one() -> None:
    # 40 people, 37 of whom stand in the needs shown at most: the others must have the need that is held back.
    assert suppress_overlap({"a": 3, "b": 30, "c": 7}, _k, 40) == {"a", "c"}
    assert suppress_overlap({"a": 3, "b": 30, "c": 7}, _k, 30) == {"a"}


ROWS, COLUMNS = ("r0", "r1", "r2"), ("c0", "c1", "c2", "c3")
CELLS = st.lists(st.integers(0, 40), min_size=12, max_size=12).map(
    lambda counts: dict(zip(product(ROWS, COLUMNS), counts, strict=True))
)
Cells = dict[tuple[str, str], int]


def _merged(cells: Cells, made: MergedGroups) -> dict[tuple[int, int], int]:
    groups = product(enumerate(made.rows), enumerate(made.columns))
    return {(i, j): sum(cells.get(place, 0) for place in product(r, c)) for (i, r), (j, c) in groups}


@given(CELLS, st.booleans())
def test_a_crossing_has_no_small_count_and_loses_nobody(cells: Cells, ordered: bool) -> None:
    made = merge_cross_table(CrossTable(cells, ROWS, COLUMNS, lambda _r, _c: K, ordered_axes=(False, ordered)))
    if made is None:
        return
    assert sorted(code for group in made.rows for code in group) == sorted(ROWS)
    assert sorted(code for group in made.columns for code in group) == sorted(COLUMNS)
    shown = _merged(cells, made)
    assert all(count == 0 or count >= K for count in shown.values())
    assert sum(shown.values()) == sum(cells.values())
    if ordered:
        for group in made.columns:
            places = sorted(COLUMNS.index(code) for code in group)
            assert places == list(range(places[0], places[-1] + 1))


@given(CELLS)
def test_large_counts_are_all_shown_apart(cells: Cells) -> None:
    large = {place: count + K for place, count in cells.items()}
    made = merge_cross_table(CrossTable(large, ROWS, COLUMNS, lambda _r, _c: K))
    assert made == MergedGroups(tuple((row,) for row in ROWS), tuple((column,) for column in COLUMNS))


def test_codes_whose_totals_are_held_back_are_told_only_together() -> None:
    cells: Cells = {("F", "a"): 100, ("F", "b"): 80, ("M", "a"): 90, ("M", "b"): 70, ("I", "a"): 2, ("N", "b"): 4}
    made = merge_cross_table(
        CrossTable(cells, ("F", "M", "I", "N"), ("a", "b"), lambda _r, _c: K, frozenset({"I", "N"}))
    )
    assert made is not None
    assert any({"I", "N"} <= set(group) for group in made.rows)
    assert len(made.rows) == len(made.columns) == 2  # the few joined others; nothing else was lost


def test_a_group_that_is_all_in_one_sensitive_column_is_not_shown_so() -> None:
    cells: Cells = {("VE", "irregular"): 50, ("CO", "national"): 60, ("CO", "irregular"): 20, ("EC", "national"): 30}
    made = merge_cross_table(
        CrossTable(
            cells,
            ("CO", "EC", "VE"),
            ("irregular", "national"),
            lambda _r, _c: K,
            is_disclosive={"irregular"}.issuperset,
        )
    )
    assert made is not None
    assert ("VE",) not in made.rows
    assert sorted(code for group in made.rows for code in group) == ["CO", "EC", "VE"]


@given(CELLS)
def test_parts_show_no_small_count(cells: Cells) -> None:
    made = merge_divided_rows(DividedRows(cells, ROWS, COLUMNS, lambda _r, _c: K, ordered_columns=True))
    if made is None:
        return
    rows, groups = made
    assert set(rows) <= set(ROWS)
    assert sorted(code for group in groups for code in group) == sorted(COLUMNS)
    for row, group in product(rows, groups):
        count = sum(cells[row, code] for code in group)
        assert count == 0 or count >= K


def test_a_rare_column_is_joined_rather_than_every_row_left_out() -> None:
    cells: Cells = {
        (f"n{n}", code): count for n in range(6) for code, count in (("F", 60), ("M", 50), ("N", 1 + n % 3))
    }
    made = merge_divided_rows(DividedRows(cells, [f"n{n}" for n in range(6)], ("F", "M", "N"), lambda _r, _c: K))
    assert made is not None
    assert len(made[0]) == 6
    assert len(made[1]) == 2
