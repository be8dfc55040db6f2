import re
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import fromstring
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from attention_point.foundation.paperwork import Column, Report, Table, write_xlsx
from attention_point.foundation.paperwork.report import Cell
from attention_point.foundation.paperwork.text import clean_text
from tests.foundation.paperwork.sample_report import EVERYTHING, HOSTILE, make_hostile_report, make_wide_table
from tests.foundation.paperwork.samples import NEEDS, WORDS, make_long_table, make_report


def read_sheets(document: Report) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(write_xlsx(document, WORDS)))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def read_parts(document: Report) -> dict[str, str]:
    with ZipFile(BytesIO(write_xlsx(document, WORDS))) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def write_cell(value: Cell, kind: Any = "text") -> Any:
    """What a reader gets for a cell that was written."""
    return read_sheets(make_report([Table("t", "T", (Column("c", "C", kind),), ((value,),))]))["T"][2][0]


def test_figures_come_back_as_numbers_and_days_as_days() -> None:
    lines = read_sheets(EVERYTHING)["Recursos"]
    assert lines[0][0] == "Recursos"
    assert lines[1] == ["Proyecto", "Monto", "Parte", "Firma", "Personas"]
    assert lines[2] == ["Ciudad abierta", 1814249000.0, 0.25, date(2017, 8, 9), 32.0]
    assert lines[3] == ["Red & refugio", 2500000.5, 0.5, "31/12/1899", "(r)"]
    assert lines[4] == ["Sin dato", "", "", "", 0.0]
    assert lines[5][1] == 1816749000.5
    assert lines[7][0] == "Valores en pesos."


def test_the_first_sheet_says_what_stands_outside_the_tables() -> None:
    book = read_sheets(EVERYTHING)
    first = [line[0] for line in book["Informe de atención"]]
    assert first[:5] == ["Informe de atención", "Agosto", "Oficina inventada", "01/09/2017", "EST-2017-08"]
    assert set(book) - {"Informe de atención"} <= set(first)
    assert first[first.index("Resumen") + 1 :] == [
        "¿Cómo? ¡Así!\náéíóúüñ Ver el anexo", "• Primero", "• El sitio", "• Escriba", "Período: agosto",
        "Eventos: 32 eventos", "Nota sobre el método",
    ]  # fmt: skip


def test_links_lead_to_sheets_of_the_book_and_nowhere_else() -> None:
    files = read_parts(make_report([Table("t", "It's [here]: a/b", (Column("c", "C"),), (("x",),))]))
    (link,) = re.findall("<hyperlink [^>]*>", files["xl/worksheets/sheet1.xml"])
    assert "location=\"'It''s here a b'!A1\"" in link
    assert not [
        name for name in read_parts(EVERYTHING) if "externalLinks" in name or "sheet" in name and ".rels" in name
    ]


@pytest.mark.parametrize("document", [EVERYTHING, make_hostile_report()], ids=["plain", "hostile"])
def test_no_part_holds_a_formula_a_macro_or_an_address_from_elsewhere(document: Report) -> None:
    for name, text in read_parts(document).items():
        assert "vba" not in name
        root = fromstring(text)
        assert not [element for element in root.iter() if element.tag.endswith(("}f", "}formula"))]
        assert 'TargetMode="External"' not in text


def test_hostile_texts_stay_what_they_are() -> None:
    rows = tuple((text,) for text in HOSTILE)
    lines = read_sheets(make_report([Table("t", "T", (Column("c", "C"),), rows)]))["T"][2:]
    for written, (read_back,) in zip(HOSTILE, lines, strict=True):
        assert read_back == clean_text(written) or (len(written) > 32_767 and read_back == "x" * 32_766 + "…")


