"""The one rule of texts, without the web."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point import texts
from tests.texts.hostile import HOSTILE, SURROGATE


@pytest.mark.parametrize("text", [*HOSTILE.values(), SURROGATE, "a\u00adb", "a\u2028b", "a\x85b", "a\x7fb", "\u200e"])
@pytest.mark.parametrize("lines", [False, True])
def test_what_cannot_be_seen_is_refused(text: str, lines: bool) -> None:
    with pytest.raises(texts.UnfitText, match="invisible or control"):
        texts.clean_text(text, lines=lines)
    shown = texts.show_unfit(text, lines=lines)
    assert texts.REPLACEMENT in shown
    assert shown.replace(texts.REPLACEMENT, "").isprintable()
    with pytest.raises(texts.UnfitText):
        texts.clean_text(shown, lines=lines)


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\rb"])
def test_line_feeds_and_tabs_stand_only_where_several_lines_do(text: str) -> None:
    assert texts.clean_text(text, lines=True) == text.replace("\r", "\n")
    assert texts.clean_folded(text) == "a b"
    with pytest.raises(texts.UnfitText):
        texts.clean_text(text)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  Ana  ", "Ana"),
        ("\u2003Ana\u00a0Rojas\u3000", "Ana Rojas"),
        ("Jose\u0301", "José"),
        ("Núñez O'Neil-Ñáñez", "Núñez O'Neil-Ñáñez"),
        ("محمد", "محمد"),
        ("Ёлкина", "Ёлкина"),
        ("山田 太郎", "山田 太郎"),
        ("नमस्ते", "नमस्ते"),
        ("❤️ 👍🏽", "❤️ 👍🏽"),
        ("─" * 80, "─" * 80),
        ("", ""),
    ],
)
def test_what_people_write_is_kept_in_its_normal_form(text: str, clean: str) -> None:
    assert texts.clean_text(text) == clean


def test_lines_end_alike() -> None:
    assert texts.clean_text("uno\r\ndos\rtres\n", lines=True) == "uno\ndos\ntres"


@given(st.text(st.characters(), max_size=60), st.booleans())
def test_any_text_is_kept_in_one_form_or_refused(text: str, lines: bool) -> None:
    shown = texts.show_unfit(text, lines=lines)
    assert texts.show_unfit(shown, lines=lines) == shown
    assert "\x00" not in shown
    shown.encode()
    if texts.is_fit_text(texts.normalise_text(text), lines=lines):
        cleaned = texts.clean_text(text, lines=lines)
        assert cleaned == shown == texts.clean_text(cleaned, lines=lines)
        assert unicodedata.is_normalized("NFC", cleaned)
        assert cleaned == cleaned.strip()


def test_a_long_stack_of_marks_costs_no_time() -> None:
    """Normalising it would take minutes."""
    stack = "a" + "\u0315\u0300" * 500_000
    assert texts.show_unfit(stack) == "a" + texts.REPLACEMENT
    assert texts.normalise_compatible(stack) == texts.normalise_text(stack)
    assert texts.remove_accents("Ángel" + stack).startswith("Angel")
    assert texts.fold_text("Ángel" + stack).startswith("angel")


@pytest.mark.parametrize(
    ("text", "folded"), [(" BOGOTÁ, D.C. ", "bogota, d.c."), ("Peñón", "penon"), ("ﬁn", "fin"), ("Straße", "strasse")]
)
def test_searches_and_sorted_lists_fold_a_text(text: str, folded: str) -> None:
    assert texts.fold_text(text) == folded


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ana@example.org", None),
        (" José.Núñez@example.org ", None),
        ("почта@пример.рф", None),
        ("admin@localhost", None),
        ("r\u0430ypal@example.org", texts.MIXED_SCRIPTS),
        ("ana@ex\u0430mple.org", texts.MIXED_SCRIPTS),
        ("почта@example.org", texts.MIXED_SCRIPTS),
        ("\uff41na@example.org", texts.MIXED_SCRIPTS),
        ("ana@example.org, luz@example.org", texts.INVALID_EMAIL),
        ("ana", texts.INVALID_EMAIL),
        ("a" * 250 + "@b.co", texts.INVALID_EMAIL),
        ("ana\u200b@example.org", texts.UNFIT_CHARACTERS),
        ("ana\x00@example.org", texts.UNFIT_CHARACTERS),
    ],
)
def test_an_email_address_is_of_one_alphabet(text: str, fault: str | None) -> None:
    assert texts.find_email_fault(text) == fault
