"""Imports: every row is reported, the good ones are written together, and a hostile file is never opened."""

import csv
import zipfile
from collections.abc import Callable, Iterable
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any
from uuid import uuid4
from xml.etree.ElementTree import fromstring

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.models import StoredImport
from attention_point.registers.shared.records import queries, services
from attention_point.registers.shared.records.organisations import ORGANISATIONS
from attention_point.registers.shared.records.queries import RecordFilter
from attention_point.registers.shared.spreadsheets import exporting, importing, uploads
from attention_point.registers.shared.spreadsheets.exporting import build_xlsx
from attention_point.registers.shared.spreadsheets.importing import CheckedRow
from attention_point.registers.shared.spreadsheets.spreadsheet_reader import MAX_ROWS, NumberedRow, read_spreadsheet

HEAD = ["Nombre", "Estado", "Fecha", "Participantes", "Aliados", "Resultados"]
VALID_ROWS: list[list[Any]] = [
    ["Foro del agua", "realizado", "17/03/2019", "1.030", "Fundación Río; Universidad | host", "Uno; dos"],
    ["Feria", "Planned", "2019", None, None, None],
]
STORED_SHEET: tuple[list[str], list[NumberedRow]] = (["name", "state"], [(2, ["Foro", "done"])])


def check_sheet(session: Session, rows: list[list[Any]], head: list[str] | None = None) -> list[CheckedRow]:
    """Check the rows of a sheet, as its page does."""
    columns, numbered_rows = uploads.read_rows(EVENTS, "a.xlsx", build_xlsx("A", head or HEAD, rows))
    return importing.check_rows(session, EVENTS, columns, numbered_rows)


def import_sheet(session: Session, rows: list[list[Any]], head: list[str] | None = None) -> list[CheckedRow]:
    """Check the rows of a sheet and write them."""
    checked_rows = check_sheet(session, rows, head)
    importing.apply_rows(session, SYSTEM, EVENTS, checked_rows)
    return checked_rows


def _build_account() -> Actor:
    return Actor("account", uuid4(), "", "office", frozenset())


def list_errors(rows: Iterable[CheckedRow]) -> dict[int, list[tuple[str, str]]]:
    """The errors of the wrong rows by their number."""
    return {row.number: row.report for row in rows if row.outcome == "error"}


def test_nothing_is_written_before_it_is_applied(session: Session) -> None:
    rows = check_sheet(session, VALID_ROWS)
    assert importing.count_outcomes(rows) == {"new": 2}
    assert queries.count_records(session, EVENTS) == queries.count_records(session, ORGANISATIONS) == 0
    importing.apply_rows(session, SYSTEM, EVENTS, rows)
    forum = queries.list_records_page(session, EVENTS, RecordFilter("agua"), None, 5)[0]
    assert forum.sort == "2019-03-17"
    assert forum.data["results"] == ["Uno", "dos"]
    assert queries.count_records(session, EVENTS) == queries.count_records(session, ORGANISATIONS) == 2


def test_the_same_file_again_changes_nothing(session: Session) -> None:
    import_sheet(session, VALID_ROWS)
    assert importing.count_outcomes(check_sheet(session, VALID_ROWS)) == {"same": 2}


def test_a_wrong_row_is_left_and_every_error_is_told(session: Session) -> None:
    rows = check_sheet(
        session,
        [
            *VALID_ROWS,
            ["", "realizado", None, None, None, None],
            ["Foro", "quizás", "30 de febrero", "=1+1", None, None],
        ],
    )
    errors = list_errors(rows)
    assert [label for label, _sentence in errors[4]] == ["Nombre"]
    assert [label for label, _sentence in errors[5]] == ["Fecha", "Estado", "Participantes"]
    importing.apply_rows(session, SYSTEM, EVENTS, rows)
    assert queries.count_records(session, EVENTS) == 2


def test_an_error_names_the_row_of_the_spreadsheet_also_after_empty_rows(session: Session) -> None:
    blank = [None] * len(HEAD)
    rows = check_sheet(session, [VALID_ROWS[0], blank, blank, ["Foro", "quizás", None, None, None, None]])
    assert [row.number for row in rows] == [2, 5]
    assert list(list_errors(rows)) == [5]


def test_a_column_left_out_leaves_the_fact_and_an_empty_cell_takes_it(session: Session) -> None:
    import_sheet(session, VALID_ROWS)
    import_sheet(session, [["Foro del agua", "2019-03-17", "cancelado", ""]], ["Name", "Fecha", "State", "Resultados"])
    forum = queries.list_records_page(session, EVENTS, RecordFilter("agua"), None, 5)[0]
    session.refresh(forum)
    assert forum.data["state"] == "cancelled"
    assert "results" not in forum.data
    assert len(forum.data["partners"]) == 2
    assert queries.count_records(session, EVENTS, RecordFilter("dos")) == 0


