"""Times as people write them."""

import pytest

from attention_point.foundation.language.typed_dates import parse_local_time


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        ("08:30", "08:30"),
        ("8:30", "08:30"),
        ("8.30", "08:30"),
        ("830", "08:30"),
        ("1430", "14:30"),
        ("2:30 p. m.", "14:30"),
        ("2:30 PM", "14:30"),
        ("8 am", "08:00"),
        ("12:15 am", "00:15"),
        ("12 p.m.", "12:00"),
        ("", "00:00"),
    ],
)
def test_a_time_is_read_as_people_write_it(typed: str, time: str) -> None:
    assert parse_local_time("04/12/2026", typed) == f"2026-12-04T{time}:00-05:00"


@pytest.mark.parametrize("typed", ["8", "25:00", "8:75", "mañana"])
def test_what_is_no_time_comes_back_as_it_was_typed(typed: str) -> None:
    assert not parse_local_time("04/12/2026", typed).endswith("-05:00")
