"""The clocks of requests: the vectors of the law, and what holds for every day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies

from attention_point.foundation.workdays import is_working_day, list_working_days
from attention_point.rights.terms import find_clock, find_term_of_kind, is_claim, load_rules

KINDS = tuple(load_rules()["kinds"])


@pytest.mark.parametrize(
    ("kind", "received_on", "due_on", "latest_extension"),
    [
        # 21 August 2017 is a holiday (Ley 51 de 1983).
        ("consultation", date(2017, 8, 9), date(2017, 8, 24), date(2017, 8, 31)),
        ("claim", date(2017, 8, 9), date(2017, 8, 31), date(2017, 9, 12)),
        # 13 and 20 July 2026 are holidays.
        ("consultation", date(2026, 7, 8), date(2026, 7, 24), date(2026, 7, 31)),
        ("erasure", date(2026, 7, 8), date(2026, 7, 31), date(2026, 8, 13)),
        # Received on the holiday itself: the first working day after it is the first that counts.
        ("claim", date(2026, 7, 13), date(2026, 8, 4), date(2026, 8, 18)),
        ("use_made", date(2026, 7, 13), date(2026, 7, 28), date(2026, 8, 4)),
    ],
)
def test_the_vectors_of_the_law(kind: str, received_on: date, due_on: date, latest_extension: date) -> None:
    clock = find_clock(kind, received_on)
    assert (clock.due_on, clock.latest_extension) == (due_on, latest_extension)


def test_a_claim_that_was_incomplete_begins_when_it_is_whole_and_lapses_after_two_months() -> None:
    waiting = find_clock("claim", date(2026, 12, 15), asked_on=date(2026, 12, 31))
    assert (waiting.due_on, waiting.lapses_after) == (None, date(2027, 2, 28))
    assert (waiting.ask_by, waiting.transfer_by) == (date(2026, 12, 22), date(2026, 12, 17))
    whole = find_clock("claim", date(2017, 7, 4), asked_on=date(2017, 7, 5), completed_on=date(2017, 8, 9))
    assert (whole.due_on, whole.mark_by) == (date(2017, 8, 31), date(2017, 8, 11))


@given(strategies.dates(date(2013, 1, 1), date(2040, 12, 31)), strategies.sampled_from(KINDS))
def test_a_term_ends_on_a_working_day_after_its_working_days(received_on: date, kind: str) -> None:
    clock, term = find_clock(kind, received_on), find_term_of_kind(kind, received_on)
    assert clock.due_on is not None
    assert clock.latest_extension is not None
    assert is_working_day(clock.due_on)
    assert is_working_day(clock.latest_extension)
    assert len(list_working_days(received_on + timedelta(days=1), clock.due_on)) == term.days
    assert len(list_working_days(clock.due_on + timedelta(days=1), clock.latest_extension)) == term.extension_days
    assert (clock.transfer_by is not None) == is_claim(kind)
