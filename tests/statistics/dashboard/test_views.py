"""The dashboard's page and downloads: the same figures in all, every export in the journal, wrong filters told."""

import csv
import re
from collections.abc import Callable
from io import BytesIO, StringIO

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.language import in_language
from attention_point.foundation.paperwork import Report, format_cell
from attention_point.foundation.report_pages import build_report_wording
from attention_point.foundation.settings import Settings
from attention_point.statistics.dashboard.filters import collect_options, parse_filters
from attention_point.statistics.dashboard.queries import collect_dashboard
from attention_point.statistics.dashboard.reports import build_report
from tests.statistics.conftest import Office
from tests.statistics.dashboard.house import (
    SECOND_POINT,
    TODAY,
    add_second_point,
    build_dashboard_office,
    invent_months,
    record_facts,
)
from tests.support.browser import axe
from tests.support.pages import PageClient, read
from tests.support.server import serve

CHOICES = ["", "grouping=month", f"period=2017-08&point={SECOND_POINT}", "entity=sena"]


@pytest.fixture
def empty(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, of_pages: None) -> Office:
    """The pages before anything was recorded."""
    add_second_point(database)
    return build_dashboard_office(database, settings, monkeypatch)


@pytest.fixture
def office(empty: Office, database: Database) -> Office:
    """The pages over invented months."""
    record_facts(database, invent_months())
    return empty


def _document(database: Database, query: str) -> Report:
    address = dict(part.split("=") for part in query.split("&") if part)
    with database.read_session() as session:
        choice = collect_options(session, TODAY)
        filters = parse_filters(address, choice)
        return build_report(session, collect_dashboard(session, filters, choice), filters, choice, clock.now())


def _printed(document: Report) -> dict[str, list[list[str]]]:
    """Each table's rows as a reader sees them, without the moment of reading."""
    return {
        table.id: [
            [" ".join(format_cell(cell, column.kind, build_report_wording()).split())
             for cell, column in zip(row, table.columns, strict=True)]
            for row in table.rows
        ]
        for table in document.tables if table.id != "selection"
    }  # fmt: skip


@pytest.mark.parametrize("query", CHOICES)
def test_page_csv_and_pdf_hold_the_same_figures(office: Office, database: Database, query: str) -> None:
    with in_language("es"):
        document = _document(database, query)
        expected = _printed(document)
    elements = {
        element.get("id"): element
        for element in read(office.client.get(f"/dashboard?{query}").text)
        if element.tag == "table"
    }
    shown = {
        name.removeprefix("table-"): [
            [" ".join(cell.text.split()) for cell in line.inside if cell.tag in {"th", "td"}]
            for line in table.inside if line.tag == "tr"
        ][1:]
        for name, table in elements.items()
    }  # fmt: skip
    assert shown == expected
    lines = list(csv.reader(StringIO(office.client.get(f"/dashboard/figures.csv?{query}").data.decode("utf-8-sig"))))
    for table in document.tables:
        rows = [line[1 : len(table.columns) + 1] for line in lines if line[0] == table.id][1:]
        if table.id != "selection":
            assert rows == [["" if cell is None else str(cell) for cell in row] for row in table.rows]
    sheets = CalamineWorkbook.from_filelike(BytesIO(office.client.get(f"/dashboard/figures.xlsx?{query}").data))
    cells = [row for name in sheets.sheet_names for row in sheets.get_sheet_by_name(name).to_python()]
    numbers = {cell for row in cells for cell in row if isinstance(cell, float)}
    for table in document.tables:
        counts = {cell for row in table.rows for cell in row if isinstance(cell, int)}
        assert counts <= numbers
    pdf = PdfReader(BytesIO(office.client.get(f"/dashboard/figures.pdf?{query}").data))
    text = " ".join(" ".join(page.extract_text().split()) for page in pdf.pages)
    for printed in expected.values():
        for row in printed:
            assert " ".join(" ".join(cell for cell in row[1:] if cell).split()) in text


