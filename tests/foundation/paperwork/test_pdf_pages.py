"""What stands on which page: cover, contents, tables that go on, links."""

import re
from dataclasses import replace
from typing import Any

import pytest

from attention_point.foundation.paperwork import (
    Block,
    BulletList,
    Column,
    Heading,
    LabelledValues,
    LinkedValue,
    Paragraph,
    Report,
    Series,
    Signature,
    Table,
    write_pdf,
)
from tests.foundation.paperwork.sample_report import EVERYTHING, HOSTILE, make_hostile_report, make_wide_table
from tests.foundation.paperwork.samples import (
    CHART,
    WORDS,
    list_fonts,
    make_long_table,
    make_report,
    read_pdf,
    read_text,
)

SPOKEN = replace(WORDS, contents_heading="Contenido", continued_caption="%(title)s (continuación)")


def read_pages(document: Report) -> list[str]:
    return [page.extract_text() for page in read_pdf(write_pdf(document, SPOKEN)).pages]


def list_links(document: Report) -> list[dict[str, Any]]:
    """The annotations of all pages."""
    pages = read_pdf(write_pdf(document, SPOKEN)).pages
    return [annotation.get_object() for page in pages for annotation in page.get("/Annots", ())]


def test_a_cover_has_title_issuer_reference_and_date_and_no_page_number() -> None:
    cover, contents, *_ = read_pages(EVERYTHING)
    for expected in ("Informe de atención", "Agosto", "Oficina inventada", "EST-2017-08", "01/09/2017"):
        assert expected in cover
    assert "Página" not in cover
    assert "Página 2 de" in contents
    assert "Resumen" not in cover


def test_a_cover_longer_than_its_page_goes_on() -> None:
    pages = read_pages(make_report([Heading("Fin")], title="Título largo " * 150, has_cover=True))
    assert sum(page.count("largo") for page in pages) > 150
    assert "Fin" in pages[-1]


def test_the_contents_name_the_page_of_each_heading() -> None:
    blocks: list[Block] = []
    for number in range(1, 30):
        level = number % 3 + 1
        blocks += [Heading(f"Capítulo {number}.", level), Paragraph("línea\n" * (number * 3))]
    pages = read_pages(make_report(blocks, has_contents=True))
    assert "Contenido" in pages[0]
    page_numbers = {name: int(page) for name, page in re.findall(r"(Capítulo \d+\.)\s+(\d+)", pages[0])}
    for number in range(1, 30):
        name = f"Capítulo {number}."
        assert (name in page_numbers) == (number % 3 + 1 < 3)
        if name in page_numbers:
            assert name in pages[page_numbers[name] - 1]


def test_a_document_without_headings_has_no_contents() -> None:
    assert "Contenido" not in read_pages(make_report([Paragraph("x")], has_contents=True))[0]


def test_a_table_says_its_caption_again_on_each_further_page() -> None:
    first, *others = read_pages(make_report([make_long_table(150)]))
    assert "Larga" in first
    assert "continuación" not in first
    assert len(others) >= 3
    assert all("Larga (continuación)" in page and "Nombre" in page for page in others)


def test_a_caption_that_the_heading_said_is_said_on_further_pages() -> None:
    first, *others = read_pages(make_report([Heading("Larga"), make_long_table(150)]))
    assert first.count("Larga") == 1
    assert all("Larga (continuación)" in page for page in others)


def test_a_table_that_its_chart_pushes_to_a_new_page_says_its_caption_there() -> None:
    chart = replace(CHART, kind="hbar", title="Larga", categories=("a",) * 24, series=(Series("s", (1,) * 24),))
    first, second = read_pages(make_report([Heading("Larga"), chart, make_long_table(12)]))
    assert first.count("Larga") == 1
    assert second.count("Larga") == 1
    (alone,) = read_pages(make_report([Heading("Larga"), replace(CHART, title="Larga"), make_long_table(12)]))
    assert alone.count("Larga") == 1


@pytest.mark.parametrize("rows", range(30, 52))
def test_notes_and_the_total_never_stand_alone(rows: int) -> None:
    table = replace(make_long_table(rows), notes=("Nota primera", "Nota segunda"), has_total_row=True)
    pages = read_pages(make_report([table]))
    (last,) = [page for page in pages if "Nota primera" in page]
    assert "Nota segunda" in last
    assert f"fila {rows - 1}" in last
    assert f"fila {rows - 2}" in last