def test_texts_stay_texts_when_they_are_edited() -> None:
    files = read_parts(make_report([Table("t", "T", (Column("c", "C"),), (("=1+1",),))]))
    styles = fromstring(files["xl/styles.xml"])
    formats = styles.findall(".//{*}cellXfs/{*}xf")
    (field,) = [element for element in fromstring(files["xl/worksheets/sheet2.xml"]).iter() if element.get("r") == "A3"]
    assert formats[int(field.attrib["s"])].get("quotePrefix") == "1"


def test_formats_go_by_the_kind_of_the_column() -> None:
    styles = read_parts(EVERYTHING)["xl/styles.xml"]
    assert 'formatCode="[$$-240A]\\ #,##0"' in styles
    assert 'formatCode="dd/mm/yyyy"' in styles


def test_heads_stay_in_sight_and_rows_can_be_filtered_without_their_total() -> None:
    sheet = read_parts(make_report([NEEDS]))["xl/worksheets/sheet2.xml"]
    assert re.search(r'<pane xSplit="1" ySplit="2"[^>]*state="frozen"', sheet)
    assert '<autoFilter ref="A2:C4"/>' in sheet


def test_names_of_sheets_are_valid_and_unlike() -> None:
    titles = ["Personas " * 9] * 12 + ["a/b:c", "A\\B?C", "History", "'x'", "", "[]", "🙂" * 40]
    tables = [Table(f"t{at}", title, (Column("c", "C"),), ()) for at, title in enumerate(titles)]
    names = list(read_sheets(make_report(tables, title="Personas " * 9)))
    assert len(names) == len(titles) + 1
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) <= 62
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert name.casefold() != "history"


@pytest.mark.parametrize("number", [10**15 + 1, -(10**18) - 1, Decimal("0.1234567890123456789")])
def test_a_number_that_a_spreadsheet_would_round_is_a_text(number: int) -> None:
    assert write_cell(number, "number") == WORDS.format_number(number)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_no_number_is_a_text(number: float) -> None:
    assert isinstance(write_cell(number, "number"), str)


@settings(deadline=None, max_examples=40)
@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_any_count_comes_back(number: int) -> None:
    assert write_cell(number, "integer") == number


def test_an_empty_table_says_so_and_has_no_filter() -> None:
    document = make_report([Table("t", "T", (Column("c", "C"),), (), ("Nota",))])
    assert [line[0] for line in read_sheets(document)["T"]] == ["T", "C", "Nada que mostrar", "", "Nota"]
    assert "autoFilter" not in read_parts(document)["xl/worksheets/sheet2.xml"]


def test_properties_and_mark_are_the_documents() -> None:
    document = make_report([NEEDS], watermark="MUESTRA")
    core = read_parts(document)["docProps/core.xml"]
    assert "<dc:title>Informe de atención</dc:title>" in core
    assert "<dc:creator>Oficina inventada</dc:creator>" in core
    assert "2017-09-01T13:30:00Z</dcterms:created>" in core
    assert "2017-09-01T13:30:00Z</dcterms:modified>" in core
    book = read_sheets(document)
    assert ["MUESTRA"] in book["Informe de atención"]
    assert book["Necesidades"][0][0] == "Necesidades · MUESTRA"


def test_the_same_document_gives_the_same_bytes() -> None:
    assert write_xlsx(EVERYTHING, WORDS) == write_xlsx(EVERYTHING, WORDS)
    with ZipFile(BytesIO(write_xlsx(EVERYTHING, WORDS))) as file:
        assert {part.date_time for part in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_table_larger_than_a_sheet_is_refused() -> None:
    table = Table("large", "T", tuple(Column(f"c{at}", "C") for at in range(16_385)), ())
    with pytest.raises(ValueError, match="table large is larger than a sheet"):
        write_xlsx(make_report([table]), WORDS)


def test_five_thousand_rows_and_forty_columns_are_all_there() -> None:
    book = read_sheets(make_report([make_long_table(5000), make_wide_table(40)]))
    assert len(book["Larga"]) == 5002
    assert book["Ancha"][4][-1] == 2039
