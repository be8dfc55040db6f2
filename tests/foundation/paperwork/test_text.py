from hypothesis import example, given, settings
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from attention_point.foundation.paperwork.fonts import REGULAR_FONT, shorten_text, wrap_text
from attention_point.foundation.paperwork.text import clean_line, clean_text, escape_markup

ANY = st.text(st.characters(), max_size=200)


@settings(deadline=None)
@given(ANY)
@example("a\x00b\x1b[31m\u202egnp.exe\ud800\x9f")
def test_plain_text_keeps_no_control_character(text: str) -> None:
    assert not [letter for letter in clean_text(text) if letter != "\n" and (letter < " " or "\x7f" <= letter < "\xa0")]
    assert not set(clean_text(text)) & set("\u202e\u2066\u200f\ud800")
    clean_text(text).encode()


@settings(deadline=None)
@given(ANY)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


@settings(deadline=None)
@given(st.text("abcñ 1.-", max_size=120), st.floats(20, 300), st.floats(0, 15))
@example("x" * 500, 50.0, 10.0)
@example("1 1", 20.0, 14.0)
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: float, first: float) -> None:
    lines = wrap_text(text, REGULAR_FONT, 11, width, first)
    assert "".join("".join(lines).split()) == "".join(text.split())
    widths = [stringWidth(line, REGULAR_FONT, 11) for line in lines]
    assert all(line_width <= width + 0.01 for line_width in widths)
    assert not widths or widths[0] <= max(width - first, 12) + 0.01


def test_wrapping_fills_the_line_before_it_breaks() -> None:
    width = stringWidth("uno dos", REGULAR_FONT, 11)
    assert wrap_text("uno dos tres", REGULAR_FONT, 11, width + 0.5) == ["uno dos", "tres"]
    assert wrap_text("uno dos tres", REGULAR_FONT, 11, width - 0.5)[0] == "uno"


def test_markup_is_shown_and_not_obeyed() -> None:
    assert escape_markup("<b>1 & 2</b>\nx") == "&lt;b&gt;1 &amp; 2&lt;/b&gt;<br/>x"


def test_a_line_too_long_is_cut_with_an_ellipsis() -> None:
    assert shorten_text("corto", REGULAR_FONT, 8, 100) == "corto"
    cut = shorten_text("muy largo " * 20, REGULAR_FONT, 8, 100)
    assert cut.endswith("…")
    assert stringWidth(cut, REGULAR_FONT, 8) <= 100


def test_one_line_joins_white_space() -> None:
    assert clean_line(" a\t b\r\nc\u2028d ") == "a b c d"
