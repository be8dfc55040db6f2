"""The figures that the mayor looks for are those that were published."""

import pytest

from attention_point.foundation.language import in_language
from attention_point.statistics.month_papers.changes import find_total_change
from attention_point.statistics.month_papers.summary import AnswerFigures, Part, build_summary
from tests.statistics.month_papers.conftest import Papers


@pytest.mark.parametrize(
    ("share", "states", "expected"),
    [(1.0, ["attended", "created"], True), (1.0, ["attended"], False), (0.9, ["attended", "created"], False)],
)
def test_where_some_still_wait_rounding_does_not_say_that_all_are_answered(
    share: float, states: list[str], expected: bool
) -> None:
    parts = tuple(Part(state, state, 5, None) for state in states)
    assert AnswerFigures(65, share, parts, None).seem_all_answered is expected


def test_the_main_figures_are_the_published_ones(papers: Papers) -> None:
    content = papers.september.content
    with in_language("es"):
        summary = build_summary(content)
    by_sex, by_need = content.find_table("people-by-sex"), content.find_table("people-by-need")
    assert by_sex is not None
    assert by_need is not None
    assert summary.women is not None
    assert summary.men is not None
    assert (summary.women.count, summary.men.count) == (by_sex.cells["F",], by_sex.cells["M",])
    counts = sorted((count for count in by_need.cells.values() if count is not None), reverse=True)
    assert [need.count for need in summary.needs] == counts[:3]
    assert summary.answers.answered_share is not None
    assert 0 < summary.answers.answered_share <= 1
    assert summary.answers.median_code in {"0", "1", "2-3", "4-7", "8-15", "16-30", "31+"}


def test_changes_are_those_of_published_figures(papers: Papers) -> None:
    paper = papers.september
    assert [earlier.period for earlier in paper.comparison.earlier_periods] == ["2017-08", "2016-09"]
    for earlier in paper.comparison.earlier_periods:
        change = find_total_change(paper.content, "people", earlier)
        assert change is not None
        assert (change.count, change.period) == (paper.content.totals["people"], earlier.period)
        assert change.earlier_count == earlier.totals["people"]


def test_a_suppressed_month_names_no_merged_codes(papers: Papers) -> None:
    summary = build_summary(papers.suppressed.content)
    assert all("/" not in part.code for part in (*summary.needs, *summary.origins))
