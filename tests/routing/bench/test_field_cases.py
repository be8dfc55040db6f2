"""The program's own cases agree with its rules, and leave out no need, no window and no mandatory path."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from attention_point.routing.bench.case_store import SHIPPED_FILES
from attention_point.routing.bench.cases import RoutingCase, find_case_differences, parse_cases
from attention_point.routing.rules import build_advice
from tests.routing.bench.support import shipped_rules
from tests.routing.directory_data import directory
from tests.routing.yaml_file import load_yaml

CASES = [case for file in SHIPPED_FILES for case in parse_cases(load_yaml(file))]
INSTRUMENTS = [row for row in directory().services["MIG-REG"].instruments if row.code != "PPT-DUP"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: RoutingCase) -> None:
    assert find_case_differences(case, shipped_rules().offers, shipped_rules()) == ()


def needs_answered(case: RoutingCase) -> set[str]:
    wanted = case.expectation.wanted if case.expectation else ()
    return {directory().services[code].need for code in wanted}


def test_each_need_has_two_cases() -> None:
    # A need is stated, or answered because of what else was told.
    services = directory().services
    counts = Counter(need for case in CASES for need in {*case.situation.needs, *needs_answered(case)})
    assert {row.need: counts[row.need] for row in services.values() if counts[row.need] < 2} == {}
    assert len(CASES) >= 100


@pytest.mark.parametrize("path", ["m1", "m2", "m3", "m4", "m5", "m6"])
def test_each_mandatory_path_has_two_cases(path: str) -> None:
    assert sum(case.id.startswith(f"{path}-") for case in CASES) >= 2


def instrument_of(case: RoutingCase, day: date) -> str | None:
    suggestions = build_advice(case.situation, shipped_rules().offers, day).suggestions
    return next((row.instrument for row in suggestions if row.service == "MIG-REG"), None)


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda row: row.code)
def test_each_window_has_its_first_and_its_last_day(instrument: Any) -> None:
    days = {day for case in CASES for day in case.days if instrument_of(case, day) == instrument.code}
    outside = {day for case in CASES for day in case.days if instrument_of(case, day) != instrument.code}
    assert instrument.valid_from in days
    assert instrument.valid_from - timedelta(days=1) in outside
    if instrument.valid_to:
        assert instrument.valid_to in days
        assert instrument.valid_to + timedelta(days=1) in outside


def test_whatever_a_case_says_must_be_told_is_compared() -> None:
    assert [case.id for case in CASES if case.is_told_unchecked] == []


def test_no_case_says_its_person_in_codes() -> None:
    assert [case.id for case in CASES if len(case.who) < 20 or "needs" in case.who] == []
