"""What the registers of a demonstration say: right by every register's own rules, on whatever day it is made."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from attention_point.demo.demo_data import load_data_file
from attention_point.demo.steps.register_steps import FILLED_REGISTERS, resolve_dates
from attention_point.registers.agreements import rules as agreements_rules
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.schema.parsing import parse_facts
from attention_point.registers.shared.schema.schema import Register

DAYS = [
    date(2026, 11, 29),  # a Sunday
    date(2027, 1, 1),
    date(2027, 1, 4),
    date(2028, 2, 29),
    date(2026, 6, 29),  # a holiday
    date(2026, 12, 31),
]


def records(today: date, part: str = "record") -> Iterator[tuple[Register, Mapping[str, Any], dict[str, Any]]]:
    """Every record, its row of the file, and its facts on a day; with ``part`` before, as first typed."""
    for register in FILLED_REGISTERS:
        for row in load_data_file("office")[register.name]:
            values = {**row["record"], **(row.get("before", {}) if part == "before" else {})}
            yield register, row, parse_facts(register.fields, resolve_dates(values, today))


@pytest.mark.parametrize("today", DAYS)
def test_every_record_is_right_on_every_day(today: date) -> None:
    for part in ("before", "record"):
        for register, row, data in records(today, part):
            assert data["name"], row
            if register.name == "agreements":
                assert not agreements_rules.has_backward_validity(data), data["name"]
                assert agreements_rules.sum_shares(data.get("contributions", ())) <= 1


@pytest.mark.parametrize("today", DAYS)
def test_nothing_done_is_still_to_come_and_nothing_planned_is_past(today: date) -> None:
    for register, _row, data in records(today):
        day = data.get("date", "")
        if register is EVENTS and len(day) == 10:
            passed = date.fromisoformat(data.get("until", day)) <= today
            assert passed is (data["state"] != "planned"), data["name"]
        if register is CALLS and data["state"] == "open":
            assert data["opens"] <= today.isoformat() <= data["closes"]
        if register is PROPOSALS and day:
            assert day <= today.isoformat()
        for milestone in data.get("milestones", ()):
            assert milestone.get("date", "") <= today.isoformat()


@pytest.mark.parametrize("today", DAYS)
def test_there_is_something_to_do(today: date) -> None:
    facts = [(register, data) for register, _row, data in records(today)]
    due = [
        each.day
        for register, data in facts
        if register.name == "agreements"
        for each in agreements_rules.list_deadlines(data)
    ]
    assert any(day < today for day in due)
    assert any(today < day < today + timedelta(days=15) for day in due)
    assert any(register.name == "agreements" and "milestones" not in data for register, data in facts)
    closing = [
        date.fromisoformat(data["closes"]) for register, data in facts if register is CALLS and data["state"] == "open"
    ]
    assert any(day <= today + timedelta(days=8) for day in closing)
    assert {data["state"] for register, data in facts if register is EVENTS} == {
        "planned", "done", "postponed", "cancelled", "followed-up",
    }  # fmt: skip


def test_a_record_names_a_call_that_is_there() -> None:
    today = DAYS[0]
    names = {data["name"] for register, _row, data in records(today) if register is CALLS}
    assert {data["call"] for register, _row, data in records(today) if register is PROPOSALS} <= names
    assert {resolve_dates(row["call"], today) for row in load_data_file("office")["bulletins"]["answers"]} <= names


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("day -1", "2026-11-27"),  # Saturday: the Friday before
        ("day 6", "2026-12-07"),  # Saturday: the Monday after
        ("day 0", "2026-11-29"),
        ("month -11", "2025-12"),
        ("month 2", "2027-01"),
        ("year -1", "2025"),
        ("last-year 10-21", "2025-10-21"),
        ("this-year 12-24", "2026-11-29"),
        ("Foro $year, antes $last_year", "Foro 2026, antes 2025"),
    ],
)
def test_days_are_told_from_the_day_of_the_load(told: str, day: str) -> None:
    assert resolve_dates(told, date(2026, 11, 29)) == day
