import re
from dataclasses import replace

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from attention_point.foundation.paperwork import PaperName, SlipPerson, SlipReferral, build_qr_code_path, write_slip
from attention_point.foundation.paperwork.slip.layout import lay_out_slip
from attention_point.foundation.paperwork.slip.papers import PAPERS
from tests.foundation.paperwork.samples import (
    MOMENT,
    REFERRAL,
    list_fonts,
    make_slip,
    read_metadata,
    read_pdf,
    read_text,
)


def test_a_slip_says_everything() -> None:
    text = read_text(write_slip(make_slip(REFERRAL)))
    for expected in (
        "Oficina inventada", "Punto de atención", "Referencia", "BGA-2017-000123", "9 de agosto de 2017", "A dónde ir",
        "Migración inventada", "Orientación", "Dirección: Calle 1 n.º 2-03", "Horario: 8:00 a 12:00",
        "Teléfono: 000 0000", "Lleve", "Pasaporte", "Cédula", "Usted pidió ayuda con su permiso.", "Escanee el código",
        "Emergencias: 123", "Sus datos están protegidos.", "Todo es gratuito.",
    ):  # fmt: skip
        assert expected in text
    assert "URGENTE" not in text
    assert "Página" not in text


def test_the_point_s_own_contact_a_correction_and_the_day_of_the_check_are_said() -> None:
    changed = replace(REFERRAL, checked_note="Revisada el 1/08/2017.")
    text = read_text(
        write_slip(make_slip(changed, point_contact=("Carrera 0", "Tel. 000"), correction_note="Corregida el día 10"))
    )
    for expected in ("Carrera 0", "Tel. 000", "Corregida el día 10", "Revisada el 1/08/2017."):
        assert expected in text


def test_a_sentence_on_documents_and_urgency_are_said() -> None:
    changed = replace(REFERRAL, requirements=(), requirement_note="Sin papeles", urgent_text="URGENTE")
    text = read_text(write_slip(make_slip(changed)))
    assert "Sin papeles" in text
    assert "URGENTE" in text
    assert "Lleve" not in text


def test_a_line_without_its_value_is_left_out() -> None:
    text = read_text(write_slip(make_slip(SlipReferral("Entidad", "Servicio"))))
    assert not [label for label in ("Dirección", "Lleve", "Cita") if label in text]


def test_what_is_closed_and_what_to_keep_in_mind_are_said() -> None:
    changed = replace(REFERRAL, closed_note="Este trámite cerró.", advice=("No deje vencer su permiso.",))
    text = read_text(write_slip(make_slip(changed, refused_note="Si no le reciben: Personería.")))
    for expected in ("Este trámite cerró.", "No deje vencer su permiso.", "Si no le reciben: Personería."):
        assert expected in text


def test_four_referrals_fit_on_one_page_and_more_flow_on() -> None:
    assert len(read_pdf(write_slip(make_slip(*[REFERRAL] * 4))).pages) == 1
    many = read_pdf(write_slip(make_slip(*[REFERRAL] * 12))).pages
    assert len(many) > 1
    for number, page in enumerate(many, 1):
        assert f"Página {number} de {len(many)}" in page.extract_text()
        assert "BGA-2017-000123" in page.extract_text()


def test_a_referral_longer_than_a_page_goes_on() -> None:
    papers = tuple(f"documento {number}" for number in range(150))
    text = read_text(write_slip(make_slip(replace(REFERRAL, requirements=papers))))
    assert all(paper in text for paper in papers)


@pytest.mark.parametrize(("paper", "least"), [("a4", 12), ("half_letter", 12), ("ticket", 10)])
def test_letters_are_large(paper: PaperName, least: float) -> None:
    layout = lay_out_slip(make_slip(*[REFERRAL] * 9, paper=paper))
    runs = [run for page in layout.pages for _, row in page for run in row.runs]
    assert min(run.size for run in runs) >= least
    assert max(run.size for run in runs) > least * 1.3


@pytest.mark.parametrize(("paper", "width"), [("a4", 595), ("half_letter", 396), ("ticket", 227)])
def test_each_paper_has_its_own_size(paper: PaperName, width: float) -> None:
    for page in read_pdf(write_slip(make_slip(*[REFERRAL] * 5, paper=paper))).pages:
        assert float(page.mediabox.width) == pytest.approx(width, abs=1)
        assert "BGA-2017-000123" in page.extract_text()


