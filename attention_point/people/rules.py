"""What can be said of a person without a database: doubts about a document, and the keys to search by. Plain Python.

The facts of the document types come in as data (``build_document_types``). Names are searched by their sound in Spanish
(``name_sounds.py``). Whether two people are one is in ``matching.py``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Protocol

from attention_point import texts
from attention_point.dates import DateSpan, find_possible_ages, is_in_force
from attention_point.people.name_sounds import build_name_key, build_name_keys
from attention_point.people.phones import list_phone_keys

MAXIMUM_NUMBER_LENGTH = 32
_MAXIMUM_GIVEN_NAMES = 3  # each is a tag for each surname
TYPE_ALIASES = {"PEP": "PE", "PPT": "PT"}  # everyday words for the codes of two permits

# Every hyphen and dash: papers are typed from photographs and pasted from chats.
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015\u2212]+")
# What a spreadsheet makes of a long number when it is taken for a quantity: 1,23457E+11, and 12345678.0.
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E\+\d+|\d[.,]\d+E\d+")
_FLOAT = re.compile(r"\d{4,}\.0")

SearchKey = tuple[str, str]


def N_(message: str) -> str:  # noqa: N802 - marks a text for the catalogue; rules import nothing of the foundation
    return message


# Stored with visits, and translated when they are read: an id that changes leaves the old ones without translation.
WARNING_MESSAGES = {
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
NUMBER_TOO_LONG = N_("A document number has at most 32 characters.")
NUMBER_ROUNDED = N_("The document number was rounded by a spreadsheet: write all its digits.")


@dataclass(frozen=True, slots=True)
class DocumentWarning:
    """A doubt that the agent may confirm. ``message`` is a message id; days among its ``params`` are dates."""

    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class DocumentType:
    """The facts of one type; ``document_types.yaml`` of the code lists says what each means."""

    code: str
    pattern: re.Pattern[str] | None = None
    usual: re.Pattern[str] | None = None
    max: int = MAXIMUM_NUMBER_LENGTH
    prefixes: tuple[str, ...] = ()
    ages: tuple[int | None, int | None] = (None, None)
    issued: tuple[date | None, date | None] = (None, None)
    ends: date | None = None
    prolonged: tuple[date, date] | None = None
    numbered: bool = True
    identity: bool = True
    birth_date: bool = False


class _CodeListEntry(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def attributes(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """A document as shown; ``number`` as ``normalise_document`` leaves it."""

    type: str
    number: str
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """The parts that identify a person. Every part may be missing; a birth date may be known in part."""

    given_names: str | None = None
    surname_1: str | None = None
    surname_2: str | None = None
    birth_date: DateSpan | None = None
    documents: tuple[IdentityDocument, ...] = ()
    phone: str | None = None
    sex: str | None = None


def build_document_types(rows: Iterable[_CodeListEntry]) -> dict[str, DocumentType]:
    """The types by code, their patterns compiled for ASCII digits."""
    return {row.code: _build_document_type(row.code, row.attributes) for row in rows}


def _build_document_type(code: str, facts: Mapping[str, Any]) -> DocumentType:
    type_facts: dict[str, Any] = {
        type_field.name: facts[type_field.name] for type_field in fields(DocumentType) if type_field.name in facts
    }
    type_facts |= {name: re.compile(type_facts[name], re.ASCII) for name in ("pattern", "usual") if name in type_facts}
    listed_facts = ("ages", "issued", "prefixes", "prolonged")
    type_facts |= {name: tuple(type_facts[name]) for name in listed_facts if name in type_facts}
    return DocumentType(code, **type_facts)


def normalise_document(type_code: str, number: str | None) -> tuple[str, str]:
    """The type's code and the number in capitals without spaces, dots and hyphens; a missing number is "".

    A whole number that a spreadsheet wrote as ``12345678.0`` loses its ``.0``. Raises ValueError, with a message id
    and never the number, for unfit characters, scientific notation or more than 32 characters.
    """
    code = type_code.strip().upper()
    text = texts.clean_text(texts.normalise_compatible(number or "")).upper()
    plain_number = _SEPARATORS.sub("", text.removesuffix(".0") if _FLOAT.fullmatch(text) else text)
    if "E" in text and (_SCIENTIFIC.fullmatch(re.sub(r"\s", "", text)) or _SCIENTIFIC.fullmatch(plain_number)):
        raise ValueError(NUMBER_ROUNDED)
    if len(plain_number) > MAXIMUM_NUMBER_LENGTH:
        raise ValueError(NUMBER_TOO_LONG)
    return TYPE_ALIASES.get(code, code), plain_number


def check_document(
    type_code: str,
    number: str,
    expires: date | None,
    birth_date: DateSpan | None,
    day: date,
    document_types: Mapping[str, DocumentType],
) -> list[DocumentWarning]:
    """The doubts about a normalised document on the day of the attention. No doubt stops a visit."""
    document_type = document_types.get(type_code)
    if document_type is None:
        return [_build_warning("unknown_type")]
    return [
        *_check_number(document_type, number),
        *_check_dates(document_type, expires, day),
        *_check_holder(document_type, number, birth_date, day),
    ]


def _build_warning(code: str, **params: object) -> DocumentWarning:
    return DocumentWarning(code, WARNING_MESSAGES[code], params)


def _check_number(document_type: DocumentType, number: str) -> Iterator[DocumentWarning]:
    if bool(number) != document_type.numbered:
        yield _build_warning("number_unexpected" if number else "number_missing")
    elif len(number) > document_type.max:
        yield _build_warning("too_long", max=document_type.max)
    elif document_type.prefixes and number.isdecimal():
        yield _build_warning("prefix_missing", prefixes=", ".join(document_type.prefixes))
    elif document_type.pattern and number and not document_type.pattern.fullmatch(number):
        yield _build_warning("off_pattern")
    elif document_type.usual and not document_type.usual.fullmatch(number):
        yield _build_warning("unusual")


def _check_dates(document_type: DocumentType, expires: date | None, day: date) -> Iterator[DocumentWarning]:
    issued_from, issued_to = document_type.issued
    # While all of a type are prolonged by law, the printed day says nothing.
    counts_anyway = document_type.prolonged is not None and is_in_force(*document_type.prolonged, day)
    if expires and expires < day and not counts_anyway:
        yield _build_warning("expired", date=expires)
    if issued_from and day < issued_from:
        yield _build_warning("not_yet_issued", date=issued_from)
    if document_type.ends and day > document_type.ends:
        yield _build_warning("no_longer_valid", date=document_type.ends)
    elif issued_to and day > issued_to:
        yield _build_warning("no_longer_issued", date=issued_to)


def _check_holder(
    document_type: DocumentType, number: str, birth_date: DateSpan | None, day: date
) -> Iterator[DocumentWarning]:
    if not document_type.identity:
        yield _build_warning("not_identity")
    possible_ages = find_possible_ages(birth_date, day) if birth_date else None
    if birth_date is None or possible_ages is None:  # a birth after the attention is an error, told by the draft
        return
    (least_age, greatest_age), (least, greatest) = possible_ages, document_type.ages
    # A birth date that is known in part leaves a doubt only where no day of it agrees.
    if least is not None and greatest_age < least:
        yield _build_warning("too_young", age=least)
    if greatest is not None and least_age > greatest:
        yield _build_warning("too_old", age=greatest)
    if document_type.birth_date and len(number) >= 8 and not _ends_with_day(number, birth_date):
        yield _build_warning("birth_date_differs")


def _ends_with_day(number: str, span: DateSpan) -> bool:
    # The last eight digits are a date, DDMMYYYY.
    try:
        day = datetime.strptime(number[-8:], "%d%m%Y").date()  # noqa: DTZ007 - a day of a paper has no time zone
    except ValueError:
        return False
    return span.earliest <= day <= span.latest


def build_search_keys(person: Identity) -> list[SearchKey]:
    """The (kind, text) pairs under which a person is found; each becomes a keyed tag, none is stored in clear.

    A key whose parts are not all known is left out.
    """
    # Surnames by themselves give no key: the frequency of a tag would give away the commonest names (decision 14).
    keys = [("document", f"{document.type}:{document.number}") for document in person.documents if document.number]
    keys += [("phone", phone_key) for phone_key in list_phone_keys(person.phone)]
    given_keys = build_name_keys(person.given_names, is_given_name=True)[:_MAXIMUM_GIVEN_NAMES]
    # A birth date that is known in part touches two years at most: who stated an age is found by either.
    birth_years = person.birth_date.years if person.birth_date else range(0)
    # Both surnames give keys, so that swapped surnames meet.
    surnames = list(filter(None, (build_name_key(person.surname_1), build_name_key(person.surname_2))))
    # Somebody with a given name only is found by it and the year: otherwise nobody would ever find them again.
    if given_keys and not surnames:
        keys += [("surname_year", f"{given_keys[0]}|{year}") for year in birth_years]
    for surname in surnames:
        keys += [("surname_year", f"{surname}|{year}") for year in birth_years]
        keys += [("surname_given", f"{surname}|{given_key}") for given_key in given_keys]
    keys += [("surnames", surnames_key)] if (surnames_key := join_sorted(surnames)) else []
    full_name = f"{person.given_names or ''} {person.surname_1 or ''} {person.surname_2 or ''}"
    keys += [("full_name", name_key)] if (name_key := build_full_name_key(full_name)) else []
    return list(dict.fromkeys(keys))


def build_full_name_key(full_name: str) -> str:
    """The key of a whole name: the sounds of all its words in alphabetical order; "" for fewer than two words."""
    # Nobody types in which order the words stand, nor which of them are given names: all are taken as given names.
    return join_sorted(build_name_keys(full_name, is_given_name=True))


def join_sorted(sounds: Sequence[str]) -> str:
    """Join sounds in alphabetical order; "" for fewer than two."""
    return "|".join(sorted(sounds)) if len(sounds) > 1 else ""


def build_document_keys(type_code: str, number: str, document_types: Mapping[str, DocumentType]) -> list[SearchKey]:
    """The keys to look for when a document is typed."""
    # Venezuelan numbers begin with V or E on the card, and people leave the letter out: on file, or now.
    document_type = document_types.get(type_code)
    numbers = [number] if number else []
    if number and document_type and document_type.prefixes:
        numbers += [letter + number for letter in document_type.prefixes] if number.isdecimal() else [number[1:]]
    return [("document", f"{type_code}:{candidate_number}") for candidate_number in numbers]
