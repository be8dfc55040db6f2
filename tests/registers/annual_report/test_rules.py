"""Sums that say no more than their parts, and texts with headings."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from attention_point.registers.annual_report.rules import (
    TextPart,
    combine_qualifiers,
    format_text_parts,
    parse_text_parts,
    sum_counts,
)

MARK = st.sampled_from([None, "approximate", "at_least"])
COUNT = st.builds(
    lambda number, mark: {"number": number, **({"mark": mark} if mark else {})}, st.integers(0, 10**9), MARK
)
LINE = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1).filter(
    lambda text: not text.startswith("#")
)


@given(MARK, MARK)
def test_a_doubt_is_never_lost(one: str | None, other: str | None) -> None:
    both = combine_qualifiers(one, other)
    assert both == combine_qualifiers(other, one)
    assert (both is None) is (one is None and other is None)


@given(st.lists(COUNT))
def test_a_sum_of_counts_is_as_sure_as_its_least_sure_part(counts: list[dict[str, Any]]) -> None:
    total = sum_counts(counts)
    if not counts:
        assert total is None
    else:
        assert total is not None
        assert total["number"] == sum(each["number"] for each in counts)
        assert ("mark" in total) is any("mark" in each for each in counts)


@given(st.lists(st.tuples(LINE, st.booleans())))
def test_a_text_and_its_parts_are_the_same(pieces: list[tuple[str, bool]]) -> None:
    parts = [TextPart(text, heading) for text, heading in pieces]
    assert list(parse_text_parts(format_text_parts(parts))) == parts


def test_a_single_line_break_is_kept_and_a_blank_line_parts() -> None:
    assert list(parse_text_parts("uno\ndos\r\n\r\n# Título\ntres")) == [
        TextPart("uno\ndos"),
        TextPart("Título", is_heading=True),
        TextPart("tres"),
    ]
