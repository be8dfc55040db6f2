"""Reads the months that were released by the old method: small counts suppressed, codes merged, tables withheld.

They stay as they were released. Their ``k``, the least count that was published, stands as the base of their tables.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attention_point.foundation.language import N_
from attention_point.statistics.releases.content import SUPPRESSION, ReleaseContent, TableContent

# Tables that only the old method had, with what they count: running totals of the year, made of published months.
YEAR_TABLES: Mapping[str, tuple[str, str]] = {
    "attentions-by-month": ("attentions", N_("Attentions by month of the year, and the year so far")),
    "first-time-people-by-month": ("people", N_("People who came for the first time, by month, and the year so far")),
    "referrals-by-month": ("referrals", N_("Referrals by month of the year, and the year so far")),
}


def parse_suppressed_month(content_json: Mapping[str, Any]) -> ReleaseContent:
    """Return the content of a month of the old method. A suppressed count is None."""
    return ReleaseContent(
        period=content_json["month"],
        totals=content_json["totals"],
        tables=tuple(_parse_table(table) for table in content_json["tables"]),
        labels=content_json["labels"],
        # Without a quality: the old method did not measure how much it told.
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
        # The old method named its limit k. As the base it keeps what readers may conclude: no
        # smaller count but 0 was shown.
        table["k"],
        dimensions,
        tuple(table["overlapping"]),
        {tuple(cell["at"][name] for name in dimensions): cell["count"] for cell in table["cells"]},
    )
