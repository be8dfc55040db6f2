from io import BytesIO
from time import process_time
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn
from PIL import Image

from attention_point.foundation.paperwork import Document, Table, cell_text, write_docx
from attention_point.foundation.paperwork.document import Chart
from attention_point.foundation.paperwork.raster import chart_png
from tests.foundation.paperwork.everything import EVERYTHING, hostile_paper, wide_table
from tests.foundation.paperwork.papers import CHART, MOMENT, WORDS, long_table, paper


def opened(document: Document) -> Any:
    return docx.Document(BytesIO(write_docx(document, WORDS)))


def lines_of(file: Any, style: str) -> list[str]:
    return [lines.text for lines in file.paragraphs if lines.style.name == style]


def said(table: Table) -> list[list[str]]:
    heads = [column.label for column in table.columns]
    kinds = [column.kind for column in table.columns]
    return [heads, *([cell_text(cell, kind, WORDS) for cell, kind in zip(row, kinds, strict=True)]
                     for row in table.rows)]  # fmt: skip


def in_cell(cell: Any) -> str:
    return "".join(text.text or "" for text in cell.iter(qn("w:t")))


def rows_of(table: Any) -> list[list[str]]:
    return [[in_cell(cell) for cell in row.iter(qn("w:tc"))] for row in table._tbl.iter(qn("w:tr"))]


def test_tables_come_back_as_readers_see_them() -> None:
    found = [rows_of(table) for table in opened(EVERYTHING).tables]
    assert found == [said(table) for table in EVERYTHING.tables]


def test_each_text_has_its_style() -> None:
    file = opened(EVERYTHING)
    assert lines_of(file, "Title") == ["Informe de atención"]
    assert lines_of(file, "Heading 1") == ["Resumen", "Anexo"]
    assert lines_of(file, "Heading 2") == ["Detalle"]
    assert lines_of(file, "List Bullet") == ["Primero", "El sitio", "Escriba"]
    assert lines_of(file, "Fact") == ["Período\tagosto", "Eventos\t32 eventos"]
    assert lines_of(file, "Caption") == ["Por necesidad", "Necesidades", "Recursos", "Larga"]
    assert "¿Cómo? ¡Así!\náéíóúüñ Ver el anexo" in lines_of(file, "Normal")
    assert "La niñez va primero." in lines_of(file, "Table note")


def test_heads_are_repeated_and_rows_are_not_cut() -> None:
    for table in opened(EVERYTHING).tables:
        heads = [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table._tbl.iter(qn("w:tr"))]
        assert heads == [True, *[False] * (len(heads) - 1)]


def test_links_lead_to_places_that_there_are_or_to_plain_addresses() -> None:
    file = opened(EVERYTHING)
    places = {mark.get(qn("w:name")) for mark in file.element.iter(qn("w:bookmarkStart"))}
    inside = {link.get(qn("w:anchor")) for link in file.element.iter(qn("w:hyperlink"))} - {None}
    assert {"at_annex", "at_money"} <= inside <= places
    outside = {rel.target_ref for rel in file.part.rels.values() if rel.is_external}
    assert outside == {"https://punto.example/?a=1&b=2", "mailto:a@b.example", "https://punto.example/registers/3"}


def test_pictures_are_charts_with_their_description() -> None:
    file = opened(EVERYTHING)
    about = [one.get("descr") for one in file.element.iter(qn("wp:docPr"))]
    assert about == ["Por necesidad. La niñez va primero.", "https://punto.example/d/1"]


def test_pages_are_numbered_and_properties_are_the_documents() -> None:
    file = opened(EVERYTHING)
    fields = [one.get(qn("w:instr")) for one in file.sections[0].footer._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    assert file.sections[0].footer.paragraphs[0].text.startswith("EST-2017-08 · 01/09/2017")
    about = file.core_properties
    assert (about.title, about.author, about.language) == ("Informe de atención", "Oficina inventada", "es-CO")
    assert about.created == about.modified == MOMENT.replace(tzinfo=about.created.tzinfo)


def test_the_mark_is_on_the_first_page_and_over_each() -> None:
    file = opened(paper(watermark="MUESTRA"))
    assert "MUESTRA" in lines_of(file, "Note")
    assert file.sections[0].header.paragraphs[0].text.endswith("MUESTRA")


def test_the_same_document_gives_the_same_bytes() -> None:
    content = write_docx(EVERYTHING, WORDS)
    assert write_docx(EVERYTHING, WORDS) == content
    with ZipFile(BytesIO(content)) as file:
        assert {part.date_time for part in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_hostile_texts_are_texts() -> None:
    file = opened(hostile_paper())
    text = "\n".join(lines.text for lines in file.paragraphs)
    assert "<script>" in text
    assert "<w:br/>" in text
    assert not [rel for rel in file.part.rels.values() if rel.is_external]
    fields = [one.get(qn("w:instr")) for one in file.element.body.iter(qn("w:fldSimple"))]
    assert fields == []


def test_a_wide_table_is_cut_between_columns_and_nothing_is_lost() -> None:
    table = wide_table(40)
    found = [rows_of(part) for part in opened(paper([table])).tables]
    assert len(found) > 1
    assert all(line[0] == row[0] for part in found for line, row in zip(part, said(table), strict=True))
    assert [sum((part[at][1:] for part in found), []) for at in range(4)] == [row[1:] for row in said(table)]


def test_an_empty_table_says_so() -> None:
    table = Table("t", "T", wide_table(3).columns, ())
    assert rows_of(opened(paper([table])).tables[0])[1] == ["Nada que mostrar", "", ""]


def test_five_thousand_rows_are_there_in_time() -> None:
    begun = process_time()
    content = write_docx(paper([long_table(5000)]), WORDS)
    assert process_time() - begun < 10
    assert len(rows_of(docx.Document(BytesIO(content)).tables[0])) == 5001


@pytest.mark.parametrize("kind", ["bar", "hbar", "line"])
def test_a_picture_shows_every_series(kind: Any) -> None:
    chart = Chart("c", "C", kind, CHART.categories, CHART.series)
    content, width = chart_png(chart, WORDS)
    image = Image.open(BytesIO(content)).convert("RGB")
    assert image.width == round(width * 2)
    found: Any = image.getcolors(1 << 24)
    colours = {colour for _, colour in found}
    assert any(blue > 150 and red < 60 for red, _, blue in colours)
    assert any(max(colour) < 40 for colour in colours)
    assert content == chart_png(chart, WORDS)[0]
