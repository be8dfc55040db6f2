"""The keys to look for when something is typed. Plain Python; ``people/rules.py`` makes the keys of people."""

import re
from collections.abc import Iterator, Mapping, Sequence

from attention_point.people.name_sounds import build_name_key, split_name
from attention_point.people.rules import DocumentType, SearchKey, build_full_name_key, join_sorted

# Each key is a look into the index: a pasted paragraph must not become hundreds of them.
MAXIMUM_NAME_KEYS = 60
_MAXIMUM_WORDS = 6
_MAXIMUM_LEADING_ZEROS = 2
# A type written without a blank before the number, as on papers. A passport may begin with the same letters.
_TYPE_AND_DIGITS = re.compile(r"(?:CC|CE|CI|DE|PA|PE|PEP|PPT|PT|RC|TI)[VE]?(\d{5,})", re.ASCII)


def build_name_query_keys(name: str, birth_year: int | None = None) -> list[SearchKey]:
    """The keys to look for when a name is typed, its words in any order; at most 60.

    A person carries the more of them the more of the name is theirs. One word alone gives no key without a year of
    birth: surnames by themselves have none.
    """
    words = split_name(name)[:_MAXIMUM_WORDS]
    keys = list(_list_pair_keys(words))
    if birth_year:
        keys += [("surname_year", f"{sound}|{birth_year}") for word in words if (sound := build_name_key(word))]
        # Somebody who has a given name only.
        keys += [
            ("surname_year", f"{sound}|{birth_year}")
            for word in words[:1]
            if (sound := build_name_key(word, is_given_name=True))
        ]
    if full_name_key := build_full_name_key(name):
        keys.insert(0, ("full_name", full_name_key))
    return list(dict.fromkeys(keys))[:MAXIMUM_NAME_KEYS]


def _list_pair_keys(words: Sequence[str]) -> Iterator[SearchKey]:
    # Every word may be a given name, and every other one, or two that follow each other ("Santa Cruz"), a surname.
    given_sounds = [build_name_key(word, is_given_name=True) for word in words]
    for length in (1, 2):
        for start in range(len(words) - length + 1):
            surname = build_name_key(" ".join(words[start : start + length]))
            for position, given_sound in enumerate(given_sounds):
                if surname and given_sound and not start <= position < start + length:
                    yield "surname_given", f"{surname}|{given_sound}"
    sounds = [sound for word in words if (sound := build_name_key(word))]
    for first, sound in enumerate(sounds):
        for other_sound in sounds[first + 1 :]:
            yield "surnames", join_sorted((sound, other_sound))


def build_number_query_keys(number: str, document_types: Mapping[str, DocumentType]) -> list[SearchKey]:
    """The keys to look for when a number of a document is typed: under every type, and as people write it otherwise."""
    return [
        ("document", f"{type_code}:{candidate_number}")
        for type_code, document_type in document_types.items()
        for candidate_number in list_number_variants(number, document_type)
    ]


def list_number_variants(number: str, document_type: DocumentType | None) -> list[str]:
    """A number as it may be on file: with and without the letter before it, and the zeros that a copyist leaves out.

    ``number`` is as ``rules.normalise_document`` leaves it.
    """
    prefixes = document_type.prefixes if document_type else ()
    glued = _TYPE_AND_DIGITS.fullmatch(number)
    digits = glued[1] if glued else number[1:] if number[:1].isalpha() and number[1:].isdecimal() else number
    variants = [number, digits]
    if digits.isdecimal():
        variants += [prefix + digits for prefix in prefixes]
        variants += ["0" * zeros + digits for zeros in range(1, _MAXIMUM_LEADING_ZEROS + 1)]
        variants += [digits.lstrip("0")]
    return list(dict.fromkeys(filter(None, variants)))
