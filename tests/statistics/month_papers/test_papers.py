"""A month on paper and in a workbook: the mayor's page first, every figure, at most 16 pages, the same bytes always."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from attention_point.dates import Period
from attention_point.foundation.database import Database
from attention_point.foundation.language import in_language
from attention_point.foundation.paperwork import HeadlineFigures, Table
from attention_point.statistics.month_papers.loading import build_provisional_paper, load_paper
from attention_point.statistics.month_papers.period_report import (
    CONTAINED_TABLES,
    SECTIONS,
    PeriodPaper,
    build_period_report,
    build_period_workbook,
)
from attention_point.statistics.open_data import files
from attention_point.statistics.releases import queries
from attention_point.statistics.tables_of_a_period import list_published_indicators
from tests.statistics.month_papers.conftest import AUGUST, SEPTEMBER, Papers
from tests.statistics.releases.publishing import publish_month
from tests.support.directory import load_shipped

MAX_PAGES = 16
TEXT_TOP, TEXT_BOTTOM = 772.0, 60.0  # of a page, in points


def draw(paper: PeriodPaper, kind: str = "pdf") -> bytes:
    """A file of a month in Spanish."""
    with in_language("es"):
        return files.write_paper(kind, paper)


def read_pages(content: bytes) -> list[str]:
    """The text of each page, in one line."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]


def measure_filled_share(page: Any) -> float:
    """How far down a page its text reaches, from 0 to 1."""
    heights: list[float] = []

    def note_height(text: str, _user: object, matrix: list[float], *_rest: object) -> None:
        if text.strip() and TEXT_BOTTOM <= matrix[5] <= TEXT_TOP:
            heights.append(matrix[5])

    page.extract_text(visitor_text=note_height)
    return (TEXT_TOP - min(heights, default=TEXT_TOP)) / (TEXT_TOP - TEXT_BOTTOM)


def test_every_published_table_has_its_place() -> None:
    placed = [table_id for _title, table_ids in SECTIONS for table_id in table_ids]
    assert len(placed) == len(set(placed))
    assert set(placed) == {indicator.id for indicator in list_published_indicators("month")}
    assert set(CONTAINED_TABLES) | set(CONTAINED_TABLES.values()) <= set(placed)


def test_a_month_has_few_pages_and_all_of_them_full(papers: Papers) -> None:
    reader = PdfReader(BytesIO(draw(papers.september)))
    assert len(reader.pages) <= MAX_PAGES
    shares = [measure_filled_share(page) for page in reader.pages]
    assert min(shares) > 0.5, shares


def test_the_first_page_is_the_mayors(papers: Papers) -> None:
    pages = read_pages(draw(papers.september))
    content = papers.september.content
    labels = ("Mujeres", "Hombres", "Necesidad más frecuente", "Remisiones respondidas", "Edades de mujeres y hombres")
    for words in (
        *labels,
        "que en agosto (",
        "Principales estados de origen",
        "septiembre de 2016",
        "El 4 no hubo atención.",
    ):
        assert words in pages[0]
    assert str(content.totals["people"]) in pages[0]
    for words in (str(papers.september.content_hash), "SHA", "redonde", "clave secreta"):
        assert words not in pages[0]
    assert "Quiénes vinieron" in pages[1]


def test_the_method_is_the_last_page_and_proves_the_version(papers: Papers) -> None:
    *others, last = read_pages(draw(papers.september))
    assert papers.september.content_hash
    assert papers.september.content_hash in last.replace(" ", "")
    assert "Método y protección" in last
    assert not any("Método y protección" in page for page in others)


def test_long_notes_leave_the_mayor_one_page(database: Database) -> None:
    with database.write_session() as session:
        publish_month(session, 800)
        words = "palabra " * 62
        paper = load_paper(session, publish_month(session, 810, note=words, reader_note=words))
    pages = read_pages(draw(paper))
    assert "Respuestas a las remisiones" in pages[0]
    assert "Quiénes vinieron" in pages[1]
    assert "corrige una versión anterior" in pages[0]
    assert pages[-1].count("palabra ") == 62


