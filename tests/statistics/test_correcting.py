"""Two versions of a month side by side: nothing that both tell differs by so little that it exposes anyone (G3)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import combinations, product

import pytest

from attention_point.foundation.refusals import Refusal
from attention_point.statistics.content import Content, TableContent, as_json, canonical, from_json, year_tables
from attention_point.statistics.correcting import corrected
from attention_point.statistics.disclosure import MERGED, TOTAL, Place
from attention_point.statistics.protection import LEAST_TOTAL, Month
from attention_point.statistics.services import audited
from attention_point.tallies.rules import BY_ID, K, limit
from tests.statistics.invented import kept

MONTH = date(2017, 9, 1)
# A figure: what it counts, and for each dimension the codes that it takes together.
Figure = tuple[str, frozenset[tuple[str, frozenset[str]]]]


def _content(month: Month) -> Content:
    tables = tuple(
        TableContent(
            name,
            {"es": name, "en": name},
            BY_ID[name].counts,
            BY_ID[name].k,
            BY_ID[name].dimensions,
            BY_ID[name].overlapping,
            table.counts,
            table.left_out,
        )
        for name, table in month.tables.items()
        if table.counts
    )
    return Content(MONTH, month.totals, tables, (), {}, version=1)


def _figures(content: Content) -> Iterator[tuple[Figure, int, int]]:
    """Every published figure with its value and the least that a difference of it may be."""
    for table in content.tables:
        for place, count in table.cells.items():
            if count is not None:
                codes = frozenset(
                    (dimension, frozenset(code.split(MERGED)))
                    for dimension, code in zip(table.dimensions, place, strict=True)
                    if code != TOTAL
                )
                yield (table.counts, codes), count, _limit(table, place)


def _limit(table: TableContent, place: Place) -> int:
    return max(limit(BY_ID[table.id], codes) for codes in product(*(code.split(MERGED) for code in place)))


def _rests(table: TableContent) -> Mapping[Place, int]:
    """What is held back of each line, taken together: its total less what is shown."""
    rests: dict[Place, int] = {}
    for axis, dimension in enumerate(table.dimensions):
        for place, total in table.cells.items():
            if dimension not in table.overlapping and place[axis] == TOTAL and total is not None:
                beside = place[:axis] + place[axis + 1 :]
                parts = [
                    count
                    for other, count in table.cells.items()
                    if other[axis] != TOTAL and other[:axis] + other[axis + 1 :] == beside
                ]
                rests[(*place, dimension)] = total - sum(count for count in parts if count is not None)
    return rests


@cache
def _versions(seed: int) -> tuple[Content, Content] | None:
    visits = (30, 45, 90, 200, 400)[seed % 5]
    late = (1, 4, 12, 60, 150, 300)[seed % 6]  # how many were forgotten
    before = _content(audited(kept(visits, MONTH, seed)))
    try:
        return before, corrected(before, _content(audited(kept(visits + late, MONTH, seed))))
    except Refusal:
        return None


@pytest.mark.parametrize("seed", range(15))
def test_no_two_versions_tell_a_small_difference(seed: int) -> None:
    versions = _versions(seed)
    if versions is None:
        return
    values: dict[Figure, dict[int, int]] = {}
    for content in versions:
        for figure, count, k in _figures(content):
            found = values.setdefault(figure, {})
            found[count] = max(found.get(count, 0), k)
    for figure, found in values.items():
        for one, other in combinations(found, 2):
            assert abs(one - other) >= max(found.values()), figure
    for old in versions[0].tables:
        new = versions[1].table(old.id)
        assert new is not None
        before, after = _rests(old), _rests(new)
        assert all(step == 0 or abs(step) >= old.k for step in (after[place] - n for place, n in before.items()))


def test_a_table_that_is_published_no_longer_ends_with_the_correction() -> None:
    before, after = _versions(3) or _versions(4) or pytest.fail("neither month can be corrected")
    one = BY_ID["people-by-day"]
    days = TableContent(one.id, {"es": "", "en": ""}, one.counts, one.k, one.dimensions, (), {("2017-09-04",): 12})
    earlier = replace(before, tables=(*before.tables, days), withheld=(("people-by-hour", {"es": "", "en": ""}),))
    assert from_json(json.loads(canonical(as_json(earlier)))).table("people-by-day") == days  # what was released stays
    corrected_anew = corrected(earlier, replace(after, tables=after.tables))
    assert corrected_anew.table("people-by-day") is None
    assert corrected_anew.withheld == ()
    assert corrected_anew.tables == after.tables


@pytest.mark.parametrize("seed", range(15))
def test_neither_do_the_totals_and_the_year_before_and_after(seed: int) -> None:
    versions = _versions(seed)
    if versions is None:
        return
    for kind, old in versions[0].totals.items():
        new = versions[1].totals[kind]
        assert (old is None) == (new is None)
        assert old is None or new is None or old == new or abs(new - old) >= LEAST_TOTAL
    for before, after in zip(*(year_tables([content]) for content in versions), strict=True):
        old, new = before.cells[TOTAL,], after.cells[TOTAL,]
        assert (old is None) == (new is None)
        assert old is None or new is None or old == new or abs(new - old) >= K


def test_some_months_are_corrected_and_some_are_not() -> None:
    made = [_versions(seed) is not None for seed in range(5)]
    assert any(made)
    assert not all(made)
