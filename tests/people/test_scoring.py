"""How likely two records are of one person."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.dates import parse_partial_date
from attention_point.people.duplicates import scoring
from attention_point.people.rules import Identity, IdentityDocument

CARD = IdentityDocument("DE", "V12345678")
YOHANA = Identity(
    "Yohana Patricia", "Velásquez", "Pérez", parse_partial_date("1991-03-17"), (CARD,), "+57 310 5550101", "F"
)
NO_CARD: dict[str, Any] = {"documents": (), "phone": None}


@pytest.mark.parametrize(
    "change",
    [
        {"documents": ()},
        {"documents": (IdentityDocument("PA", "045678123"),), "phone": None},
        {**NO_CARD, "surname_1": "Velazques", "given_names": "Johana"},
        {**NO_CARD, "surname_1": "Pérez", "surname_2": "Velásquez"},
        {**NO_CARD, "surname_2": None},
        {**NO_CARD, "birth_date": parse_partial_date("1991")},
        {**NO_CARD, "birth_date": parse_partial_date("1991-03-11")},
        {"documents": (IdentityDocument("DE", "12345687"),), "given_names": "Yohanna", "birth_date": None},
        # A name or a birth date that changed altogether, with the same paper.
        {"given_names": "Andrés", "surname_1": "Gil", "surname_2": None},
    ],
)
def test_one_person_who_is_written_down_otherwise_is_worth_comparing(change: dict[str, Any]) -> None:
    assert scoring.score_people(YOHANA, replace(YOHANA, **change)).is_worth_comparing


@pytest.mark.parametrize(
    "change",
    [
        # A twin sister and a twin brother, a younger sister, a mother of the same name, a stranger of the same name.
        {"documents": (IdentityDocument("DE", "V12345991"),), "given_names": "Yuleisy Carolina"},
        {"documents": (IdentityDocument("DE", "V12345991"),), "given_names": "Wilmer", "sex": "M"},
        {"documents": (), "given_names": "Ana Patricia", "birth_date": parse_partial_date("1994-07-02")},
        {"documents": (IdentityDocument("DE", "V9345991"),), "birth_date": parse_partial_date("1965-07-02")},
        {**NO_CARD, "surname_2": "Gil", "birth_date": parse_partial_date("1980-11-30")},
    ],
)
def test_two_people_who_look_alike_are_left_alone(change: dict[str, Any]) -> None:
    assert not scoring.score_people(YOHANA, replace(YOHANA, **change)).is_worth_comparing


def test_a_stand_in_birth_date_counts_less() -> None:
    first, stand_in = (replace(YOHANA, birth_date=parse_partial_date(day)) for day in ("1991-03-17", "1991-01-01"))
    assert scoring.score_people(first, first).points > scoring.score_people(stand_in, stand_in).points


NAMES = st.sampled_from(("Ana", "María José", "Yulimar", "José", "12", "")) | st.none() | st.text(max_size=12)
DATES = st.none() | st.sampled_from(("1991-03-17", "1991", "1991-01-01", "1990-11-30/1991-11-29")).map(
    parse_partial_date
)
DOCUMENTS = st.lists(
    st.builds(IdentityDocument, st.sampled_from(("DE", "PA")), st.sampled_from(("", "1", "V12345678", "12345687"))),
    max_size=2,
).map(tuple)
PEOPLE = st.builds(Identity, NAMES, NAMES, NAMES, DATES, DOCUMENTS, st.none() | st.just("310 5550101"), st.none())


@given(PEOPLE, PEOPLE)
def test_who_stands_first_does_not_matter(first: Identity, second: Identity) -> None:
    likeness = scoring.score_people(first, second)
    assert likeness == scoring.score_people(second, first)
    assert all(agreement in scoring.POINTS or agreement.part in {"phone", "sex"} for agreement in likeness.agreements)
