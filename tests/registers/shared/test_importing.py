"""Spreadsheets on their way in: reported by row, applied whole or not at all; hostile ones never opened."""

import csv
import zipfile
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.refusals import Conflict, Invalid, Refusal
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared import exporting, importing, queries, services
from attention_point.registers.shared.exporting import as_xlsx
from attention_point.registers.shared.organisations import ORGANISATIONS
from attention_point.registers.shared.queries import Wanted
from attention_point.registers.shared.sheets import ROWS, read_sheet

HEAD = ["Nombre", "Estado", "Fecha", "Participantes", "Aliados", "Resultados"]
GOOD: list[list[Any]] = [
    ["Foro del agua", "realizado", "17/03/2019", "1.030", "Fundación Río; Universidad | host", "Uno; dos"],
    ["Feria", "Planned", "2019", None, None, None],
]


def brought(session: Session, rows: list[list[Any]], head: list[str] | None = None) -> Any:
    """Bring a sheet and check all of it."""
    kept = importing.start(session, SYSTEM, EVENTS, "a.xlsx", as_xlsx("A", head or HEAD, rows))
    while importing.check_some(session, SYSTEM, EVENTS, kept, 3).checked < len(rows):
        pass
    return kept


def said(session: Session, kept: Any) -> dict[int, list[list[str]]]:
    return {row.number: row.report for row in importing.report(session, kept, "error", 0, 100)}


def test_nothing_is_written_before_it_is_applied(session: Session) -> None:
    kept = brought(session, GOOD)
    assert importing.outcomes(session, kept) == {"new": 2}
    assert queries.count(session, EVENTS) == queries.count(session, ORGANISATIONS) == 0
    assert importing.apply(session, SYSTEM, EVENTS, kept) == {"new": 2}
    forum = queries.page(session, EVENTS, Wanted("agua"), None, 5)[0]
    assert forum.sort == "2019-03-17"
    assert forum.data["results"] == ["Uno", "dos"]
    assert queries.count(session, ORGANISATIONS) == 2
    with pytest.raises(Refusal):
        importing.apply(session, SYSTEM, EVENTS, kept)


def test_the_same_file_again_changes_nothing(session: Session) -> None:
    importing.apply(session, SYSTEM, EVENTS, brought(session, GOOD))
    kept = brought(session, GOOD)
    assert importing.outcomes(session, kept) == {"same": 2}


def test_one_wrong_row_keeps_all_out_and_every_error_is_told(session: Session) -> None:
    wrong = [*GOOD, ["", "realizado", None, None, None, None], ["Foro", "quizás", "marzo de 2019", "=1+1", None, None]]
    kept = brought(session, wrong)
    report = said(session, kept)
    assert [part[0] for part in report[4]] == ["Nombre"]
    assert [part[0] for part in report[5]] == ["Fecha", "Estado", "Participantes"]
    with pytest.raises(Refusal):
        importing.apply(session, SYSTEM, EVENTS, kept)
    assert queries.count(session, EVENTS) == 0


def test_a_column_left_out_leaves_the_fact_and_an_empty_cell_takes_it(session: Session) -> None:
    importing.apply(session, SYSTEM, EVENTS, brought(session, GOOD))
    kept = brought(
        session, [["Foro del agua", "2019-03-17", "cancelado", ""]], ["Name", "Fecha", "State", "Resultados"]
    )
    importing.apply(session, SYSTEM, EVENTS, kept)
    forum = queries.page(session, EVENTS, Wanted("agua"), None, 5)[0]
    session.refresh(forum)
    assert forum.data["state"] == "cancelled"
    assert "results" not in forum.data
    assert len(forum.data["partners"]) == 2
    assert queries.count(session, EVENTS, Wanted("dos")) == 0


