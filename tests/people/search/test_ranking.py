"""How well a name on file fits a typed one: the order of results, and who is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation.database import new_id
from attention_point.people.search.name_index import NameIndex
from attention_point.people.search.ranking import read_words, score_name

WORDS = ("Ana", "María", "José", "Yohana", "Velásquez", "Pérez", "Peña", "Gómez", "Luis", "Chacón")
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)


def score(typed: str, on_file: str) -> float:
    """The score of two names."""
    return score_name(read_words(typed), read_words(on_file))


@pytest.mark.parametrize(
    "typed",
    [
        "Yohana Patricia Velásquez Pérez",
        "velasquez perez yohana patricia",
        "johanna belasques",
        "Velásquez",
        "Patricia Pérez",
        "Velázqez Yohana",
        "yoh vel",
        "Yohana Milena Velásquez",
        "elásque",
    ],
)
def test_a_name_fits(typed: str) -> None:
    assert score(typed, "Yohana Patricia Velásquez Pérez") > 0


@pytest.mark.parametrize("typed", ["zzzz qqqq", "Carmen Rojas", "Yohana Rojas", "Carmen Velásquez", "Ana", ""])
def test_another_name_does_not(typed: str) -> None:
    assert score(typed, "Yohana Patricia Velásquez Pérez") == 0


def test_the_same_words_come_before_more_words_and_before_similar_ones() -> None:
    names = ["María Rodríguez", "María José Rodríguez Peña", "Mario Rodrigues", "Marialis Rodríguez"]
    assert sorted(names, key=lambda name: score("Maria Rodriguez", name), reverse=True)[0] == names[0]
    assert score("Maria Rodriguez", names[0]) > score("Maria Rodriguez", names[1]) > 0


@given(NAMES.flatmap(lambda words: st.tuples(st.just(words), st.permutations(words))))
def test_the_order_of_words_changes_nothing(orders: tuple[list[str], list[str]]) -> None:
    assert score(" ".join(orders[0]), " ".join(orders[1])) == pytest.approx(100)


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_score_is_a_share_of_a_hundred(typed: str, on_file: str) -> None:
    assert 0 <= score(typed, on_file) <= 100


def test_the_index_finds_the_best_of_all_before_it_is_cut() -> None:
    index, wanted = NameIndex(), new_id()
    index.add_people((new_id(), read_words("Ana María Rodríguez Peña")) for _ in range(300))
    index.add_people([(wanted, read_words("Ana Rodríguez"))])
    index.add_people((new_id(), read_words("Ana María Rodríguez Peña")) for _ in range(300))
    people, count = index.find_people(read_words("rodriguez ana"), 10)
    assert (people[0], len(people), count) == (wanted, 10, 601)


@pytest.mark.parametrize(
    "typed", ["Yohana", "yoh", "vels", "elasq", "Belasques", "Velásqeuz", "Yhoana", "Velásquez Yohana Xyz"]
)
def test_the_index_finds_parts_sounds_and_errors(typed: str) -> None:
    index, wanted = NameIndex(), new_id()
    index.add_people([(new_id(), read_words("Carlos Rojas")), (wanted, read_words("Yohana Velásquez"))])
    expected = [] if typed == "vels" else [wanted]
    assert index.find_people(read_words(typed), 10)[0] == expected


def test_a_wiped_index_holds_nothing() -> None:
    index = NameIndex()
    index.add_people([(new_id(), read_words("Yohana Velásquez"))])
    index.wipe()
    assert len(index) == 0
    assert index.find_people(read_words("Yohana"), 10) == ([], 0)
