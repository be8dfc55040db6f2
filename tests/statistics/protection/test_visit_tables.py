"""Attentions beside people: they add up, and what the two differ by tells nobody."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attention_point.statistics.audit.equations import find_people_count
from attention_point.statistics.audit.month import audit_month
from attention_point.statistics.protection.disclosure import MERGE_SEPARATOR, TOTAL_CODE, CellCodes, split_cell_codes
from attention_point.statistics.protection.month import SMALLEST_SHOWN_TOTAL, ProtectedMonth, protect_month
from attention_point.statistics.releases.services import protect_audited_month
from attention_point.tallies.rules import INDICATORS_BY_ID, PUBLISHED_INDICATORS, get_least_count
from tests.statistics.invented_month import invent_table_counts

BESIDE = [indicator for indicator in PUBLISHED_INDICATORS if indicator.people_table]
LARGE = invent_table_counts(3000)


@pytest.fixture(scope="module")
def month() -> ProtectedMonth:
    """A month of many visits, as it may be shown."""
    return protect_audited_month(LARGE)


def _sum(table: str, place: CellCodes) -> int:
    """What a place holds in truth."""
    indicator = INDICATORS_BY_ID[table]
    found = 0
    for name in indicator.stored_tables:
        axes = [INDICATORS_BY_ID[name].dimensions.index(dimension) for dimension in indicator.dimensions]
        for fine, count in LARGE.get(name, {}).items():
            codes = [fine[axis] for axis in axes]
            if all(wanted in {TOTAL_CODE, code} or code in wanted.split(MERGE_SEPARATOR)
                   for wanted, code in zip(place, codes, strict=True)):  # fmt: skip
                found += count
    return found


@pytest.mark.parametrize("table", [indicator.id for indicator in BESIDE])
def test_every_figure_is_what_was_counted(month: ProtectedMonth, table: str) -> None:
    for place, count in month.tables[table].cells.items():
        assert count == _sum(table, place), place


def test_a_month_of_many_visits_has_nearly_every_table(month: ProtectedMonth) -> None:
    withheld = [indicator.id for indicator in BESIDE if month.tables[indicator.id].withheld]
    assert len(withheld) <= len(BESIDE) / 5, withheld


def test_nothing_is_held_back_cell_by_cell(month: ProtectedMonth) -> None:
    assert all(count is not None for indicator in BESIDE for count in month.tables[indicator.id].cells.values())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(100, 700))
def test_what_attentions_and_people_differ_by_is_nothing_or_enough(seed: int, visits: int) -> None:
    month = protect_month(invent_table_counts(visits, date(2017, 9, 1), seed))
    for indicator in BESIDE:
        people = month.tables[indicator.people_table or ""].cells
        for place, count in month.tables[indicator.id].cells.items():
            beside = find_people_count(people, place)
            if beside is not None and count is not None:
                again = count - beside
                assert again == 0 or again >= get_least_count(indicator, split_cell_codes(place)), (indicator.id, place)


def test_few_who_came_again_are_not_divided() -> None:
    """Fewer than ten returns: no table of attentions by a characteristic at all."""
    for visits in range(40, 90, 7):
        month = protect_month(invent_table_counts(visits))
        people, attentions = month.totals["people"], month.totals["attentions"]
        assert people is not None
        assert attentions is not None
        if 0 < attentions - people < SMALLEST_SHOWN_TOTAL:
            assert all(month.tables[indicator.id].withheld for indicator in BESIDE)
            break
    else:
        pytest.fail("no month had few returns")


def test_a_month_in_which_nobody_came_again_has_the_same_figures_twice() -> None:
    once = {name: cells for name, cells in LARGE.items() if INDICATORS_BY_ID[name].counts == "people"}
    days: Mapping[CellCodes, int] = once["people-by-day"]
    month = protect_month({**once, "attentions-by-day": days})
    people, attentions = month.tables["people-by-sex-and-age"], month.tables["attentions-by-sex-and-age"]
    assert people.cells
    assert attentions.cells == people.cells


def _published(month: ProtectedMonth) -> dict[str, dict[CellCodes, int | None]]:
    return {name: dict(table.cells) for name, table in month.tables.items() if table.cells}


def test_a_small_difference_is_seen(month: ProtectedMonth) -> None:
    published = _published(month)
    place = next(place for place in published["people-by-municipality"] if place != (TOTAL_CODE,))
    people = published["people-by-municipality"][place]
    assert people is not None
    published["attentions-by-municipality"] = {place: people + 2}
    assert "G1" in {breach.rule for breach in audit_month(published, month.totals)}


def test_a_row_put_together_and_told_apart_elsewhere_is_seen(month: ProtectedMonth) -> None:
    """Sexes are put together among attentions; by sex and age one of them comes back by itself."""
    published = _published(month)
    row = next(place[0] for place in published["attentions-by-sex"] if MERGE_SEPARATOR in place[0])
    code = row.split(MERGE_SEPARATOR)[0]
    published["attentions-by-sex-and-age"][code, TOTAL_CODE] = _sum("attentions-by-sex-and-age", (code, TOTAL_CODE))
    assert {breach.rule for breach in audit_month(published, month.totals, LARGE)} & {"G1", "G2"}


def test_a_month_passes_inside_and_from_outside(month: ProtectedMonth) -> None:
    assert audit_month(_published(month), month.totals, LARGE) == []
    assert audit_month(_published(month), month.totals) == []
