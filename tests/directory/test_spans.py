"""Spans of days: their edges, and what holds whatever they are."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point import dates
from attention_point.dates import is_in_force

FIRST, LAST = date(2017, 8, 9), date(2017, 12, 31)
ONE = timedelta(days=1)
DAYS = st.dates(date(2017, 1, 1), date(2017, 3, 1))


@st.composite
def spans(draw: st.DrawFn) -> dates.Span:
    first = draw(DAYS)
    return first, draw(st.none() | st.dates(first, date(2017, 3, 1)))


@pytest.mark.parametrize(
    ("day", "standing"),
    [(FIRST - ONE, "future"), (FIRST, "current"), (LAST, "current"), (LAST + ONE, "past")],
)
def test_both_ends_of_a_span_belong_to_it(day: date, standing: str) -> None:
    assert dates.find_validity(FIRST, LAST, day) == standing
    assert is_in_force(FIRST, LAST, day) is (standing == "current")


def test_without_a_last_day_there_is_no_end() -> None:
    assert is_in_force(FIRST, None, date(2199, 1, 1))


@given(st.lists(spans(), min_size=1, max_size=4), DAYS)
def test_an_overlap_holds_exactly_the_days_that_lie_in_every_span(given_spans: list[dates.Span], day: date) -> None:
    overlap = dates.intersect_spans(given_spans)
    in_all = all(is_in_force(*span, day) for span in given_spans)
    assert (overlap is not None and is_in_force(*overlap, day)) is in_all
