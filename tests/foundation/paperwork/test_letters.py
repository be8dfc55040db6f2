"""Letters that the papers' font lacks: drawn in another font, without their accents, or said."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from reportlab.pdfbase.pdfmetrics import getFont, stringWidth

from attention_point.foundation.paperwork import Paragraph, letters, list_undrawn_letters, write_pdf
from attention_point.foundation.paperwork.fonts import BOLD_FONT, REGULAR_FONT
from attention_point.foundation.paperwork.letters import CompleteFont
from tests.foundation.paperwork.samples import WORDS, make_report

NAMES = "Łódź Gdańsk Świętokrzyskie Constanța Şişli Đà Nẵng Ďáblice Αθήνα Київ"
HAS_DEJAVU = letters._load_font("DejaVuSans.ttf") is not None


def _write_report(text: str) -> bytes:
    return write_pdf(make_report([Paragraph(text)]), WORDS)


def _list_font_names(reader: PdfReader) -> set[str]:
    resources: Any = reader.pages[0]["/Resources"]
    return {str(font["/BaseFont"]) for font in resources["/Font"].get_object().values()}


@pytest.mark.skipif(not HAS_DEJAVU, reason="the machine has no DejaVu")
def test_the_names_of_europe_and_vietnam_are_drawn_and_read_back() -> None:
    content = _write_report(NAMES)
    reader = PdfReader(BytesIO(content))
    assert NAMES in " ".join(reader.pages[0].extract_text().split())
    fonts = _list_font_names(reader)
    assert any("DejaVuSans" in font for font in fonts)
    assert list_undrawn_letters(NAMES) == []
    assert content == _write_report(NAMES), "the bytes stay the same"


def test_a_paper_without_such_letters_has_the_one_font() -> None:
    names = _list_font_names(PdfReader(BytesIO(_write_report("Atención a la niñez"))))
    assert all("Vera" in name for name in names)


def test_without_the_other_font_a_letter_loses_its_accent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "_load_font", lambda _file: None)
    font = CompleteFont("Alone", "Vera.ttf", "DejaVuSans.ttf")
    assert font.list_undrawn_letters("Gdańsk, Constanța, 東京") == ["東", "京"]
    assert font.stringWidth("ń", 10) == font.stringWidth("n", 10)


@pytest.mark.parametrize("text", ["東京", "شكر", "שלום", "\U0001d4b3東"])
def test_what_no_font_draws_is_named(text: str) -> None:
    assert list_undrawn_letters(f"Sede {text}") == [letter for letter in text if ord(letter) < 0x10000]
    assert _write_report(f"Sede {text}").startswith(b"%PDF")


@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40))
def test_any_text_has_the_width_of_its_letters(text: str) -> None:
    for font in (REGULAR_FONT, BOLD_FONT):
        assert isinstance(getFont(font), CompleteFont)
        parts = sum(stringWidth(letter, font, 10) for letter in text)
        assert stringWidth(text, font, 10) == pytest.approx(parts)