@pytest.mark.parametrize("rows", [20, 27, 31])
def test_the_last_section_stands_with_its_signature(rows: int) -> None:
    words = [Paragraph(f"Palabras {number}.") for number in range(4)]
    end: list[Block] = [Heading("Cierre"), *words, Signature("Lugar", "Ana", "Jefa")]
    *others, last = read_pages(make_report([Heading("Inicio"), make_long_table(rows), *end]))
    assert all(text in last for text in ("Cierre", "Palabras 0.", "Palabras 3.", "Lugar", "Ana", "Jefa"))
    assert not any("Cierre" in page for page in others)


def test_notes_longer_than_a_page_go_on() -> None:
    table = replace(make_long_table(3), notes=("nota " * 4000,))
    assert " ".join(read_pages(make_report([table]))).split().count("nota") == 4000


def test_no_row_is_lost_or_said_twice() -> None:
    columns = (Column("name", "Nombre"), Column("text", "Texto"))
    rows = tuple((f"fila {at}.", "palabra " * (at * 37 % 90)) for at in range(80))
    text = " ".join(read_pages(make_report([Table("t", "T", columns, rows)])))
    assert [text.count(f"fila {at}.") for at in range(80)] == [1] * 80


@pytest.mark.parametrize("columns", [2, 12, 40, 90])
def test_a_wide_table_keeps_every_figure_and_a_type_that_can_be_read(columns: int) -> None:
    table = make_wide_table(columns, 4)
    content = write_pdf(make_report([table]), SPOKEN)
    text = read_text(content)
    sizes: set[float] = set()
    for page in read_pdf(content).pages:
        sizes |= {float(size) for size in re.findall(rb"/F\d\+\d ([\d.]+) Tf", page.get_contents().get_data())}  # type: ignore[union-attr]
    assert min(sizes) >= 6.4
    for row in table.rows:
        assert all(re.search(rf"(?<![\d.]){re.escape(WORDS.format_number(cell))}(?![\d.])", text)  # type: ignore[arg-type]
                   for cell in row[1:])  # fmt: skip
    assert ("(1/" in text) is (columns > 12)


def test_links_lead_to_places_in_the_file_and_to_plain_addresses() -> None:
    links = list_links(EVERYTHING)
    outside = {link["/A"]["/URI"] for link in links if "/A" in link and "/URI" in link["/A"]}
    assert outside == {"https://punto.example/?a=1&b=2", "mailto:a@b.example", "https://punto.example/registers/3"}
    file = read_pdf(write_pdf(EVERYTHING, SPOKEN))
    texts = {page.indirect_reference.idnum: page.extract_text() for page in file.pages if page.indirect_reference}
    inside = [texts[list.__getitem__(link["/Dest"], 0).idnum] for link in links if "/Dest" in link]
    assert any("Ciudad abierta" in page for page in inside)
    assert sum("Anexo" in page and "fila 0" in page for page in inside) >= 3
    assert not [link for link in links if "/JS" in link.get("/A", {}) or link.get("/A", {}).get("/S") == "/Launch"]


def test_a_path_leads_nowhere_where_the_document_names_no_site() -> None:
    linked = LinkedValue("registro", "registers/3")
    table = Table("t", "T", (Column("c", "C"),), ((linked,),))
    blocks: list[Block] = [Paragraph("x", linked), BulletList((linked,)), LabelledValues((("a", linked),)), table]
    assert list_links(make_report(blocks)) == []
    assert len(list_links(make_report(blocks, site_address="https://punto.example"))) == 4
    assert read_text(write_pdf(make_report(blocks), SPOKEN)).count("registro") == 4


@pytest.mark.parametrize("document", [EVERYTHING, replace(EVERYTHING, watermark="MUESTRA")], ids=["plain", "marked"])
def test_every_font_is_in_the_file(document: Report) -> None:
    fonts = list_fonts(write_pdf(document, SPOKEN))
    assert len(fonts) == 2
    assert all(fonts.values())


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert write_pdf(EVERYTHING, SPOKEN) == write_pdf(EVERYTHING, SPOKEN)


def test_hostile_texts_are_printed_and_lead_nowhere() -> None:
    document = make_hostile_report()
    assert all("/URI" not in link.get("/A", {}) for link in list_links(document))
    text = "".join(read_text(write_pdf(document, SPOKEN)).split())
    assert "<script>alert(1)</script>" in text
    assert HOSTILE[0] in text


def test_five_thousand_rows_are_all_there() -> None:
    content = write_pdf(make_report([make_long_table(5000)]), SPOKEN)
    pages = read_pdf(content).pages
    assert "fila 4999" in pages[-1].extract_text()