@pytest.mark.parametrize("query", CHOICES)
def test_every_figure_says_that_it_is_provisional(office: Office, query: str) -> None:
    assert "Provisional, de uso interno" in office.client.get(f"/dashboard?{query}").text
    reply = office.client.get(f"/dashboard/figures.csv?{query}")
    assert "Provisional, de uso interno" in reply.text
    assert "provisional" in reply.headers["Content-Disposition"]
    pages = PdfReader(BytesIO(office.client.get(f"/dashboard/figures.pdf?{query}").data)).pages
    assert all("provisional, de uso interno" in page.extract_text() for page in pages)


def test_the_tiles_say_the_comparison_in_words(office: Office, database: Database) -> None:
    with database.read_session() as session:
        choice = collect_options(session, TODAY)
        week = next(
            measure
            for measure in collect_dashboard(session, parse_filters({}, choice), choice).measures
            if measure.key == "week"
        )
    assert week.previous_count is not None
    assert week.count != week.previous_count
    more = "más" if week.count > week.previous_count else "menos"
    difference = abs(week.count - week.previous_count)
    sentence = f"{difference} {more} que la semana pasada hasta el mismo día ({week.previous_count})."
    assert sentence in office.client.get("/dashboard").text


@pytest.mark.parametrize("query", CHOICES)
def test_every_chart_of_the_page_is_there(office: Office, query: str) -> None:
    client = office.client
    pictures = [element for element in read(client.get(f"/dashboard?{query}").text) if "charts/" in element.get("src")]
    assert len(pictures) >= 2
    for element in pictures:
        reply = client.get(element.get("src"))
        assert (reply.status_code, reply.mimetype) == (200, "image/svg+xml")
        assert element.get("alt")
    assert client.get("/dashboard/charts/no-such-chart.svg").status_code == 404


def test_restricted_topics_are_not_on_the_page(office: Office) -> None:
    for query in CHOICES:
        page = office.client.get(f"/dashboard?{query}").text
        rows = [element.text for element in read(page) if element.tag == "th"]
        assert len(rows) > 10
        assert not [text for text in rows if "violencia" in text.lower() or "trata" in text.lower()]
        assert not [text for text in rows if "Fiscalía" in text or "Comisaría" in text]
    assert "/statistics/2017-09" in office.client.get("/dashboard").text


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("period=2017-13", "Esto no es un mes"),
        ("period=2099-01", "todavía no ha comenzado"),
        ("point=nowhere", "No hay ningún punto con este código"),
        ("entity=nobody", "No hay ninguna entidad con este código"),
        ("entity=fiscalia", "solo en las cifras protegidas del mes"),
        ("grouping=day", "Elija semanas o meses"),
    ],
)
def test_a_wrong_filter_is_told_at_its_field(office: Office, database: Database, query: str, message: str) -> None:
    client = office.client
    reply = client.get(f"/dashboard?{query}&point=bucaramanga" if "point" not in query else f"/dashboard?{query}")
    assert reply.status_code == 422
    assert message in reply.text
    assert reply.text.count('aria-invalid="true"') == 1
    if "point" not in query:
        assert '<option selected value="bucaramanga">' in reply.text
    for address in ("figures.csv", "figures.pdf", "figures.xlsx", "charts/trend.svg"):
        refused = client.get(f"/dashboard/{address}?{query}")
        assert refused.status_code == 422
        assert message in refused.text
    assert _journal(database) == []


def _journal(database: Database) -> list[tuple[str | None, ...]]:
    columns = (JournalEntry.action, JournalEntry.subject, JournalEntry.subject_id, JournalEntry.detail)
    with database.read_session() as session:
        found = [tuple(row) for row in session.execute(select(*columns).order_by(JournalEntry.seq))]
    return [row for row in found if row[0] == "statistics.export"]