def test_a_record_changed_meanwhile_stops_the_whole(session: Session) -> None:
    import_sheet(session, VALID_ROWS)
    new_row = ["Nueva", "done", None, None, None, None]
    changed_sheet = [VALID_ROWS[0], ["Feria", "done", "2019", None, None, None], new_row]
    rows = check_sheet(session, changed_sheet)
    fair = queries.list_records_page(session, EVENTS, RecordFilter("feria"), None, 1)[0]
    services.update_record(session, SYSTEM, EVENTS, fair.id, 1, {"name": "Feria", "state": "cancelled", "date": "2019"})
    with pytest.raises(Conflict):
        importing.apply_rows(session, SYSTEM, EVENTS, rows)
    assert queries.count_records(session, EVENTS) == 2
    assert importing.build_fingerprint(rows) != importing.build_fingerprint(check_sheet(session, changed_sheet))


def test_two_rows_about_one_record_are_told(session: Session) -> None:
    import_sheet(session, VALID_ROWS)
    rows = check_sheet(session, [VALID_ROWS[1], [*VALID_ROWS[1][:3], "5", None, None]])
    assert set(list_errors(rows)) == {2, 3}


def test_a_row_that_the_register_s_own_rules_refuse_is_named_and_leaves_nothing(session: Session) -> None:
    services.add_record(session, SYSTEM, CALLS, {"name": "Fondo 2019"})
    columns = ["name", "call", "state", "lead"]
    cells: list[NumberedRow] = [
        (2, ["Agua", "Ninguna", "preparing", "Fundación Sin Convocatoria"]),
        (3, ["Río", "Fondo 2019", "preparing", "Universidad"]),
        (4, ["Mar", "Otra", "preparing", ""]),
    ]
    rows = importing.check_rows(session, PROPOSALS, columns, cells)
    assert importing.count_outcomes(rows) == {"new": 3}
    importing.apply_rows(session, SYSTEM, PROPOSALS, rows)
    assert {number: [label for label, _sentence in report] for number, report in list_errors(rows).items()} == {
        2: ["Convocatoria"],
        4: ["Convocatoria"],
    }
    assert [row.name for row in queries.list_records(session, PROPOSALS)] == ["Río"]
    assert [row.name for row in queries.list_records(session, ORGANISATIONS)] == ["Universidad"]


def test_an_upload_is_its_account_s_own_and_replaces_the_earlier_one(session: Session) -> None:
    first = uploads.store_upload(session, SYSTEM, EVENTS, *STORED_SHEET)
    with pytest.raises(NotFound):
        uploads.get_upload(session, SYSTEM, ORGANISATIONS, first)
    with pytest.raises(NotFound):
        uploads.get_upload(session, _build_account(), EVENTS, first)
    second = uploads.store_upload(session, SYSTEM, EVENTS, *STORED_SHEET)
    assert session.scalars(select(StoredImport.id)).all() == [second]


def test_an_upload_that_nobody_confirms_goes_with_the_next_one(session: Session) -> None:
    uploads.store_upload(session, _build_account(), EVENTS, *STORED_SHEET)
    forgotten = uploads.store_upload(session, _build_account(), EVENTS, *STORED_SHEET)
    old = clock.now() - uploads.UPLOAD_LIFETIME - timedelta(minutes=1)
    session.execute(update(StoredImport).where(StoredImport.id == forgotten).values(at=old))
    uploads.store_upload(session, SYSTEM, EVENTS, *STORED_SHEET)
    stored_ids = session.scalars(select(StoredImport.id)).all()
    assert (len(stored_ids), forgotten in stored_ids) == (2, False)


@pytest.mark.parametrize(
    ("head", "named"),
    [(["Nombre"], "Estado"), (["Color", "Talla"], "Nombre"), (["Nombre", "Estado", "Nombre"], "dos veces")],
)
def test_another_shape_is_refused_by_its_columns(session: Session, head: list[str], named: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_sheet(session, [["a"] * len(head)], head)
    assert any(named in error.message for error in caught.value.field_errors)


def formulas() -> bytes:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Nombre", "Estado"])
        sheet.write_formula(1, 0, '=HYPERLINK("http://example.org","x")', None, "Foro de prueba")
        sheet.write_string(1, 1, "realizado")
    return file.getvalue()


def test_a_formula_is_the_value_that_it_had() -> None:
    assert read_spreadsheet("a.xlsx", formulas())[1] == [(2, ["Foro de prueba", "realizado"])]


def package(**parts: bytes) -> bytes:
    """A workbook with some parts put in the place of its own."""
    file = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(build_xlsx("A", ["Nombre"], [["a"]]))) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for part in source.infolist():
            key = part.filename.rpartition("/")[2].partition(".")[0]
            archive.writestr(part.filename, parts.get(key, source.read(part)))
    return file.getvalue()


