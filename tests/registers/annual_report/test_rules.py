"""Sums that say no more than their parts, and texts with headings."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from attention_point.registers.annual_report.rules import (
    Part,
    count_sum,
    doubt,
    parts_of,
    text_of,
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
    both = doubt(one, other)
    assert both == doubt(other, one)
    assert (both is None) is (one is None and other is None)


@given(st.lists(COUNT))
def test_a_sum_of_counts_is_as_sure_as_its_least_sure_part(counts: list[dict[str, Any]]) -> None:
    total = count_sum(counts)
    if not counts:
        assert total is None
    else:
        assert total is not None
        assert total["number"] == sum(each["number"] for each in counts)
        assert ("mark" in total) is any("mark" in each for each in counts)


@given(st.lists(st.tuples(LINE, st.booleans())))
def test_a_text_and_its_parts_are_the_same(pieces: list[tuple[str, bool]]) -> None:
    parts = [Part(text, heading) for text, heading in pieces]
    assert list(parts_of(text_of(parts))) == parts


def test_a_single_line_break_is_kept_and_a_blank_line_parts() -> None:
    assert list(parts_of("uno\ndos\r\n\r\n# Título\ntres")) == [
        Part("uno\ndos"),
        Part("Título", heading=True),
        Part("tres"),
    ]
