"""Reads what was typed into the one search box: what it may be, everything at once. Plain Python.

The same digits may be a document, a telephone and an attention's reference: nobody has to say which.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from attention_point import texts
from attention_point.people import phones, rules
from attention_point.people.name_sounds import split_name

MAXIMUM_LENGTH = 200  # characters: a slip's whole address fits in
BIRTH_YEARS = range(1880, 2201)
"""From a little before the oldest person alive; the end is there for the keyboard's slips alone."""
FEWEST_DIGITS = 3
_REFERENCE_YEARS = range(2000, 2201)

_SLIP_ADDRESS = re.compile(r"/slips/([A-Z2-9]{16})(?:[/?#]|$)", re.IGNORECASE)
_SLIP_CODE = re.compile(r"[A-Z2-9]{16}")
_REFERENCE = re.compile(r"(?:([A-Z]{1,8})[\s-]*)?(\d{4})[\s-]+(\d{1,6})|([A-Z]{2,8})[\s-]*(\d{4})(\d{6})")
_REFERENCE_NUMBER = re.compile(r"\d{1,6}")
_DATE = re.compile(r"(?<!\d)(?:(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})|(\d{4})-(\d{1,2})-(\d{1,2}))(?!\d)")
_HAS_DIGIT = re.compile(r"\d")
_NUMBER_WORD = re.compile(r"[\W_]*[A-Z]?[\W_]*", re.IGNORECASE)
# What people write before a number without saying which type it is.
_FILLER_WORDS = frozenset(
    {"N", "NO", "NRO", "NUM", "NUMERO", "TEL", "TELEFONO", "CEL", "CELULAR", "DOC", "DOCUMENTO", "CED", "CEDULA", "CI"}
)
_MOST_LETTERS_OF_NUMBER = 3  # AB123456; with more letters than that and fewer digits it is a word


@dataclass(frozen=True, slots=True)
class Reference:
    """An attention's reference, such as BGA-2017-000123. ``prefix`` and ``year`` are None where they were left out."""

    number: int
    year: int | None = None
    prefix: str | None = None


@dataclass(frozen=True, slots=True)
class TypedSearch:
    """What a typed text may mean. Each part is None or empty where it cannot be meant.

    ``number`` is a document's, in capitals without separators; ``document_type`` the type that was typed with it.
    ``phone`` is what may be a telephone, as it was typed, and ``phone_keys`` its keys (``phones.list_phone_keys``).
    ``birth_date`` is text: YYYY or YYYY-MM-DD.
    """

    slip_code: str | None = None
    reference: Reference | None = None
    document_type: str | None = None
    number: str = ""
    phone: str = ""
    phone_keys: tuple[str, ...] = ()
    name: str = ""
    birth_date: str | None = None

    @property
    def birth_year(self) -> int | None:
        """The year of birth, if one was typed."""
        return int(self.birth_date[:4]) if self.birth_date else None

    @property
    def is_short_number(self) -> bool:
        """Whether there are fewer digits than any document has, and no name."""
        return not self.name and len(self.number) < FEWEST_DIGITS and not self.slip_code


def read_typed_text(typed_text: str, type_names: Mapping[str, str]) -> TypedSearch:
    """Read what was typed. ``type_names`` leads from the words for a type of document, in plain capitals, to its code.

    Raises UnfitText for invisible characters, and ValueError, with a message id, for a number that a spreadsheet
    rounded.
    """
    text = texts.clean_folded(texts.normalise_compatible(typed_text))
    slip_code = _read_slip_code(text)
    if slip_code and _take_type(text, type_names)[0]:  # "pasaporte 2438522" has as many characters
        slip_code = None
    if slip_code and ("/" in text or _HAS_DIGIT.search(slip_code)):  # of letters alone, it may be a name as well
        return TypedSearch(slip_code=slip_code)
    reference = _read_reference(text)
    if reference is not None and reference.prefix is not None:
        if reference.prefix not in type_names:
            return TypedSearch(reference=reference)
        reference = None  # "CC 1096 667412" is a document
    rest, birth_date = _take_birth_date(text)
    document_type, number, phone_text, name = _split_number_and_name(rest, type_names)
    if name and _is_year(number):
        number, phone_text, birth_date = "", "", birth_date or number
    elif birth_date and not name and not number:  # a date alone is a number like another
        birth_date, number = None, re.sub(r"\D", "", text)
    is_phone = phones.is_phone_shaped(phone_text)
    return TypedSearch(
        slip_code=slip_code,
        reference=reference if not name else None,
        document_type=document_type,
        number=number,
        phone=phone_text if is_phone else "",
        phone_keys=tuple(phones.list_phone_keys(phone_text)) if is_phone else (),
        name=name,
        birth_date=birth_date,
    )


