"""Whether two people who show the same document are one person, without asking anybody. Plain Python.

The same document is not enough, nor is the same birth date: twins come with their mother's passport, numbers are
mistyped, and the first of January stands in for a date that nobody knows. The names must agree as well. When in doubt
the answer is no: two people who are kept apart can be compared later, two who were merged cannot be told apart any
more (decision 15).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from attention_point.dates import DateSpan
from attention_point.people.name_sounds import build_name_key, build_name_keys, split_name
from attention_point.people.rules import Identity

# How long both spellings of a name must be before a typing error in it is forgiven: two letters swapped (Calros), one
# left out or put in (Fernada), a neighbouring key (Fermando). In shorter names such an error makes a brother or a
# sister of somebody: Jose and Josue, Dario and Dairo, Marina and Mariana, Yuleisy and Yuleidy.
SWAPPED_LENGTH, LEFT_OUT_LENGTH, SUBSTITUTED_LENGTH = 6, 7, 8
KEYBOARD_ROWS = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")

# How two people with the same document compare.
SAME_NAME_AND_BIRTH_DATE = "same-document-same-name-birth-date"
OTHER_NAME = "same-document-other-name"
OTHER_BIRTH_DATE = "same-document-other-birth-date"
OTHER_NAME_AND_BIRTH_DATE = "same-document-other-name-birth-date"
NOT_COMPARABLE = "same-document-not-comparable"


class NameWord(NamedTuple):
    """A word of a name in plain capitals, and its sound."""

    spelling: str
    sound: str


def is_same_person(first: Identity, second: Identity) -> bool:
    """Whether two people with the same document have the same birth date and names that agree; all must be known."""
    return compare_people(first, second) == SAME_NAME_AND_BIRTH_DATE


def compare_people(first: Identity, second: Identity) -> str:
    """How two people with the same document compare: one of this module's codes.

    ``NOT_COMPARABLE`` says that nothing differs, but that a name or a birth date is missing on either side, or that a
    birth date is known in part.
    """
    names = names_agree(first, second)
    dates = birth_dates_agree(first.birth_date, second.birth_date)
    if names and dates:
        return SAME_NAME_AND_BIRTH_DATE
    if names is False and dates is False:
        return OTHER_NAME_AND_BIRTH_DATE
    if names is False:
        return OTHER_NAME
    return OTHER_BIRTH_DATE if dates is False else NOT_COMPARABLE


def birth_dates_agree(first: DateSpan | None, second: DateSpan | None) -> bool | None:
    """Whether two birth dates are the same day; None where that is not known, since one is missing or known in part.

    A year alone neither proves a day of that year nor contradicts it.
    """
    if first is None or second is None:
        return None
    if first.find_common_days(second) is None:
        return False
    return True if first.is_one_day and second.is_one_day else None


def names_agree(first: Identity, second: Identity) -> bool | None:
    """Whether two names are one name said twice; None where a given name is missing, or the surnames of one.

    Names are compared by their sound in Spanish. They agree with the surnames swapped, without the second surname,
    without the second given name, and with one typing error in all. Somebody who has one name only agrees with somebody
    of that one name.
    """
    if _list_name_parts(first) == _list_name_parts(second):  # most who come again: nothing to compare by sound
        return True if _split_given_names(first) else None
    first_given_names, second_given_names = _split_given_names(first), _split_given_names(second)
    surnames_known = {bool(_split_surnames(person)) for person in (first, second)}
    if not first_given_names or not second_given_names or len(surnames_known) == 2:
        return None
    # Given names keep their order: Maria Jose and Jose Maria are two people. Surnames may be swapped.
    given_name_errors = _count_given_name_errors(first_given_names, second_given_names)
    surname_errors = _count_surname_errors(first, second)
    return given_name_errors is not None and surname_errors is not None and given_name_errors + surname_errors <= 1


def given_names_agree(first: Identity, second: Identity) -> bool:
    """Whether given names alone agree: the shorter begins the longer, with one typing error at most."""
    return _is_at_most_one(_count_given_name_errors(_split_given_names(first), _split_given_names(second)))


def surnames_agree(first: Identity, second: Identity) -> bool:
    """Whether surnames alone agree: turned round, without the second one, or with one typing error."""
    return _is_at_most_one(_count_surname_errors(first, second))


def _is_at_most_one(error_count: int | None) -> bool:
    return error_count is not None and error_count <= 1


def adds_to_name(on_file: Identity, stated: Identity) -> bool:
    """Whether a statement adds a given name or a surname to the name on file, and changes nothing of it."""
    if _list_name_parts(on_file) == _list_name_parts(stated):
        return False
    names_on_file, stated_names = (
        build_name_keys(person.given_names, is_given_name=True) for person in (on_file, stated)
    )
    surnames = ((on_file.surname_1, stated.surname_1), (on_file.surname_2, stated.surname_2))
    keeps_name = stated_names[: len(names_on_file)] == names_on_file and all(
        not old or build_name_key(old) == build_name_key(new) for old, new in surnames
    )
    return keeps_name and (len(stated_names) > len(names_on_file) or any(new and not old for old, new in surnames))


def has_same_name(first: Identity, second: Identity) -> bool:
    """Whether two names sound alike word by word, nothing left out."""
    return _list_name_sounds(first) == _list_name_sounds(second)


def _list_name_parts(person: Identity) -> tuple[str | None, ...]:
    return person.given_names, person.surname_1, person.surname_2


def _list_name_sounds(person: Identity) -> tuple[list[str], list[str]]:
    return build_name_keys(person.given_names, is_given_name=True), sorted(
        word.sound for word in _split_surnames(person)
    )


def _count_given_name_errors(first: Sequence[NameWord], second: Sequence[NameWord]) -> int | None:
    """Typing errors between given names, of which the shorter begins the longer; None where they do not agree."""
    if "".join(word.sound for word in first) == "".join(word.sound for word in second):  # Mariafernanda, María Fernanda
        return 0
    return _count_typing_errors(zip(first, second, strict=False))


def _count_surname_errors(first: Identity, second: Identity) -> int | None:
    # Whole first, then word by word: "De la Cruz" is one surname for one clerk and three words for another.
    whole_surnames = [
        [_join_surname(surname) for surname in (person.surname_1, person.surname_2)] for person in (first, second)
    ]
    known_surnames = [[word for word in surnames if word.sound] for surnames in whole_surnames]
    error_counts = [
        _count_fewest_errors(*known_surnames),
        _count_fewest_errors(_split_surnames(first), _split_surnames(second)),
    ]
    return min((error_count for error_count in error_counts if error_count is not None), default=None)


def _count_fewest_errors(first: list[NameWord], second: list[NameWord]) -> int | None:
    # Each surname of the person who states fewer stands beside one of the other's, as they are or turned round.
    few, many = sorted((first, second), key=len)
    error_counts = [_count_typing_errors(zip(few, order, strict=False)) for order in (many, many[::-1])]
    return min((error_count for error_count in error_counts if error_count is not None), default=None)


def _count_typing_errors(pairs: Iterable[tuple[NameWord, NameWord]]) -> int | None:
    different = [(first, second) for first, second in pairs if first.sound != second.sound]
    return len(different) if all(_is_typing_error(first, second) for first, second in different) else None


def _is_typing_error(first: NameWord, second: NameWord) -> bool:
    return _differs_by_one_key(first.spelling, second.spelling) or _differs_by_one_key(first.sound, second.sound)


def _differs_by_one_key(first: str, second: str) -> bool:
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - loaded with the first search, not at the start

    # Never at either end, where Daniel becomes Daniela.
    if (first[0], first[-1]) != (second[0], second[-1]) or OSA.distance(first, second) != 1:
        return False
    shorter = min(len(first), len(second))
    if len(first) != len(second):
        return shorter >= LEFT_OUT_LENGTH
    if sorted(first) == sorted(second):
        return shorter >= SWAPPED_LENGTH
    (letters,) = (a + b for a, b in zip(first, second, strict=True) if a != b)
    return shorter >= SUBSTITUTED_LENGTH and any(letters in row or letters[::-1] in row for row in KEYBOARD_ROWS)


def _split_given_names(person: Identity) -> list[NameWord]:
    spellings = split_name(person.given_names, is_given_name=True)
    return [
        word
        for word in (NameWord(spelling, build_name_key(spelling, is_given_name=True)) for spelling in spellings)
        if word.sound
    ]


def _split_surnames(person: Identity) -> list[NameWord]:
    spellings = [word for surname in (person.surname_1, person.surname_2) for word in split_name(surname)]
    return [word for word in (NameWord(spelling, build_name_key(spelling)) for spelling in spellings) if word.sound]


def _join_surname(surname: str | None) -> NameWord:
    return NameWord("".join(split_name(surname)), build_name_key(surname))