def sheet(cells: bytes) -> bytes:
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return b'<?xml version="1.0"?><worksheet ' + space + b"><sheetData>" + cells + b"</sheetData></" + b"worksheet>"


FAR = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "100,000 rows": lambda: build_xlsx("A", ["Nombre"], ([str(number)] for number in range(100_000))),
    "100,000 lines": lambda: b"Nombre\n" + b"a\n" * 100_000,
    "a cell far away": lambda: package(sheet1=sheet(FAR)),
    "a column far away": lambda: package(sheet1=sheet(b'<row r="1"><c r="XFD1"><v>1</v></c></row>')),
    "hidden from the search": lambda: package(sheet1=sheet(FAR).decode().encode("utf-16")),
    "a long text in every cell": lambda: build_xlsx("A", ["Nombre", *"abcdef"], [["a" * 20_000] * 7] * 100),
    "a bomb": lambda: package(sheet1=b"0" * 70_000_000),
    "a small bomb": lambda: package(theme1=b"0" * 20_000_000),
    "no package": lambda: b"PK\x03\x04nothing",
    "a picture": lambda: b"\x89PNG\r\n\x1a\n\x00",
    "nothing": lambda: b"",
    "no labels": lambda: b"\n\n",
    "500 columns": lambda: b",".join([b"a"] * 500),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused(case: str) -> None:
    with pytest.raises(Invalid):
        read_spreadsheet("a.csv", HOSTILE[case]())


def test_a_cell_that_is_no_number_is_a_text() -> None:
    cells = b'<row r="1"><c r="A1" t="inlineStr"><is><t>Nombre</t></is></c><c r="B1"><v>7</v></c></row>'
    cells += b'<row r="2"><c r="A2"><v>1e999</v></c><c r="B2"><v>NaN</v></c></row>'
    assert read_spreadsheet("a.xlsx", package(sheet1=sheet(cells)))[1] == [(2, ["inf", "nan"])]


def test_the_limit_itself_is_taken() -> None:
    assert (
        len(read_spreadsheet("a.xlsx", build_xlsx("A", ["Nombre"], ([str(number)] for number in range(MAX_ROWS))))[1])
        == MAX_ROWS
    )


@pytest.mark.parametrize("text", ["=1+1", "+57 300", "-x", "@SUM(A1)", "a; =b"])
def test_what_is_saved_holds_no_formula_and_comes_back(session: Session, text: str) -> None:
    services.add_record(session, SYSTEM, EVENTS, {"name": text, "state": "done", "results": [text]})
    content = exporting.export_records(session, SYSTEM, EVENTS, RecordFilter(), "csv")
    line = list(csv.reader(StringIO(content.decode("utf-8-sig"))))[1]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line)
    for kind in ("csv", "xlsx"):
        content = exporting.export_records(session, SYSTEM, EVENTS, RecordFilter(), kind)
        rows = importing.check_rows(session, EVENTS, *uploads.read_rows(EVENTS, f"a.{kind}", content))
        assert importing.count_outcomes(rows) == {"same": 1}
    with zipfile.ZipFile(BytesIO(content)) as book:
        sheet, styles = (fromstring(book.read(f"xl/{part}.xml")) for part in ("worksheets/sheet1", "styles"))
    assert not sheet.findall(".//{*}f")
    # Nor does it become one when somebody edits the cell.
    formats = styles.findall("{*}cellXfs/{*}xf")
    texts = [cell for cell in sheet.findall(".//{*}row[@r='2']/{*}c") if cell.get("t") == "s"]
    assert {formats[int(cell.get("s", "0"))].get("quotePrefix") for cell in texts} == {"1"}


def test_a_hidden_sheet_is_not_what_is_brought_in() -> None:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        choices, rows = book.add_worksheet("Listas"), book.add_worksheet("Eventos")
        choices.write_column("A1", ["Estado", "realizado"])
        rows.write_column("A1", ["Nombre", "Mesa técnica"])
        rows.activate()
        choices.hide()
    assert read_spreadsheet("a.xlsx", file.getvalue()) == (["Nombre"], [(2, ["Mesa técnica"])])
