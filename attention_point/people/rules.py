"""What is known about a person without a database: doubts about a document, ages, and the keys to search by.

The facts of the document types come in as data (``document_types(codelist("document_types"))``). Names are searched by
their sound in Spanish (``sounds.py``). Whether two people are one is in ``matching.py``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Protocol

from rapidfuzz import fuzz

from attention_point import texts
from attention_point.people.sounds import name_key, name_keys, words

LONGEST_NUMBER = 32
MOST_QUERY_KEYS = 16
_MOST_WORDS = 6
ALIASES = {"PEP": "PE", "PPT": "PT"}  # everyday words for the codes of two permits
AGE_BANDS = ((5, "0-5"), (11, "6-11"), (17, "12-17"), (28, "18-28"), (59, "29-59"))
OLDEST_BAND = "60+"

_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015\u2212]+")
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E\+\d+|\d[.,]\d+E\d+")
_FLOAT = re.compile(r"\d{4,}\.0")

Key = tuple[str, str]


def N_(message: str) -> str:  # noqa: N802 - marks a text for the catalogue; rules import nothing of the foundation
    return message


MESSAGES = {
    "unknown_type": N_("This type of document is not known."),
    "number_missing": N_("The number of the document is missing."),
    "number_unexpected": N_("This type of document has no number."),
    "too_long": N_("The number is longer than the %(max)s characters of this type of document."),
    "prefix_missing": N_("The number of this document begins with one of these letters: %(prefixes)s."),
    "off_pattern": N_("The number does not look like a number of this type of document."),
    "unusual": N_("The number does not have the usual length of this type of document."),
    "expired": N_("The document expired on %(date)s."),
    "not_yet_issued": N_("This type of document was not issued before %(date)s."),
    "no_longer_issued": N_("This type of document has not been issued after %(date)s."),
    "no_longer_valid": N_("No document of this type is valid after %(date)s."),
    "not_identity": N_("This is not an identity document: ask for the identity card that goes with it."),
    "birth_date_differs": N_("The last eight digits do not agree with the birth date."),
    "too_young": N_("The holder of this type of document is at least %(age)s years old."),
    "too_old": N_("The holder of this type of document is at most %(age)s years old."),
}
TOO_LONG = N_("A document number has at most 32 characters.")
SCIENTIFIC = N_("The document number was rounded by a spreadsheet: write all its digits.")


@dataclass(frozen=True, slots=True)
class DocumentWarning:
    """A doubt that the agent may confirm. ``message`` is a message id for ``params``, in which days are dates."""

    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class DocumentType:
    """The facts of one type (see ``data/document_types.yaml`` of the code lists for what each means)."""

    code: str
    pattern: re.Pattern[str] | None = None
    usual: re.Pattern[str] | None = None
    max: int = LONGEST_NUMBER
    prefixes: tuple[str, ...] = ()
    ages: tuple[int | None, int | None] = (None, None)
    issued: tuple[date | None, date | None] = (None, None)
    ends: date | None = None
    numbered: bool = True
    identity: bool = True
    birth_date: bool = False


class _Coded(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """A document as shown; ``number`` as ``normalise_document`` leaves it."""

    type: str
    number: str
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one person from another. Every part may be missing."""

    given_names: str | None = None
    surname_1: str | None = None
    surname_2: str | None = None
    birth_date: date | None = None
    documents: tuple[IdentityDocument, ...] = ()


def document_types(rows: Iterable[_Coded]) -> dict[str, DocumentType]:
    """The types by code, their patterns compiled for ASCII digits."""
    return {row.code: _document_type(row.code, row.facts) for row in rows}


def _document_type(code: str, facts: Mapping[str, Any]) -> DocumentType:
    given: dict[str, Any] = {each.name: facts[each.name] for each in fields(DocumentType) if each.name in facts}
    given |= {name: re.compile(given[name], re.ASCII) for name in ("pattern", "usual") if name in given}
    given |= {name: tuple(given[name]) for name in ("ages", "issued", "prefixes") if name in given}
    return DocumentType(code, **given)


def normalise_document(type_: str, number: str | None) -> tuple[str, str]:
    """The type's code and the number in capitals without spaces, dots and hyphens; a missing number is "".

    A whole number that a spreadsheet wrote as ``12345678.0`` loses its ``.0``. Raises ValueError, with a message id
    and never the number, for unfit characters, scientific notation or more than 32 characters.
    """
    code = type_.strip().upper()
    text = texts.clean(texts.compatible(number or "")).upper()
    written = _SEPARATORS.sub("", text.removesuffix(".0") if _FLOAT.fullmatch(text) else text)
    if "E" in text and (_SCIENTIFIC.fullmatch(re.sub(r"\s", "", text)) or _SCIENTIFIC.fullmatch(written)):
        raise ValueError(SCIENTIFIC)
    if len(written) > LONGEST_NUMBER:
        raise ValueError(TOO_LONG)
    return ALIASES.get(code, code), written


def check_document(
    type_: str,
    number: str,
    expires: date | None,
    birth_date: date | None,
    on: date,
    facts: Mapping[str, DocumentType],
) -> list[DocumentWarning]:
    """The doubts about a normalised document on the day of the attention. None of them stops anything."""
    known = facts.get(type_)
    if known is None:
        return [_warning("unknown_type")]
    return [*_number_doubts(known, number), *_date_doubts(known, expires, on), *_holder(known, number, birth_date, on)]


def _warning(code: str, **params: object) -> DocumentWarning:
    return DocumentWarning(code, MESSAGES[code], params)