def list_counts(table: Table) -> list[int]:
    """The counts of a table of a report."""
    counted = [index for index, column in enumerate(table.columns) if column.kind == "integer"]
    return [cell for row in table.rows for index in counted if isinstance(cell := row[index], int)]


def test_the_workbook_holds_every_figure(papers: Papers) -> None:
    with in_language("es"):
        workbook = build_period_workbook(papers.september)
    by_id = {table.id: table for table in workbook.tables}
    for table in papers.september.content.tables:
        counts = list_counts(by_id[table.id])
        if table.dimensions == ("day",):  # the calendar has weekly sums in place of the total
            counts = [*list_counts(by_id[table.id])]
            assert sum(counts) == 2 * sum(count or 0 for cell, count in table.cells.items() if cell != ("*",))
        else:
            assert sorted(counts) == sorted(count for count in table.cells.values() if count is not None), table.id
    tidy = by_id["all-figures"]
    cells = sum(len(table.cells) for table in papers.september.content.tables)
    assert len(tidy.rows) == cells + len(papers.september.content.totals)


@pytest.mark.parametrize("language", ["es", "en"])
def test_names_of_sheets_are_whole(papers: Papers, language: str) -> None:
    with in_language(language):
        report = build_period_workbook(papers.september)
        book = CalamineWorkbook.from_filelike(BytesIO(files.write_paper("xlsx", papers.september)))
    assert [name for name in book.sheet_names if "…" in name or "(2)" in name] == []
    assert len(book.sheet_names) == len(report.tables) + 1
    for table, name in zip(report.tables, book.sheet_names[1:], strict=True):
        assert book.get_sheet_by_name(name).to_python()[0][0] == table.title
    index = [str(row[0]) for row in book.get_sheet_by_index(0).to_python()]
    assert {table.title for table in report.tables} <= set(index)


def test_a_release_gives_the_same_bytes_whatever_comes_later(papers: Papers, database: Database) -> None:
    drawn = {kind: draw(papers.september, kind) for kind in files.FILE_FORMATS}
    with database.write_session() as session:
        # A correction of last month comes after this month was read beside it.
        later = datetime(2017, 12, 1, tzinfo=UTC)
        assert publish_month(session, 300, AUGUST, 9, note="Faltaba un día.", released_at=later).version == 2
    with database.read_session() as session:
        september = queries.find_current_release(session, Period("month", SEPTEMBER))
        assert september is not None
        again = load_paper(session, september)
    assert {kind: draw(again, kind) for kind in files.FILE_FORMATS} == drawn


def test_a_month_of_the_earlier_method_is_drawn_and_says_so(papers: Papers) -> None:
    pages = read_pages(draw(papers.suppressed))
    assert "método anterior" in pages[-1]
    assert "[r]" in " ".join(pages[1:])
    assert "múltiplo de 5" not in pages[-1]
    assert draw(papers.suppressed, "xlsx")
    header = draw(papers.suppressed, "csv").decode("utf-8-sig").splitlines()[0]
    assert header.endswith(",status")


@pytest.mark.parametrize("visits", [0, 3, 40])
def test_a_month_of_few_people_is_drawn_too(database: Database, visits: int) -> None:
    with database.write_session() as session:
        paper = load_paper(session, publish_month(session, visits))
    for kind in files.FILE_FORMATS:
        assert draw(paper, kind)
    assert len(read_pages(draw(paper))) <= MAX_PAGES


def test_a_month_without_records_says_so(database: Database) -> None:
    with database.write_session() as session:
        load_shipped(session)
        paper = build_provisional_paper(session, Period("month", date(2017, 3, 1)))
    with in_language("es"):
        report = build_period_report(paper)
    assert not any(isinstance(block, HeadlineFigures | Table) for block in report.blocks)
    assert "no se registró nada" in read_pages(draw(paper))[0]