def _read_slip_code(text: str) -> str | None:
    if address := _SLIP_ADDRESS.search(text):
        return address[1].upper()
    code = re.sub(r"[\s-]", "", text).upper()
    return code if _SLIP_CODE.fullmatch(code) else None


def _read_reference(text: str) -> Reference | None:
    capitals = text.upper()
    if match := _REFERENCE.fullmatch(capitals):
        prefix, year, number = match[1] or match[4], match[2] or match[5], match[3] or match[6]
        # A card and a mobile telephone have ten digits too: "cedula 1098765432".
        if prefix not in _FILLER_WORDS and int(year) in _REFERENCE_YEARS:
            return Reference(int(number), int(year), prefix)
        return None
    return Reference(int(capitals)) if _REFERENCE_NUMBER.fullmatch(capitals) and int(capitals) else None


def _take_birth_date(text: str) -> tuple[str, str | None]:
    match = _DATE.search(text)
    if match is None:
        return text, None
    day, month, year = (match[1], match[2], match[3]) if match[3] else (match[6], match[5], match[4])
    if not (1 <= int(day) <= 31 and 1 <= int(month) <= 12 and int(year) in BIRTH_YEARS):
        return text, None
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    return rest.strip(), f"{year}-{int(month):02d}-{int(day):02d}"


def _is_year(number: str) -> bool:
    return len(number) == 4 and number.isdecimal() and int(number) in BIRTH_YEARS


def _split_number_and_name(text: str, type_names: Mapping[str, str]) -> tuple[str | None, str, str, str]:
    """The type, the number of a document, the same as a telephone would be read, and the words of a name."""
    document_type, text = _take_type(text, type_names)
    number_words: list[str] = []
    name_words: list[str] = []
    for word in text.split():
        # A letter by itself belongs to the number that follows it ("V 12.345.678"), and so do brackets and signs.
        is_number_word = (
            _is_number_word(word)
            or (_NUMBER_WORD.fullmatch(word) and _HAS_DIGIT.search(text))
            or (document_type is not None and word == text)
        )
        (number_words if is_number_word else name_words).append(word)
    if number_words and all(word in _FILLER_WORDS for word in split_name(" ".join(name_words))):
        name_words = []
    number_text = " ".join(number_words)
    try:
        _type, number = rules.normalise_document("", number_text)
    except ValueError:
        if not name_words:
            raise
        number = ""
    number = "".join(character for character in number if character.isalnum())
    return document_type, number, number_text, " ".join(name_words)


def _is_number_word(word: str) -> bool:
    digits, letters = sum(map(str.isdecimal, word)), sum(map(str.isalpha, word))
    return digits > 0 and (letters <= _MOST_LETTERS_OF_NUMBER or digits >= letters)


def _take_type(text: str, type_names: Mapping[str, str]) -> tuple[str | None, str]:
    """The type of document with which a text begins, and the rest; a text without digits has none."""
    if not _HAS_DIGIT.search(text):
        return None, text
    words = text.replace(":", " ").split()
    for length in range(min(6, len(words) - 1), 0, -1):
        words_as_typed = " ".join(split_type_words(" ".join(words[:length])))
        if words_as_typed in type_names:
            return type_names[words_as_typed], " ".join(words[length:])
    return None, text


def split_type_words(text: str) -> list[str]:
    """The words for a type of document in plain capitals, without dots: "C.C." and "cc" are one."""
    plain_text = texts.remove_accents(text).upper().replace(".", "")
    return "".join(character if character.isalnum() else " " for character in plain_text).split()
