"""Deadlines, notices and sums of an agreement."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.registers.agreements import rules
from attention_point.registers.agreements.rules import ContributionTotal, Deadline

RUNNING = {"name": "Convenio", "state": "running"}
DAYS = st.lists(st.integers(0, 400), min_size=1, unique=True)


@pytest.mark.parametrize(
    ("valid_to", "day"),
    [("2019", date(2019, 12, 31)), ("2020-02", date(2020, 2, 29)), ("2019-03-30", date(2019, 3, 30))],
)
def test_the_last_day_of_a_part_date_is_the_deadline(valid_to: str, day: date) -> None:
    assert rules.list_deadlines({**RUNNING, "valid_to": valid_to}) == [Deadline(rules.VALIDITY, day)]


def test_a_milestone_is_waited_for_until_it_is_reached() -> None:
    milestones = [
        {"name": "Informe", "due": "2019-05"},
        {"name": "Mesa", "due": "2019-04", "date": "2019-04-02"},
        {"name": "Mapa", "due": "2019-04-01"},
        {"name": "Sin fecha"},
    ]
    assert rules.list_deadlines({**RUNNING, "milestones": milestones, "valid_to": "2019-04-30"}) == [
        Deadline("Mapa", date(2019, 4, 1)),
        Deadline(rules.VALIDITY, date(2019, 4, 30)),
        Deadline("Informe", date(2019, 5, 31)),
    ]


@pytest.mark.parametrize("state", sorted(rules.FINAL_STATES))
def test_nothing_is_waited_for_of_what_is_over(state: str) -> None:
    due = [{"name": "Informe", "due": "2019"}]
    assert rules.list_deadlines({**RUNNING, "state": state, "valid_to": "2019", "milestones": due}) == []


@pytest.mark.parametrize(
    ("left", "notice"), [(91, None), (90, 90), (31, 90), (30, 30), (7, 7), (1, 7), (0, 0), (-400, 0)]
)
def test_the_latest_notice_whose_time_has_come(left: int, notice: int | None) -> None:
    assert rules.find_due_notice(left, [90, 30, 7, 0]) == notice


@given(DAYS, st.integers(-400, 400))
def test_as_days_pass_notices_come_nearer_and_none_is_taken_back(days: list[int], left: int) -> None:
    now, tomorrow = rules.find_due_notice(left, days), rules.find_due_notice(left - 1, days)
    assert now is None or (tomorrow is not None and left <= now and tomorrow <= now)
    assert (now is None) == (left > max(days))


def test_an_agreement_stands_in_every_year_of_its_validity() -> None:
    assert list(rules.list_years_in_force({"signed": "2017-11", "valid_to": "2019"})) == ["2017", "2018", "2019"]
    assert list(rules.list_years_in_force({"signed": "2017-11", "valid_from": "2018", "valid_to": "2018-06"})) == [
        "2018"
    ]
    assert list(rules.list_years_in_force({"valid_to": "2019"})) == []
    assert len(list(rules.list_years_in_force({"valid_from": "1900", "valid_to": "2200"}))) == 51


def given_by(side: str, amount: str, currency: str = "COP", mark: str = "", means: str = "") -> dict[str, Any]:
    """A contribution as a record keeps it."""
    money = {"amount": amount, "currency": currency, **({"mark": mark} if mark else {})}
    return {"side": side, "amount": money, **({"means": means} if means else {})}


def test_sums_keep_sides_means_currencies_and_doubt_apart() -> None:
    rows = [
        given_by("municipality", "0"),
        given_by("partners", "1000000", mark="approximate", means="money"),
        given_by("partners", "500000.50", means="money"),
        given_by("partners", "20000", "USD", "at_least"),
        {"side": "partners", "means": "in-kind", "share": "0.5"},
    ]
    assert rules.sum_by_side(rows) == [
        ContributionTotal("municipality", "", "COP", Decimal(0), ""),
        ContributionTotal("partners", "money", "COP", Decimal("1500000.50"), "approximate"),
        ContributionTotal("partners", "", "USD", Decimal(20000), "at_least"),
    ]
    assert [(each.currency, each.amount, each.qualifier) for each in rules.sum_all_sides(rows)] == [
        ("COP", Decimal("1500000.50"), "approximate"),
        ("USD", Decimal(20000), "at_least"),
    ]


CONTRIBUTIONS = st.lists(
    st.builds(
        given_by,
        st.sampled_from(["municipality", "partners", "funder"]),
        st.integers(0, 10**12).map(str),
        st.sampled_from(["COP", "USD"]),
        st.sampled_from(["", "approximate", "at_least"]),
        st.sampled_from(["", "money", "in-kind"]),
    ),
    max_size=12,
)


@given(CONTRIBUTIONS)
def test_the_sides_together_are_the_whole(rows: list[dict[str, Any]]) -> None:
    for whole in rules.sum_all_sides(rows):
        parts = [each for each in rules.sum_by_side(rows) if each.currency == whole.currency]
        assert sum(each.amount for each in parts) == whole.amount
        assert bool(whole.qualifier) == any(each.qualifier for each in parts)


@pytest.mark.parametrize(
    ("first", "last", "backwards"),
    [
        ("2019", "2018", True),
        ("2019-05", "2019", False),
        ("2019", "2019-05", False),
        ("2019-05", "2019-04-30", True),
        ("2019-05-01", "2019-05-01", False),
        ("2019", None, False),
    ],
)
def test_a_validity_goes_forwards(first: str, last: str | None, backwards: bool) -> None:
    assert rules.has_backward_validity({"valid_from": first, **({"valid_to": last} if last else {})}) is backwards


@pytest.mark.parametrize(
    ("contributions", "free"),
    [
        ([], False),
        ([{"side": "partners", "amount": {"amount": "5", "currency": "COP"}}], False),
        ([{"side": "municipality", "amount": {"amount": "0", "currency": "COP"}}], True),
        ([{"side": "municipality", "amount": {"amount": "1", "currency": "COP"}}], False),
        ([{"side": "municipality", "amount": {"amount": "0", "currency": "COP"}, "share": "0.1"}], False),
    ],
)
def test_what_the_municipality_gives_must_be_said_to_be_nothing(contributions: list[Any], free: bool) -> None:
    assert rules.is_free_for_municipality(contributions) is free
