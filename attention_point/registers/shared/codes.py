"""Code lists of registers: bilingual files ``data/lists.yaml``; the word that somebody used, turned into its code."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml

from attention_point.foundation.codelists import Code, CodeList, codelist
from attention_point.registers.shared.rules import folded


def read_lists(path: Path) -> Mapping[str, CodeList]:
    """The lists of a file: ``name: {codes: {code: {es, en, aliases?}}}``."""
    lists = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: CodeList(name, _codes(each["codes"])) for name, each in lists.items()}


def _codes(rows: Mapping[str, Mapping[str, str]]) -> Iterator[Code]:
    for code, row in rows.items():
        yield Code(code, row["es"], row["en"], aliases=tuple(row.get("aliases", ())))


def _countries(own: CodeList) -> CodeList:
    """ISO 3166-1 by its usual names, the office's names put in their place."""
    usual = codelist("nationality")
    return CodeList("countries", [own[each.code] if own.has(each.code) else each for each in usual], by_label=True)


_LISTS = read_lists(Path(__file__).with_name("data") / "lists.yaml")
MARKS = _LISTS["marks"]
CURRENCIES = _LISTS["currencies"]
ORGANISATION_KINDS = _LISTS["organisation_kinds"]
PARTNER_ROLES = _LISTS["partner_roles"]
SDGS = _LISTS["sustainable_development_goals"]
COUNTRIES = _countries(_LISTS["country_words"])


def code_of(codes: CodeList, word: str) -> str | None:
    """The code of a word: the code itself, its label in either language, or an alias; None for none of them."""
    return _by_word(codes).get(folded(word))


@cache
def _by_word(codes: CodeList) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for code in codes:  # what a code is called itself goes before what it is called besides
        for word in (code.code, code.es, code.en):
            found.setdefault(folded(word), code.code)
    for code in codes:
        for word in code.aliases:
            found.setdefault(folded(word), code.code)
    return found
