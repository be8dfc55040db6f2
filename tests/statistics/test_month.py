"""A month read from the tallies: protected, in order, and said in words."""

from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from attention_point.foundation.database import Database
from attention_point.foundation.language import speaking
from attention_point.foundation.paperwork import SUPPRESSED, Document, write_pdf
from attention_point.statistics.content import Content, from_json
from attention_point.statistics.disclosure import MERGED, TOTAL, Place
from attention_point.statistics.documents import charts, month_document, words
from attention_point.statistics.labels import DIMENSIONS
from attention_point.statistics.protection import LEAST_TOTAL, Month, protect
from attention_point.statistics.queries import provisional
from attention_point.statistics.released import content as released_content
from attention_point.tallies import queries as tallies
from attention_point.tallies.rules import BY_ID, INDICATORS, limit
from tests.statistics.invented import counted
from tests.statistics.publishing import publish

SEPTEMBER = date(2017, 9, 1)


def _protected_month(visits: int, seed: int) -> Month:
    kept: dict[str, dict[Place, int]] = {}
    for (_day, _point, table, cell), count in counted(visits, SEPTEMBER, seed).items():
        kept.setdefault(table, {})[tuple(cell.split("|"))] = count
    return protect(kept)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 300), st.integers(0, 1000))
def test_no_small_count_is_shown_and_shared_totals_agree(visits: int, seed: int) -> None:
    month = _protected_month(visits, seed)
    totals: dict[tuple[str, str, str], set[int | None]] = {}
    for name, table in month.tables.items():
        one = BY_ID[name]
        for place, count in table.counts.items():
            codes = tuple(part for code in place for part in code.split(MERGED))
            assert count is None or count == 0 or count >= limit(one, codes)
            if len(place) == 2 and TOTAL in place and place != (TOTAL, TOTAL):
                axis = 0 if place[1] == TOTAL else 1
                totals.setdefault((one.counts, one.dimensions[axis], place[axis]), set()).add(count)
    assert {where: counts for where, counts in totals.items() if len(counts) > 1} == {}
    assert all(total is None or total == 0 or total >= LEAST_TOTAL for total in month.totals.values())


def test_a_month_of_few_people_shows_nothing() -> None:
    month = _protected_month(6, 1)
    assert month.totals["people"] is month.totals["attentions"] is None
    assert all(table.withheld for name, table in month.tables.items() if BY_ID[name].counts in {"people", "attentions"})


def test_an_ordinary_month_shows_most_of_its_figures() -> None:
    month = _protected_month(800, 1)
    shown = [count is not None for table in month.tables.values() for count in table.counts.values()]
    assert sum(shown) > len(shown) / 2


def test_every_dimension_has_its_words() -> None:
    assert {dimension for one in INDICATORS for dimension in one.dimensions} | {"month"} == set(DIMENSIONS)


@pytest.fixture
def content(database: Database, recorded: Callable[..., None]) -> Content:
    """September as it stands."""
    recorded(750)
    with database.reading() as session, speaking("es"):
        return provisional(session, SEPTEMBER)


@pytest.fixture
def document(content: Content) -> Document:
    """Its document, in Spanish."""
    with speaking("es"):
        return month_document(content)


def test_the_figures_of_the_document_are_those_of_the_tallies(document: Document, database: Database) -> None:
    by_id = {table.id: table for table in document.tables}
    with database.reading() as session:
        kept: Mapping[str, Mapping[str, int]] = tallies.months_tables(session, SEPTEMBER)
    people = sum(kept["people-by-population"].values())
    assert by_id["totals"].rows[0][1] == people
    assert by_id["people-by-population"].rows[-1][1] == people
    counts = {row[1] for row in by_id["attentions-by-day"].rows[:-1]} - {SUPPRESSED}
    assert counts <= set(kept["attentions-by-day"].values())


def test_suppressed_figures_do_not_show_by_their_place(document: Document) -> None:
    needs = next(table for table in document.tables if table.id == "people-by-need")
    totals = [row[-1] for row in needs.rows]
    assert SUPPRESSED in totals
    shown = [total for total in totals if isinstance(total, int)]
    assert shown == sorted(shown, reverse=True)
    assert totals.index(SUPPRESSED) == len(shown)


def test_the_main_tables_have_charts_that_agree(document: Document) -> None:
    drawn = charts(document)
    assert {"attentions-by-day", "people-by-need", "referrals-by-entity"} <= set(drawn)
    needs = next(table for table in document.tables if table.id == "people-by-need")
    assert drawn["people-by-need"].categories == tuple(row[0] for row in needs.rows)[:15]
    assert drawn["people-by-need"].series[0].values == tuple(row[-1] for row in needs.rows)[:15]


@pytest.mark.parametrize(("language", "sentence"), [("es", "el punto atendió a"), ("en", "the point served")])
def test_the_summary_speaks_the_readers_language(content: Content, language: str, sentence: str) -> None:
    with speaking(language):
        printed = PdfReader(BytesIO(write_pdf(month_document(content), words()))).pages[0].extract_text()
    assert sentence in " ".join(printed.split())


def test_a_month_says_whether_it_is_published(content: Content, database: Database) -> None:
    with speaking("en"):
        assert "provisional" in str(month_document(content).reference)
        with database.writing() as session:
            frozen = from_json(released_content(publish(session, 100, SEPTEMBER)))
        document = month_document(frozen)
    assert document.reference == "2017-09 · version 1"
    texts = str(document.blocks)
    assert "linear programme" in texts
    assert "Do not publish" not in texts
