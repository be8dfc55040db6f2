"""Whether two people who show the same document are one, without asking anybody. Plain Python.

The same document is not enough, nor is the same birth date: twins come with their mother's passport, numbers are
mistyped, and the first of January stands in for a date that nobody knows. The names must agree as well. When in doubt
the answer is no: two people who are kept apart can be compared, two who were merged cannot be told apart any more.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz.distance import OSA

from attention_point.people.rules import Identity
from attention_point.people.sounds import name_key, name_keys, words

SWAPPED, LEFT_OUT, SUBSTITUTED = 6, 7, 8
"""How long both spellings of a name are before a typing error in it is forgiven: two letters swapped (Calros), one left
out or put in (Fernada), a neighbouring key (Fermando). In shorter names such an error makes a brother or a sister of
somebody: Jose and Josue, Dario and Dairo, Marina and Mariana, Yuleisy and Yuleidy."""
KEYBOARD = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")

SAME_NAME_AND_BIRTH_DATE = "same-document-same-name-birth-date"
OTHER_NAME = "same-document-other-name"
OTHER_BIRTH_DATE = "same-document-other-birth-date"
OTHER_NAME_AND_BIRTH_DATE = "same-document-other-name-birth-date"
NOT_COMPARABLE = "same-document-not-comparable"


class Word(NamedTuple):
    """A word of a name in plain capitals, and its sound."""

    spelling: str
    sound: str


def same_person(first: Identity, second: Identity) -> bool:
    """Whether two people with the same document have the same birth date and names that agree; all must be known."""
    return compare_people(first, second) == SAME_NAME_AND_BIRTH_DATE


def compare_people(first: Identity, second: Identity) -> str:
    """How two people with the same document compare: one of this module's codes, which are kept with a pair.

    ``NOT_COMPARABLE`` says that nothing differs, but that a name or a birth date is missing on either side.
    """
    names = names_agree(first, second)
    dates = first.birth_date == second.birth_date if first.birth_date and second.birth_date else None
    if names and dates:
        return SAME_NAME_AND_BIRTH_DATE
    if names is False and dates is False:
        return OTHER_NAME_AND_BIRTH_DATE
    if names is False:
        return OTHER_NAME
    return OTHER_BIRTH_DATE if dates is False else NOT_COMPARABLE


def names_agree(first: Identity, second: Identity) -> bool | None:
    """Whether two names are one name said twice; None where a given name is missing, or the surnames of one.

    Names are compared by their sound in Spanish. They agree with the surnames swapped, without the second surname,
    without the second given name, and with one typing error in all. The order of given names counts: Maria Jose and
    Jose Maria are two people. Somebody who has one name only agrees with somebody of that one name.
    """
    if _typed_name(first) == _typed_name(second):  # most who come again: nothing to compare by sound
        return True if _given_words(first) else None
    first_given, second_given = _given_words(first), _given_words(second)
    surnames_known = {bool(_surname_words(person)) for person in (first, second)}
    if not first_given or not second_given or len(surnames_known) == 2:
        return None
    given_slips, surname_slips = _given_slips(first_given, second_given), _surname_slips(first, second)
    return given_slips is not None and surname_slips is not None and given_slips + surname_slips <= 1


def adds_to_name(on_file: Identity, stated: Identity) -> bool:
    """Whether a statement adds a given name or a surname to the name on file, and changes nothing of it."""
    if _typed_name(on_file) == _typed_name(stated):
        return False
    first, second = (name_keys(person.given_names, given=True) for person in (on_file, stated))
    surnames = ((on_file.surname_1, stated.surname_1), (on_file.surname_2, stated.surname_2))
    within = second[: len(first)] == first and all(not old or name_key(old) == name_key(new) for old, new in surnames)
    return within and (len(second) > len(first) or any(new and not old for old, new in surnames))


def same_name(first: Identity, second: Identity) -> bool:
    """Whether two names sound alike word by word, nothing left out."""
    return _whole_name(first) == _whole_name(second)


def _typed_name(person: Identity) -> tuple[str | None, ...]:
    return person.given_names, person.surname_1, person.surname_2


def _whole_name(person: Identity) -> tuple[list[str], list[str]]:
    return name_keys(person.given_names, given=True), sorted(word.sound for word in _surname_words(person))


def _given_slips(first: Sequence[Word], second: Sequence[Word]) -> int | None:
    """Typing errors between given names, of which the shorter begins the longer; None where they do not agree."""
    if "".join(word.sound for word in first) == "".join(word.sound for word in second):  # Mariafernanda, María Fernanda
        return 0
    return _slips(zip(first, second, strict=False))


def _surname_slips(first: Identity, second: Identity) -> int | None:
    """The fewest typing errors between surnames in either order, whole or word by word; None where none agrees."""
    whole = [[_whole(surname) for surname in (person.surname_1, person.surname_2)] for person in (first, second)]
    spoken = [[word for word in surnames if word.sound] for surnames in whole]
    ways = [_fewest_slips(*spoken), _fewest_slips(_surname_words(first), _surname_words(second))]
    return min((slips for slips in ways if slips is not None), default=None)


def _fewest_slips(first: list[Word], second: list[Word]) -> int | None:
    """Each surname of who says fewer beside one of the other's: as they stand, or turned round."""
    few, many = sorted((first, second), key=len)
    ways = [_slips(zip(few, order, strict=False)) for order in (many, many[::-1])]
    return min((slips for slips in ways if slips is not None), default=None)


def _slips(pairs: Iterable[tuple[Word, Word]]) -> int | None:
    different = [(first, second) for first, second in pairs if first.sound != second.sound]
    return len(different) if all(_is_typing_error(first, second) for first, second in different) else None


def _is_typing_error(first: Word, second: Word) -> bool:
    return _is_slip(first.spelling, second.spelling) or _is_slip(first.sound, second.sound)


def _is_slip(first: str, second: str) -> bool:
    """Whether one slip of a finger lies between two names, never at either end, where Daniel becomes Daniela."""
    if (first[0], first[-1]) != (second[0], second[-1]) or OSA.distance(first, second) != 1:
        return False
    shorter = min(len(first), len(second))
    if len(first) != len(second):
        return shorter >= LEFT_OUT
    if sorted(first) == sorted(second):
        return shorter >= SWAPPED
    (letters,) = (a + b for a, b in zip(first, second, strict=True) if a != b)
    return shorter >= SUBSTITUTED and any(letters in row or letters[::-1] in row for row in KEYBOARD)


def _given_words(person: Identity) -> list[Word]:
    spelled = words(person.given_names, given=True)
    return [word for word in (Word(spelling, name_key(spelling, given=True)) for spelling in spelled) if word.sound]


def _surname_words(person: Identity) -> list[Word]:
    spelled = [word for surname in (person.surname_1, person.surname_2) for word in words(surname)]
    return [word for word in (Word(spelling, name_key(spelling)) for spelling in spelled) if word.sound]


def _whole(surname: str | None) -> Word:
    return Word("".join(words(surname)), name_key(surname))
