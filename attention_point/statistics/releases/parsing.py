"""Reads the frozen JSON of a release, of this version of the program or of an earlier one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attention_point.statistics.releases.content import SUPPRESSION, Quality, ReleaseContent, TableContent


def parse_content_json(content_json: Mapping[str, Any]) -> ReleaseContent:
    """Return the content that was frozen as JSON, by this version of the program or an earlier one.

    The old method suppressed small counts, merged codes and withheld tables. A suppressed count is None.
    """
    quality, released_at = content_json.get("quality"), content_json["released_at"]
    # The old method named neither itself nor longer periods, did not measure how much it told, and had no word to the
    # readers. Its months must open as long as the office exists.
    return ReleaseContent(
        period=content_json["period"] if "period" in content_json else content_json["month"],
        totals=content_json["totals"],
        tables=tuple(_parse_table(table) for table in content_json["tables"]),
        labels=content_json["labels"],
        method=content_json.get("method", SUPPRESSION),
        quality=Quality(**quality) if quality else None,
        version=content_json["version"],
        released_at=datetime.fromisoformat(released_at) if released_at else None,
        journal_head=content_json["journal_head"],
        note=content_json["note"],
        reader_note=content_json.get("reader_note"),
    )


def _parse_table(table: Mapping[str, Any]) -> TableContent:
    dimensions = tuple(table["dimensions"])
    # Titles, bases and words are those that were frozen: what the program of today calls a
    # table must not rename an old one.
    cells = {tuple(cell["at"][name] for name in dimensions): cell for cell in table["cells"]}
    return TableContent(
        table["id"],
        {"es": table["title"], "en": table["title_en"]},
        table["counts"],
        # The old method named its limit k. As the base it keeps what readers may conclude: no smaller count but 0 was
        # shown.
        table["base"] if "base" in table else table["k"],
        dimensions,
        tuple(table["overlapping"]),
        {codes: cell["count"] for codes, cell in cells.items()},
        {codes: cell["base"] for codes, cell in cells.items() if "base" in cell},
    )
