"""What a month says: its tables as they may be shown, with their words, as JSON that is frozen when it is released."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from attention_point.foundation.language import LANGUAGES, N_, current, gettext, speaking
from attention_point.statistics.disclosure import MERGED, TOTAL, Place
from attention_point.statistics.labels import FORMATTED, labeller
from attention_point.statistics.protection import Month
from attention_point.tallies.rules import BY_ID

Texts = Mapping[str, str]  # by language

# Figures of the year so far, made of released months alone: they tell nothing that those do not (DOMAIN.md §5, G3).
YEAR: Mapping[str, tuple[str, str]] = {
    "attentions-by-month": ("attentions", N_("Attentions by month of the year, and the year so far")),
    "first-time-people-by-month": ("people", N_("People who came for the first time, by month, and the year so far")),
    "referrals-by-month": ("referrals", N_("Referrals by month of the year, and the year so far")),
}


@dataclass(frozen=True, slots=True)
class TableContent:
    """One table. A cell's place has a code for each dimension, ``*`` for a total, ``a/b`` for codes shown together.

    ``left_out``: codes of the first dimension of which the table says nothing, so that nobody is recognised.
    ``as_of``: the version since which the table stands.
    """

    id: str
    titles: Texts
    counts: str
    k: int
    dimensions: tuple[str, ...]
    overlapping: tuple[str, ...]
    cells: Mapping[Place, int | None]
    left_out: tuple[str, ...] = ()
    as_of: int | None = None

    @property
    def title(self) -> str:
        """In the language in use."""
        return self.titles[current()]

    @property
    def merged(self) -> list[str]:
        """The codes that are shown together."""
        return sorted({code for place in self.cells for code in place if MERGED in code})

    @property
    def held_back(self) -> int:
        """How many cells are held back."""
        return sum(count is None for count in self.cells.values())


@dataclass(frozen=True, slots=True)
class Content:
    """A month. ``version`` and what follows are those of a release; without them the figures are provisional."""

    month: date
    totals: Mapping[str, int | None]
    tables: tuple[TableContent, ...]
    withheld: tuple[tuple[str, Texts], ...]
    labels: Mapping[str, Mapping[str, Texts]]
    version: int | None = None
    released_at: datetime | None = None
    journal_head: str | None = None
    note: str | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was recorded in the month."""
        return all(total == 0 for total in self.totals.values())

    def table(self, name: str) -> TableContent | None:
        """One table by its id."""
        return next((one for one in self.tables if one.id == name), None)

    def label(self, dimension: str, code: str) -> str:
        """A code's words in the language in use; those of merged codes one after the other."""
        if dimension in FORMATTED:
            return FORMATTED[dimension](code)
        words = self.labels.get(dimension, {})
        return " / ".join(words[each][current()] if each in words else each for each in code.split(MERGED))


def content_of(session: Session, first_day: date, month: Month) -> Content:
    """A protected month with its words as they are today."""
    tables = tuple(_table(name, found.counts, found.left_out) for name, found in month.tables.items() if found.counts)
    withheld = tuple((name, _titles(BY_ID[name].title)) for name, found in month.tables.items() if found.withheld)
    return Content(first_day, month.totals, tables, withheld, _labels(session, tables))


def _table(name: str, cells: Mapping[Place, int | None], left_out: tuple[str, ...]) -> TableContent:
    one = BY_ID[name]
    return TableContent(name, _titles(one.title), one.counts, one.k, one.dimensions, one.overlapping, cells, left_out)


def _titles(message: str) -> Texts:
    titles = {}
    for language in LANGUAGES:
        with speaking(language):
            titles[language] = gettext(message)
    return titles


def _labels(session: Session, tables: Iterable[TableContent]) -> dict[str, dict[str, Texts]]:
    found: dict[str, set[str]] = {}
    for table in tables:
        for axis, dimension in enumerate(table.dimensions):
            if dimension not in FORMATTED:
                codes = {code for place in table.cells for code in place[axis].split(MERGED)}
                found.setdefault(dimension, set()).update(codes - {TOTAL}, table.left_out if axis == 0 else ())
    labels: dict[str, dict[str, dict[str, str]]] = {}
    for language in LANGUAGES:
        with speaking(language):
            label = labeller(session)
            for dimension, codes in sorted(found.items()):
                for code in sorted(codes):
                    labels.setdefault(dimension, {}).setdefault(code, {})[language] = label(dimension, code)
    return {dimension: dict(codes) for dimension, codes in labels.items()}


