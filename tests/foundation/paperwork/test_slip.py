from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attention_point.foundation.paperwork import SlipReferral, write_slip
from attention_point.foundation.paperwork.qr import _runs
from attention_point.foundation.paperwork.slip_layout import MARGIN, PAGE_WIDTH, pages
from tests.foundation.paperwork.papers import MOMENT, REFERRAL, fonts_of, metadata_of, read, slip, text_of


def test_a_slip_says_everything() -> None:
    text = text_of(write_slip(slip(REFERRAL)))
    for expected in (
        "Oficina inventada", "Punto de atención", "Referencia", "BGA-2017-000123", "9 de agosto de 2017", "A dónde ir",
        "Migración inventada", "Orientación", "Dirección: Calle 1 n.º 2-03", "Horario: 8:00 a 12:00",
        "Teléfono: 000 0000", "Lleve", "Pasaporte", "Cédula", "Usted pidió ayuda con su permiso.", "Escanee el código",
        "Emergencias: 123", "Sus datos están protegidos.", "Todo es gratuito.",
    ):  # fmt: skip
        assert expected in text
    assert "Sin papeles" not in text
    assert "URGENTE" not in text
    assert "Página" not in text


def test_no_papers_and_urgent_are_said() -> None:
    text = text_of(write_slip(slip(replace(REFERRAL, papers=(), urgent=True))))
    assert "Sin papeles" in text
    assert "URGENTE" in text
    assert "Lleve" not in text


def test_a_line_without_its_value_is_left_out() -> None:
    text = text_of(write_slip(slip(SlipReferral("Entidad", "Servicio"))))
    assert not [label for label in ("Dirección", "Horario", "Teléfono") if label in text]


def test_four_referrals_fit_on_one_page_and_more_flow_on() -> None:
    assert len(read(write_slip(slip(*[REFERRAL] * 4))).pages) == 1
    many = read(write_slip(slip(*[REFERRAL] * 12))).pages
    assert len(many) > 1
    for number, page in enumerate(many, 1):
        assert f"Página {number} de {len(many)}" in page.extract_text()
        assert "BGA-2017-000123" in page.extract_text()


def test_a_referral_longer_than_a_page_goes_on() -> None:
    papers = tuple(f"documento {number}" for number in range(150))
    text = text_of(write_slip(slip(replace(REFERRAL, papers=papers))))
    assert all(paper in text for paper in papers)


def test_nothing_is_smaller_than_eleven_points() -> None:
    runs = [run for page in pages(slip(*[REFERRAL] * 9)) for _, row in page for run in row.runs]
    assert min(run.size for run in runs) >= 11


def test_fonts_are_embedded_and_metadata_tell_the_language() -> None:
    content = write_slip(slip(REFERRAL))
    assert all(fonts_of(content).values())
    metadata, catalogue = metadata_of(content)
    assert catalogue["/Lang"] == "es-CO"
    assert metadata.creation_date == MOMENT
    assert metadata.author == "Oficina inventada"


def test_the_same_slip_gives_the_same_bytes() -> None:
    assert write_slip(slip(REFERRAL)) == write_slip(slip(REFERRAL))
    assert write_slip(slip(REFERRAL)) != write_slip(slip(REFERRAL, code="https://punto.example/r/other"))


def test_the_watermark_marks_every_page() -> None:
    marked = read(write_slip(slip(*[REFERRAL] * 12, watermark="MUESTRA"))).pages
    assert all("MUESTRA" in page.extract_text() for page in marked)


def test_a_slip_needs_a_moment_with_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        write_slip(slip(created=MOMENT.replace(tzinfo=None)))


def test_neighbouring_modules_of_a_code_are_one_run() -> None:
    assert list(_runs([b"\1\1\0\1", b"\0\0\0\0"])) == [(4, 4, 2), (4, 7, 1)]


@settings(max_examples=20, deadline=None)
@given(st.builds(SlipReferral, *[st.text(st.characters(), max_size=120)] * 5, reason=st.text(max_size=300)))
def test_any_text_stays_on_the_paper(referral: SlipReferral) -> None:
    one = slip(referral, privacy=referral.reason)
    assert read(write_slip(one)).pages[0].extract_text()
    assert all(y >= MARGIN for page in pages(one) for y, _ in page)
    assert all(0 <= run.x < PAGE_WIDTH for page in pages(one) for _, row in page for run in row.runs)
