"""The audit sees what a release would tell. Each test publishes something that it must not, and the audit says so."""

from collections.abc import Mapping

import pytest

from attention_point.statistics.audit.month import Breach, audit_month
from attention_point.statistics.protection.disclosure import MERGE_SEPARATOR, TOTAL_CODE, CellCodes
from attention_point.statistics.protection.month import ProtectedMonth, protect_month
from tests.statistics.invented_month import invent_table_counts

Tables = dict[str, dict[CellCodes, int | None]]
KEPT = invent_table_counts(400, seed=2)


@pytest.fixture(scope="module")
def month() -> ProtectedMonth:
    """A month as it may be shown."""
    return protect_month(KEPT)


@pytest.fixture
def published(month: ProtectedMonth) -> Tables:
    """Its tables, to be spoiled."""
    return {name: dict(table.cells) for name, table in month.tables.items() if table.cells}


def _found(
    published: Tables, month: ProtectedMonth, truth: Mapping[str, Mapping[CellCodes, int]] | None = KEPT
) -> set[str]:
    return {breach.rule for breach in audit_month(published, month.totals, truth)}


def test_a_protected_month_passes_inside_and_from_outside(published: Tables, month: ProtectedMonth) -> None:
    assert audit_month(published, month.totals, KEPT) == []
    assert audit_month(published, month.totals) == []


def test_a_small_count_is_seen(published: Tables, month: ProtectedMonth) -> None:
    small = next(place for place, count in KEPT["people-by-origin"].items() if 0 < count < 5)
    published["people-by-origin"][small] = KEPT["people-by-origin"][small]
    assert "G1" in _found(published, month)


def test_a_restricted_count_of_seven_is_seen(published: Tables, month: ProtectedMonth) -> None:
    published["people-by-need"]["TRATA",] = 7
    assert Breach("G1", "people-by-need", ("TRATA",)) in audit_month(published, month.totals)


def test_a_single_cell_held_back_under_a_total_is_seen(published: Tables, month: ProtectedMonth) -> None:
    held_back = [place for place, count in published["people-by-origin"].items() if count is None]
    assert held_back
    for place in held_back[1:]:  # all but one are given away
        published["people-by-origin"][place] = KEPT["people-by-origin"][place]
    assert "G2" in _found(published, month, None)


def test_a_cell_held_back_in_one_table_and_shown_in_another_is_seen(published: Tables, month: ProtectedMonth) -> None:
    rows = {place[0] for place in published["referrals-by-entity-and-state"] if place[0] != TOTAL_CODE}
    for entity in sorted(row for row in rows if MERGE_SEPARATOR not in row)[:2]:
        published["referrals-by-entity"][entity,] = None
    assert "G2" in _found(published, month, None)


def test_a_merged_row_taken_apart_in_another_table_is_seen(published: Tables, month: ProtectedMonth) -> None:
    """Sex by age puts rare sexes together; a table that told their ages would tell who they are."""
    ages = published["people-by-sex-and-age"]
    row = next(place[0] for place in ages if MERGE_SEPARATOR in place[0])
    for code in row.split(MERGE_SEPARATOR):
        for (_row, column), _count in list(ages.items()):
            if _row == row and column != TOTAL_CODE:
                fine = sum(
                    n
                    for (s, a), n in KEPT["people-by-sex-and-age"].items()
                    if s == code and a in column.split(MERGE_SEPARATOR)
                )
                ages[code, column] = fine if fine == 0 or fine >= 5 else None
    assert "G2" in _found(published, month)


def test_a_total_that_tells_the_last_cell_is_seen(published: Tables, month: ProtectedMonth) -> None:
    """A total that a table had held back: one part left out of needs by sex comes back with all but one cell."""
    published["people-by-need"] = {
        place: sum(n for p, n in KEPT["needs-by-sex-and-age"].items() if p[0] == place[0]) if count is None else count
        for place, count in published["people-by-need"].items()
    }
    assert "G1" in _found(published, month)


def test_a_group_of_one_kind_is_seen(published: Tables, month: ProtectedMonth) -> None:
    published["people-by-status"] = {("irregular",): month.totals["people"], (TOTAL_CODE,): month.totals["people"]}
    assert "G5" in _found(published, month, None)


@pytest.mark.parametrize("dimension", ["day", "hour"])
def test_people_beside_attentions_by_day_or_by_hour_are_seen(
    published: Tables, month: ProtectedMonth, dimension: str
) -> None:
    """The one less the other is how many came again on a day: here fewer than five, on some days."""
    people, attentions = KEPT[f"people-by-{dimension}"], KEPT[f"attentions-by-{dimension}"]
    again = {place: count - people.get(place, 0) for place, count in attentions.items()}
    assert any(0 < count < 5 for count in again.values())
    published[f"people-by-{dimension}"] = {place: count if count >= 5 else None for place, count in people.items()}
    assert Breach("G1", f"attentions-by-{dimension}", min(p for p, n in again.items() if 0 < n < 5 <= people[p])) in (
        audit_month(published, month.totals)
    )


def test_figures_that_contradict_one_another_are_seen(published: Tables, month: ProtectedMonth) -> None:
    place = next(p for p, count in published["people-by-age"].items() if count and p != (TOTAL_CODE,))
    published["people-by-age"][place] = (published["people-by-age"][place] or 0) + 50
    assert "consistency" in _found(published, month)


def test_what_is_known_of_everybody_counts(month: ProtectedMonth) -> None:
    """Needs cover everybody: where all but one need are shown, that one has at least whoever is nowhere else."""
    people = 100
    cells: Tables = {"people-by-need": {("EDU",): 60, ("MIG-REG",): 30, ("DDHH",): None}}
    totals = {**dict.fromkeys(month.totals, 0), "people": people}
    (breach,) = audit_month(cells, totals)
    assert (breach.rule, breach.cell, breach.lowest) == ("G2", ("DDHH",), 10)
