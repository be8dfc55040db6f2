import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attention_point.foundation.paperwork import (
    SUPPRESSED,
    Block,
    Column,
    Heading,
    LabelledValues,
    Note,
    PageBreak,
    Paragraph,
    Table,
    write_pdf,
)
from tests.foundation.paperwork.samples import (
    CHART,
    MOMENT,
    NEEDS,
    WORDS,
    list_fonts,
    make_long_table,
    make_report,
    read_metadata,
    read_pdf,
    read_text,
)

EVERYTHING = make_report(
    [
        Heading("Resumen"),
        Paragraph("¿Cómo? ¡Así! áéíóúüñ ÁÉÍÓÚÜÑ"),
        LabelledValues((("Período", "agosto"), ("Lugar", "Bucaramanga"))),
        Note("Nota sobre el método"),
        Heading("Detalle", 3),
        CHART,
        NEEDS,
        PageBreak(),
        Heading("Anexo"),
        make_long_table(120),
    ]
)


def test_every_block_is_on_paper_with_its_accents() -> None:
    text = read_text(write_pdf(EVERYTHING, WORDS))
    for expected in (
        "Informe de atención", "Agosto", "Oficina inventada", "Resumen", "¿Cómo? ¡Así! áéíóúüñ ÁÉÍÓÚÜÑ", "Período",
        "Bucaramanga", "Nota sobre el método", "Por necesidad", "La niñez va primero.", "Niñez & familia", "1.234",
        "(r)", "Total", "Se cuentan personas.", "fila 119", "09/08/2017", "EST-2017-08", "01/09/2017",
    ):  # fmt: skip
        assert expected in text


def test_each_page_says_which_of_how_many_it_is() -> None:
    pages = read_pdf(write_pdf(EVERYTHING, WORDS)).pages
    assert len(pages) >= 4
    for number, page in enumerate(pages, 1):
        assert f"Página {number} de {len(pages)}" in page.extract_text()


def test_table_heads_are_repeated_on_each_page() -> None:
    pages = read_pdf(write_pdf(make_report([make_long_table(150)]), WORDS)).pages
    assert len(pages) >= 3
    assert all("Nombre" in page.extract_text() for page in pages)


def test_a_long_table_starts_where_it_is_announced() -> None:
    pages = read_pdf(write_pdf(make_report([Heading("Cifras"), make_long_table(150)]), WORDS)).pages
    assert "Cifras" in pages[0].extract_text()
    assert "fila 20" in pages[0].extract_text()


def test_a_heading_stays_with_what_it_heads() -> None:
    for lines in range(20, 60, 3):
        blocks: list[Block] = [
            Paragraph("línea\n" * lines),
            Heading("Cifras"),
            Heading("Por necesidad", 2),
            CHART,
            NEEDS,
        ]
        pages = [page.extract_text() for page in read_pdf(write_pdf(make_report(blocks), WORDS)).pages]
        (page,) = [text for text in pages if "Cifras" in text]
        assert "Niñez" in page


def test_every_font_is_embedded() -> None:
    fonts = list_fonts(write_pdf(EVERYTHING, WORDS))
    assert len(fonts) == 2
    assert all(fonts.values())
    assert all("Vera" in name for name in fonts)


def test_the_outline_leads_to_each_heading_on_its_page() -> None:
    file = read_pdf(write_pdf(EVERYTHING, WORDS))
    page_numbers: dict[str, Any] = {}

    def walk(entries: list[Any]) -> None:
        for entry in entries:
            if isinstance(entry, list):
                walk(entry)
            else:
                page_numbers[entry.title] = file.get_destination_page_number(entry)

    walk(file.outline)
    assert list(page_numbers) == ["Informe de atención", "Resumen", "Detalle", "Anexo"]
    for title, page in page_numbers.items():
        assert title in file.pages[page].extract_text()
    assert page_numbers["Anexo"] > page_numbers["Resumen"]


def test_metadata_tell_title_issuer_language_and_moment() -> None:
    zone = timezone(timedelta(hours=-5))
    metadata, catalogue = read_metadata(write_pdf(replace(EVERYTHING, created_at=MOMENT.astimezone(zone)), WORDS))
    assert metadata.title == "Informe de atención"
    assert metadata.author == "Oficina inventada"
    assert metadata.creation_date == MOMENT
    assert metadata.creation_date.utcoffset() == timedelta(hours=-5)
    assert catalogue["/Lang"] == "es-CO"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]


def test_pages_are_a4() -> None:
    box = read_pdf(write_pdf(make_report(), WORDS)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)


