"""Reads the months that were released by the old method: small counts suppressed, codes merged, tables withheld.

They stay as they were released. Their ``k``, the least count that was published, stands as the base of their tables.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attention_point.statistics.releases.content import SUPPRESSION, ReleaseContent, TableContent


def parse_suppressed_month(content_json: Mapping[str, Any]) -> ReleaseContent:
    """Return the content of a month of the old method. A suppressed count is None; ``withheld`` tables are not there."""
    return ReleaseContent(
        period=content_json["month"],
        totals=content_json["totals"],
        tables=tuple(_parse_table(table) for table in content_json["tables"]),
        labels=content_json["labels"],
        method=SUPPRESSION,
        version=content_json["version"],
        released_at=datetime.fromisoformat(content_json["released_at"]),
        journal_head=content_json["journal_head"],
        note=content_json["note"],
    )


def _parse_table(table: Mapping[str, Any]) -> TableContent:
    dimensions = tuple(table["dimensions"])
    return TableContent(
        table["id"],
        {"es": table["title"], "en": table["title_en"]},
        table["counts"],
        table["k"],
        dimensions,
        tuple(table["overlapping"]),
        {tuple(cell["at"][name] for name in dimensions): cell["count"] for cell in table["cells"]},
    )
