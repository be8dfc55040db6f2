"""Who is the same person without asking anybody: the same document, the same birth date and a name that agrees."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.dates import parse_partial_date
from attention_point.people.duplicates import matching
from attention_point.people.rules import Identity

YOHANA = Identity("Yohana Patricia", "Velásquez", "Pérez", parse_partial_date("1991-03-17"))
NAMES = st.sampled_from(("Ana", "María José", "Yulimar", "Wilmer", "Íngrid", "José", "12", ""))
TEXTS = NAMES | st.text(max_size=20)
PEOPLE = st.builds(Identity, TEXTS, TEXTS, TEXTS, st.none() | st.just(parse_partial_date("1991-01-01")))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"given_names": "YOHANA  PATRICIA", "surname_1": "velasquez", "surname_2": "PEREZ"},
        {"given_names": "Johanna Patrizia", "surname_1": "Belásques"},
        {"surname_1": "Pérez", "surname_2": "Velásquez"},
        {"surname_2": None},
        {"surname_1": "Velásquez Pérez", "surname_2": None},
        {"surname_1": "Pérez", "surname_2": None},
        {"given_names": "Yohana"},
        {"given_names": "Yohana Patrica"},
        {"given_names": "Yohana Partícia"},
        {"surname_1": "Velásuqez"},
        {"surname_1": "Velázqez"},
        {"surname_1": "Velásqueaz"},
        {"given_names": "Yohana", "surname_1": "Pérez", "surname_2": "Velásqez"},
    ],
)
def test_a_name_said_or_written_otherwise_agrees(change: dict[str, Any]) -> None:
    other = replace(YOHANA, **change)
    assert matching.is_same_person(YOHANA, other)
    assert matching.is_same_person(other, YOHANA)


@pytest.mark.parametrize(
    "change",
    [
        {"birth_date": parse_partial_date("1991-03-18")},
        {"birth_date": None},
        {"given_names": None},
        {"given_names": "12"},
        {"surname_1": None, "surname_2": None},
        {"given_names": "Andrés"},
        {"given_names": "Patricia"},
        {"given_names": "Patricia Yohana"},
        {"given_names": "Yohana María"},
        {"surname_1": "Rojas"},
        {"surname_2": "Rojas"},
        {"given_names": "Yohana Patrica", "surname_1": "Velásqez", "surname_2": "Perea"},
    ],
)
def test_anything_else_is_for_a_person_to_decide(change: dict[str, Any]) -> None:
    other = replace(YOHANA, **change)
    assert not matching.is_same_person(YOHANA, other)
    assert not matching.is_same_person(other, YOHANA)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("José", "Josué"), ("Luis", "Luisa"), ("Daniel", "Daniela"), ("Andrés", "Andrea"), ("Carlos", "Carla"),
        ("Yuleisy", "Yuleidy"), ("Keiner", "Keider"), ("Mayra", "Mayla"), ("Wilmer", "Wilmar"), ("Kevin", "Kelvin"),
        ("José Luis", "José Gregorio"), ("María José", "María Fernanda"), ("María Angélica", "María Angelina"),
        ("María José", "José María"), ("María José", "José"), ("Dairo", "Darío"), ("Alejandro", "Alejandra"),
        ("Gabriel", "Gabriela"), ("Mariana", "Marina"), ("Yorman", "Yormar"), ("Ana", "Ada"), ("Nelson", "Wilson"),
        ("Emilia", "Emilio"), ("Juan", "Juana"), ("Estefany", "Estefano"),
    ],
)  # fmt: skip
def test_twins_with_one_document_are_two(first: str, second: str) -> None:
    one, other = (Identity(name, "Rondón", "Peña", parse_partial_date("2015-01-01")) for name in (first, second))
    assert matching.compare_people(one, other) == matching.OTHER_NAME
    assert matching.compare_people(other, one) == matching.OTHER_NAME


def test_a_long_name_forgives_a_neighbouring_key() -> None:
    one = Identity("Fernando", "Peña", None, parse_partial_date("1980-01-01"))
    assert matching.is_same_person(one, replace(one, given_names="Fermando"))
    assert not matching.is_same_person(one, replace(one, given_names="Fercando"))


def test_who_has_one_name_only_is_known_by_it() -> None:
    one = Identity("Suharto", None, None, parse_partial_date("1980-01-01"))
    assert matching.is_same_person(one, one)
    assert not matching.is_same_person(one, replace(one, surname_1="Peña"))
    assert not matching.is_same_person(
        Identity(None, "Peña", None, one.birth_date), Identity(None, "Peña", None, one.birth_date)
    )
    assert not matching.is_same_person(Identity(), Identity())


@pytest.mark.parametrize(
    ("change", "comparison"),
    [
        ({}, matching.SAME_NAME_AND_BIRTH_DATE),
        ({"given_names": "Andrés"}, matching.OTHER_NAME),
        ({"given_names": "Andrés", "birth_date": None}, matching.OTHER_NAME),
        ({"birth_date": parse_partial_date("1990-01-01")}, matching.OTHER_BIRTH_DATE),
        ({"birth_date": parse_partial_date("1990-01-01"), "given_names": None}, matching.OTHER_BIRTH_DATE),
        ({"birth_date": parse_partial_date("1990-01-01"), "given_names": "Andrés"}, matching.OTHER_NAME_AND_BIRTH_DATE),
        ({"birth_date": None}, matching.NOT_COMPARABLE),
        ({"given_names": None}, matching.NOT_COMPARABLE),
    ],
)
def test_what_differs_is_named(change: dict[str, Any], comparison: str) -> None:
    assert matching.compare_people(YOHANA, replace(YOHANA, **change)) == comparison


@given(PEOPLE, PEOPLE)
def test_who_compares_first_does_not_matter(one: Identity, other: Identity) -> None:
    assert matching.compare_people(one, other) == matching.compare_people(other, one)
    if matching.is_same_person(one, other):
        assert one.birth_date == other.birth_date is not None
        assert one.given_names
        assert other.given_names


@pytest.mark.parametrize(
    ("change", "adds"),
    [
        ({}, False),
        ({"given_names": "Yohana"}, False),
        ({"surname_2": None}, False),
        ({"surname_1": "Pérez", "surname_2": "Velásquez"}, False),
        ({"given_names": "Yohana Patricia del Carmen"}, True),
        ({"given_names": "Patricia Yohana María"}, False),
    ],
)
def test_a_name_is_replaced_unasked_only_by_more_of_it(change: dict[str, Any], adds: bool) -> None:
    assert matching.adds_to_name(YOHANA, replace(YOHANA, **change)) is adds
    assert matching.adds_to_name(replace(YOHANA, surname_2=None), YOHANA) is True
