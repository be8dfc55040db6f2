"""The content of a month: its tables as they may be shown, with their words. A release freezes it as JSON."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from attention_point.dates import format_month_code, parse_month_code
from attention_point.foundation.language import LANGUAGES, N_, current_language, gettext, in_language
from attention_point.statistics.dimension_labels import CODE_FORMATTERS, build_code_labeller
from attention_point.statistics.protection.disclosure import MERGE_SEPARATOR, TOTAL_CODE, CellCodes
from attention_point.statistics.protection.month import ProtectedMonth
from attention_point.tallies.rules import INDICATORS_BY_ID, LEAST_COUNT

Translations = Mapping[str, str]  # language → text
ShownCounts = Mapping[CellCodes, int | None]

# The year so far is the sum of released months, so that it tells nothing that those do not (decision 11, G3).
YEAR_TABLES: Mapping[str, tuple[str, str]] = {
    "attentions-by-month": ("attentions", N_("Attentions by month of the year, and the year so far")),
    "first-time-people-by-month": ("people", N_("People who came for the first time, by month, and the year so far")),
    "referrals-by-month": ("referrals", N_("Referrals by month of the year, and the year so far")),
}


@dataclass(frozen=True, slots=True)
class TableContent:
    """One table. A cell has a code for each dimension: ``*`` for a total, ``a/b`` for merged codes.

    A count is None where it is suppressed. ``left_out`` are the codes of the first dimension about which the table says
    nothing, so that nobody is recognised. ``as_of_version`` is set where a correction took the table over from an
    earlier version.
    """

    id: str
    titles: Translations
    counts: str
    k: int
    dimensions: tuple[str, ...]
    overlapping: tuple[str, ...]
    cells: ShownCounts
    left_out: tuple[str, ...] = ()
    as_of_version: int | None = None

    @property
    def title(self) -> str:
        """The title in the language in use."""
        return self.titles[current_language()]

    @property
    def merged_codes(self) -> list[str]:
        """The merged rows and columns, by their names."""
        return sorted({code for cell in self.cells for code in cell if MERGE_SEPARATOR in code})

    @property
    def suppressed_count(self) -> int:
        """The number of suppressed cells."""
        return sum(count is None for count in self.cells.values())


@dataclass(frozen=True, slots=True)
class MonthContent:
    """A month. The fields from ``version`` on are those of a release; without a version the month is provisional."""

    month: date
    totals: Mapping[str, int | None]
    tables: tuple[TableContent, ...]
    withheld: tuple[tuple[str, Translations], ...]
    labels: Mapping[str, Mapping[str, Translations]]
    version: int | None = None
    released_at: datetime | None = None
    journal_head: str | None = None
    note: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was recorded in the month."""
        return all(total == 0 for total in self.totals.values())

    def find_table(self, table_id: str) -> TableContent | None:
        """Return one table by its id; None when the month does not show it."""
        return next((table for table in self.tables if table.id == table_id), None)

    def label_for_code(self, dimension: str, code: str) -> str:
        """Return the words of a code in the language in use. The words of merged codes stand side by side."""
        if dimension in CODE_FORMATTERS:
            return CODE_FORMATTERS[dimension](code)
        labels, language = self.labels.get(dimension, {}), current_language()
        codes = code.split(MERGE_SEPARATOR)
        return " / ".join(labels[single][language] if single in labels else single for single in codes)


def build_month_content(session: Session, first_day: date, protected: ProtectedMonth) -> MonthContent:
    """Build the content of a protected month, with the words of its codes as they are today."""
    tables = tuple(
        build_table_content(table_id, table.cells, table.left_out)
        for table_id, table in protected.tables.items()
        if table.cells
    )
    withheld = tuple(
        (table_id, translate_message(INDICATORS_BY_ID[table_id].title))
        for table_id, table in protected.tables.items()
        if table.withheld
    )
    return MonthContent(first_day, protected.totals, tables, withheld, _collect_labels(session, tables))


def build_table_content(table_id: str, cells: ShownCounts, left_out: tuple[str, ...] = ()) -> TableContent:
    """Build the content of one indicator's table."""
    indicator = INDICATORS_BY_ID[table_id]
    titles = translate_message(indicator.title)
    return TableContent(
        table_id, titles, indicator.counts, indicator.k, indicator.dimensions, indicator.overlapping, cells, left_out
    )


def translate_message(message: str) -> dict[str, str]:
    """Return a message in every language."""
    texts = {}
    for language in LANGUAGES:
        with in_language(language):
            texts[language] = gettext(message)
    return texts


def _collect_labels(session: Session, tables: Iterable[TableContent]) -> dict[str, dict[str, dict[str, str]]]:
    # The words are frozen with the counts: a service that is renamed later keeps its name in this month.
    codes_by_dimension: dict[str, set[str]] = {}
    for table in tables:
        for axis, dimension in enumerate(table.dimensions):
            if dimension not in CODE_FORMATTERS:
                codes = {code for cell in table.cells for code in cell[axis].split(MERGE_SEPARATOR)} - {TOTAL_CODE}
                codes_by_dimension.setdefault(dimension, set()).update(codes, table.left_out if axis == 0 else ())
    labels: dict[str, dict[str, dict[str, str]]] = {}
    for language in LANGUAGES:
        with in_language(language):
            label_for_code = build_code_labeller(session)
            for dimension, codes in sorted(codes_by_dimension.items()):
                for code in sorted(codes):
                    labels.setdefault(dimension, {}).setdefault(code, {})[language] = label_for_code(dimension, code)
    return labels


