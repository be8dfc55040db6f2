"""Dates that are known in part: how they are written, and which ages they leave possible."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.dates import (
    DateSpan,
    age_on,
    find_birth_span,
    find_possible_ages,
    format_partial_date,
    parse_partial_date,
)

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))
ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("1991-03-17", date(1991, 3, 17), date(1991, 3, 17)),
        ("1991-02", date(1991, 2, 1), date(1991, 2, 28)),
        ("1992-02", date(1992, 2, 1), date(1992, 2, 29)),
        ("1991", date(1991, 1, 1), date(1991, 12, 31)),
        ("1991-11-30/1992-11-29", date(1991, 11, 30), date(1992, 11, 29)),
    ],
)
def test_a_part_of_a_date_is_the_span_of_its_days(text: str, earliest: date, latest: date) -> None:
    assert parse_partial_date(text) == DateSpan(earliest, latest)
    assert format_partial_date(DateSpan(earliest, latest)) == text


@pytest.mark.parametrize(
    "text",
    ["", "91", "1991-1", "1991-13", "1991-02-30", "0000", "17/03/1991", "1991/1992", "1991-01-01/1991-01-01",
     "1992-01-01/1991-01-01", "1990-01-01/1992-01-01", "1991-01-01/", "1991-01-01/1991-02-01/1991-03-01", "१९९१",
     "1991-03-17T00:00", " 1991"],
)  # fmt: skip
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each of Python's own messages differs
        parse_partial_date(text)


def test_a_span_of_a_whole_year_is_written_as_the_year() -> None:
    assert format_partial_date(parse_partial_date("1991-01-01/1991-12-31")) == "1991"


@given(DAYS, st.integers(min_value=0, max_value=129))
def test_a_stated_age_leaves_exactly_the_days_that_give_it(day: date, age: int) -> None:
    span = find_birth_span(age, day)
    assert age_on(span.earliest, day) == age_on(span.latest, day) == age
    assert age_on(span.earliest - ONE_DAY, day) == age + 1
    assert span.latest == day or age_on(span.latest + ONE_DAY, day) == age - 1
    assert find_possible_ages(span, day) == (age, age)
    assert parse_partial_date(format_partial_date(span)) == span
    assert len(span.years) <= 2


@given(DAYS, DAYS)
def test_a_year_leaves_two_ages_at_most_and_the_true_one_is_between(born: date, day: date) -> None:
    ages = find_possible_ages(parse_partial_date(str(born.year)), day)
    if born > day:
        assert ages is None or ages[0] == 0
    else:
        assert ages is not None
        assert ages[0] <= age_on(born, day) <= ages[1] <= ages[0] + 1


def test_before_the_birth_nobody_has_an_age() -> None:
    assert find_possible_ages(parse_partial_date("2018"), date(2017, 12, 31)) is None
    assert find_possible_ages(parse_partial_date("2018"), date(2018, 1, 1)) == (0, 0)


def test_spans_have_days_in_common_or_none() -> None:
    year, age = parse_partial_date("1991"), find_birth_span(34, date(2026, 11, 29))
    common_days = year.find_common_days(age)
    assert common_days is not None
    assert format_partial_date(common_days) == "1991-11-30/1991-12-31"
    assert year.find_common_days(parse_partial_date("1992")) is None


def test_a_negative_age_is_none() -> None:
    with pytest.raises(ValueError, match="negative"):
        find_birth_span(-1, date(2026, 11, 29))
