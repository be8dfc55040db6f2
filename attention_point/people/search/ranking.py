"""How well somebody on file fits what was typed: words of names, whole names and numbers. Plain Python.

A score puts people in order and leaves out who does not fit; it never decides who somebody is (decision 15).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from attention_point.dates import parse_partial_date
from attention_point.people import phones, rules
from attention_point.people.name_sounds import build_name_key, split_name
from attention_point.people.search.keys import list_number_variants
from attention_point.people.search.typed_text import TypedSearch
from attention_point.person_fields import NAME_FIELDS

# Of 100: a typed word is the word on file, sounds like it, begins it, has one error or two, or stands inside it.
SAME_WORD, SAME_SOUND, BEGINNING, ONE_ERROR, TWO_ERRORS, INSIDE = 100, 96, 80, 78, 66, 60
_LONGEST_BEGINNING_BONUS = 14
ONE_ERROR_LENGTH, TWO_ERRORS_LENGTH = 4, 8  # in a shorter word, an error makes another name
BEGINNING_LENGTH, SOUND_BEGINNING_LENGTH, INSIDE_LENGTH = 2, 3, 4
# Of the words that were typed, so much of their likeness is needed for somebody to be shown.
FEWEST_LIKENESS = 0.62
_BIRTH_DATE_BONUS, _BIRTH_YEAR_BONUS, _OTHER_YEAR_MALUS = 12.0, 8.0, 25.0
# Numbers are put before names: whoever types one reads it from a paper.
EXACT_NUMBER, OTHER_TYPE, SIMILAR_NUMBER, PHONE = 400.0, 350.0, 300.0, 200.0


class NameWord(NamedTuple):
    """A word of a name in plain capitals, and how it sounds as a given name and as a surname."""

    spelling: str
    given_sound: str
    surname_sound: str


@lru_cache(maxsize=20_000)
def read_word(spelling: str) -> NameWord:
    """A word with its sounds. Words are kept in memory: the same few thousand names come all day."""
    return NameWord(spelling, build_name_key(spelling, is_given_name=True), build_name_key(spelling))


def read_words(name: str) -> list[NameWord]:
    """The words of a name; letters that stand alone are left out unless there is nothing else."""
    words = [word for word in map(read_word, split_name(name)) if word.given_sound]
    return [word for word in words if len(word.spelling) > 1] or words


def score_word(typed: NameWord, on_file: NameWord) -> int:
    """How alike a typed word and one on file are: 0 to 100, by one of the ways above."""
    if typed.spelling == on_file.spelling:
        return SAME_WORD
    if typed.given_sound == on_file.given_sound or typed.surname_sound == on_file.surname_sound:
        return SAME_SOUND
    length, length_on_file = len(typed.spelling), len(on_file.spelling)
    if (length >= BEGINNING_LENGTH and on_file.spelling.startswith(typed.spelling)) or (
        len(typed.given_sound) >= SOUND_BEGINNING_LENGTH and on_file.given_sound.startswith(typed.given_sound)
    ):
        return BEGINNING + int(_LONGEST_BEGINNING_BONUS * min(1.0, length / length_on_file))
    if score := _score_typing_errors(typed, on_file):
        return score
    return INSIDE if length >= INSIDE_LENGTH and typed.spelling in on_file.spelling else 0


def _score_typing_errors(typed: NameWord, on_file: NameWord) -> int:
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - loaded with the first search, not at the start

    shorter = min(len(typed.spelling), len(on_file.spelling))
    if shorter < ONE_ERROR_LENGTH:
        return 0
    most_errors = 2 if shorter >= TWO_ERRORS_LENGTH else 1
    errors = min(
        OSA.distance(typed.spelling, on_file.spelling, score_cutoff=most_errors),
        # A sound is shorter than its word: with two errors it is another sound.
        OSA.distance(typed.surname_sound, on_file.surname_sound, score_cutoff=1)
        if len(typed.surname_sound) >= ONE_ERROR_LENGTH
        else most_errors + 1,
    )
    if errors > most_errors:
        return 0
    return ONE_ERROR if errors == 1 else TWO_ERRORS


def score_name(typed_words: Sequence[NameWord], words_on_file: Sequence[NameWord]) -> float:
    """How well a name on file fits a typed one, in any order: 0 (left out) to 100 (the same words, and no others)."""
    if not typed_words or not words_on_file:
        return 0.0
    likeness = sum(_pair_words(typed_words, words_on_file)) / 100
    typed_share, share_on_file = likeness / len(typed_words), likeness / len(words_on_file)
    is_shorter_on_file = len(words_on_file) > 1 and share_on_file > 0.9  # "Ana Milena Mora" was typed for "Ana Mora"
    # One word of one that was typed may be the beginning or an error; of several, most must be there.
    if typed_share < FEWEST_LIKENESS and not is_shorter_on_file and not (len(typed_words) == 1 and likeness >= 0.6):
        return 0.0
    return 88 * typed_share + 12 * min(1.0, share_on_file)


def _pair_words(typed_words: Sequence[NameWord], words_on_file: Sequence[NameWord]) -> list[int]:
    """The likeness of each typed word to a word on file of its own, the most alike paired first."""
    pairs = sorted(
        (
            (score, -typed_position, -position)
            for typed_position, typed in enumerate(typed_words)
            for position, word in enumerate(words_on_file)
            if (score := score_word(typed, word))
        ),
        reverse=True,
    )
    paired_typed, paired_on_file, scores = set(), set(), []
    for score, typed_position, position in pairs:
        if typed_position not in paired_typed and position not in paired_on_file:
            paired_typed.add(typed_position)
            paired_on_file.add(position)
            scores.append(score)
    return scores


def list_record_words(record: Mapping[str, Any]) -> list[NameWord]:
    """The words of the name on file, in the order in which they are said."""
    return read_words(" ".join(record.get(field) or "" for field in NAME_FIELDS))


def score_record_by_name(search: TypedSearch, typed_words: Sequence[NameWord], record: Mapping[str, Any]) -> float:
    """How well a record fits the name and the birth date that were typed; 0 leaves it out."""
    words_on_file = list_record_words(record)
    score = score_name(typed_words, words_on_file)
    if len(typed_words) == 1 and score:
        # A surname by itself is most often the first one.
        first_surname = read_words(record.get("surname_1") or "")
        score += 2.0 if any(score_word(typed_words[0], word) >= SAME_SOUND for word in first_surname) else 0.0
    return score + _score_birth_date(search, record.get("birth_date"), score) if score else 0.0


def _score_birth_date(search: TypedSearch, date_on_file: str | None, score: float) -> float:
    if search.birth_year is None or not date_on_file:
        return 0.0
    if search.birth_year not in parse_partial_date(date_on_file).years:
        return max(-_OTHER_YEAR_MALUS, 1.0 - score)  # last in the list, for a year may be typed wrongly too
    return _BIRTH_DATE_BONUS if date_on_file == search.birth_date else _BIRTH_YEAR_BONUS


def score_record_by_number(
    search: TypedSearch, record: Mapping[str, Any], document_types: Mapping[str, rules.DocumentType]
) -> tuple[float, bool]:
    """How well a record's documents fit the number that was typed, and whether another type was typed with it.

    0 leaves the record out: its tag leads here by mistake, or the document is on file no more.
    """
    scores = [
        _score_document(search, document, document_types.get(document["type"]))
        for document in record.get("documents", ())
    ]
    best = max(scores, default=0.0)
    return best, best > 0 and search.document_type is not None and best <= OTHER_TYPE


def _score_document(
    search: TypedSearch, document: Mapping[str, Any], document_type: rules.DocumentType | None
) -> float:
    number = document.get("number") or ""
    if not number or not search.number:
        return 0.0
    is_other_type = search.document_type is not None and document["type"] != search.document_type
    if number == search.number:
        return OTHER_TYPE if is_other_type else EXACT_NUMBER
    if number not in list_number_variants(search.number, document_type):
        return 0.0
    is_prefix_alone = document_type is not None and bool(document_type.prefixes)
    if is_prefix_alone and not is_other_type:  # the letter of a Venezuelan card that people leave out
        return EXACT_NUMBER - 10
    return SIMILAR_NUMBER


def has_phone(record: Mapping[str, Any], phone_keys: Iterable[str]) -> bool:
    """Whether one of the telephones that were typed is on file."""
    return not set(phone_keys).isdisjoint(phones.list_phone_keys(record.get("phone")))
