"""What is handed over: the rows, the codebook as CSV and JSON, the method note in each language; loose or as a ZIP."""

import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from attention_point.foundation import clock
from attention_point.foundation.language import LANGUAGES, speaking
from attention_point.foundation.paperwork import Column, Table, write_csv
from attention_point.statistics.extracts_columns import codebook, columns
from attention_point.statistics.extracts_method import method_note
from attention_point.statistics.extracts_models import Extract, ExtractLog
from attention_point.statistics.extracts_rules import Period

HEADS = ("column", "kind", "title_es", "title_en", "level", "code", "label_es", "label_en", "rows_on_this_level")
Files = Mapping[str, bytes]


def files_of(line: ExtractLog, extract: Extract, *, invented: bool = False) -> Files:
    """Every file by its name. ``invented`` marks the people of a demonstration as such."""
    notes = {}
    for language in LANGUAGES:
        with speaking(language):
            notes[f"method-{language}.md"] = method_note(line, extract, invented=invented).encode()
    return {
        f"{name_of(line)}.csv": extract.content,
        "codebook.csv": _codebook_csv(extract),
        "codebook.json": json.dumps(_codebook(line, extract), ensure_ascii=False, indent=1).encode(),
        **notes,
    }


def name_of(line: ExtractLog) -> str:
    """How the extract's files are called: ``extract-2017-07-to-2017-12``."""
    return f"extract-{Period(line.first, line.last).name}"


def zipped(files: Files, moment: datetime) -> bytes:
    """The files in one archive that knows no other moment: the same files give the same bytes."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, clock.local(moment).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return made.getvalue()


def _codebook_csv(extract: Extract) -> bytes:
    report = json.loads(extract.report)
    facts = {column.name: column for column in columns()}
    rows = tuple(
        (
            row.column,
            facts[row.column].kind,
            facts[row.column].words["es"],
            facts[row.column].words["en"],
            row.level,
            row.code,
            row.words["es"],
            row.words["en"],
            _rows_on(report, row.column, row.level, row.code),
        )
        for row in codebook()
    )
    heads = (*(Column(name, name) for name in HEADS[:-1]), Column(HEADS[-1], HEADS[-1], "integer"))
    return write_csv(Table("codebook", "codebook", heads, rows))


def _rows_on(report: Mapping[str, Any], column: str, level: str, code: str) -> int | None:
    """How many rows stand on the level of this line; None where the level says nothing of it."""
    if column in report["levels"]:
        levels = report["levels"][column]
        return levels.get("all" if code == "*" else level)
    withheld = report["withheld"][column]
    return withheld if code == "*" else report["rows"] - withheld


def _codebook(line: ExtractLog, extract: Extract) -> dict[str, Any]:
    report = json.loads(extract.report)
    codes: dict[str, list[dict[str, str]]] = {}
    for row in codebook():
        codes.setdefault(row.column, []).append({"level": row.level, "code": row.code, **row.words})
    return {
        "period": {"first": f"{line.first:%Y-%m}", "last": f"{line.last:%Y-%m}"},
        "sha256": line.sha256,
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
                **column.words,
                "levels": report["levels"].get(column.name),
                "withheld": report["withheld"].get(column.name),
                "greatest_share": report["shares"].get(column.name),
                "shown_within": column.facts.get("within"),
                "codes": codes[column.name],
            }
            for column in columns()
        ],
    }