def test_the_same_document_gives_the_same_bytes() -> None:
    first = write_pdf(EVERYTHING, WORDS)
    write_pdf(make_report([Paragraph("другой ĀĒĪ")]), WORDS)
    assert write_pdf(EVERYTHING, WORDS) == first
    assert write_pdf(replace(EVERYTHING, created_at=MOMENT + timedelta(seconds=1)), WORDS) != first


# Twelve words of one length and twelve widths: any three of them could be taken for the longest.
DRAW = """
from hashlib import sha256
from attention_point.foundation.paperwork import Column, Table, write_pdf
from tests.foundation.paperwork.samples import WORDS, make_report
words = tuple((12 - count) * "i" + count * "m" for count in range(12))
table = Table("t", "T", (Column("a", "A"), Column("b", "B"), Column("c", "C", "integer")), [(w, "b", 1) for w in words])
print(sha256(write_pdf(make_report([table]), WORDS)).hexdigest())
"""


def test_every_process_gives_the_same_bytes() -> None:
    """Python orders its sets differently from process to process; a published file is drawn anew and compared."""
    drawn = {
        subprocess.run(
            [sys.executable, "-c", DRAW],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(drawn) == 1


def test_the_watermark_is_on_every_page_only_when_asked() -> None:
    marked = read_pdf(write_pdf(replace(EVERYTHING, watermark="MUESTRA"), WORDS))
    assert all("MUESTRA" in page.extract_text() for page in marked.pages)
    assert "MUESTRA" not in read_text(write_pdf(EVERYTHING, WORDS))


def test_what_looks_like_markup_is_printed() -> None:
    hostile = '<b>x</b> & <a href="file:///etc/passwd">y</a> <img src="http://h/"/> </para>'
    table = Table("t", hostile, (Column("c", hostile),), ((hostile * 8,),), (hostile,))
    blocks: list[Block] = [
        Heading(hostile),
        Paragraph(hostile),
        Note(hostile),
        LabelledValues(((hostile, hostile),)),
        table,
    ]
    content = write_pdf(make_report(blocks, title=hostile, subtitle=hostile), WORDS)
    assert read_text(content).count("<img") >= 5
    assert not any("/Annots" in page for page in read_pdf(content).pages)


def test_an_empty_table_says_so() -> None:
    assert "Nada que mostrar" in read_text(write_pdf(make_report([replace(NEEDS, rows=())]), WORDS))


def test_a_cell_longer_than_a_page_goes_on() -> None:
    table = Table("t", "T", (Column("c", "C"), Column("n", "N", "integer")), (("palabra " * 3000 + "FIN", 7),))
    content = write_pdf(make_report([table, LabelledValues((("l", "valor " * 3000),))]), WORDS)
    assert "FIN" in read_text(content)
    assert len(read_pdf(content).pages) > 3


def test_numbers_are_never_broken() -> None:
    columns = (Column("name", "Departamento"), *(Column(f"c{at}", f"{at}–{at + 4}", "integer") for at in range(12)))
    table = Table("wide", "Ancha", columns, (("Norte de Santander", *range(12345670, 12345682)),))
    text = read_text(write_pdf(make_report([table]), WORDS))
    assert all(WORDS.format_number(value) in text for value in range(12345670, 12345682))


BLOCKS = st.one_of(
    st.builds(Heading, st.text(max_size=60), st.integers(1, 3)),
    st.builds(Paragraph, st.text(st.characters(), max_size=300)),
    st.builds(Note, st.text(max_size=300)),
    st.builds(LabelledValues, st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40)), max_size=3).map(tuple)),
    st.builds(
        lambda rows, total: Table("t", "T", (Column("a", "A"), Column("b", "B", "integer")), tuple(rows), (), total),
        st.lists(st.tuples(st.text(max_size=80), st.one_of(st.integers(), st.just(SUPPRESSED), st.none())), max_size=4),
        st.booleans(),
    ),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(BLOCKS, max_size=5))
def test_any_text_can_be_printed(blocks: Sequence[Paragraph]) -> None:
    assert read_pdf(write_pdf(make_report(blocks), WORDS)).pages[0].extract_text()


@pytest.mark.parametrize("word", ["x" * 9000, "Ñ" * 900])
def test_a_word_without_end_is_broken(word: str) -> None:
    table = Table("t", f"{word}.", (Column("a", word),), ((word,),))
    blocks: list[Block] = [Heading(word), Paragraph(word), table]
    text = "".join(read_text(write_pdf(make_report(blocks, title=word), WORDS)).split())
    assert text.count(word[0]) >= 5 * len(word)


def test_a_caption_is_not_said_twice() -> None:
    table = Table("t", "Personas por edad", (Column("a", "Edad"),), (("29",),))
    text = read_text(write_pdf(make_report([Heading("Personas por edad"), table]), WORDS))
    assert text.count("Personas por edad") == 1
