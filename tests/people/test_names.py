"""Names by their sound, and the keys under which a person is found."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attention_point.foundation.codelists import codelist
from attention_point.people import rules
from attention_point.people.rules import Identity, IdentityDocument, query_keys, search_keys
from attention_point.people.sounds import name_key, name_keys

LETTERS = "abcdefghijklmnopqrstuvwxyzáéíóúüñç"
NAMES = st.text(alphabet=LETTERS, min_size=1, max_size=14)
WORDS = st.lists(NAMES, min_size=1, max_size=4).map(" ".join)
FACTS = rules.document_types(codelist("document_types"))
YOHANA = Identity(
    "Yohana Patricia",
    "Velásquez",
    "Pérez",
    date(1991, 3, 17),
    (IdentityDocument("DE", "V12345678"), IdentityDocument("SI", "")),
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
    assert name_key(one) == name_key(other)


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
    assert name_key(one, given=True) == name_key(other, given=True)


@pytest.mark.parametrize(
    ("one", "other"), [("Chacón", "Cachón"), ("Peña", "Vega"), ("Rojas", "Rosas"), ("Yepes", "Jepes")]
)
def test_surnames_to_keep_apart(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("nothing", [None, "", "  ", "- 12 .", "'"])
def test_no_name_has_no_key(nothing: str | None) -> None:
    assert name_key(nothing) == ""
    assert name_keys(nothing) == []


def test_a_name_of_particles_alone_keeps_its_letters() -> None:
    assert name_key("De la") == "DELA"


@given(WORDS, st.booleans())
def test_case_accents_and_spaces_do_not_count(name: str, given_name: bool) -> None:
    key = name_key(name, given=given_name)
    plain = name.translate(str.maketrans("áéíóúüñç", "aeiouunc"))
    for variant in (name.upper(), name.title(), f"  {name} ".replace(" ", "  "), plain):
        assert name_key(variant, given=given_name) == key


@given(NAMES, st.booleans())
def test_the_key_of_a_key_is_itself(name: str, given_name: bool) -> None:
    key = name_key(name, given=given_name)
    assert name_key(key, given=given_name) == key or key == "MA"


@given(st.text(max_size=60), st.booleans())
def test_a_key_holds_letters_only(name: str, given_name: bool) -> None:
    assert all(letter.isalpha() for letter in name_key(name, given=given_name))


def test_the_keys_of_a_person() -> None:
    assert search_keys(YOHANA) == [
        ("document", "DE:V12345678"),
        ("surname_year", "BELASKES|1991"),
        ("surname_given", "BELASKES|JOANA"),
        ("surname_year", "PERES|1991"),
        ("surname_given", "PERES|JOANA"),
    ]


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({"documents": ()}, {"surname_year", "surname_given"}),
        ({"birth_date": None}, {"document", "surname_given"}),
        ({"given_names": None}, {"document", "surname_year"}),
        ({"surname_1": None, "surname_2": "12"}, {"document", "surname_year"}),
        ({"surname_1": None, "surname_2": None, "birth_date": None}, {"document"}),
    ],
)
def test_a_missing_part_leaves_its_keys_out(change: dict[str, Any], kinds: set[str]) -> None:
    assert {kind for kind, _ in search_keys(replace(YOHANA, **change))} == kinds


def test_nobody_has_no_keys() -> None:
    assert search_keys(Identity()) == []


@given(NAMES, NAMES, NAMES, st.dates())
def test_swapped_surnames_meet(given_name: str, first: str, second: str, born: date) -> None:
    one, other = Identity(given_name, first, second, born), Identity(given_name, second, first, born)
    assert set(search_keys(one)) == set(search_keys(other))
    assert search_keys(one) == search_keys(Identity(given_name, first, second, born))


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
    assert set(query_keys(typed, year)) & set(search_keys(YOHANA))


@pytest.mark.parametrize("typed", ["Yohan", "johan", "Johan Carlos"])
def test_somebody_of_one_name_is_found_by_it_and_the_year(typed: str) -> None:
    alone = search_keys(Identity("Yohan", birth_date=date(1990, 1, 1)))
    assert set(query_keys(typed, 1990)) & set(alone)
    assert not set(query_keys(typed, 1991)) & set(alone)
    assert not set(query_keys(typed)) & set(alone)


@pytest.mark.parametrize("typed", ["Ana Santa Cruz", "santa cruz ana", "Ana Lucía Santa Cruz Mora"])
def test_a_surname_of_two_words_is_found(typed: str) -> None:
    assert set(query_keys(typed)) & set(search_keys(Identity("Ana Lucía", "Santa Cruz")))


def test_a_surname_alone_asks_for_a_year() -> None:
    assert query_keys("Velásquez") == query_keys("") == query_keys("12", 1991) == []


@given(st.lists(NAMES, max_size=12).map(" ".join), st.none() | st.integers(1900, 2030))
@example("a h", None)
def test_a_search_stays_small(typed: str, year: int | None) -> None:
    keys = query_keys(typed, year)
    assert len(keys) == len(set(keys)) <= 16
    assert all(text and "||" not in text and text[0] != "|" and text[-1] != "|" for _, text in keys)


@pytest.mark.parametrize(
    ("typed", "known"), [("12345678", "V12345678"), ("V12345678", "12345678"), ("E1234567", "E1234567")]
)
def test_a_venezuelan_card_is_found_without_its_letter(typed: str, known: str) -> None:
    stored = search_keys(Identity(documents=(IdentityDocument("DE", known),)))
    assert set(rules.document_keys("DE", typed, FACTS)) & set(stored)


def test_other_documents_are_looked_up_as_they_are() -> None:
    assert rules.document_keys("PA", "V1234567", FACTS) == [("document", "PA:V1234567")]
    assert rules.document_keys("DE", "", FACTS) == []


def test_candidates_are_put_in_order_by_sound() -> None:
    typed = "johanna belasques"
    names = ["Carmen Velásquez Rojas", "Pedro Rojas", "Velásquez Pérez Yohana Patricia"]
    assert sorted(names, key=lambda name: rules.score(name, typed), reverse=True) == [names[2], names[0], names[1]]
    assert rules.score(names[2], typed) == 100
    assert rules.score("", typed) == rules.score("12", "12") == 0


@given(WORDS, WORDS)
def test_a_score_is_a_share_of_a_hundred(one: str, other: str) -> None:
    assert 0 <= rules.score(one, other) <= 100
    assert rules.score(one, other) == pytest.approx(rules.score(other, one))
