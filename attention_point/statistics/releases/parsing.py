"""Reads the frozen JSON of a release, of this version of the program or of an earlier one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attention_point.statistics.releases.content import Quality, ReleaseContent, TableContent
from attention_point.statistics.releases.suppressed_months import parse_suppressed_month


def parse_content_json(content_json: Mapping[str, Any]) -> ReleaseContent:
    """Return the content that was frozen as JSON, by this version of the program or an earlier one."""
    # The first method did not name itself. Its releases must open as long as the office exists.
    if "method" not in content_json:
        return parse_suppressed_month(content_json)
    quality = content_json["quality"]
    return ReleaseContent(
        period=content_json["period"],
        totals=content_json["totals"],
        tables=tuple(_parse_table_json(table) for table in content_json["tables"]),
        labels=content_json["labels"],
        method=content_json["method"],
        quality=Quality(**quality) if quality else None,
        version=content_json["version"],
        released_at=datetime.fromisoformat(content_json["released_at"]) if content_json["released_at"] else None,
        journal_head=content_json["journal_head"],
        note=content_json["note"],
        reader_note=content_json["reader_note"],
    )


def _parse_table_json(table: Mapping[str, Any]) -> TableContent:
    dimensions = tuple(table["dimensions"])
    # Titles, bases and words are those that were frozen: what the program of today calls a
    # table must not rename an old one.
    cells = {tuple(cell["at"][name] for name in dimensions): cell for cell in table["cells"]}
    return TableContent(
        table["id"],
        {"es": table["title"], "en": table["title_en"]},
        table["counts"],
        table["base"],
        dimensions,
        tuple(table["overlapping"]),
        {codes: cell["count"] for codes, cell in cells.items()},
        {codes: cell["base"] for codes, cell in cells.items() if "base" in cell},
    )
