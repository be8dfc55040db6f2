"""Spans of days: their edges, and what holds whatever they are."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.dates import is_in_force
from attention_point.directory import rules

FIRST, LAST = date(2017, 8, 9), date(2017, 12, 31)
ONE = timedelta(days=1)
DAYS = st.dates(date(2017, 1, 1), date(2017, 3, 1))


@st.composite
def spans(draw: st.DrawFn) -> rules.Span:
    first = draw(DAYS)
    return first, draw(st.none() | st.dates(first, date(2017, 3, 1)))


@pytest.mark.parametrize(
    ("day", "standing"),
    [(FIRST - ONE, "future"), (FIRST, "current"), (LAST, "current"), (LAST + ONE, "past")],
)
def test_both_ends_of_a_span_belong_to_it(day: date, standing: str) -> None:
    assert rules.find_validity(FIRST, LAST, day) == standing
    assert is_in_force(FIRST, LAST, day) is (standing == "current")


def test_without_a_last_day_there_is_no_end() -> None:
    assert is_in_force(FIRST, None, date(2199, 1, 1))


@given(st.lists(spans(), min_size=1, max_size=4), DAYS)
def test_an_overlap_holds_exactly_the_days_that_lie_in_every_span(given_spans: list[rules.Span], day: date) -> None:
    overlap = rules.intersect_spans(given_spans)
    in_all = all(is_in_force(*span, day) for span in given_spans)
    assert (overlap is not None and is_in_force(*overlap, day)) is in_all


@pytest.mark.parametrize(("days", "state"), [(0, "confirmed"), (179, "confirmed"), (180, "stale"), (4000, "stale")])
def test_contact_data_goes_stale_after_180_days(days: int, state: str) -> None:
    assert rules.find_confirmation_state(FIRST, FIRST + days * ONE) == state


def test_contact_data_never_confirmed_is_to_be_confirmed() -> None:
    assert rules.find_confirmation_state(None, FIRST) == "to-confirm"