def test_a_record_changed_meanwhile_stops_the_whole(session: Session) -> None:
    importing.apply(session, SYSTEM, EVENTS, brought(session, GOOD))
    kept = brought(
        session, [*GOOD[:1], ["Feria", "done", "2019", None, None, None], ["Nueva", "done", None, None, None, None]]
    )
    fair = queries.page(session, EVENTS, Wanted("feria"), None, 1)[0]
    services.save(session, SYSTEM, EVENTS, fair.id, 1, {"name": "Feria", "state": "cancelled", "date": "2019"})
    with pytest.raises(Conflict):
        importing.apply(session, SYSTEM, EVENTS, kept)


def test_two_rows_about_one_record_are_told(session: Session) -> None:
    importing.apply(session, SYSTEM, EVENTS, brought(session, GOOD))
    kept = brought(session, [GOOD[1], [*GOOD[1][:3], "5", None, None]])
    assert set(said(session, kept)) == {2, 3}


def test_a_file_is_its_account_s_own(session: Session) -> None:
    kept = brought(session, GOOD)
    with pytest.raises(Refusal):
        importing.find(session, SYSTEM, ORGANISATIONS, kept)


@pytest.mark.parametrize(
    ("head", "named"),
    [(["Nombre"], "Estado"), (["Nombre", "Estado", "Color"], "Color"), (["Nombre", "Estado", "Nombre"], "dos veces")],
)
def test_another_shape_is_refused_by_its_columns(session: Session, head: list[str], named: str) -> None:
    with pytest.raises(Invalid) as caught:
        brought(session, [["a"] * len(head)], head)
    assert any(named in each.message for each in caught.value.fields)


def formulas() -> bytes:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Nombre", "Estado"])
        sheet.write_formula(1, 0, '=HYPERLINK("http://example.org","x")', None, "Foro de prueba")
        sheet.write_string(1, 1, "realizado")
    return file.getvalue()


def test_a_formula_is_the_value_that_it_had() -> None:
    assert read_sheet("a.xlsx", formulas())[1] == [["Foro de prueba", "realizado"]]


def package(**parts: bytes) -> bytes:
    """A workbook with some parts put in the place of its own."""
    file = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(as_xlsx("A", ["Nombre"], [["a"]]))) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for part in source.infolist():
            key = part.filename.rpartition("/")[2].partition(".")[0]
            made.writestr(part.filename, parts.get(key, source.read(part)))
    return file.getvalue()


def sheet(cells: bytes) -> bytes:
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return b'<?xml version="1.0"?><worksheet ' + space + b"><sheetData>" + cells + b"</sheetData></" + b"worksheet>"


FAR = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "100,000 rows": lambda: as_xlsx("A", ["Nombre"], ([str(number)] for number in range(100_000))),
    "100,000 lines": lambda: b"Nombre\n" + b"a\n" * 100_000,
    "a cell far away": lambda: package(sheet1=sheet(FAR)),
    "a column far away": lambda: package(sheet1=sheet(b'<row r="1"><c r="XFD1"><v>1</v></c></row>')),
    "hidden from the search": lambda: package(sheet1=sheet(FAR).decode().encode("utf-16")),
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
        read_sheet("a.csv", HOSTILE[case]())


def test_the_limit_itself_is_taken() -> None:
    assert len(read_sheet("a.xlsx", as_xlsx("A", ["Nombre"], ([str(number)] for number in range(ROWS))))[1]) == ROWS


@pytest.mark.parametrize("text", ["=1+1", "+57 300", "-x", "@SUM(A1)", "a; =b"])
def test_what_is_saved_holds_no_formula_and_comes_back(session: Session, text: str) -> None:
    services.add(session, SYSTEM, EVENTS, {"name": text, "state": "done", "results": [text]})
    content = exporting.export(session, SYSTEM, EVENTS, Wanted(), "csv")
    line = list(csv.reader(StringIO(content.decode("utf-8-sig"))))[1]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line)
    for kind in ("csv", "xlsx"):
        content = exporting.export(session, SYSTEM, EVENTS, Wanted(), kind)
        kept = importing.start(session, SYSTEM, EVENTS, f"a.{kind}", content)
        importing.check_some(session, SYSTEM, EVENTS, kept)
        assert importing.outcomes(session, kept) == {"same": 1}
    with zipfile.ZipFile(BytesIO(content)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
