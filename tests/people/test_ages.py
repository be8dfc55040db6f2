"""Ages in completed years and the bands of the life course."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation.codelists import codelist
from attention_point.people.rules import age_band, age_on

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


@pytest.mark.parametrize(
    ("age", "band"),
    [(0, "0-5"), (5, "0-5"), (6, "6-11"), (17, "12-17"), (18, "18-28"), (28, "18-28"), (29, "29-59"), (60, "60+")],
)
def test_bands(age: int, band: str) -> None:
    assert age_band(age) == band


def test_bands_are_those_of_the_code_list() -> None:
    for age in range(131):
        facts = codelist("age_bands")[age_band(age)].facts
        assert facts["from"] <= age <= facts.get("to", age)


def test_a_negative_age_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        age_band(-1)
