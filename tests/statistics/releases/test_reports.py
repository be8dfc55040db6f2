"""A month read from the tallies: protected, in order, and said in words."""

from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from attention_point.foundation.database import Database
from attention_point.foundation.language import in_language
from attention_point.foundation.paperwork import SUPPRESSED, Report, write_pdf
from attention_point.foundation.report_pages import build_report_wording, find_charts
from attention_point.statistics.dimension_labels import DIMENSIONS
from attention_point.statistics.protection.disclosure import MERGE_SEPARATOR, TOTAL_CODE
from attention_point.statistics.protection.month import SMALLEST_SHOWN_TOTAL, ProtectedMonth, protect_month
from attention_point.statistics.releases.content import MonthContent
from attention_point.statistics.releases.month_counts import build_provisional_month
from attention_point.statistics.releases.queries import load_content
from attention_point.statistics.releases.reports import build_month_report
from attention_point.tallies import queries as tally_queries
from attention_point.tallies.rules import INDICATORS_BY_ID, PUBLISHED_INDICATORS, get_least_count
from tests.statistics.invented_month import invent_table_counts
from tests.statistics.releases.publishing import publish_month

SEPTEMBER = date(2017, 9, 1)


def _protected_month(visits: int, seed: int) -> ProtectedMonth:
    return protect_month(invent_table_counts(visits, SEPTEMBER, seed))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 300), st.integers(0, 1000))
def test_no_small_count_is_shown_and_shared_totals_agree(visits: int, seed: int) -> None:
    month = _protected_month(visits, seed)
    totals: dict[tuple[str, str, str], set[int | None]] = {}
    for name, table in month.tables.items():
        indicator = INDICATORS_BY_ID[name]
        for place, count in table.cells.items():
            codes = tuple(part for code in place for part in code.split(MERGE_SEPARATOR))
            assert count is None or count == 0 or count >= get_least_count(indicator, codes)
            if len(place) == 2 and TOTAL_CODE in place and place != (TOTAL_CODE, TOTAL_CODE):
                axis = 0 if place[1] == TOTAL_CODE else 1
                totals.setdefault((indicator.counts, indicator.dimensions[axis], place[axis]), set()).add(count)
    assert {where: counts for where, counts in totals.items() if len(counts) > 1} == {}
    assert all(total is None or total == 0 or total >= SMALLEST_SHOWN_TOTAL for total in month.totals.values())


def test_a_month_of_few_people_shows_nothing() -> None:
    month = _protected_month(6, 1)
    assert month.totals["people"] is month.totals["attentions"] is None
    assert all(
        table.withheld
        for name, table in month.tables.items()
        if INDICATORS_BY_ID[name].counts in {"people", "attentions"}
    )


def test_an_ordinary_month_shows_most_of_its_figures() -> None:
    month = _protected_month(800, 1)
    shown = [count is not None for table in month.tables.values() for count in table.cells.values()]
    assert sum(shown) > len(shown) / 2


def test_every_dimension_has_its_words() -> None:
    assert {dimension for indicator in PUBLISHED_INDICATORS for dimension in indicator.dimensions} | {"month"} == set(
        DIMENSIONS
    )


@pytest.fixture
def content(database: Database, recorded: Callable[..., None]) -> MonthContent:
    """September as it stands."""
    recorded(750)
    with database.read_session() as session, in_language("es"):
        return build_provisional_month(session, SEPTEMBER)


@pytest.fixture
def document(content: MonthContent) -> Report:
    """Its document, in Spanish."""
    with in_language("es"):
        return build_month_report(content)


def test_the_figures_of_the_document_are_those_of_the_tallies(document: Report, database: Database) -> None:
    by_id = {table.id: table for table in document.tables}
    with database.read_session() as session:
        kept: Mapping[str, Mapping[str, int]] = tally_queries.sum_month_tables(session, SEPTEMBER)
    people = sum(kept["people-by-population"].values())
    assert by_id["totals"].rows[0][1] == people
    assert by_id["people-by-population"].rows[-1][1] == people
    counts = {row[1] for row in by_id["attentions-by-day"].rows[:-1]} - {SUPPRESSED}
    assert counts
    assert counts <= set(kept["attentions-by-day"].values())


def test_suppressed_figures_do_not_show_by_their_place(document: Report) -> None:
    needs = next(table for table in document.tables if table.id == "people-by-need")
    totals = [row[-1] for row in needs.rows]
    assert SUPPRESSED in totals
    shown = [total for total in totals if isinstance(total, int)]
    assert shown == sorted(shown, reverse=True)
    assert totals.index(SUPPRESSED) == len(shown)


def test_the_main_tables_have_charts_that_agree(document: Report) -> None:
    drawn = find_charts(document)
    assert {"attentions-by-day", "people-by-need", "referrals-by-entity"} <= set(drawn)
    needs = next(table for table in document.tables if table.id == "people-by-need")
    assert drawn["people-by-need"].categories == tuple(row[0] for row in needs.rows)[:15]
    assert drawn["people-by-need"].series[0].values == tuple(row[-1] for row in needs.rows)[:15]


@pytest.mark.parametrize(("language", "sentence"), [("es", "el punto atendió a"), ("en", "the point served")])
def test_the_summary_speaks_the_readers_language(content: MonthContent, language: str, sentence: str) -> None:
    with in_language(language):
        printed = (
            PdfReader(BytesIO(write_pdf(build_month_report(content), build_report_wording()))).pages[0].extract_text()
        )
    assert sentence in " ".join(printed.split())


def test_a_month_says_whether_it_is_published(content: MonthContent, database: Database) -> None:
    with in_language("en"):
        assert "provisional" in str(build_month_report(content).reference)
        with database.write_session() as session:
            frozen = load_content(publish_month(session, 100, SEPTEMBER))
        document = build_month_report(frozen)
    assert document.reference == "2017-09 · version 1"
    texts = str(document.blocks)
    assert "linear programme" in texts
    assert "Do not publish" not in texts
