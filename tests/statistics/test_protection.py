"""Whole months of random populations: G1 to G4 hold, nobody is lost, and most figures are shown."""

from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from attention_point.statistics.audit import audit
from attention_point.statistics.content import Content, year_tables
from attention_point.statistics.disclosure import MERGED, TOTAL, Place
from attention_point.statistics.protection import LEAST_TOTAL, Month, protect
from attention_point.statistics.services import audited
from attention_point.tallies import queries as tallies
from attention_point.tallies.rules import BY_ID, INDICATORS, limit
from tests.statistics.invented import kept

MONTHS = 24


def _months() -> Iterator[date]:
    month = date(2017, 8, 1)
    for _each in range(MONTHS):
        yield month
        month = tallies.next_month(month)


def _limit(table: str, place: Place) -> int:
    return max(limit(BY_ID[table], tuple(code.split(MERGED))) for code in place)


def _assert_no_small_count(month: Month) -> None:
    for name, table in month.tables.items():
        for place, count in table.counts.items():
            assert count is None or count == 0 or count >= _limit(name, place), (name, place)
    assert all(total is None or total == 0 or total >= LEAST_TOTAL for total in month.totals.values())


def _assert_shared_totals_agree(month: Month) -> None:
    """One figure, one value: what is shown in one table is not shown otherwise, nor held back, in another."""
    found: dict[tuple[str, frozenset[tuple[str, str]]], set[int | None]] = {}
    for name, table in month.tables.items():
        one = BY_ID[name]
        for place, count in table.counts.items():
            codes = frozenset((d, c) for d, c in zip(one.dimensions, place, strict=True) if c != TOTAL)
            found.setdefault((one.counts, codes), set()).add(count)
    assert {where: counts for where, counts in found.items() if len(counts) > 1} == {}


def _assert_the_year_tells_nothing_more(month: Content, before: Content | None) -> None:
    """G3: the year so far less the year until the month before is the month's own figure, or not to be had."""
    now = {table.id: table.cells for table in month.tables if table.dimensions == ("month",)}
    then = {table.id: table.cells for table in before.tables if table.dimensions == ("month",)} if before else {}
    for name, cells in now.items():
        total, earlier = cells[TOTAL,], then.get(name, {}).get((TOTAL,), 0)
        if total is not None and earlier is not None:
            assert total - earlier == cells[f"{month.month:%Y-%m}",]
            assert total - earlier == 0 or total - earlier >= 5


@settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(st.integers(0, 10**6), st.integers(1, 45))
def test_two_years_of_releases_of_any_population_expose_nobody(seed: int, size: int) -> None:
    released: list[Content] = []
    for number, first_day in enumerate(_months()):
        counts = kept(1 + (seed * 7 + number * 31) % size, first_day, seed + number)
        month = audited(counts)
        if number % 8 == 0:  # as somebody outside would ask
            shown = {name: table.counts for name, table in month.tables.items() if table.counts}
            assert audit(shown, month.totals) == []
        _assert_no_small_count(month)
        _assert_shared_totals_agree(month)
        year = [one for one in released if one.month.year == first_day.year]
        content = _content(first_day, month)
        content = Content(first_day, content.totals, (*content.tables, *year_tables([*year, content])), (), {})
        _assert_the_year_tells_nothing_more(content, year[-1] if year else None)
        released.append(content)


def _content(first_day: date, month: Month) -> Content:
    return Content(first_day, {**dict.fromkeys(("people", "attentions", "referrals"), 0), **month.totals}, (), (), {})


def test_an_ordinary_month_shows_most_of_its_figures() -> None:
    month = audited(kept(800))
    counts = [count for table in month.tables.values() for count in table.counts.values()]
    assert sum(count is not None for count in counts) > 0.9 * len(counts)
    assert [name for name, table in month.tables.items() if table.withheld and not BY_ID[name].people] == []


def test_a_month_of_few_people_shows_nothing() -> None:
    month = protect(kept(6))
    assert month.totals["people"] is month.totals["attentions"] is None
    assert all(month.tables[one.id].withheld for one in INDICATORS if one.counts in {"people", "attentions"})


def test_nobody_is_lost_in_a_crossing() -> None:
    month = protect(kept(800))
    people = month.totals["people"]
    for name in ("people-by-sex-and-age", "people-by-nationality-and-status"):
        counts = month.tables[name].counts
        assert (
            sum(count or 0 for place, count in counts.items() if TOTAL not in place) == people == counts[TOTAL, TOTAL]
        )


@pytest.mark.parametrize("visits", [60, 300, 800, 3000])
def test_attentions_less_people_never_tell_a_small_count(visits: int) -> None:
    """Whatever two tables have the same dimensions: days and hours as well as characteristics."""
    shown = {name: table.counts for name, table in audited(kept(visits)).tables.items()}
    beside = [
        (people, attentions)
        for people, attentions in product(shown, repeat=2)
        if (BY_ID[people].counts, BY_ID[attentions].counts) == ("people", "attentions")
        and BY_ID[people].dimensions == BY_ID[attentions].dimensions
    ]
    again = {
        (name, place): attentions - people
        for one, name in beside
        for place in shown[one].keys() & shown[name].keys()
        if (people := shown[one][place]) is not None and (attentions := shown[name][place]) is not None
    }
    assert {at: count for at, count in again.items() if 0 < count < 5} == {}
    assert "attentions-by-day" in shown
    assert {name for name in shown if name.startswith(("people-by-day", "people-by-hour"))} == set()


def test_what_an_audit_found_is_left_out_or_put_together() -> None:
    counts = kept(300)
    without = protect(counts, {("people-by-age", ""), ("needs-by-sex", "EDU")})
    assert without.tables["people-by-age"].withheld
    assert without.tables["people-by-sex-and-age"].withheld  # it would tell the ages
    assert "EDU" in without.tables["needs-by-sex"].left_out
    together = protect(counts, together={"people-by-origin"}).tables["people-by-origin"].counts
    assert None not in together.values()
    assert any(MERGED in place[0] for place in together)
