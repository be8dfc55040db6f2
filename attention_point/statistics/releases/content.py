"""The content of a released month, quarter or year: its tables with their words. A release freezes it as JSON."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal

from attention_point.dates import parse_period_code
from attention_point.foundation.language import current_language, format_number, format_percent
from attention_point.foundation.language import gettext as _
from attention_point.statistics.cells import MERGE_SEPARATOR, CellCodes
from attention_point.statistics.dimension_labels import CODE_FORMATTERS

Translations = Mapping[str, str]  # language → text
# The word stands in frozen JSON, so that it never changes.
ROUNDING: Final = "rounding"
SUPPRESSION: Final = "suppression"


@dataclass(frozen=True, slots=True)
class TableContent:
    """One table. A cell has a code for each dimension, ``*`` for a total.

    Every count is a multiple of its base: the table's, or the cell's own in ``cell_bases``. A cell that is not there
    was left out so that nobody is recognised; months of the old method have None for it instead. Where a person may
    stand in several cells of a dimension, it is among the ``overlapping``.
    """

    id: str
    titles: Translations
    counts: str
    base: int
    dimensions: tuple[str, ...]
    overlapping: tuple[str, ...]
    cells: Mapping[CellCodes, int | None]
    cell_bases: Mapping[CellCodes, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The title in the language in use."""
        return self.titles[current_language()]

    def get_base(self, cell: CellCodes) -> int:
        """Return the base to which a cell is rounded."""
        return self.cell_bases.get(cell, self.base)


@dataclass(frozen=True, slots=True)
class Quality:
    """How much of the true figures a release tells: the share of counts published, and how far they lie off.

    The mean is over the counts of base 5, in units counted; the largest is what no count is further off.
    """

    published_share: float
    mean_error: float
    largest_error: int


@dataclass(frozen=True, slots=True)
class ReleaseContent:
    """A month, quarter or year: ``period`` is its code, ``2017-09``, ``2017-Q3`` or ``2017``.

    ``totals`` are exact where that tells of nobody, otherwise rounded. ``method`` says how small counts are protected:
    ``suppression`` is the method of earlier versions of the program. ``note`` says what a correction corrects,
    ``reader_note`` what the office tells readers. Without a version the content is provisional; then ``is_empty`` says
    that nothing was recorded yet, which totals that are rounded to 0 do not say.
    """

    period: str
    totals: Mapping[str, int | None]
    tables: tuple[TableContent, ...]
    labels: Mapping[str, Mapping[str, Translations]]
    method: Literal["rounding", "suppression"] = ROUNDING
    quality: Quality | None = None
    version: int | None = None
    released_at: datetime | None = None
    journal_head: str | None = None
    note: str | None = None
    reader_note: str | None = None
    is_empty: bool = False

    @property
    def first_day(self) -> date:
        """The first day of the period."""
        return parse_period_code(self.period).first_day

    @property
    def first_time_people(self) -> int | None:
        """How many people came for the first time; None where a month of the old method does not say it."""
        # Months of the old method have no such total, but a table of which the first-time people are one row.
        if self.method == ROUNDING:
            return self.totals["first_time_people"]
        table = self.find_table("people-by-first-time")
        return table.cells.get(("first",), 0) if table else self.totals["people"] and None

    def find_table(self, table_id: str) -> TableContent | None:
        """Return one table by its id; None when the content does not have it."""
        return next((table for table in self.tables if table.id == table_id), None)

    def label_for_code(self, dimension: str, code: str) -> str:
        """Return the words of a code in the language in use. The words of merged codes stand side by side."""
        if dimension in CODE_FORMATTERS:
            return CODE_FORMATTERS[dimension](code)
        labels, language = self.labels.get(dimension, {}), current_language()
        # The old method joined small rows. Their codes stand in releases that nobody may alter.
        codes = code.split(MERGE_SEPARATOR)
        return " / ".join(labels[single][language] if single in labels else single for single in codes)


def build_content_json(content: ReleaseContent) -> dict[str, Any]:
    """Return a period as the JSON of the API, without its hash. Only months have the key ``month``."""
    is_month = parse_period_code(content.period).kind == "month"
    quality = content.quality
    return {
        **({"month": content.period} if is_month else {}),
        "period": content.period,
        "method": content.method,
        "version": content.version,
        "released_at": content.released_at.isoformat() if content.released_at else None,
        "journal_head": content.journal_head,
        "note": content.note,
        "reader_note": content.reader_note,
        "quality": {
            "published_share": quality.published_share,
            "mean_error": quality.mean_error,
            "largest_error": quality.largest_error,
        }
        if quality
        else None,
        "totals": dict(content.totals),
        "tables": [_build_table_json(table) for table in content.tables],
        "labels": content.labels,
    }


def _build_table_json(table: TableContent) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": table.titles["es"],
        "title_en": table.titles["en"],
        "counts": table.counts,
        "base": table.base,
        "dimensions": list(table.dimensions),
        "overlapping": list(table.overlapping),
        "cells": [
            {
                "at": dict(zip(table.dimensions, cell, strict=True)),
                "count": count,
                **({"base": table.cell_bases[cell]} if cell in table.cell_bases else {}),
            }
            for cell, count in table.cells.items()
        ],
    }


def encode_canonical_json(content_json: Mapping[str, Any]) -> str:
    """Encode JSON in its one canonical form: sorted keys, no blanks, UTF-8."""
    return json.dumps(content_json, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def compute_content_hash(content_json: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of the canonical JSON of a period without its ``hash``."""
    hashed = {key: value for key, value in content_json.items() if key != "hash"}
    return hashlib.sha256(encode_canonical_json(hashed).encode()).hexdigest()


def describe_quality(quality: Quality | None) -> tuple[str, ...]:
    """Return one sentence for each of the three figures; none for a month of the old method, which has no figures."""
    if quality is None:
        return ()
    return (
        _("Counts published: %(share)s of the fixed list.", share=format_percent(quality.published_share)),
        _("Mean distance from the true count: %(number)s.", number=format_number(quality.mean_error)),
        _("Largest distance from a true count: at most %(number)s.", number=format_number(quality.largest_error)),
    )
