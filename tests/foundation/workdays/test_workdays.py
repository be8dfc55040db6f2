"""Working days: the law's own example, a known year's holidays, and what holds for every day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation.workdays import (
    add_working_days,
    find_first_working_day,
    is_working_day,
    list_holidays,
    list_working_days,
)

DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
DAY = timedelta(days=1)


def test_the_holidays_of_2017() -> None:
    assert sorted(list_holidays(2017)) == [
        date(2017, *day)
        for day in ((1, 1), (1, 9), (3, 20), (4, 13), (4, 14), (5, 1), (5, 29), (6, 19), (6, 26), (7, 3), (7, 20),
                    (8, 7), (8, 21), (10, 16), (11, 6), (11, 13), (12, 8), (12, 25))
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "answered"), [(0, 9), (1, 10), (2, 11), (3, 14), (8, 22), (10, 24), (15, 31)])
def test_terms_of_a_request_received_on_the_opening_day(days: int, answered: int) -> None:
    """Ley 1581 de 2012: 10 working days for a request, 15 for a claim; 21 August 2017 was a holiday."""
    assert add_working_days(date(2017, 8, 9), days) == date(2017, 8, answered)


@pytest.mark.parametrize(
    ("month", "first"),
    [
        (date(2017, 9, 30), date(2017, 9, 1)),
        (date(2017, 10, 1), date(2017, 10, 2)),  # begins on a Sunday
        (date(2018, 1, 1), date(2018, 1, 2)),  # begins with a holiday
        (date(2020, 11, 15), date(2020, 11, 3)),  # Sunday, then a holiday kept on the Monday
        (date(2027, 5, 1), date(2027, 5, 3)),
    ],
)
def test_the_first_working_day_of_a_month(month: date, first: date) -> None:
    assert find_first_working_day(month) == first


def test_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(date(2017, 8, 9), -1)


@given(DAYS, st.integers(1, 60))
def test_so_many_working_days_pass(start: date, days: int) -> None:
    end = add_working_days(start, days)
    assert is_working_day(end)
    assert len(list_working_days(start + DAY, end)) == days


@given(DAYS, st.integers(0, 30), st.integers(1, 30))
def test_two_terms_one_after_the_other_are_one_term(start: date, first: int, second: int) -> None:
    assert add_working_days(add_working_days(start, first), second) == add_working_days(start, first + second)


@given(DAYS)
def test_nothing_is_open_before_a_month_s_first_working_day(day: date) -> None:
    first = find_first_working_day(day)
    assert (first.year, first.month) == (day.year, day.month)
    assert list_working_days(day.replace(day=1), first) == [first]


@given(DAYS, st.integers(-5, 40))
def test_the_working_days_of_a_span_are_those_that_are_open(first: date, length: int) -> None:
    last = first + length * DAY
    open_days = list_working_days(first, last)
    assert open_days == sorted(set(open_days))
    assert all(first <= day <= last and is_working_day(day) for day in open_days)
    assert sum(is_working_day(first + count * DAY) for count in range(length + 1)) == len(open_days)


@given(st.integers(1990, 2099))
def test_a_year_has_its_holidays(year: int) -> None:
    days = list_holidays(year)
    assert 16 <= len(days) <= 19  # eighteen, nineteen from 2026 on; a few may fall on one day
    assert {date(year, 1, 1), date(year, 5, 1), date(year, 7, 20), date(year, 8, 7), date(year, 12, 25)} <= days
    assert not any(is_working_day(day) for day in days)