def test_an_export_is_journaled_with_its_choice(office: Office, database: Database) -> None:
    reply = office.client.get("/dashboard/figures.csv?period=2017-08&grouping=month")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="tablero-2017-08-31-provisional.csv"'
    assert _journal(database) == [
        ("statistics.export", "dashboard", "2017-08-31", '{"format":"csv","grouping":"month","period":"2017-08"}')
    ]


def test_an_empty_house_says_what_comes_next(empty: Office) -> None:
    assert "Aparecen con la primera atención" in empty.client.get("/dashboard").text
    chosen = empty.client.get("/dashboard?period=2017-08").text
    assert "No se registró nada de lo que eligió" in chosen
    assert 'href="/dashboard"' in chosen


@pytest.mark.parametrize(
    ("role", "sees", "takes"),
    [("office", 200, 200), ("supervisor", 200, 200), ("auditor", 200, 403), ("admin", 200, 403), ("agent", 403, 403),
     ("entity", 403, 403), (None, 401, 401)],
)  # fmt: skip
def test_who_may_see_and_who_may_take(empty: Office, role: str | None, sees: int, takes: int) -> None:
    empty.role = role
    assert empty.client.get("/dashboard").status_code == sees
    assert empty.client.get("/dashboard/figures.csv").status_code == takes
    assert empty.client.get("/dashboard/figures.pdf").status_code == takes


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_reader_filters_and_reads(page: Page, office: Office) -> None:
    with serve(office.app) as address:
        page.goto(f"{address}/dashboard")
        axe(page)
        chart = page.locator("img[src*='charts/trend.svg']")
        chart.scroll_into_view_if_needed()
        expect(chart).not_to_have_js_property("naturalWidth", 0)  # loaded when it is seen
        page.get_by_text("Punto, entidad y tendencia").click()
        page.get_by_label("Tendencia por").select_option("month")
        page.get_by_label("Remisiones a").select_option("sena")
        page.get_by_role("button", name="Mostrar").click()
        expect(page).to_have_url(re.compile("entity=sena"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Tablero de la oficina")
        axe(page)
        page.goto(f"{address}/dashboard?period=2017-13")
        axe(page)
        page.set_viewport_size({"width": 400, "height": 800})
        page.goto(f"{address}/dashboard")
        assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_months_follow_one_another(office: Office) -> None:
    page = read(office.client.get("/dashboard?period=2017-08&grouping=month").text)
    links = {element.get("rel"): element.get("href") for element in page if element.get("rel") in {"prev", "next"}}
    assert links == {
        "prev": "/dashboard?period=2017-07&grouping=month",
        "next": "/dashboard?period=2017-09&grouping=month",
    }
    months = [element.get("value") for element in page if element.tag == "option" and element.get("value")[:2] == "20"]
    assert months[0] == "2017-09"
    assert months[-1] == "2016-09"
    newest = read(office.client.get("/dashboard").text)
    assert not [element for element in newest if element.get("rel") == "next"]


def test_numbers_lead_to_lists_for_whoever_may_see_them(as_role: Callable[..., PageClient], database: Database) -> None:
    record_facts(database, invent_months())
    address, supervisor = "/dashboard?period=2017-08", as_role("supervisor")
    lists = {
        element.get("href")
        for element in read(supervisor.get(address).text)
        if element.tag == "a" and "2017-08" in element.get("href") and "/dashboard" not in element.get("href")
    }
    for wanted in ("/visits?first=2017-08-01&last=2017-08-31", "/turns/waits?first=2017-08-01&last=2017-08-31"):
        assert wanted in lists
        assert supervisor.get(wanted).status_code == 200
    assert not [href for href in lists if "name" in href or "document" in href]
    for role in ("office", "auditor", "admin"):
        page = as_role(role).get(address).text
        assert "/visits?" not in page
        assert ("/turns/waits?" in page) is (role != "auditor")
