"""The columns of an extract, as ``data/extract.yaml`` declares them: hierarchies of values, rules, and the codebook."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from attention_point.dates import format_month_code
from attention_point.foundation.codelists import Code, get_code_list
from attention_point.intake.records.research_records import ConsentedVisit
from attention_point.statistics.extracts.anonymity.rules import (
    WITHHELD,
    AnonymityRules,
    Hierarchy,
    PersonRecord,
    QuasiIdentifier,
    SensitiveColumn,
)
from attention_point.tallies.facts import NOT_GIVEN, classify_age

DECLARATION_FILE = Path(__file__).with_name("data") / "extract.yaml"
Translations = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ExtractColumn:
    """One declared column. ``properties`` are what the file says of it beside its words."""

    name: str
    kind: str
    translations: Translations
    properties: Mapping[str, Any] = field(hash=False)

    @property
    def level_names(self) -> tuple[str, ...]:
        """The levels of the hierarchy of the column, the most exact first. A sensitive column has one."""
        return tuple(self.properties.get("levels", ("code",)))

    def list_codes(self) -> Sequence[Code]:
        """List the codes on the most exact level, in the order of their code list."""
        return tuple(get_code_list(self.properties["codes"]))


@dataclass(frozen=True, slots=True)
class CodebookEntry:
    """One line of the codebook: a value that a column may hold, the level on which it stands, and its words."""

    column: str
    level: str
    code: str
    translations: Translations


@cache
def load_declaration() -> Mapping[str, Any]:
    """Return the declaration file, which is read once."""
    data: Mapping[str, Any] = yaml.safe_load(DECLARATION_FILE.read_text(encoding="utf-8"))
    return data


@cache
def load_columns() -> tuple[ExtractColumn, ...]:
    """Return all columns in the order of the extract: the quasi-identifiers, then the sensitive columns."""
    return tuple(
        ExtractColumn(name, kind, {"es": properties["es"], "en": properties["en"]}, properties)
        for kind in ("quasi", "sensitive")
        for name, properties in load_declaration()[kind].items()
    )


def build_rules(k: int, l: int, k_restricted: int) -> AnonymityRules:  # noqa: E741 - as the literature calls it
    """Build the rules of an extract with these limits. Raises ValueError for limits that protect nobody."""
    quasi = [
        QuasiIdentifier(
            column.name,
            column.properties.get("weight", 1.0),
            frozenset(column.properties.get("protected", ())),
            column.properties.get("share", 1.0),
        )
        for column in _list_columns("quasi")
    ]
    sensitive = [_build_sensitive_column(column, k, k_restricted) for column in _list_columns("sensitive")]
    declaration = load_declaration()
    return AnonymityRules(k, l, tuple(quasi), tuple(sensitive), declaration["left_out"], declaration["withheld"])


def name_levels(levels: Mapping[str, int]) -> dict[str, str]:
    """Return the name of the level on which each quasi-identifier stands."""
    return {column.name: column.level_names[levels[column.name]] for column in _list_columns("quasi")}


def _list_columns(kind: str) -> list[ExtractColumn]:
    return [column for column in load_columns() if column.kind == kind]


def _build_sensitive_column(column: ExtractColumn, k: int, k_restricted: int) -> SensitiveColumn:
    properties, restricted = column.properties, column.properties.get("restricted", False)
    return SensitiveColumn(
        column.name,
        frozenset(properties.get("protected", ("yes",))),
        k_restricted if restricted else k,
        properties.get("share", load_declaration()["restricted_share" if restricted else "share"]),
        properties.get("weight", load_declaration()["sensitive_weight"]),
        {name: frozenset(allowed) for name, allowed in properties.get("within", {}).items()},
    )


def build_record(person: ConsentedVisit) -> PersonRecord:
    """Build the record of a person: hierarchies and sensitive values."""
    return PersonRecord(
        tuple(_build_hierarchy(column, person) for column in _list_columns("quasi")),
        tuple(_build_sensitive_value(column, person) for column in _list_columns("sensitive")),
    )


def _build_hierarchy(column: ExtractColumn, person: ConsentedVisit) -> Hierarchy:
    if column.name == "month":
        day = person.day
        return format_month_code(day), f"{day.year}-Q{(day.month + 2) // 3}", f"{day.year}"
    # Only the age band enters an extract, never the age or the birth date.
    value = classify_age(person.age) if column.name == "age" else _format_code(getattr(person, column.name))
    return tuple(convert_code(column, level, value) for level in column.level_names)


def convert_code(column: ExtractColumn, level: str, code: str) -> str:
    """Return what a code of the code list becomes on a level. "Not given" stays what it is below the top."""
    if level == "all":
        return WITHHELD
    groups: Mapping[str, Any] = column.properties.get("groups", {}).get(level, {})
    # Joined to a group it would become an answer that nobody gave.
    if code == NOT_GIVEN:
        return code
    group_name = next((name for name, group in groups.items() if code in group.get("of", ())), None)
    return group_name or next((name for name, group in groups.items() if group.get("rest")), code)


def _format_code(value: object) -> str:
    return NOT_GIVEN if value is None else str(value)


def _build_sensitive_value(column: ExtractColumn, person: ConsentedVisit) -> str:
    if not column.properties.get("yes_no"):
        return _format_code(getattr(person, column.name))
    # A topic can be told by a need or by a vulnerability: who came for violence is in it, however it was recorded.
    matching_codes = set(column.properties.get("needs", ())) & set(person.needs)
    matching_codes |= set(column.properties.get("vulnerabilities", ())) & set(person.vulnerabilities)
    # Asked by itself: silence is no "no", as it is of needs and vulnerabilities, which are
    # recorded only where they are there.
    if column.name == "disability":
        return "yes" if matching_codes or person.disability else NOT_GIVEN if person.disability is None else "no"
    return "yes" if matching_codes else "no"


def list_codebook_entries(used_levels: Mapping[str, Collection[str]]) -> Iterator[CodebookEntry]:
    """Yield every value that the file may hold, column by column. ``used_levels`` are those on which rows stand."""
    for column in load_columns():
        for level in used_levels.get(column.name, column.level_names):
            for code, translations in _list_level_codes(column, level):
                yield CodebookEntry(column.name, level, code, translations)
        common_codes = (NOT_GIVEN, WITHHELD) if column.name != "month" else ()
        for code in common_codes:
            yield CodebookEntry(column.name, "any", code, load_declaration()["words"][code])


def _list_level_codes(column: ExtractColumn, level: str) -> Iterator[tuple[str, Translations]]:
    if column.properties.get("yes_no"):
        for code in ("yes", "no"):
            yield code, load_declaration()["words"][code]
    elif column.name == "month":
        # Months and years are listed by their format, for there is no end of them.
        yield {"month": "YYYY-MM", "quarter": "YYYY-Qn", "year": "YYYY"}[level], load_declaration()["words"][level]
    elif level == column.level_names[0]:
        for code_entry in get_code_list(column.properties["codes"]):
            yield code_entry.code, {"es": code_entry.es, "en": code_entry.en}
    elif level != "all":
        groups = column.properties["groups"][level]
        for code, group in groups.items():
            yield code, {"es": group["es"], "en": group["en"]}
        # What no group names stands for itself.
        for code_entry in get_code_list(column.properties["codes"]):
            if convert_code(column, level, code_entry.code) == code_entry.code and code_entry.code not in groups:
                yield code_entry.code, {"es": code_entry.es, "en": code_entry.en}
