"""One code list, and where the lists come from: ``data/*.yaml``, ``data/municipalities.csv`` and Babel's countries.

A list is read when it is first asked for and kept for the life of the process.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from babel import Locale

from attention_point import texts

DATA = Path(__file__).with_name("data")
# CLDR knows these two-letter codes, ISO 3166-1 does not assign them: exceptional, user-assigned or groups of countries.
NOT_ISO = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"})
FIRST_COUNTRIES = ("VE", "CO")
_ROW = frozenset({"es", "en", "valid_from", "valid_to", "aliases"})


@dataclass(frozen=True, slots=True)
class Code:
    """One answer. ``valid_from`` and ``valid_to`` are the first and the last day on which it may be given.

    ``facts`` are the columns that one list has and others have not (a document's pattern, a municipality's department).
    """

    code: str
    es: str
    en: str
    valid_from: date | None = None
    valid_to: date | None = None
    aliases: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def current(self, on: date | None) -> bool:
        """Whether the code may be given on this day; without a day, whether it was ever a code."""
        if on is None:
            return True
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)

    def label(self, language: str) -> str:
        """The words for it: English for ``en``, else Spanish."""
        return self.en if language == "en" else self.es


class CodeList:
    """A list by its name. ``sensitive`` marks answers that nobody is obliged to give (Ley 1581 de 2012, arts. 5-6)."""

    def __init__(self, name: str, codes: Iterable[Code], *, sensitive: bool = False, by_label: bool = False) -> None:
        self.name = name
        self.sensitive = sensitive
        self._codes: Mapping[str, Code] = MappingProxyType({code.code: code for code in codes})
        self._aliases = {_folded(word): code.code for code in self for word in (*code.aliases, code.code)}
        self._by_label = by_label
        self._ordered: dict[str, tuple[Code, ...]] = {}

    def __iter__(self) -> Iterator[Code]:
        return iter(self._codes.values())

    def __len__(self) -> int:
        return len(self._codes)

    def __getitem__(self, code: str) -> Code:
        """The code with its facts; raises KeyError."""
        return self._codes[code]

    def codes(self, on: date | None = None) -> tuple[Code, ...]:
        """The codes in the list's order, those of one day if a day is given."""
        return tuple(code for code in self if code.current(on))

    def has(self, code: str, on: date | None = None) -> bool:
        """Whether the list has this exact code (on that day)."""
        found = self._codes.get(code)
        return found is not None and found.current(on)

    def alias(self, word: str) -> str | None:
        """The code for an everyday word ("PEP" is PE) or for the code in any case; None for neither."""
        return self._aliases.get(_folded(word))

    def label(self, code: str, language: str) -> str:
        """The words for a code. An unknown code stands for itself: a paper is still printed."""
        found = self._codes.get(code)
        return code if found is None else found.label(language)

    def choices(self, language: str, on: date | None = None) -> list[tuple[str, str]]:
        """Pairs of code and words for a form, in reading order; a municipality carries its department."""
        return [(code.code, _choice(code, language)) for code in self._in_order(language) if code.current(on)]

    def _in_order(self, language: str) -> tuple[Code, ...]:
        if not self._by_label:
            return tuple(self)
        if language not in self._ordered:
            self._ordered[language] = tuple(sorted(self, key=lambda code: _place(code, language)))
        return self._ordered[language]


@cache
def codelist(name: str) -> CodeList:
    """The list of this name (see NAMES); raises KeyError for another."""
    return _READERS[name](name)


def _choice(code: Code, language: str) -> str:
    department = code.facts.get("department")
    words = code.label(language)
    return f"{words} ({department})" if department and department != words else words


def _place(code: Code, language: str) -> tuple[int, str]:
    first = FIRST_COUNTRIES.index(code.code) if code.code in FIRST_COUNTRIES else len(FIRST_COUNTRIES)
    return first, _folded(_choice(code, language))


def _folded(word: str) -> str:
    return texts.without_accents(word.strip()).casefold()


@cache
def _file(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def _from_lists(name: str) -> CodeList:
    return _from_yaml(name, _file("lists.yaml")[name])


def _from_journal(name: str) -> CodeList:
    return _from_yaml(name, _file("journal.yaml")[name])


def _from_own_file(name: str) -> CodeList:
    return _from_yaml(name, _file(f"{name}.yaml"))


def _from_yaml(name: str, data: Mapping[str, Any]) -> CodeList:
    codes = [
        Code(
            code,
            row["es"],
            row["en"],
            row.get("valid_from"),
            row.get("valid_to"),
            tuple(row.get("aliases", ())),
            MappingProxyType({key: value for key, value in row.items() if key not in _ROW}),
        )
        for code, row in data["codes"].items()
    ]
    return CodeList(name, codes, sensitive=data.get("sensitive", False))


def _municipalities(name: str) -> CodeList:
    with (DATA / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        codes = [
            Code(
                row["code"],
                row["name"],
                row["name"],
                facts=MappingProxyType({key: row[key] for key in ("department_code", "department")}),
            )
            for row in csv.DictReader(file)
        ]
    return CodeList(name, codes, by_label=True)


def _countries(name: str) -> CodeList:
    spanish, english = Locale("es", "CO").territories, Locale("en").territories
    codes = [
        Code(code, spanish[code], english[code])
        for code in sorted(spanish)
        if len(code) == 2 and code.isalpha() and code not in NOT_ISO
    ]
    return CodeList(name, codes, by_label=True)


_READERS: dict[str, Callable[[str], CodeList]] = {
    **dict.fromkeys(
        (
            "sex",
            "gender",
            "population",
            "status",
            "intention",
            "ethnicity",
            "education",
            "disability_questions",
            "disability_levels",
            "accompanied_by",
            "vulnerabilities",
            "age_bands",
            "waits",
            "answer_times",
            "referral_states",
            "origin",
            "journal_actions",
        ),
        _from_lists,
    ),
    **dict.fromkeys(("journal_groups", "journal_subjects", "journal_details"), _from_journal),
    "document_types": _from_own_file,
    "municipality": _municipalities,
    "nationality": _countries,
}
NAMES = tuple(_READERS)
