"""Ages in completed years, spans of days, and months."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.dates import (
    PERIOD_KINDS,
    PeriodKind,
    age_on,
    find_gaps,
    find_period,
    first_of_month,
    first_of_next_month,
    format_month_code,
    is_in_force,
    last_of_month,
    parse_month_code,
    parse_period_code,
)

OpenSpan = tuple[date | None, date | None]
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))
BIRTHS = st.dates(min_value=date(1900, 1, 1), max_value=date(2030, 1, 1))


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(1991, 3, 17), date(2017, 3, 16), 25),
        (date(1991, 3, 17), date(2017, 3, 17), 26),
        (date(2017, 8, 9), date(2017, 8, 9), 0),
        (date(2000, 2, 29), date(2018, 2, 27), 17),
        (date(2000, 2, 29), date(2018, 2, 28), 18),
        (date(2000, 2, 29), date(2020, 2, 28), 19),
        (date(2000, 2, 29), date(2020, 2, 29), 20),
        (date(1896, 2, 29), date(1900, 2, 28), 4),
        (date(1996, 2, 29), date(2000, 2, 28), 3),
        (date(2000, 3, 1), date(2018, 2, 28), 17),
    ],
)
def test_completed_years(born: date, on: date, age: int) -> None:
    assert age_on(born, on) == age


def test_nobody_has_an_age_before_the_birth() -> None:
    with pytest.raises(ValueError, match="before the birth"):
        age_on(date(2017, 8, 9), date(2017, 8, 8))


@given(BIRTHS, st.integers(0, 45_000))
def test_an_age_never_falls_and_grows_by_one(born: date, days: int) -> None:
    on = born + timedelta(days=days)
    assert age_on(born, on + timedelta(days=1)) - age_on(born, on) in {0, 1}


@given(BIRTHS, st.integers(1, 100))
def test_a_year_is_completed_once_a_year(born: date, years: int) -> None:
    assert age_on(born, date(born.year + years, 12, 31)) == years


def test_both_bounds_belong_to_a_span_and_none_is_no_bound() -> None:
    first, last, one = date(2017, 8, 9), date(2017, 12, 31), timedelta(days=1)
    assert [is_in_force(first, last, day) for day in (first - one, first, last, last + one)] == [
        False,
        True,
        True,
        False,
    ]
    assert is_in_force(None, last, date.min)
    assert is_in_force(first, None, date.max)


@given(DAYS)
def test_a_month_runs_from_its_first_day_to_the_day_before_the_next_month(day: date) -> None:
    assert first_of_month(day) <= day <= last_of_month(day)
    assert last_of_month(day) + timedelta(days=1) == first_of_next_month(day)
    assert first_of_month(day).day == first_of_next_month(day).day == 1


@given(DAYS)
def test_the_code_of_a_month_names_its_first_day(day: date) -> None:
    assert parse_month_code(format_month_code(day)) == first_of_month(day)


@pytest.mark.parametrize(
    "code", ["", "2017", "2017-9", "2017-13", "2017-00", "2017-09-01", " 2017-09", "1917-09", "2017/09", "\u0662017-09"]
)
def test_what_is_no_code_of_a_month_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="month"):
        parse_month_code(code)


@given(st.sampled_from(PERIOD_KINDS), DAYS)
def test_a_period_is_named_by_its_code_and_runs_to_the_day_before_the_next(kind: PeriodKind, day: date) -> None:
    period = find_period(kind, day)
    assert day in period
    assert parse_period_code(period.code) == period
    assert period.first_day == period.months[0]
    assert first_of_month(day) in period.months
    assert find_period(kind, period.end_day).previous == period
    assert period.last_day in period
    assert period.end_day not in period
    assert period.year_before.first_day == period.first_day.replace(year=period.first_day.year - 1)


SPANS = st.tuples(
    st.none() | st.dates(date(2020, 1, 1), date(2020, 1, 20)), st.none() | st.dates(date(2020, 1, 8), date(2020, 1, 31))
)
FIRST, DAY_COUNT = date(2019, 12, 25), 45


@given(SPANS, st.lists(SPANS, max_size=4))
def test_a_gap_is_what_nothing_covers_any_more(span: OpenSpan, covering: list[OpenSpan]) -> None:
    gaps = find_gaps(span, covering)
    days = [FIRST + timedelta(days=number) for number in range(DAY_COUNT)]
    held = [day for day in days if is_in_force(*span, day)]
    covered = [day for day in held if any(is_in_force(*other, day) for other in covering)]
    expected = {day for day in held if covered and day > covered[0] and day not in covered}
    assert {day for day in days if any(is_in_force(*gap, day) for gap in gaps)} == expected


def test_codes_of_periods() -> None:
    assert [find_period(kind, date(2017, 9, 30)).code for kind in PERIOD_KINDS] == ["2017-09", "2017-Q3", "2017"]


@pytest.mark.parametrize("code", ["", "2017-Q0", "2017-Q5", "2017-13", "2017-9", "1917", "17", "2017-Q3 ", "2017-q3"])
def test_what_is_no_code_of_a_period_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="period"):
        parse_period_code(code)