def test_a_ticket_is_as_long_as_what_stands_on_it() -> None:
    short, long = (read_pdf(write_slip(make_slip(*[REFERRAL] * number, paper="ticket"))).pages for number in (1, 8))
    assert (len(short), len(long)) == (1, 1)
    assert float(long[0].mediabox.height) > 2 * float(short[0].mediabox.height)


def test_several_people_have_a_part_each() -> None:
    people = (
        SlipPerson((REFERRAL,), heading="Para usted"),
        SlipPerson((), heading="Para su hija, 8", guidance="Recibió orientación"),
    )
    text = read_text(write_slip(replace(make_slip(), people=people)))
    assert text.index("Para usted") < text.index("Migración inventada") < text.index("Para su hija, 8")
    assert "Recibió orientación" in text


def test_a_translation_follows_on_a_page_of_its_own() -> None:
    english = make_slip(REFERRAL, language="en", heading="Where to go")
    pages = read_pdf(write_slip(make_slip(REFERRAL), english)).pages
    assert ["Where to go" in page.extract_text() for page in pages] == [False, True]


def draw_lines(path: str, side: int) -> list[list[int]]:
    """The modules that the lines of a path make dark."""
    modules = [[0] * side for _row in range(side)]
    row = column = 0
    for move, steps in re.findall(r"([Mmh])([\d. ]+)", path):
        first, *others = steps.split()
        if move == "M":
            column, row = int(first), int(float(others[0]))
        elif move == "m":
            column += int(first)
        else:
            modules[row][column : column + int(first)] = [1] * int(first)
            column += int(first)
    return modules


def test_the_code_of_the_page_is_that_of_the_paper() -> None:
    side, path = build_qr_code_path("https://punto.example/r/3fJx")
    assert path.startswith("M4 4.5h7m")
    modules = segno.make_qr("https://punto.example/r/3fJx", error="m", mask=3).matrix
    assert [list(row) for row in draw_lines(path, side)] == [
        [0] * side if not 4 <= row < side - 4 else [0] * 4 + list(modules[row - 4]) + [0] * 4 for row in range(side)
    ]
    assert 21 + 8 <= side <= 57
    assert build_qr_code_path("https://punto.example/r/3fJy")[1] != path


def test_fonts_are_embedded_and_metadata_tell_the_language() -> None:
    content = write_slip(make_slip(REFERRAL))
    assert all(list_fonts(content).values())
    metadata, catalogue = read_metadata(content)
    assert catalogue["/Lang"] == "es-CO"
    assert metadata.creation_date == MOMENT
    assert metadata.author == "Oficina inventada"


def test_the_same_slip_gives_the_same_bytes() -> None:
    assert write_slip(make_slip(REFERRAL)) == write_slip(make_slip(REFERRAL))
    assert write_slip(make_slip(REFERRAL)) != write_slip(
        make_slip(REFERRAL, qr_code_address="https://punto.example/r/other")
    )


def test_the_watermark_marks_every_page() -> None:
    marked = read_pdf(write_slip(make_slip(*[REFERRAL] * 12, watermark="MUESTRA"))).pages
    assert all("MUESTRA" in page.extract_text() for page in marked)


def test_a_slip_needs_a_moment_with_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        write_slip(make_slip(created_at=MOMENT.replace(tzinfo=None)))


@settings(max_examples=20, deadline=None)
@given(
    st.builds(
        SlipReferral,
        *[st.text(st.characters(), max_size=120)] * 2,
        st.lists(st.tuples(*[st.text(st.characters(), max_size=60)] * 2), max_size=4).map(tuple),
        reason=st.text(max_size=300),
    ),
    st.sampled_from(sorted(PAPERS)),
)
def test_any_text_stays_on_the_paper(referral: SlipReferral, paper: PaperName) -> None:
    any_slip = make_slip(referral, privacy_notice=referral.reason, paper=paper)
    assert read_pdf(write_slip(any_slip)).pages[0].extract_text()
    layout = lay_out_slip(any_slip)
    size = PAPERS[paper]
    for page in layout.pages:
        for y, row in page:
            assert size.margin <= y <= layout.page_height - size.margin
            for run in row.runs:
                assert run.x >= 0
                # A single letter stays on its line, however narrow that is; the demonstration's labels fit.
                assert run.x + stringWidth(run.text, run.font, run.size) <= size.content_width + run.size