def _number_doubts(known: DocumentType, number: str) -> Iterator[DocumentWarning]:
    if bool(number) != known.numbered:
        yield _warning("number_unexpected" if number else "number_missing")
    elif len(number) > known.max:
        yield _warning("too_long", max=known.max)
    elif known.prefixes and number.isdecimal():
        yield _warning("prefix_missing", prefixes=", ".join(known.prefixes))
    elif known.pattern and number and not known.pattern.fullmatch(number):
        yield _warning("off_pattern")
    elif known.usual and not known.usual.fullmatch(number):
        yield _warning("unusual")


def _date_doubts(known: DocumentType, expires: date | None, on: date) -> Iterator[DocumentWarning]:
    first, last = known.issued
    if expires and expires < on:
        yield _warning("expired", date=expires)
    if first and on < first:
        yield _warning("not_yet_issued", date=first)
    if known.ends and on > known.ends:
        yield _warning("no_longer_valid", date=known.ends)
    elif last and on > last:
        yield _warning("no_longer_issued", date=last)


def _holder(known: DocumentType, number: str, birth_date: date | None, on: date) -> Iterator[DocumentWarning]:
    if not known.identity:
        yield _warning("not_identity")
    if birth_date is None or birth_date > on:
        return
    age, (least, greatest) = age_on(birth_date, on), known.ages
    if least is not None and age < least:
        yield _warning("too_young", age=least)
    if greatest is not None and age > greatest:
        yield _warning("too_old", age=greatest)
    if known.birth_date and len(number) >= 8 and number[-8:] != f"{birth_date:%d%m}{birth_date.year:04d}":
        yield _warning("birth_date_differs")


def age_on(birth_date: date, on: date) -> int:
    """Completed years on a day. Raises ValueError for a day before the birth.

    Who was born on 29 February completes a year on 28 February where there is no 29th: a term of years that begins on a
    day which the last month lacks ends on that month's last day (Colombian Civil Code, art. 67).
    """
    if on < birth_date:
        raise ValueError("the day is before the birth")
    leap_day_is_missing = (on.month, on.day) == (2, 28) and (on.year % 4 or not on.year % 100 and on.year % 400)
    day = 29 if leap_day_is_missing else on.day
    return on.year - birth_date.year - ((on.month, day) < (birth_date.month, birth_date.day))


def age_band(age: int) -> str:
    """The band of the Colombian life course for an age in completed years. Raises ValueError below 0."""
    if age < 0:
        raise ValueError("an age is not negative")
    return next((band for last, band in AGE_BANDS if age <= last), OLDEST_BAND)


def search_keys(person: Identity) -> list[Key]:
    """The (kind, text) pairs under which a person is found; each becomes a keyed tag, none is stored in clear.

    A key whose parts are not all known is left out. Both surnames give keys, so that swapped surnames meet. Who has a
    given name only is found by it and the year, in place of a surname: otherwise nobody would ever find them again.
    """
    keys = [("document", f"{each.type}:{each.number}") for each in person.documents if each.number]
    given = name_key(next(iter(words(person.given_names, given=True)), ""), given=True)
    born = person.birth_date
    surnames = list(filter(None, (name_key(person.surname_1), name_key(person.surname_2))))
    if born and given and not surnames:
        keys.append(("surname_year", f"{given}|{born.year}"))
    for surname in surnames:
        if born:
            keys.append(("surname_year", f"{surname}|{born.year}"))
        if given:
            keys.append(("surname_given", f"{surname}|{given}"))
    return list(dict.fromkeys(keys))


def document_keys(type_: str, number: str, facts: Mapping[str, DocumentType]) -> list[Key]:
    """The keys to look for when a person types a document: a letter in front may be missing on either side."""
    known = facts.get(type_)
    numbers = [number] if number else []
    if number and known and known.prefixes:
        numbers += [letter + number for letter in known.prefixes] if number.isdecimal() else [number[1:]]
    return [("document", f"{type_}:{each}") for each in numbers]


def query_keys(name: str, birth_year: int | None = None) -> list[Key]:
    """The keys to look for when a name is typed freely, in any usual order; the likeliest first, at most 16.

    One word alone finds nobody without a birth year: surnames by themselves are not indexed, for their frequency
    would give them away.
    """
    typed = words(name)[:_MOST_WORDS]
    count = len(typed)
    given = [name_key(word, given=True) for word in typed]
    keys: list[Key] = []
    for length in (1, 2):  # a surname of two words ("Santa Cruz") comes after those of one
        # A word may have no sound of its own ("h"): it finds nobody.
        spans = [(at, key) for at in range(count - length + 1) if (key := name_key(" ".join(typed[at : at + length])))]
        if birth_year:
            keys += [("surname_year", f"{surname}|{birth_year}") for _, surname in spans]
        keys += [
            ("surname_given", f"{surname}|{given[first]}")
            for first in range(count)
            if given[first]
            for at, surname in spans
            # the given name comes first of all, or after one or two surnames
            if (at > 0 if first == 0 else at < 2 and at + length <= first)
        ]
    if birth_year and given and given[0]:  # somebody who has a given name only
        keys.append(("surname_year", f"{given[0]}|{birth_year}"))
    return list(dict.fromkeys(keys))[:MOST_QUERY_KEYS]


def score(candidate_name: str, typed_name: str) -> float:
    """How alike two whole names sound, 0 to 100, whatever their order; only to put candidates in order."""
    first, second = (" ".join(name_keys(name, given=True)) for name in (candidate_name, typed_name))
    return fuzz.token_set_ratio(first, second) if first and second else 0.0
