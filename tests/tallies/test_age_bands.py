"""The bands of the life course."""

import pytest

from attention_point.foundation.codelists import get_code_list
from attention_point.tallies.facts import NOT_GIVEN, classify_age


@pytest.mark.parametrize(
    ("age", "band"),
    [(0, "0-5"), (5, "0-5"), (6, "6-11"), (17, "12-17"), (18, "18-28"), (28, "18-28"), (29, "29-59"), (60, "60+")],
)
def test_bands(age: int, band: str) -> None:
    assert classify_age(age) == band


def test_bands_are_those_of_the_code_list() -> None:
    for age in range(131):
        facts = get_code_list("age_bands")[classify_age(age)].attributes
        assert facts["from"] <= age <= facts.get("to", age)


def test_an_unknown_age_is_in_no_band() -> None:
    assert classify_age(None) == NOT_GIVEN
