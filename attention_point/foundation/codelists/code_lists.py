"""Code lists: where they come from, and what other rooms ask of them.

They come from ``data/*.yaml``, ``data/municipalities.csv`` and Babel's names of countries. A list is read when it is
first needed, and kept until the process ends.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from babel import Locale

from attention_point import texts
from attention_point.dates import is_in_force

DATA_FOLDER = Path(__file__).with_name("data")
# The file of each list that does not stand in lists.yaml.
_FILES_BY_LIST = {
    "document_types": "document_types.yaml",
    "journal_groups": "journal.yaml",
    "journal_subjects": "journal.yaml",
    "journal_details": "journal.yaml",
    "viewing_purposes": "viewing.yaml",
    "opening_reasons": "viewing.yaml",
    "unusual_readings": "viewing.yaml",
    "need_words": "need_words.yaml",
}
# Two-letter codes that CLDR names and ISO 3166-1 does not assign: reserved or private ones, and groups of countries.
CODES_OUTSIDE_ISO = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
)
# Nearly everybody at the desk is from one of these two countries.
FIRST_COUNTRIES = ("VE", "CO")
_COMMON_COLUMNS = frozenset({"es", "en", "valid_from", "valid_to", "aliases"})


@dataclass(frozen=True, slots=True)
class Code:
    """One answer. ``valid_from`` and ``valid_to`` are the first and the last day on which it may be given.

    ``attributes`` are the columns that only one list has, such as a document's pattern or a municipality's department.
    """

    code: str
    es: str
    en: str
    valid_from: date | None = None
    valid_to: date | None = None
    aliases: tuple[str, ...] = ()
    # A mapping cannot be hashed; the code can, by its other fields.
    attributes: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def is_valid_on(self, day: date | None) -> bool:
        """Tells whether the code may be given on a day. Without a day every code is valid."""
        return day is None or is_in_force(self.valid_from, self.valid_to, day)

    def label(self, language: str) -> str:
        """Returns the words for the code: English for ``en``, else Spanish."""
        return self.en if language == "en" else self.es


class CodeList:
    """A list by its name. ``is_sensitive`` marks answers that nobody is obliged to give (Ley 1581 de 2012, arts. 5-6).

    ``codes`` is a function where listing them takes long: it is called once, when the list is first used.
    """

    def __init__(
        self,
        name: str,
        codes: Iterable[Code] | Callable[[], Iterable[Code]],
        *,
        is_sensitive: bool = False,
        sorts_by_label: bool = False,
    ) -> None:
        self.name = name
        self.is_sensitive = is_sensitive
        self._listed = codes
        self._sorts_by_label = sorts_by_label
        # A form shows a thousand municipalities in order; they are sorted once.
        self._sorted_by_language: dict[str, tuple[Code, ...]] = {}

    @cached_property
    def _codes(self) -> Mapping[str, Code]:
        codes = self._listed() if callable(self._listed) else self._listed
        return MappingProxyType({code.code: code for code in codes})

    @cached_property
    def _aliases(self) -> Mapping[str, str]:
        return {texts.fold_text(word): code.code for code in self for word in (*code.aliases, code.code)}

    def __iter__(self) -> Iterator[Code]:
        return iter(self._codes.values())

    def __len__(self) -> int:
        return len(self._codes)

    def __getitem__(self, code: str) -> Code:
        """Returns a code with its attributes; raises KeyError for an unknown one."""
        return self._codes[code]

    def has_code(self, code: str) -> bool:
        """Tells whether the list has exactly this code."""
        return code in self._codes

    def find_code(self, word: str) -> str | None:
        """Finds the code for an everyday word ("PEP" is PE), or for the code in capitals or small letters."""
        return self._aliases.get(texts.fold_text(word))

    def label_for_code(self, code: str, language: str) -> str:
        """Returns the words for a code, or an unknown code as it is: a paper is printed all the same."""
        listed_code = self._codes.get(code)
        return code if listed_code is None else listed_code.label(language)

    def choice_for_code(self, code: str, language: str) -> str:
        """Returns the words for a code as ``form_choices`` has them, or an unknown code as it is."""
        listed_code = self._codes.get(code)
        return code if listed_code is None else _format_choice(listed_code, language)

    def form_choices(self, language: str, day: date | None = None) -> list[tuple[str, str]]:
        """Returns pairs of code and words for a form, in reading order. A municipality names its department too."""
        if language not in self._sorted_by_language:
            codes = sorted(self, key=lambda code: _sort_key_for_code(code, language)) if self._sorts_by_label else self
            self._sorted_by_language[language] = tuple(codes)
        return [
            (code.code, _format_choice(code, language))
            for code in self._sorted_by_language[language]
            if code.is_valid_on(day)
        ]


@cache
def get_code_list(name: str) -> CodeList:
    """Returns a list by its name; raises KeyError for an unknown one."""
    if name == "municipality":
        return CodeList(name, _read_municipalities(), sorts_by_label=True)
    if name == "nationality":
        return CodeList(name, _list_countries(), sorts_by_label=True)
    content = _read_lists(_FILES_BY_LIST.get(name, "lists.yaml"))[name]
    return CodeList(name, map(_build_code, content["codes"].items()), is_sensitive=content.get("sensitive", False))


def _format_choice(code: Code, language: str) -> str:
    department = code.attributes.get("department")
    label = code.label(language)
    # Several municipalities have the same name. Bogotá is a department of its own and is not named twice.
    return f"{label} ({department})" if department and department != label else label


def _sort_key_for_code(code: Code, language: str) -> tuple[int, str]:
    country_rank = FIRST_COUNTRIES.index(code.code) if code.code in FIRST_COUNTRIES else len(FIRST_COUNTRIES)
    return country_rank, texts.fold_text(_format_choice(code, language))


@cache
def _read_lists(file_name: str) -> Mapping[str, Any]:
    """Reads a file of lists: ``name: {sensitive?, codes: {code: {es, en, …}}}``."""
    lists: Mapping[str, Any] = yaml.safe_load((DATA_FOLDER / file_name).read_text(encoding="utf-8"))
    return lists


def _build_code(entry: tuple[str, Mapping[str, Any]]) -> Code:
    code, row = entry
    attributes = {key: value for key, value in row.items() if key not in _COMMON_COLUMNS}
    return Code(
        code,
        row["es"],
        row["en"],
        row.get("valid_from"),
        row.get("valid_to"),
        tuple(row.get("aliases", ())),
        MappingProxyType(attributes),
    )


def _read_municipalities() -> Iterator[Code]:
    """Reads DANE's list of municipalities (DIVIPOLA). Their names are the same in both languages."""
    with (DATA_FOLDER / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            attributes = MappingProxyType({key: row[key] for key in ("department_code", "department")})
            yield Code(row["code"], row["name"], row["name"], attributes=attributes)


def _list_countries() -> Iterator[Code]:
    """Lists the countries of ISO 3166-1 by CLDR's names, which also has regions, with codes of three digits."""
    spanish, english = Locale("es", "CO").territories, Locale("en").territories
    for code in sorted(spanish):
        if len(code) == 2 and code.isalpha() and code not in CODES_OUTSIDE_ISO:
            yield Code(code, spanish[code], english[code])
