"""The boxes of the platform's form, and its checks, for whatever people come."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import AppError
from attention_point.statistics.operational_reports import services
from attention_point.statistics.operational_reports.rules import (
    COLUMNS,
    DEPARTMENTS,
    POPULATION_BOXES,
    SEX_AND_AGE_BOXES,
    Beneficiaries,
    find_outside_reason,
    find_population_box,
    find_sex_and_age_box,
    list_row_faults,
)
from tests.statistics.operational_reports.platform import PLATFORM_COLUMNS


def _codes(name: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, *(code.code for code in get_code_list(name))])


PEOPLE = st.fixed_dictionaries(
    {
        "age": st.none() | st.integers(0, 110),
        "sex": _codes("sex"),
        "nationality": st.sampled_from([None, "VE", "CO", "HT", "EC"]),
        "population": _codes("population"),
        "intention": _codes("intention"),
    }
)


def row_of(beneficiaries: Beneficiaries) -> dict[str, str | int | bool | None]:
    """A row with these people."""
    boxes = {box: beneficiaries.people[box] for box in (*POPULATION_BOXES, *SEX_AND_AGE_BOXES)}
    texts = dict.fromkeys(COLUMNS, "texto")
    fixed = {"implementation": False, "partner": None, "cva": False, "value": None, "mechanism": None}
    counts = {
        "output": beneficiaries.output, "beneficiaries": beneficiaries.total, "new_beneficiaries": beneficiaries.new,
    }  # fmt: skip
    return {**texts, **fixed, **counts, **boxes}


def test_the_columns_are_those_of_the_form_in_its_order() -> None:
    assert list(COLUMNS) == PLATFORM_COLUMNS


def test_every_department_has_its_code() -> None:
    municipalities = get_code_list("municipality")
    assert {code.attributes["department_code"] for code in municipalities} == set(DEPARTMENTS)
    assert len(set(DEPARTMENTS.values())) == 33


@given(st.lists(st.tuples(PEOPLE, st.booleans(), st.integers(1, 9)), max_size=40))
def test_whoever_comes_the_sums_agree_and_nobody_is_lost(people: list[tuple[dict[str, Any], bool, int]]) -> None:
    beneficiaries = Beneficiaries()
    for answers, is_new, attentions in people:
        beneficiaries.add_person(answers, is_new=is_new, attentions=attentions)
    assert beneficiaries.total + sum(beneficiaries.outside.values()) == len(people)
    assert beneficiaries.outside["unknown_age"] == sum(answers["age"] is None for answers, _new, _count in people)
    faults = list(list_row_faults(row_of(beneficiaries)))
    assert faults == ([] if beneficiaries.total else ["beneficiaries"])


@given(PEOPLE)
def test_a_person_has_one_box_of_each_kind_or_a_reason_to_have_none(answers: dict[str, Any]) -> None:
    population, sex_and_age = find_population_box(answers), find_sex_and_age_box(answers)
    assert population in {*POPULATION_BOXES, None}
    assert sex_and_age in {*SEX_AND_AGE_BOXES, None}
    assert (find_outside_reason(answers) is None) == (population is not None and sex_and_age is not None)


@given(
    st.lists(PEOPLE.filter(lambda answers: find_outside_reason(answers) is None), min_size=1, max_size=20),
    st.sampled_from([*POPULATION_BOXES, *SEX_AND_AGE_BOXES, "beneficiaries"]),
    st.sampled_from([-1, 1, 7]),
)
def test_a_count_that_is_changed_afterwards_is_found(people: list[dict[str, Any]], column: str, change: int) -> None:
    beneficiaries = Beneficiaries()
    for answers in people:
        beneficiaries.add_person(answers, is_new=True, attentions=1)
    row = row_of(beneficiaries)
    changed_row = {**row, column: int(row[column] or 0) + change}
    assert list(list_row_faults(changed_row))
    with pytest.raises(AppError, match="La plataforma rechazaría este informe"):
        services.check_rows([changed_row])


@pytest.mark.parametrize(
    ("answers", "box"),
    [
        ({"population": "migrant", "nationality": "VE", "intention": "stay"}, "in_destination"),
        ({"population": "migrant", "nationality": "VE", "intention": "return"}, "in_destination"),
        ({"population": "migrant"}, "in_destination"),
        ({"population": "migrant", "intention": "transit"}, "in_transit"),
        ({"population": "migrant", "intention": "circular"}, "pendular"),
        ({"population": "returnee", "nationality": "CO", "intention": "transit"}, "returnee"),
        ({"population": "host_community", "nationality": "CO"}, "host_community"),
        ({"population": "binational", "nationality": "VE"}, "returnee"),
        ({"population": "binational", "intention": "circular"}, "pendular"),
        ({"population": "other", "nationality": "HT", "intention": "transit"}, "in_transit"),
        ({"population": "other", "nationality": "CO"}, "host_community"),
        ({"population": None, "nationality": "VE"}, "in_destination"),
        ({"population": None, "nationality": "CO"}, None),
        ({"population": "other", "nationality": None}, None),
        ({}, None),
    ],
)
def test_the_population_follows_the_stated_rule(answers: dict[str, Any], box: str | None) -> None:
    assert find_population_box(answers) == box


@pytest.mark.parametrize(
    ("sex", "age", "box"),
    [
        ("F", 17, "women_under_18"), ("F", 18, "women_18_and_over"), ("M", 0, "men_under_18"),
        ("M", 60, "men_18_and_over"), ("I", 17, "other_under_18"), ("N", 18, "other_18_and_over"),
        (None, 30, "other_18_and_over"), ("F", None, None),
    ],
)  # fmt: skip
def test_sex_and_age_have_six_boxes(sex: str | None, age: int | None, box: str | None) -> None:
    assert find_sex_and_age_box({"sex": sex, "age": age}) == box


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"partner": "Alcaldía"}, "partner"),
        ({"implementation": True}, "partner"),
        ({"value": 10}, "cva"),
        ({"organisation": ""}, "required"),
        ({"output": 0}, "output"),
        ({"new_beneficiaries": 2}, "new_beneficiaries"),
        ({"women_under_18": "3"}, "numbers"),
    ],
)
def test_each_check_of_the_platform_is_made(changes: dict[str, Any], fault: str) -> None:
    beneficiaries = Beneficiaries()
    beneficiaries.add_person({"age": 30, "population": "migrant"}, is_new=True, attentions=1)
    assert list(list_row_faults({**row_of(beneficiaries), **changes})) == [fault]
