"""A birth date that is known in part: who agrees, by which keys somebody is found, which document is doubted."""

from dataclasses import replace
from datetime import date

import pytest

from attention_point.dates import parse_partial_date
from attention_point.people import identity, queries, rules
from attention_point.people.duplicates import matching
from attention_point.people.records import add_age, find_age
from attention_point.people.rules import Identity
from attention_point.people.search.keys import build_name_query_keys

YOHANA = Identity("Yohana Patricia", "Velásquez", "Pérez", parse_partial_date("1991-03-17"))
DAY = date(2026, 11, 29)


def _born(text: str) -> Identity:
    return replace(YOHANA, birth_date=parse_partial_date(text))


@pytest.mark.parametrize("text", ["1991", "1991-03", "1990-11-30/1991-11-29"])
def test_a_part_neither_proves_nor_contradicts_a_day(text: str) -> None:
    assert matching.compare_people(YOHANA, _born(text)) == matching.NOT_COMPARABLE
    assert matching.compare_people(_born(text), _born(text)) == matching.NOT_COMPARABLE
    assert not matching.is_same_person(_born(text), YOHANA)


@pytest.mark.parametrize("text", ["1990", "1991-04", "1991-03-18/1992-03-17"])
def test_a_part_that_cannot_be_is_another_birth_date(text: str) -> None:
    assert matching.compare_people(YOHANA, _born(text)) == matching.OTHER_BIRTH_DATE


def test_a_year_gives_the_keys_of_the_year_and_an_age_those_of_both_years() -> None:
    assert set(rules.build_search_keys(_born("1991"))) == set(rules.build_search_keys(YOHANA))
    years = {key for kind, key in rules.build_search_keys(_born("1991-11-30/1992-11-29")) if kind == "surname_year"}
    assert {key.rpartition("|")[2] for key in years} == {"1991", "1992"}
    assert set(build_name_query_keys("Velasques Yoana", 1992)) & set(
        rules.build_search_keys(_born("1991-11-30/1992-11-29"))
    )


@pytest.mark.parametrize(
    ("type_code", "number", "birth_date", "codes"),
    [
        ("CC", "1098765432", "2008", []),  # 17 or 18 years old
        ("CC", "1098765432", "2009", ["too_young"]),
        ("TI", "1098765432", "2008", []),
        ("TI", "1098765432", "2007", ["too_old"]),
        ("PE", "123456717031991", "1991", []),
        ("PE", "123456717031991", "1991-03", []),
        ("PE", "123456717031991", "1992", ["birth_date_differs"]),
        ("PE", "123456717041991", "1991-03", ["birth_date_differs"]),
        ("PE", "123456731021991", "1991", ["birth_date_differs"]),
    ],
)
def test_a_document_is_doubted_only_where_no_day_agrees(
    type_code: str, number: str, birth_date: str, codes: list[str]
) -> None:
    span = parse_partial_date(birth_date)
    warnings = rules.check_document(type_code, number, None, span, DAY, queries.load_document_types())
    holder_codes = {"too_young", "too_old", "birth_date_differs"}
    assert [warning.code for warning in warnings if warning.code in holder_codes] == codes


@pytest.mark.parametrize(
    ("birth_date", "age"),
    [("2008-11-29", 18), ("2008-11-30", 17), ("2008", 17), ("2008-11", 17), ("2007-11-30/2008-11-29", 18), (None, None),
     ("2027", None)],
)  # fmt: skip
def test_of_two_ages_the_least_is_taken(birth_date: str | None, age: int | None) -> None:
    record = {"birth_date": birth_date} if birth_date else {}
    assert find_age(record, DAY) == age
    assert add_age(record, DAY).get("age") == age


@pytest.mark.parametrize(
    ("on_file", "stated", "joined"),
    [
        ("1991-03-17", "1991", "1991-03-17"),
        ("1991", "1991-03-17", "1991-03-17"),
        ("1991", "1991-11-30/1992-11-29", "1991-11-30/1991-12-31"),
        ("1991-03-17", "1992", "1992"),
        ("1991-03-17", "1992-03-17", "1992-03-17"),
    ],
)
def test_what_can_both_be_true_is_joined_and_else_the_new_statement_counts(
    on_file: str, stated: str, joined: str
) -> None:
    assert identity.join_statement({"birth_date": on_file}, {"birth_date": stated})["birth_date"] == joined
