"""Code lists of registers from bilingual files ``data/lists.yaml``, and the code that a typed word means."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from attention_point.foundation.codelists import Code, CodeList, get_code_list
from attention_point.registers.shared.rules import fold_text


def read_code_lists(path: Path) -> Mapping[str, CodeList]:
    """Read the lists of a file: ``name: {codes: {code: {es, en, aliases?}}}``."""
    lists = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: CodeList(name, _build_codes(content["codes"])) for name, content in lists.items()}


def read_column_names(path: Path) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Read further names of the columns of spreadsheets from a file: ``register: {field: [name]}``."""
    names: Mapping[str, Mapping[str, Sequence[str]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return names


def _build_codes(rows: Mapping[str, Mapping[str, str]]) -> Iterator[Code]:
    for code, row in rows.items():
        # An alias is another word that files and spreadsheets use for the code; it is never shown.
        yield Code(code, row["es"], row["en"], aliases=tuple(row.get("aliases", ())))


def _list_countries() -> list[Code]:
    """List the countries of ISO 3166-1, under the names that the office uses where they differ."""
    office_names = _CODE_LISTS["country_words"]
    iso_countries = get_code_list("nationality")
    return [office_names[country.code] if office_names.has_code(country.code) else country for country in iso_countries]


# Read once when the module is imported: a broken list stops the start, not a form in the afternoon.
_CODE_LISTS = read_code_lists(Path(__file__).with_name("data") / "lists.yaml")
COMMON_COLUMN_NAMES = read_column_names(Path(__file__).with_name("data") / "column_names.yaml")["every_register"]
NUMBER_QUALIFIERS = _CODE_LISTS["marks"]
CURRENCIES = _CODE_LISTS["currencies"]
ORGANISATION_KINDS = _CODE_LISTS["organisation_kinds"]
PARTNER_ROLES = _CODE_LISTS["partner_roles"]
DEVELOPMENT_GOALS = _CODE_LISTS["sustainable_development_goals"]
# Their names come from Babel, whose data of two languages take 40 ms and 7 MB to load.
COUNTRIES = CodeList("countries", _list_countries, sorts_by_label=True)


def find_code(codes: CodeList, word: str) -> str | None:
    """Find the code that a word means: the code itself, its label in either language, or an alias. None for none."""
    return _index_codes_by_word(codes).get(fold_text(word))


# Built once for each list: an import looks up some thousand words.
@cache
def _index_codes_by_word(codes: CodeList) -> Mapping[str, str]:
    codes_by_word: dict[str, str] = {}
    # Labels first: an alias never takes a word that is another code's label.
    for code in codes:
        for word in (code.code, code.es, code.en):
            codes_by_word.setdefault(fold_text(word), code.code)
    for code in codes:
        for word in code.aliases:
            codes_by_word.setdefault(fold_text(word), code.code)
    return codes_by_word
