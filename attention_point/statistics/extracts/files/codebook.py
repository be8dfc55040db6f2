"""The codebook of an extract: what each value means, and how far each column lies from the published figures."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from attention_point.dates import format_month_code
from attention_point.foundation.language import LANGUAGES
from attention_point.foundation.paperwork import Column, Table, write_csv
from attention_point.statistics.extracts.columns import CodebookEntry, list_codebook_entries, load_columns
from attention_point.statistics.extracts.models import Extract, LogEntry

_TEXT_COLUMNS = ("column", "kind", "title_es", "title_en", "level", "code", "label_es", "label_en")
_NUMBER_COLUMNS = (
    "rows_on_this_level",
    "percent_in_extract",
    "percent_published_least",
    "percent_published_greatest",
    "difference_of_column_percent",
)
Report = Mapping[str, Any]


def build_codebook_csv(extract: Extract) -> bytes:
    """Build the codebook with one line for each value. Percentages are of those who answered."""
    report = json.loads(extract.report)
    columns = {column.name: column for column in load_columns()}
    rows = tuple(
        (
            entry.column,
            columns[entry.column].kind,
            *(columns[entry.column].translations[language] for language in LANGUAGES),
            entry.level,
            entry.code,
            *(entry.translations[language] for language in LANGUAGES),
            _count_rows_on_level(report, entry.column, entry.level, entry.code),
            *_list_percentages(report, entry.column, entry.code),
        )
        for entry in _list_used_entries(report)
    )
    labels = (
        *(Column(name, name, "text") for name in _TEXT_COLUMNS),
        *(Column(name, name, "integer" if name == "rows_on_this_level" else "number") for name in _NUMBER_COLUMNS),
    )
    return write_csv(Table("codebook", "codebook", labels, rows))


def build_codebook_json(log_entry: LogEntry, extract: Extract) -> bytes:
    """Build the codebook for programs, with the limits that protect people."""
    report = json.loads(extract.report)
    codes: dict[str, list[dict[str, str]]] = {}
    for entry in _list_used_entries(report):
        codes.setdefault(entry.column, []).append({"level": entry.level, "code": entry.code, **entry.translations})
    codebook = {
        "period": {"first": format_month_code(log_entry.first), "last": format_month_code(log_entry.last)},
        "sha256": log_entry.sha256,
        "k": extract.k,
        "k_restricted": extract.k_restricted,
        "l": extract.l,
        "rows": report["rows"],
        "suppressed": report["suppressed"],
        "loss": report["loss"],
        "compared_with": report.get("compared_with"),
        "difference_limit": report.get("difference_limit"),
        "columns": [
            {
                "name": column.name,
                "kind": column.kind,
                **column.translations,
                "levels": report["levels"].get(column.name),
                "withheld": report["withheld"].get(column.name),
                "greatest_share": report["shares"].get(column.name),
                "shown_within": column.properties.get("within"),
                "beside_published": report.get("comparisons", {}).get(column.name),
                "codes": codes[column.name],
            }
            for column in load_columns()
        ],
    }
    return json.dumps(codebook, ensure_ascii=False, indent=1).encode()


def _list_used_entries(report: Report) -> Iterator[CodebookEntry]:
    # Extracts that were frozen by earlier versions of the program have rows on several levels of a column.
    used_levels = {name: [level for level, rows in levels.items() if rows] for name, levels in report["levels"].items()}
    yield from list_codebook_entries(used_levels)


def _count_rows_on_level(report: Report, column: str, level: str, code: str) -> int | None:
    """Return the number of rows on the level of a codebook line; None where the report does not count the level."""
    if column in report["levels"]:
        levels: Mapping[str, int] = report["levels"][column]
        # A withheld value stands on the level that shows nothing.
        return levels.get("all", 0) if code == "*" else levels.get(level)
    # A sensitive column has one level, so every row is either on it or withheld.
    withheld: int = report["withheld"][column]
    return withheld if code == "*" else report["rows"] - withheld


def _list_percentages(report: Report, column: str, code: str) -> tuple[float | None, ...]:
    comparison = report.get("comparisons", {}).get(column)
    if comparison is None:
        return (None,) * 4
    shares = comparison["answers"].get(code, (None,) * 3)
    return tuple(None if share is None else round(100 * share, 1) for share in (*shares, comparison["difference"]))
