"""Two versions of a month side by side: nothing that both tell differs by so little that it exposes anyone (G3)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import combinations, product

import pytest

from attention_point.foundation.errors import AppError
from attention_point.statistics.protection.disclosure import MERGE_SEPARATOR, TOTAL_CODE, CellCodes
from attention_point.statistics.protection.month import SMALLEST_SHOWN_TOTAL, ProtectedMonth
from attention_point.statistics.releases.content import (
    MonthContent,
    TableContent,
    build_content_json,
    build_year_tables,
    encode_canonical_json,
    parse_content_json,
)
from attention_point.statistics.releases.corrections import build_corrected_content
from attention_point.statistics.releases.services import protect_audited_month
from attention_point.tallies.rules import INDICATORS_BY_ID, LEAST_COUNT, get_least_count
from tests.statistics.invented_month import invent_table_counts

MONTH = date(2017, 9, 1)
# A figure: what it counts, and for each dimension the codes that it takes together.
Figure = tuple[str, frozenset[tuple[str, frozenset[str]]]]


def _content(month: ProtectedMonth) -> MonthContent:
    tables = tuple(
        TableContent(
            name,
            {"es": name, "en": name},
            INDICATORS_BY_ID[name].counts,
            INDICATORS_BY_ID[name].k,
            INDICATORS_BY_ID[name].dimensions,
            INDICATORS_BY_ID[name].overlapping,
            table.cells,
            table.left_out,
        )
        for name, table in month.tables.items()
        if table.cells
    )
    return MonthContent(MONTH, month.totals, tables, (), {}, version=1)


def _figures(content: MonthContent) -> Iterator[tuple[Figure, int, int]]:
    """Every published figure with its value and the least that a difference of it may be."""
    for table in content.tables:
        for place, count in table.cells.items():
            if count is not None:
                codes = frozenset(
                    (dimension, frozenset(code.split(MERGE_SEPARATOR)))
                    for dimension, code in zip(table.dimensions, place, strict=True)
                    if code != TOTAL_CODE
                )
                yield (table.counts, codes), count, _limit(table, place)


def _limit(table: TableContent, place: CellCodes) -> int:
    return max(
        get_least_count(INDICATORS_BY_ID[table.id], codes)
        for codes in product(*(code.split(MERGE_SEPARATOR) for code in place))
    )


def _rests(table: TableContent) -> Mapping[CellCodes, int]:
    """What is held back of each line, taken together: its total less what is shown."""
    rests: dict[CellCodes, int] = {}
    for axis, dimension in enumerate(table.dimensions):
        for place, total in table.cells.items():
            if dimension not in table.overlapping and place[axis] == TOTAL_CODE and total is not None:
                beside = place[:axis] + place[axis + 1 :]
                parts = [
                    count
                    for cell, count in table.cells.items()
                    if cell[axis] != TOTAL_CODE and cell[:axis] + cell[axis + 1 :] == beside
                ]
                rests[(*place, dimension)] = total - sum(count for count in parts if count is not None)
    return rests


@cache
def _versions(seed: int) -> tuple[MonthContent, MonthContent] | None:
    visits = (30, 45, 90, 200, 400)[seed % 5]
    late = (1, 4, 12, 60, 150, 300)[seed % 6]  # how many were forgotten
    before = _content(protect_audited_month(invent_table_counts(visits, MONTH, seed)))
    try:
        return before, build_corrected_content(
            before, _content(protect_audited_month(invent_table_counts(visits + late, MONTH, seed)))
        )
    except AppError:
        return None


@pytest.mark.parametrize("seed", range(15))
def test_no_two_versions_tell_a_small_difference(seed: int) -> None:
    versions = _versions(seed)
    if versions is None:
        return  # refused; a test below says how many are not
    values: dict[Figure, dict[int, int]] = {}
    for content in versions:
        for figure, count, k in _figures(content):
            found = values.setdefault(figure, {})
            found[count] = max(found.get(count, 0), k)
    for figure, found in values.items():
        for first, second in combinations(found, 2):
            assert abs(first - second) >= max(found.values()), figure
    for old in versions[0].tables:
        new = versions[1].find_table(old.id)
        assert new is not None
        before, after = _rests(old), _rests(new)
        assert all(step == 0 or abs(step) >= old.k for step in (after[place] - n for place, n in before.items()))


def test_a_table_that_is_published_no_longer_ends_with_the_correction() -> None:
    before, after = _versions(3) or _versions(4) or pytest.fail("neither month can be corrected")
    indicator = INDICATORS_BY_ID["people-by-day"]
    days = TableContent(
        indicator.id,
        {"es": "", "en": ""},
        indicator.counts,
        indicator.k,
        indicator.dimensions,
        (),
        {("2017-09-04",): 12},
    )
    earlier = replace(before, tables=(*before.tables, days), withheld=(("people-by-hour", {"es": "", "en": ""}),))
    assert (
        parse_content_json(json.loads(encode_canonical_json(build_content_json(earlier)))).find_table("people-by-day")
        == days
    )  # what was released stays
    corrected_anew = build_corrected_content(earlier, replace(after, tables=after.tables))
    assert corrected_anew.find_table("people-by-day") is None
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
        assert old is None or new is None or old == new or abs(new - old) >= SMALLEST_SHOWN_TOTAL
    for before, after in zip(*(build_year_tables([content]) for content in versions), strict=True):
        old, new = before.cells[TOTAL_CODE,], after.cells[TOTAL_CODE,]
        assert (old is None) == (new is None)
        assert old is None or new is None or old == new or abs(new - old) >= LEAST_COUNT


def test_some_months_are_corrected_and_some_are_not() -> None:
    corrected = [seed for seed in range(15) if _versions(seed)]
    assert 5 <= len(corrected) < 15
