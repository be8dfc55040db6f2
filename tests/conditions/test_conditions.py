"""Conditions over facts: what certainly holds, what may hold, and what is no condition."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.conditions import FACT_KINDS, ConditionError, read_condition
from attention_point.dates import DateSpan, parse_partial_date
from attention_point.routing.rule_types import ShownDocument, Situation

MARCH = parse_partial_date("2021-03")
DAY = date(2021, 3, 17)


def judge(data: object, **facts: Any) -> bool | None:
    condition = read_condition(data)
    assert condition is not None
    answer = condition.judge(Situation(**facts))
    assert condition.holds(Situation(**facts)) is (answer is True)
    assert condition.may_hold(Situation(**facts)) is (answer is not False)
    return answer


@pytest.mark.parametrize(
    ("data", "facts", "answer"),
    [
        ({"status": "irregular"}, {"status": "irregular"}, True),
        ({"status": ["regular", "irregular"]}, {"status": "national"}, False),
        ({"status": "irregular"}, {}, None),
        ({"entry_stamped": False}, {"entry_stamped": False}, True),
        ({"entry_stamped": False}, {}, None),
        ({"needs": ["DDHH", "EDU"]}, {"needs": ("EDU",)}, True),
        ({"needs": "DDHH"}, {}, False),
        ({"documents": ["PA"]}, {"documents": (ShownDocument("PA", DAY),)}, True),
        ({"documents": []}, {"documents": (ShownDocument("PA"),)}, False),
        ({"documents": []}, {}, True),
        ({"age": {"to": 17}}, {"age": 17}, True),
        ({"age": {"from": 18}}, {"age": 17}, False),
        ({"measure_notified_on": {"from": "2021-03-17", "to": DAY}}, {"measure_notified_on": DAY}, True),
        # A day known in part lies within, without, or on both sides of a bound.
        ({"arrived_on": {"to": "2021-03-31"}}, {"arrived_on": MARCH}, True),
        ({"arrived_on": {"from": "2021-04-01"}}, {"arrived_on": MARCH}, False),
        ({"arrived_on": {"to": "2021-03-17"}}, {"arrived_on": MARCH}, None),
        ({"known": ["age", "status"]}, {"age": 3}, False),
        ({"known": "age"}, {"age": 0}, True),
        ({"not": {"status": "irregular"}}, {}, None),
        ({"surely": {"status": "irregular"}}, {}, False),
        ({"perhaps": {"status": "irregular"}}, {}, True),
        ({"all": [{"status": "irregular"}, {"age": {"to": 17}}]}, {"age": 40}, False),
        ({"any": [{"status": "irregular"}, {"age": {"to": 17}}]}, {"age": 3}, True),
        ({"any": [{"status": "irregular"}, {"age": {"to": 17}}]}, {"age": 40}, None),
    ],
)
def test_a_condition_holds_does_not_or_is_open(data: object, facts: dict[str, Any], answer: bool | None) -> None:
    assert judge(data, **facts) is answer


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ([], ""),
        ({}, ""),
        ("irregular", ""),
        ({"colour": "red"}, "colour"),
        ({"any": []}, "any"),
        ({"any": [{"age": {"to": 17}}, {"age": 17}]}, "any.1.age"),
        ({"age": {"to": True}}, "age"),
        ({"age": {"until": 17}}, "age"),
        ({"age": {"from": 18, "to": 17}}, "age"),
        ({"arrived_on": {"to": "2021-02-30"}}, "arrived_on"),
        ({"entry_stamped": "yes"}, "entry_stamped"),
        ({"status": []}, "status"),
        ({"status": 3}, "status"),
        ({"known": "colour"}, "known"),
        ({"not": None}, "not"),
    ],
)
def test_what_is_no_condition_is_refused_with_its_place(data: object, path: str) -> None:
    with pytest.raises(ConditionError) as caught:
        read_condition(data)
    assert caught.value.path == path


def test_a_condition_that_is_nested_too_deep_is_refused() -> None:
    data: dict[str, Any] = {"status": "irregular"}
    for _level in range(20):
        data = {"not": data}
    with pytest.raises(ConditionError):
        read_condition(data)


def test_no_condition_is_none_and_the_facts_are_named() -> None:
    assert read_condition(None) is None
    condition = read_condition({"any": [{"age": {"to": 17}}, {"not": {"known": "status"}}]})
    assert condition is not None
    assert condition.facts == {"age", "status"}


def test_every_fact_is_one_of_a_situation() -> None:
    assert set(FACT_KINDS) == set(Situation._fields)


flags = st.none() | st.booleans()
spans = st.none() | st.builds(
    lambda first, length: DateSpan(first, date.fromordinal(first.toordinal() + length)),
    st.dates(date(2017, 1, 1), date(2026, 1, 1)),
    st.integers(0, 366),
)
CONDITION = {"any": [{"entry_stamped": True, "arrived_on": {"to": "2020-06-30"}}, {"age": {"to": 17}}]}


@given(flags, spans, st.none() | st.integers(0, 90), flags, st.integers(0, 90), st.integers(0, 366))
def test_what_certainly_holds_stays_so_when_more_is_told(
    stamped: bool | None, span: DateSpan | None, age: int | None, told: bool | None, told_age: int, shift: int
) -> None:
    before = judge(CONDITION, entry_stamped=stamped, arrived_on=span, age=age)
    day = date.fromordinal(min(span.latest.toordinal(), span.earliest.toordinal() + shift)) if span else None
    after = judge(
        CONDITION,
        entry_stamped=told if stamped is None else stamped,
        arrived_on=DateSpan(day, day) if day else None,
        age=told_age if age is None else age,
    )
    assert before in {after, None}
