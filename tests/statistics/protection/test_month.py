"""Whole months of random populations: G1 to G4 hold, nobody is lost, and most figures are shown."""

from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from attention_point.dates import first_of_next_month
from attention_point.statistics.audit.month import audit_month
from attention_point.statistics.protection.disclosure import MERGE_SEPARATOR, TOTAL_CODE, CellCodes
from attention_point.statistics.protection.month import SMALLEST_SHOWN_TOTAL, ProtectedMonth, protect_month
from attention_point.statistics.releases.content import MonthContent, build_year_tables
from attention_point.statistics.releases.services import protect_audited_month
from attention_point.tallies.rules import INDICATORS_BY_ID, PUBLISHED_INDICATORS, get_least_count
from tests.statistics.invented_month import invent_table_counts

MONTHS = 24


def _months() -> Iterator[date]:
    month = date(2017, 8, 1)
    for _each in range(MONTHS):
        yield month
        month = first_of_next_month(month)


def _limit(table: str, place: CellCodes) -> int:
    return max(get_least_count(INDICATORS_BY_ID[table], tuple(code.split(MERGE_SEPARATOR))) for code in place)


def _assert_no_small_count(month: ProtectedMonth) -> None:
    for name, table in month.tables.items():
        for place, count in table.cells.items():
            assert count is None or count == 0 or count >= _limit(name, place), (name, place)
    assert all(total is None or total == 0 or total >= SMALLEST_SHOWN_TOTAL for total in month.totals.values())


def _assert_shared_totals_agree(month: ProtectedMonth) -> None:
    """One figure, one value: what is shown in one table is not shown otherwise, nor held back, in another."""
    found: dict[tuple[str, frozenset[tuple[str, str]]], set[int | None]] = {}
    for name, table in month.tables.items():
        indicator = INDICATORS_BY_ID[name]
        for place, count in table.cells.items():
            codes = frozenset((d, c) for d, c in zip(indicator.dimensions, place, strict=True) if c != TOTAL_CODE)
            found.setdefault((indicator.counts, codes), set()).add(count)
    assert {where: counts for where, counts in found.items() if len(counts) > 1} == {}


def _assert_the_year_tells_nothing_more(month: MonthContent, before: MonthContent | None) -> None:
    """G3: the year so far less the year until the month before is the month's own figure, or not to be had."""
    now = {table.id: table.cells for table in month.tables if table.dimensions == ("month",)}
    then = {table.id: table.cells for table in before.tables if table.dimensions == ("month",)} if before else {}
    for name, cells in now.items():
        total, earlier = cells[TOTAL_CODE,], then.get(name, {}).get((TOTAL_CODE,), 0)
        if total is not None and earlier is not None:
            assert total - earlier == cells[f"{month.month:%Y-%m}",]
            assert total - earlier == 0 or total - earlier >= 5


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(st.integers(0, 10**6), st.integers(1, 45))
def test_two_years_of_releases_of_any_population_expose_nobody(seed: int, size: int) -> None:
    released: list[MonthContent] = []
    for number, first_day in enumerate(_months()):
        counts = invent_table_counts(1 + (seed * 7 + number * 31) % size, first_day, seed + number)
        month = protect_audited_month(counts)
        if number % 8 == 0:  # as somebody outside would ask
            shown = {name: table.cells for name, table in month.tables.items() if table.cells}
            assert audit_month(shown, month.totals) == []
        _assert_no_small_count(month)
        _assert_shared_totals_agree(month)
        year = [content for content in released if content.month.year == first_day.year]
        content = _content(first_day, month)
        content = MonthContent(
            first_day, content.totals, (*content.tables, *build_year_tables([*year, content])), (), {}
        )
        _assert_the_year_tells_nothing_more(content, year[-1] if year else None)
        released.append(content)


def _content(first_day: date, month: ProtectedMonth) -> MonthContent:
    return MonthContent(
        first_day, {**dict.fromkeys(("people", "attentions", "referrals"), 0), **month.totals}, (), (), {}
    )


def test_an_ordinary_month_shows_most_of_its_figures() -> None:
    month = protect_audited_month(invent_table_counts(800))
    counts = [count for table in month.tables.values() for count in table.cells.values()]
    assert sum(count is not None for count in counts) > 0.9 * len(counts)
    assert [
        name for name, table in month.tables.items() if table.withheld and not INDICATORS_BY_ID[name].people_table
    ] == []


def test_a_month_of_few_people_shows_nothing() -> None:
    month = protect_month(invent_table_counts(6))
    assert month.totals["people"] is month.totals["attentions"] is None
    assert all(
        month.tables[indicator.id].withheld
        for indicator in PUBLISHED_INDICATORS
        if indicator.counts in {"people", "attentions"}
    )


def test_nobody_is_lost_in_a_crossing() -> None:
    month = protect_month(invent_table_counts(800))
    people = month.totals["people"]
    for name in ("people-by-sex-and-age", "people-by-nationality-and-status"):
        counts = month.tables[name].cells
        assert (
            sum(count or 0 for place, count in counts.items() if TOTAL_CODE not in place)
            == people
            == counts[TOTAL_CODE, TOTAL_CODE]
        )


@pytest.mark.parametrize("visits", [60, 300, 800, 3000])
def test_attentions_less_people_never_tell_a_small_count(visits: int) -> None:
    """Whatever two tables have the same dimensions: days and hours as well as characteristics."""
    shown = {name: table.cells for name, table in protect_audited_month(invent_table_counts(visits)).tables.items()}
    beside = [
        (people, attentions)
        for people, attentions in product(shown, repeat=2)
        if (INDICATORS_BY_ID[people].counts, INDICATORS_BY_ID[attentions].counts) == ("people", "attentions")
        and INDICATORS_BY_ID[people].dimensions == INDICATORS_BY_ID[attentions].dimensions
    ]
    again = {
        (attention_table, place): attentions - people
        for people_table, attention_table in beside
        for place in shown[people_table].keys() & shown[attention_table].keys()
        if (people := shown[people_table][place]) is not None
        and (attentions := shown[attention_table][place]) is not None
    }
    assert again or visits < 300
    assert {at: count for at, count in again.items() if 0 < count < 5} == {}
    assert "attentions-by-day" in shown
    assert {
        attention_table for attention_table in shown if attention_table.startswith(("people-by-day", "people-by-hour"))
    } == set()


def test_what_an_audit_found_is_left_out_or_put_together() -> None:
    counts = invent_table_counts(300)
    without = protect_month(counts, {("people-by-age", ""), ("needs-by-sex", "EDU")})
    assert without.tables["people-by-age"].withheld
    assert without.tables["people-by-sex-and-age"].withheld  # it would tell the ages
    assert "EDU" in without.tables["needs-by-sex"].left_out
    together = protect_month(counts, combined_tables={"people-by-origin"}).tables["people-by-origin"].cells
    assert None not in together.values()
    assert any(MERGE_SEPARATOR in place[0] for place in together)
