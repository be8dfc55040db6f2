import re
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
from docx.oxml.ns import qn

from attention_point.foundation.paperwork import Report, Table, format_cell, write_docx
from tests.foundation.paperwork.sample_report import EVERYTHING, make_hostile_report, make_wide_table
from tests.foundation.paperwork.samples import CHART, MOMENT, NEEDS, WORDS, make_long_table, make_report


def open_docx(document: Report) -> Any:
    return docx.Document(BytesIO(write_docx(document, WORDS)))


def list_tables(document: Report) -> list[Any]:
    return list(open_docx(document).element.iter(qn("w:tbl")))


def list_texts(file: Any, style: str) -> list[str]:
    return [lines.text for lines in file.paragraphs if lines.style.name == style]


def format_rows(table: Table) -> list[list[str]]:
    heads = [column.label for column in table.columns]
    kinds = [column.kind for column in table.columns]
    return [heads, *([format_cell(cell, kind, WORDS) for cell, kind in zip(row, kinds, strict=True)]
                     for row in table.rows)]  # fmt: skip


def read_text(cell: Any) -> str:
    return "".join(text.text or "" for text in cell.iter(qn("w:t")))


def read_rows(table: Any) -> list[list[str]]:
    return [[read_text(cell) for cell in row.iter(qn("w:tc"))] for row in table.iter(qn("w:tr"))]


def test_tables_come_back_as_readers_see_them() -> None:
    parts = [read_rows(table) for table in list_tables(EVERYTHING)]
    assert parts == [format_rows(table) for table in EVERYTHING.tables]


def test_each_text_has_its_style() -> None:
    file = open_docx(EVERYTHING)
    assert list_texts(file, "Title") == ["Informe de atención"]
    assert list_texts(file, "Heading 1") == ["Resumen", "Anexo"]
    assert list_texts(file, "Heading 2") == ["Detalle"]
    assert list_texts(file, "List Bullet") == ["Primero", "El sitio", "Escriba"]
    assert list_texts(file, "Fact") == ["Período\tagosto", "Eventos\t32 eventos"]
    assert list_texts(file, "Caption") == ["Necesidades", "Recursos", "Larga"]
    assert "¿Cómo? ¡Así!\náéíóúüñ Ver el anexo" in list_texts(file, "Normal")
    assert "La niñez va primero." in list_texts(file, "Table note")


def test_heads_are_repeated_and_rows_are_not_cut() -> None:
    for table in list_tables(EVERYTHING):
        heads = [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table.iter(qn("w:tr"))]
        assert heads == [True, *[False] * (len(heads) - 1)]


def test_links_lead_to_places_that_there_are_or_to_plain_addresses() -> None:
    file = open_docx(EVERYTHING)
    places = {mark.get(qn("w:name")) for mark in file.element.iter(qn("w:bookmarkStart"))}
    inside = {link.get(qn("w:anchor")) for link in file.element.iter(qn("w:hyperlink"))} - {None}
    assert {"at_annex", "at_money"} <= inside <= places
    outside = {rel.target_ref for rel in file.part.rels.values() if rel.is_external}
    assert outside == {"https://punto.example/?a=1&b=2", "mailto:a@b.example", "https://punto.example/registers/3"}


def test_the_text_of_a_chart_leads_to_its_table() -> None:
    file = open_docx(EVERYTHING)
    assert not list(file.element.iter(qn("w:drawing")))
    (link,) = [link for link in file.element.iter(qn("w:hyperlink")) if "La niñez va primero." in read_text(link)]
    assert link.get(qn("w:anchor")) == "at_needs"
    undescribed = open_docx(make_report([replace(CHART, description=""), NEEDS]))
    (link,) = undescribed.element.iter(qn("w:hyperlink"))
    assert (read_text(link), link.get(qn("w:anchor"))) == ("Necesidades", "at_needs")


def test_pages_are_numbered_and_properties_are_the_documents() -> None:
    file = open_docx(EVERYTHING)
    fields = [field.get(qn("w:instr")) for field in file.sections[0].footer.part.element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    assert file.sections[0].footer.paragraphs[0].text.startswith("EST-2017-08 · 01/09/2017")
    about = file.core_properties
    assert (about.title, about.author, about.language) == ("Informe de atención", "Oficina inventada", "es-CO")
    assert about.created == about.modified == MOMENT.replace(tzinfo=about.created.tzinfo)


def test_the_mark_is_on_the_first_page_and_over_each() -> None:
    file = open_docx(make_report(watermark="MUESTRA"))
    assert "MUESTRA" in list_texts(file, "Note")
    assert file.sections[0].header.paragraphs[0].text.endswith("MUESTRA")


def test_the_same_document_gives_the_same_bytes() -> None:
    content = write_docx(EVERYTHING, WORDS)
    assert write_docx(EVERYTHING, WORDS) == content
    with ZipFile(BytesIO(content)) as file:
        assert {part.date_time for part in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_hostile_texts_are_texts() -> None:
    file = open_docx(make_hostile_report())
    text = "\n".join(lines.text for lines in file.paragraphs)
    assert "<script>" in text
    assert "<w:br/>" in text
    assert not [rel for rel in file.part.rels.values() if rel.is_external]
    fields = [field.get(qn("w:instr")) for field in file.element.body.iter(qn("w:fldSimple"))]
    # The only fields are the contents and their page numbers, which name a bookmark of this file.
    assert [field.text for field in file.element.body.iter(qn("w:instrText"))] == [r' TOC \o "1-2" \h \z \u ']
    assert all(re.fullmatch(r"PAGEREF \w+ \\h", field or "") for field in fields)


def test_a_wide_table_is_cut_between_columns_and_nothing_is_lost() -> None:
    table = make_wide_table(40)
    parts = [read_rows(part) for part in list_tables(make_report([table]))]
    assert len(parts) > 1
    assert all(line[0] == row[0] for part in parts for line, row in zip(part, format_rows(table), strict=True))
    assert [sum((part[number][1:] for part in parts), []) for number in range(4)] == [
        row[1:] for row in format_rows(table)
    ]


def test_an_empty_table_says_so() -> None:
    table = Table("t", "T", make_wide_table(3).columns, ())
    assert read_rows(list_tables(make_report([table]))[0])[1] == ["Nada que mostrar", "", ""]


def test_five_thousand_rows_are_all_there() -> None:
    (table,) = list_tables(make_report([make_long_table(5000)]))
    assert len(read_rows(table)) == 5001
