"""Texts with headings, and what changed between two wordings."""

from hypothesis import given
from hypothesis import strategies as st

from attention_point.registers.annual_report.rules import HEADING_PREFIX, TextPart, parse_text_parts
from attention_point.registers.annual_report.stories.differences import compare_texts

LINE = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1).filter(
    lambda text: not text.startswith("#")
)
WORDS = st.lists(st.sampled_from(["la", "Oficina", "firmó", "un", "convenio,", "en", "2017."]), max_size=12).map(
    " ".join
)


@given(st.lists(st.tuples(LINE, st.booleans())))
def test_a_text_and_its_parts_are_the_same(pieces: list[tuple[str, bool]]) -> None:
    parts = [TextPart(text, heading) for text, heading in pieces]
    text = "\n\n".join(f"{HEADING_PREFIX}{part.text}" if part.is_heading else part.text for part in parts)
    assert list(parse_text_parts(text)) == parts


def test_a_single_line_break_is_kept_and_a_blank_line_parts() -> None:
    assert list(parse_text_parts("uno\ndos\r\n\r\n# Título\ntres")) == [
        TextPart("uno\ndos"),
        TextPart("Título", is_heading=True),
        TextPart("tres"),
    ]


@given(WORDS, WORDS)
def test_the_changes_of_a_text_are_both_its_wordings(old: str, new: str) -> None:
    changes = list(compare_texts(old, new))
    assert "".join(each.text for each in changes if each.kind != "added").strip() == old.strip()
    assert "".join(each.text for each in changes if each.kind != "removed").strip() == new.strip()
    assert bool([each for each in changes if each.kind != "same"]) is (old.split() != new.split())
