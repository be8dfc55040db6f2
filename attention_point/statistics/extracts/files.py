"""The files that are handed over: the rows, the codebook as CSV and JSON, and the method note in each language."""

import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from attention_point.dates import format_month_code
from attention_point.foundation import clock
from attention_point.foundation.language import LANGUAGES, in_language
from attention_point.foundation.paperwork import Column, Table, write_csv
from attention_point.statistics.extracts.columns import list_codebook_entries, load_columns
from attention_point.statistics.extracts.method_note import build_method_note
from attention_point.statistics.extracts.models import Extract, LogEntry
from attention_point.statistics.extracts.rules import Period

CODEBOOK_COLUMNS = (
    "column",
    "kind",
    "title_es",
    "title_en",
    "level",
    "code",
    "label_es",
    "label_en",
    "rows_on_this_level",
)
FilesByName = Mapping[str, bytes]


def build_files(log_entry: LogEntry, extract: Extract, *, is_demonstration: bool = False) -> FilesByName:
    """Build every file, by its name. ``is_demonstration`` marks invented people as such."""
    method_notes = {}
    for language in LANGUAGES:
        with in_language(language):
            note = build_method_note(log_entry, extract, is_demonstration=is_demonstration)
            method_notes[f"method-{language}.md"] = note.encode()
    return {
        f"{build_base_name(log_entry)}.csv": extract.content,
        "codebook.csv": _build_codebook_csv(extract),
        "codebook.json": json.dumps(_build_codebook(log_entry, extract), ensure_ascii=False, indent=1).encode(),
        **method_notes,
    }


def build_base_name(log_entry: LogEntry) -> str:
    """Return the base of the file names: ``extract-2017-07-to-2017-12``."""
    return f"extract-{Period(log_entry.first, log_entry.last).name}"


def build_zip(files: FilesByName, moment: datetime) -> bytes:
    """Pack the files into one archive. The same files and moment give the same bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            # By default a ZIP holds the time of its making, so that each download would differ.
            entry = zipfile.ZipInfo(name, clock.to_local_time(moment).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def _build_codebook_csv(extract: Extract) -> bytes:
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
        )
        for entry in list_codebook_entries()
    )
    labels = tuple(
        Column(name, name, "integer" if name == "rows_on_this_level" else "text") for name in CODEBOOK_COLUMNS
    )
    return write_csv(Table("codebook", "codebook", labels, rows))


def _count_rows_on_level(report: Mapping[str, Any], column: str, level: str, code: str) -> int | None:
    """Return the number of rows on the level of a codebook line; None where the report does not count the level."""
    if column in report["levels"]:
        levels = report["levels"][column]
        return levels.get("all" if code == "*" else level)
    # A sensitive column has one level, so every row is either on it or withheld.
    withheld = report["withheld"][column]
    return withheld if code == "*" else report["rows"] - withheld


def _build_codebook(log_entry: LogEntry, extract: Extract) -> dict[str, Any]:
    report = json.loads(extract.report)
    codes: dict[str, list[dict[str, str]]] = {}
    for entry in list_codebook_entries():
        codes.setdefault(entry.column, []).append({"level": entry.level, "code": entry.code, **entry.translations})
    return {
        "period": {"first": format_month_code(log_entry.first), "last": format_month_code(log_entry.last)},
        "sha256": log_entry.sha256,
        "k": extract.k,
        "k_restricted": extract.k_restricted,
        "l": extract.l,
        "rows": report["rows"],
        "suppressed": report["suppressed"],
        "loss": report["loss"],
        "columns": [
            {
                "name": column.name,
                "kind": column.kind,
                **column.translations,
                "levels": report["levels"].get(column.name),
                "withheld": report["withheld"].get(column.name),
                "greatest_share": report["shares"].get(column.name),
                "shown_within": column.properties.get("within"),
                "codes": codes[column.name],
            }
            for column in load_columns()
        ],
    }
