"""Attentions beside people: they add up, and what the two differ by tells nobody."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attention_point.statistics.audit import audit
from attention_point.statistics.audit_equations import of_people
from attention_point.statistics.disclosure import MERGED, TOTAL, Place, codes_of
from attention_point.statistics.protection import LEAST_TOTAL, Month, protect
from attention_point.statistics.services import audited
from attention_point.tallies.rules import BY_ID, INDICATORS, limit
from tests.statistics.invented import kept

BESIDE = [one for one in INDICATORS if one.people]
LARGE = kept(3000)


@pytest.fixture(scope="module")
def month() -> Month:
    """A month of many visits, as it may be shown."""
    return audited(LARGE)


def _sum(table: str, place: Place) -> int:
    """What a place holds in truth."""
    one = BY_ID[table]
    found = 0
    for name in one.kept:
        axes = [BY_ID[name].dimensions.index(dimension) for dimension in one.dimensions]
        for fine, count in LARGE.get(name, {}).items():
            codes = [fine[axis] for axis in axes]
            if all(wanted in {TOTAL, code} or code in wanted.split(MERGED)
                   for wanted, code in zip(place, codes, strict=True)):  # fmt: skip
                found += count
    return found


@pytest.mark.parametrize("table", [one.id for one in BESIDE])
def test_every_figure_is_what_was_counted(month: Month, table: str) -> None:
    for place, count in month.tables[table].counts.items():
        assert count == _sum(table, place), place


def test_a_month_of_many_visits_has_nearly_every_table(month: Month) -> None:
    withheld = [one.id for one in BESIDE if month.tables[one.id].withheld]
    assert len(withheld) <= len(BESIDE) / 5, withheld


def test_nothing_is_held_back_cell_by_cell(month: Month) -> None:
    assert all(count is not None for one in BESIDE for count in month.tables[one.id].counts.values())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(100, 700))
def test_what_attentions_and_people_differ_by_is_nothing_or_enough(seed: int, visits: int) -> None:
    month = protect(kept(visits, date(2017, 9, 1), seed))
    for one in BESIDE:
        people = month.tables[one.people or ""].counts
        for place, count in month.tables[one.id].counts.items():
            beside = of_people(people, place)
            if beside is not None and count is not None:
                again = count - beside
                assert again == 0 or again >= limit(one, codes_of(place)), (one.id, place)


def test_few_who_came_again_are_not_divided() -> None:
    """Fewer than ten returns: no table of attentions by a characteristic at all."""
    for visits in range(40, 90, 7):
        month = protect(kept(visits))
        people, attentions = month.totals["people"], month.totals["attentions"]
        assert people is not None
        assert attentions is not None
        if 0 < attentions - people < LEAST_TOTAL:
            assert all(month.tables[one.id].withheld for one in BESIDE)
            break
    else:
        pytest.fail("no month had few returns")


def test_a_month_in_which_nobody_came_again_has_the_same_figures_twice() -> None:
    once = {name: cells for name, cells in LARGE.items() if BY_ID[name].counts == "people"}
    days: Mapping[Place, int] = once["people-by-day"]
    month = protect({**once, "attentions-by-day": days})
    people, attentions = month.tables["people-by-sex-and-age"], month.tables["attentions-by-sex-and-age"]
    assert people.counts
    assert attentions.counts == people.counts


def _published(month: Month) -> dict[str, dict[Place, int | None]]:
    return {name: dict(table.counts) for name, table in month.tables.items() if table.counts}


def test_a_small_difference_is_seen(month: Month) -> None:
    published = _published(month)
    place = next(place for place in published["people-by-municipality"] if place != (TOTAL,))
    people = published["people-by-municipality"][place]
    assert people is not None
    published["attentions-by-municipality"] = {place: people + 2}
    assert "G1" in {breach.rule for breach in audit(published, month.totals)}


def test_a_row_put_together_and_told_apart_elsewhere_is_seen(month: Month) -> None:
    """Sexes are put together among attentions; by sex and age one of them comes back by itself."""
    published = _published(month)
    row = next(place[0] for place in published["attentions-by-sex"] if MERGED in place[0])
    code = row.split(MERGED)[0]
    published["attentions-by-sex-and-age"][code, TOTAL] = _sum("attentions-by-sex-and-age", (code, TOTAL))
    assert {breach.rule for breach in audit(published, month.totals, LARGE)} & {"G1", "G2"}


def test_a_month_passes_inside_and_from_outside(month: Month) -> None:
    assert audit(_published(month), month.totals, LARGE) == []
    assert audit(_published(month), month.totals) == []
