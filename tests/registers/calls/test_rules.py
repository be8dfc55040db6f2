"""Stages, matching contributions, weeks."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.registers.calls import rules
from attention_point.registers.calls.bulletin.sending import find_due_week

PROPOSALS = st.fixed_dictionaries(
    {"state": st.sampled_from(["preparing", "presented", "viable", "selected"])},
    optional={"phases_passed": st.integers(0, 20), "result": st.sampled_from(rules.RESULTS)},
)


@given(PROPOSALS, st.sampled_from(rules.MOVE_TARGETS))
def test_what_is_moved_stands_where_it_was_put(data: dict[str, Any], target: str) -> None:
    facts = rules.build_moved_facts(data, target)
    assert rules.determine_stage(facts) == (rules.DECIDED if target in rules.RESULTS else target)
    assert facts.get("result") == (target if target in rules.RESULTS else None)


@given(PROPOSALS)
def test_moving_where_it_stands_keeps_how_many_phases(data: dict[str, Any]) -> None:
    stage = data.get("result") or rules.determine_stage(data)
    facts = rules.build_moved_facts(data, stage)
    if stage.startswith("phase"):
        assert facts["phases_passed"] == data["phases_passed"]


def test_there_is_no_other_column() -> None:
    with pytest.raises(ValueError, match="no column"):
        rules.build_moved_facts({"state": "presented"}, "decided")


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_the_matching_contribution_is_what_is_left(total: int, approved: int) -> None:
    total, approved = max(total, approved), min(total, approved)
    money = {"currency": "COP"}
    rest = rules.compute_matching_contribution(
        {"total_value": {"amount": str(total), **money}, "cofinancing_approved": {"amount": str(approved), **money}}
    )
    assert rest is not None
    assert Decimal(rest["amount"]) + approved == total


def test_what_is_not_known_is_not_computed() -> None:
    money = {"amount": "10", "currency": "COP"}
    assert rules.compute_matching_contribution({"total_value": money}) is None
    assert rules.compute_matching_contribution({"cofinancing_approved": money}) is None
    assert (
        rules.compute_matching_contribution(
            {"total_value": money, "cofinancing_approved": {**money, "currency": "USD"}}
        )
        is None
    )
    around = rules.compute_matching_contribution(
        {"total_value": {**money, "mark": "approximate"}, "cofinancing_approved": money}
    )
    assert around == {"amount": "0", "currency": "COP", "mark": "approximate"}


@given(st.dates(date(2017, 1, 1), date(2100, 1, 1)))
def test_a_week_is_known_by_its_monday(day: date) -> None:
    monday = rules.parse_monday(rules.format_week(day))
    assert monday.weekday() == 0
    assert 0 <= (day - monday).days < 7


@pytest.mark.parametrize(
    ("today", "week"),
    [
        (date(2017, 8, 21), "2017-W33"),  # a holiday: the Assumption, kept on Monday
        (date(2017, 8, 22), "2017-W34"),
        (date(2017, 8, 27), "2017-W34"),  # a Sunday
        (date(2017, 8, 28), "2017-W35"),
    ],
)
def test_the_bulletin_falls_due_on_the_weeks_first_working_day(today: date, week: str) -> None:
    assert find_due_week(today) == week


def test_every_other_week_is_for_all() -> None:
    assert rules.list_frequencies("2017-W34") == ("week", "fortnight")
    assert rules.list_frequencies("2017-W35") == ("week",)


def test_a_link_ends_with_its_last_call() -> None:
    today = date(2017, 8, 22)
    assert rules.compute_link_end(today, [date(2017, 9, 1), date(2017, 9, 20)]) == date(2017, 9, 20)
    assert rules.compute_link_end(today, [date(2017, 9, 1), None]) == today + timedelta(days=60)
    assert rules.compute_link_end(today, [date(2019, 1, 1)]) == today + timedelta(days=180)