def year_tables(months: Iterable[Content]) -> tuple[TableContent, ...]:
    """The year so far, out of the months given: what one of them holds back is held back in the sum."""
    found = sorted(months, key=lambda one: one.month)
    values = {
        "attentions-by-month": [one.totals["attentions"] for one in found],
        "first-time-people-by-month": [_first_time(one) for one in found],
        "referrals-by-month": [one.totals["referrals"] for one in found],
    }
    tables = []
    for name, (counts, title) in YEAR.items():
        cells: dict[Place, int | None] = {
            (f"{one.month:%Y-%m}",): n for one, n in zip(found, values[name], strict=True)
        }
        known = [count for count in values[name] if count is not None]
        cells[TOTAL,] = sum(known) if len(known) == len(found) else None
        tables.append(TableContent(name, _titles(title), counts, 5, ("month",), (), cells))
    return tuple(tables)


def _first_time(month: Content) -> int | None:
    table = month.table("people-by-first-time")
    if month.totals["people"] == 0:
        return 0
    return table.cells.get(("first",), 0) if table else None


def as_json(content: Content) -> dict[str, Any]:
    """The contract's JSON of a month, without its hash."""
    return {
        "month": f"{content.month:%Y-%m}",
        "version": content.version,
        "released_at": content.released_at.isoformat() if content.released_at else None,
        "journal_head": content.journal_head,
        "note": content.note,
        "totals": dict(content.totals),
        "tables": [_table_json(table) for table in content.tables],
        "withheld": [
            {"id": name, "title": titles["es"], "title_en": titles["en"]} for name, titles in content.withheld
        ],
        "labels": content.labels,
    }


def _table_json(table: TableContent) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": table.titles["es"],
        "title_en": table.titles["en"],
        "counts": table.counts,
        "k": table.k,
        "dimensions": list(table.dimensions),
        "overlapping": list(table.overlapping),
        "left_out": list(table.left_out),
        "as_of_version": table.as_of,
        "protection": _rule(table),
        "cells": [
            {
                "at": dict(zip(table.dimensions, place, strict=True)),
                "count": count,
                "status": "suppressed" if count is None else "shown",
            }
            for place, count in table.cells.items()
        ],
    }


def _rule(table: TableContent) -> dict[str, Any]:
    """How the table was protected, in codes that the dictionary explains."""
    if table.id in YEAR:
        return {"rule": "sum-of-published", "suppressed": table.held_back}
    if BY_ID[table.id].returns:
        return {"rule": "beside-people", "suppressed": table.held_back, "merged": table.merged}
    overlapping, size = bool(table.overlapping), len(table.dimensions)
    rule = "overlap" if overlapping and size == 1 else "line" if size == 1 else "crossing"
    if size == 2 and (overlapping or BY_ID[table.id].nested):
        rule = "lines"
    return {"rule": rule, "suppressed": table.held_back, "merged": table.merged}


def from_json(found: Mapping[str, Any]) -> Content:
    """A released month again."""
    return Content(
        month=date.fromisoformat(f"{found['month']}-01"),
        totals=found["totals"],
        tables=tuple(_table_from(table) for table in found["tables"]),
        withheld=tuple((one["id"], {"es": one["title"], "en": one["title_en"]}) for one in found["withheld"]),
        labels=found["labels"],
        version=found["version"],
        released_at=datetime.fromisoformat(found["released_at"]) if found["released_at"] else None,
        journal_head=found["journal_head"],
        note=found["note"],
    )


def _table_from(found: Mapping[str, Any]) -> TableContent:
    dimensions = tuple(found["dimensions"])
    return TableContent(
        found["id"],
        {"es": found["title"], "en": found["title_en"]},
        found["counts"],
        found["k"],
        dimensions,
        tuple(found["overlapping"]),
        {tuple(cell["at"][name] for name in dimensions): cell["count"] for cell in found["cells"]},
        tuple(found["left_out"]),
        found["as_of_version"],
    )


def canonical(found: Mapping[str, Any]) -> str:
    """JSON of one form: sorted keys, no blanks, UTF-8. A release's hash is the SHA-256 of this, without ``hash``."""
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(found: Mapping[str, Any]) -> str:
    """SHA-256 in hexadecimal of a month's JSON, its own ``hash`` left out."""
    return hashlib.sha256(canonical({k: v for k, v in found.items() if k != "hash"}).encode()).hexdigest()


def standing(table: TableContent, version: int) -> TableContent:
    """A table that stands since a version."""
    return replace(table, as_of=version)