def build_year_tables(months: Iterable[MonthContent]) -> tuple[TableContent, ...]:
    """Build the tables of the year so far from the given months.

    Where a month suppresses its count, the sum is suppressed too: else a reader could subtract the other months.
    """
    sorted_months = sorted(months, key=lambda content: content.month)
    tables = []
    for table_id, (counts, title) in YEAR_TABLES.items():
        cells: dict[CellCodes, int | None] = {
            (format_month_code(content.month),): _get_year_count(content, counts) for content in sorted_months
        }
        known_counts = [count for count in cells.values() if count is not None]
        cells[TOTAL_CODE,] = sum(known_counts) if len(known_counts) == len(sorted_months) else None
        tables.append(TableContent(table_id, translate_message(title), counts, LEAST_COUNT, ("month",), (), cells))
    return tuple(tables)


def _get_year_count(content: MonthContent, counts: str) -> int | None:
    # A person is counted once in each month, so people of several months do not add up. First visits do.
    if counts != "people" or content.totals["people"] == 0:
        return content.totals[counts]
    table = content.find_table("people-by-first-time")
    return table.cells.get(("first",), 0) if table else None


def build_content_json(content: MonthContent) -> dict[str, Any]:
    """Return a month as the JSON of the API, without its hash."""
    return {
        "month": format_month_code(content.month),
        "version": content.version,
        "released_at": content.released_at.isoformat() if content.released_at else None,
        "journal_head": content.journal_head,
        "note": content.note,
        "totals": dict(content.totals),
        "tables": [_build_table_json(table) for table in content.tables],
        "withheld": [
            {"id": table_id, "title": titles["es"], "title_en": titles["en"]} for table_id, titles in content.withheld
        ],
        "labels": content.labels,
    }


def _build_table_json(table: TableContent) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": table.titles["es"],
        "title_en": table.titles["en"],
        "counts": table.counts,
        "k": table.k,
        "dimensions": list(table.dimensions),
        "overlapping": list(table.overlapping),
        "left_out": list(table.left_out),
        "as_of_version": table.as_of_version,
        "protection": _describe_protection(table),
        "cells": [
            {
                "at": dict(zip(table.dimensions, cell, strict=True)),
                "count": count,
                "status": "suppressed" if count is None else "shown",
            }
            for cell, count in table.cells.items()
        ],
    }


def _describe_protection(table: TableContent) -> dict[str, Any]:
    # Codes only, because released JSON speaks no language: the dictionary explains them.
    rule = _name_protection_rule(table)
    merged = {} if rule == "sum-of-published" else {"merged": table.merged_codes}
    return {"rule": rule, "suppressed": table.suppressed_count, **merged}


def _name_protection_rule(table: TableContent) -> str:
    if table.id in YEAR_TABLES:
        return "sum-of-published"
    if INDICATORS_BY_ID[table.id].returns_table:
        return "beside-people"
    if len(table.dimensions) == 1:
        return "overlap" if table.overlapping else "line"
    if len(table.dimensions) == 2 and (table.overlapping or INDICATORS_BY_ID[table.id].nested):
        return "lines"
    return "crossing"


def parse_content_json(content_json: Mapping[str, Any]) -> MonthContent:
    """Return the month that ``build_content_json`` made JSON of."""
    return MonthContent(
        month=parse_month_code(content_json["month"]),
        totals=content_json["totals"],
        tables=tuple(_parse_table_json(table) for table in content_json["tables"]),
        withheld=tuple((table["id"], _parse_titles(table)) for table in content_json["withheld"]),
        labels=content_json["labels"],
        version=content_json["version"],
        released_at=datetime.fromisoformat(content_json["released_at"]) if content_json["released_at"] else None,
        journal_head=content_json["journal_head"],
        note=content_json["note"],
    )


def _parse_table_json(table: Mapping[str, Any]) -> TableContent:
    dimensions = tuple(table["dimensions"])
    return TableContent(
        table["id"],
        _parse_titles(table),
        table["counts"],
        table["k"],
        dimensions,
        tuple(table["overlapping"]),
        {tuple(cell["at"][name] for name in dimensions): cell["count"] for cell in table["cells"]},
        tuple(table["left_out"]),
        table["as_of_version"],
    )


def _parse_titles(table: Mapping[str, Any]) -> Translations:
    return {"es": table["title"], "en": table["title_en"]}


def encode_canonical_json(content_json: Mapping[str, Any]) -> str:
    """Encode JSON in its one canonical form: sorted keys, no blanks, UTF-8."""
    return json.dumps(content_json, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def compute_content_hash(content_json: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of the canonical JSON of a month without its ``hash``."""
    hashed = {key: value for key, value in content_json.items() if key != "hash"}
    return hashlib.sha256(encode_canonical_json(hashed).encode()).hexdigest()
