"""Codes, steps and the moment from which a turn waits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.turns import rules

NOW = datetime(2017, 8, 9, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "code"),
    [(1, "A-001"), (999, "A-999"), (1000, "B-001"), (1998, "B-999"), (1999, "C-001"), (9990, "J-999")],
)
def test_codes_go_from_letter_to_letter(count: int, code: str) -> None:
    assert rules.build_code(count) == code


def test_every_code_of_a_day_differs() -> None:
    codes = [rules.build_code(count) for count in range(1, rules.LARGEST_COUNT + 1)]
    assert len(set(codes)) == 9990


def test_no_action_leads_out_of_an_end() -> None:
    assert not [action for action in rules.STEPS for state in rules.ENDED if rules.is_legal_step(action, state)]
    assert {end for _starts, end in rules.STEPS.values()} == set(rules.TURN_STATES)


@given(st.timedeltas(min_value=-timedelta(days=900), max_value=timedelta(days=900)), st.booleans())
def test_a_device_is_believed_for_an_earlier_time_of_the_same_day_alone(offset: timedelta, same_day: bool) -> None:
    moment, is_wrong = rules.choose_given_moment(NOW + offset, NOW, same_day)
    believed = same_day and offset <= timedelta(0)
    assert (moment, is_wrong) == (NOW + offset if believed else NOW, not believed)


def test_without_a_device_the_receipt_counts() -> None:
    assert rules.choose_given_moment(None, NOW, False) == (NOW, False)
