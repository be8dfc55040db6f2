"""A month read from the tallies: protected, in order, and the same in every format."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database
from attention_point.foundation.language import speaking
from attention_point.foundation.paperwork import SUPPRESSED, Document, cell_text, write_csv, write_pdf
from attention_point.statistics.disclosure import TOTAL
from attention_point.statistics.documents import charts, month_document, words
from attention_point.statistics.labels import DIMENSIONS
from attention_point.statistics.queries import LEAST_TOTAL, MonthTables, _protected, month_tables
from attention_point.tallies import queries as tallies
from attention_point.tallies import services
from attention_point.tallies.rules import INDICATORS, limit
from tests.statistics.invented import counted

SEPTEMBER = date(2017, 9, 1)
CREATED = datetime(2017, 10, 2, 13, 0, tzinfo=UTC)


def _protected_month(visits: int, seed: int) -> MonthTables:
    tables: dict[str, dict[str, int]] = {indicator.id: {} for indicator in INDICATORS}
    for (_day, _point, table, cell), count in counted(visits, SEPTEMBER, seed).items():
        tables[table][cell] = tables[table].get(cell, 0) + count
    totals, protected = _protected(tuple((name, tuple(sorted(cells.items()))) for name, cells in tables.items()))
    return MonthTables(SEPTEMBER, totals, protected)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 400), st.integers(0, 1000))
def test_no_small_count_is_shown_and_shared_totals_agree(visits: int, seed: int) -> None:
    month = _protected_month(visits, seed)
    totals: dict[tuple[str, str, str], set[int | None]] = {}
    for table in month.tables:
        indicator = table.indicator
        for place, count in table.protected.counts.items():
            assert count is None or count >= limit(indicator, place)
            if len(place) == 2 and TOTAL in place:
                axis = 0 if place[1] == TOTAL else 1
                totals.setdefault((indicator.counts, indicator.dimensions[axis], place[axis]), set()).add(count)
    assert {where: counts for where, counts in totals.items() if len(counts) > 1} == {}
    assert all(total is None or total == 0 or total >= LEAST_TOTAL for total in month.totals.values())


def test_a_month_of_few_people_shows_nothing() -> None:
    month = _protected_month(6, 1)
    assert month.totals["people"] is month.totals["attentions"] is None
    assert all(table.protected.withheld for table in month.tables if table.indicator.counts != "referrals")


def test_an_ordinary_month_shows_most_of_its_figures() -> None:
    shown = [
        count is not None for table in _protected_month(800, 1).tables for count in table.protected.counts.values()
    ]
    assert sum(shown) > len(shown) / 2
    assert not any(table.protected.withheld for table in _protected_month(800, 1).tables)


def test_every_dimension_has_its_words() -> None:
    assert {dimension for one in INDICATORS for dimension in one.dimensions} == set(DIMENSIONS)


@pytest.fixture
def document(database: Database, recorded: Callable[..., None]) -> Document:
    """September's document, in Spanish."""
    recorded(750)
    with database.reading() as session, speaking("es"):
        return month_document(session, month_tables(session, SEPTEMBER), CREATED)


def test_the_figures_of_the_document_are_those_of_the_tallies(document: Document, session: Session) -> None:
    by_id = {table.id: table for table in document.tables}
    kept = tallies.months_tables(session, SEPTEMBER)
    people = sum(kept["people-by-population"].values())
    assert by_id["totals"].rows[0][1] == people
    assert by_id["people-by-population"].rows[-1][1] == people
    assert {row[1] for row in by_id["attentions-by-day"].rows[:-1]} == set(kept["attentions-by-day"].values())
    assert SUPPRESSED in {cell for row in by_id["people-by-sex-and-age"].rows for cell in row}


def test_the_csv_and_the_pdf_hold_the_same_figures(document: Document) -> None:
    with speaking("es"):
        lines = list(csv.reader(StringIO(write_csv(document).decode("utf-8-sig"))))
        pages = PdfReader(BytesIO(write_pdf(document, words()))).pages
        printed = " ".join(" ".join(page.extract_text().split()) for page in pages)
        for table in document.tables:
            rows = [line[1:] for line in lines if line[0] == table.id][1:]
            assert len(rows) == len(table.rows)
            for row, line in zip(table.rows, rows, strict=True):
                numbers = ["" if cell is SUPPRESSED else str(cell) for cell in row[1:]]
                assert line[1 : len(row)] == numbers
                as_read = " ".join(cell_text(cell, "integer", words()) for cell in row[1:])
                assert f" {as_read} " in f" {printed} ", (table.id, row[0])


def test_the_paper_is_the_same_each_time_it_is_written(document: Document) -> None:
    with speaking("es"):
        assert write_pdf(document, words()) == write_pdf(document, words())


def test_suppressed_figures_do_not_show_by_their_place(document: Document) -> None:
    needs = next(table for table in document.tables if table.id == "needs-by-sex")
    totals = [row[-1] for row in needs.rows]
    assert SUPPRESSED in totals
    shown = [total for total in totals if isinstance(total, int)]
    assert shown == sorted(shown, reverse=True)
    assert totals.index(SUPPRESSED) == len(shown)


def test_the_main_tables_have_charts_that_agree(document: Document) -> None:
    drawn = charts(document)
    assert {"attentions-by-day", "needs-by-sex", "referrals-by-entity"} <= set(drawn)
    needs = next(table for table in document.tables if table.id == "needs-by-sex")
    assert drawn["needs-by-sex"].categories == tuple(row[0] for row in needs.rows)[:15]
    assert drawn["needs-by-sex"].series[0].values == tuple(row[-1] for row in needs.rows)[:15]


@pytest.mark.parametrize(("language", "sentence"), [("es", "el punto atendió a"), ("en", "the point served")])
def test_the_summary_speaks_the_readers_language(session: Session, language: str, sentence: str) -> None:
    services.add(session, counted(100))
    with speaking(language):
        document = month_document(session, month_tables(session, SEPTEMBER), CREATED)
        printed = PdfReader(BytesIO(write_pdf(document, words()))).pages[0].extract_text()
    assert sentence in " ".join(printed.split())
