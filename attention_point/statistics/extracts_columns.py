"""The extract's columns as ``data/extract.yaml`` declares them: ladders of values, rules, and the codebook's words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from attention_point.foundation.codelists import codelist
from attention_point.intake.extracting import Allowed
from attention_point.statistics.anonymity import WITHHELD, Ladder, Quasi, Record, Rules, Sensitive
from attention_point.tallies.facts import NOT_GIVEN, age_band

FILE = Path(__file__).with_name("data") / "extract.yaml"
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column; ``facts`` are what the file says of it beside its words."""

    name: str
    kind: str
    words: Words
    facts: Mapping[str, Any] = field(hash=False)

    @property
    def levels(self) -> tuple[str, ...]:
        """The rungs of its ladder, the most exact first; a sensitive column has one."""
        return tuple(self.facts.get("levels", ("code",)))


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One line of the codebook: a value that a column may hold, the level on which it stands, its words."""

    column: str
    level: str
    code: str
    words: Words


@cache
def declared() -> Mapping[str, Any]:
    """The file, read once."""
    data: Mapping[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return data


@cache
def columns() -> tuple[Column, ...]:
    """All columns in the order of the extract: those that others may know, then the sensitive ones."""
    return tuple(
        Column(name, kind, {"es": facts["es"], "en": facts["en"]}, facts)
        for kind in ("quasi", "sensitive")
        for name, facts in declared()[kind].items()
    )


def rules_of(k: int, l: int, k_restricted: int) -> Rules:  # noqa: E741 - as the literature calls it
    """The rules of an extract with these limits. Raises ValueError for limits that protect nobody."""
    quasi = [
        Quasi(
            one.name,
            one.facts.get("weight", 1.0),
            frozenset(one.facts.get("protected", ())),
            one.facts.get("share", 1.0),
        )
        for one in columns()
        if one.kind == "quasi"
    ]
    sensitive = [_sensitive(one, k, k_restricted) for one in columns() if one.kind == "sensitive"]
    return Rules(k, l, tuple(quasi), tuple(sensitive), declared()["left_out"])


def _sensitive(column: Column, k: int, k_restricted: int) -> Sensitive:
    facts, restricted = column.facts, column.facts.get("restricted", False)
    return Sensitive(
        column.name,
        frozenset(facts.get("protected", ("yes",))),
        k_restricted if restricted else k,
        facts.get("share", declared()["restricted_share" if restricted else "share"]),
        facts.get("weight", declared()["sensitive_weight"]),
        {name: frozenset(allowed) for name, allowed in facts.get("within", {}).items()},
    )


def record_of(one: Allowed) -> Record:
    """What somebody said, as ladders and sensitive values."""
    return Record(
        tuple(_ladder(column, one) for column in columns() if column.kind == "quasi"),
        tuple(_answer(column, one) for column in columns() if column.kind == "sensitive"),
    )


def _ladder(column: Column, one: Allowed) -> Ladder:
    if column.name == "month":
        day = one.day
        return f"{day:%Y-%m}", f"{day.year}-Q{(day.month + 2) // 3}", f"{day.year}"
    value = age_band(one.age) if column.name == "age" else _code(getattr(one, column.name))
    return (value, group_of(column, value), WITHHELD) if len(column.levels) == 3 else (value, WITHHELD)


def group_of(column: Column, code: str) -> str:
    """The group in which a code stands; what was not given stays so."""
    if code == NOT_GIVEN:
        return code
    groups: Mapping[str, Any] = column.facts.get("groups", {})
    found = next((name for name, group in groups.items() if code in group.get("of", ())), None)
    if found is None and column.facts.get("rest") == "department":
        return str(codelist(column.name)[code].facts["department_code"])
    return found or next((name for name, group in groups.items() if group.get("rest")), WITHHELD)


def _code(value: object) -> str:
    return NOT_GIVEN if value is None else str(value)


def _answer(column: Column, one: Allowed) -> str:
    if not column.facts.get("yes_no"):
        return _code(getattr(one, column.name))
    named = set(column.facts.get("needs", ())) & set(one.needs)
    named |= set(column.facts.get("vulnerabilities", ())) & set(one.vulnerabilities)
    if column.name == "disability":
        return "yes" if named or one.disability else NOT_GIVEN if one.disability is None else "no"
    return "yes" if named else "no"


def codebook() -> Iterator[CodeRow]:
    """Every value that may stand in the file, column by column; months and years stand for themselves."""
    for column in columns():
        for level in column.levels:
            for code, words in _values(column, level):
                yield CodeRow(column.name, level, code, words)
        common = (NOT_GIVEN, WITHHELD) if column.name != "month" else ()
        for code in common:
            yield CodeRow(column.name, "any", code, declared()["words"][code])


def _values(column: Column, level: str) -> Iterator[tuple[str, Words]]:
    if column.facts.get("yes_no"):
        for code in ("yes", "no"):
            yield code, declared()["words"][code]
    elif column.name == "month":
        yield {"month": "YYYY-MM", "quarter": "YYYY-Qn", "year": "YYYY"}[level], declared()["words"][level]
    elif level == column.levels[0]:
        for one in codelist(column.facts["codes"]):
            yield one.code, {"es": one.es, "en": one.en}
    elif level != "all":
        for code, group in column.facts.get("groups", {}).items():
            yield code, {"es": group["es"], "en": group["en"]}
        if column.facts.get("rest") == "department":
            yield from _departments(column)


def _departments(column: Column) -> Iterator[tuple[str, Words]]:
    for code, name in sorted(
        {(one.facts["department_code"], one.facts["department"]) for one in codelist(column.name)}
    ):
        yield code, {"es": name, "en": name}
