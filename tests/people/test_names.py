"""Names by their sound, and the keys under which a person is found."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attention_point.dates import DateSpan, parse_partial_date
from attention_point.foundation.codelists import get_code_list
from attention_point.people import rules
from attention_point.people.name_sounds import build_name_key, build_name_keys
from attention_point.people.rules import Identity, IdentityDocument, build_search_keys
from attention_point.people.search.keys import build_name_query_keys

LETTERS = "abcdefghijklmnopqrstuvwxyzáéíóúüñç"
NAMES = st.text(alphabet=LETTERS, min_size=1, max_size=14)
WORDS = st.lists(NAMES, min_size=1, max_size=4).map(" ".join)
FACTS = rules.build_document_types(get_code_list("document_types"))
YOHANA = Identity(
    "Yohana Patricia",
    "Velásquez",
    "Pérez",
    parse_partial_date("1991-03-17"),
    (IdentityDocument("DE", "V12345678"), IdentityDocument("SI", "")),
    "+57 300 1234567",
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("González", "Gonsales"),
        ("Belásquez", "Velásquez"),
        ("Hernández", "Ernandes"),
        ("Muñoz", "MUNOS"),
        ("Jiménez", "Giménez"),
        ("Llanos", "Yanos"),
        ("Quintero", "Kintero"),
        ("Zambrano", "sambrano"),
        ("Huertas", "Güertas"),
        ("De la Cruz", "Cruz"),
        ("Del Río", "Rio"),
        ("Santa María", "Santamaria"),
        ("Ortega y Gasset", "Ortega Gaset"),
        ("D'Angelo", "Dangelo"),
        ("Campbell", "Campbel"),
        ("Pérez-Gómez", "Perez Gomez"),
    ],
)
def test_surnames_that_sound_alike(one: str, other: str) -> None:
    assert build_name_key(one) == build_name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Yohana", "Johanna"),
        ("Yeison", "Jason"),
        ("Jeyson", "Jayson"),
        ("Wilmer", "Guilmer"),
        ("Wilmer", "Wuilmer"),
        ("Lisbeth", "Lizbet"),
        ("Brayan", "Brian"),
        ("Bryan", "Braian"),
        ("Stefany", "Estefani"),
        ("Yuleisy", "Juleici"),
        ("Ma. Fernanda", "María Fernanda"),
        ("Jhon", "John"),
        ("Christian", "Cristian"),
        ("Maikel", "Michael"),
    ],
)
def test_given_names_that_sound_alike(one: str, other: str) -> None:
    assert build_name_key(one, is_given_name=True) == build_name_key(other, is_given_name=True)


@pytest.mark.parametrize(
    ("one", "other"), [("Chacón", "Cachón"), ("Peña", "Vega"), ("Rojas", "Rosas"), ("Yepes", "Jepes")]
)
def test_surnames_to_keep_apart(one: str, other: str) -> None:
    assert build_name_key(one) != build_name_key(other)


@pytest.mark.parametrize("nothing", [None, "", "  ", "- 12 .", "'"])
def test_no_name_has_no_key(nothing: str | None) -> None:
    assert build_name_key(nothing) == ""
    assert build_name_keys(nothing) == []


def test_a_name_of_particles_alone_keeps_its_letters() -> None:
    assert build_name_key("De la") == "DELA"


@given(WORDS, st.booleans())
def test_case_accents_and_spaces_do_not_count(name: str, given_name: bool) -> None:
    key = build_name_key(name, is_given_name=given_name)
    plain = name.translate(str.maketrans("áéíóúüñç", "aeiouunc"))
    for variant in (name.upper(), name.title(), f"  {name} ".replace(" ", "  "), plain):
        assert build_name_key(variant, is_given_name=given_name) == key


@given(NAMES, st.booleans())
def test_the_key_of_a_key_is_itself(name: str, given_name: bool) -> None:
    key = build_name_key(name, is_given_name=given_name)
    assert build_name_key(key, is_given_name=given_name) == key or key == "MA"


@given(st.text(max_size=60), st.booleans())
def test_a_key_holds_letters_only(name: str, given_name: bool) -> None:
    assert all(letter.isalpha() for letter in build_name_key(name, is_given_name=given_name))


def test_the_keys_of_a_person() -> None:
    assert build_search_keys(YOHANA) == [
        ("document", "DE:V12345678"),
        ("phone", "3001234567"),
        ("surname_year", "BELASKES|1991"),
        ("surname_given", "BELASKES|JOANA"),
        ("surname_given", "BELASKES|PATRISIA"),
        ("surname_year", "PERES|1991"),
        ("surname_given", "PERES|JOANA"),
        ("surname_given", "PERES|PATRISIA"),
        ("surnames", "BELASKES|PERES"),
        ("full_name", "BELASKES|JOANA|PATRISIA|PERES"),
    ]


ALL_KINDS = {"document", "phone", "surname_year", "surname_given", "surnames", "full_name"}


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({"documents": ()}, ALL_KINDS - {"document"}),
        ({"phone": None}, ALL_KINDS - {"phone"}),
        ({"phone": "12345"}, ALL_KINDS - {"phone"}),
        ({"birth_date": None}, ALL_KINDS - {"surname_year"}),
        ({"given_names": None}, ALL_KINDS - {"surname_given"}),
        ({"surname_2": None}, ALL_KINDS - {"surnames"}),
        ({"surname_1": None, "surname_2": "12"}, {"document", "phone", "surname_year", "full_name"}),
        ({"surname_1": None, "surname_2": None, "birth_date": None}, {"document", "phone", "full_name"}),
    ],
)
def test_a_missing_part_leaves_its_keys_out(change: dict[str, Any], kinds: set[str]) -> None:
    assert {kind for kind, _ in build_search_keys(replace(YOHANA, **change))} == kinds


def test_nobody_has_no_keys() -> None:
    assert build_search_keys(Identity()) == []


@given(NAMES, NAMES, NAMES, st.dates().map(lambda day: DateSpan(day, day)))
def test_swapped_surnames_meet(given_name: str, first: str, second: str, born: DateSpan) -> None:
    one, other = Identity(given_name, first, second, born), Identity(given_name, second, first, born)
    assert set(build_search_keys(one)) == set(build_search_keys(other))
    assert build_search_keys(one) == build_search_keys(Identity(given_name, first, second, born))


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        ("Velásquez", 1991),
        ("belasques", 1991),
        ("Yohana Velasquez", None),
        ("johanna patricia velasquez perez", None),
        ("velasquez perez yohana", None),
        ("velasquez perez yohana patricia", None),
        ("Pérez, Yohana", None),
        ("Velásquez Yohana", 1990),
    ],
)
def test_a_typed_name_finds_the_person(typed: str, year: int | None) -> None:
    assert set(build_name_query_keys(typed, year)) & set(build_search_keys(YOHANA))


@pytest.mark.parametrize("typed", ["Yohan", "johan", "Johan Carlos"])
def test_somebody_of_one_name_is_found_by_it_and_the_year(typed: str) -> None:
    alone = build_search_keys(Identity("Yohan", birth_date=parse_partial_date("1990-01-01")))
    assert set(build_name_query_keys(typed, 1990)) & set(alone)
    assert not set(build_name_query_keys(typed, 1991)) & set(alone)
    assert not set(build_name_query_keys(typed)) & set(alone)


@pytest.mark.parametrize("typed", ["Ana Santa Cruz", "santa cruz ana", "Ana Lucía Santa Cruz Mora"])
def test_a_surname_of_two_words_is_found(typed: str) -> None:
    assert set(build_name_query_keys(typed)) & set(build_search_keys(Identity("Ana Lucía", "Santa Cruz")))


def test_a_surname_alone_asks_for_a_year() -> None:
    assert build_name_query_keys("Velásquez") == build_name_query_keys("") == build_name_query_keys("12", 1991) == []


@given(st.lists(NAMES, max_size=12).map(" ".join), st.none() | st.integers(1900, 2030))
@example("a h", None)
def test_a_search_stays_small(typed: str, year: int | None) -> None:
    keys = build_name_query_keys(typed, year)
    assert len(keys) == len(set(keys)) <= 60
    assert all(text and "||" not in text and text[0] != "|" and text[-1] != "|" for _, text in keys)


@pytest.mark.parametrize(
    ("typed", "known"), [("12345678", "V12345678"), ("V12345678", "12345678"), ("E1234567", "E1234567")]
)
def test_a_venezuelan_card_is_found_without_its_letter(typed: str, known: str) -> None:
    stored = build_search_keys(Identity(documents=(IdentityDocument("DE", known),)))
    assert set(rules.build_document_keys("DE", typed, FACTS)) & set(stored)


def test_other_documents_are_looked_up_as_they_are() -> None:
    assert rules.build_document_keys("PA", "V1234567", FACTS) == [("document", "PA:V1234567")]
    assert rules.build_document_keys("DE", "", FACTS) == []
