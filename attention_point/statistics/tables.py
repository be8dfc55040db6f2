"""A protected table as paper knows tables, and its chart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import SUPPRESSED, Chart, Column, Series, Suppressed, Table
from attention_point.statistics.disclosure import TOTAL
from attention_point.statistics.labels import DIMENSIONS, in_order
from attention_point.statistics.queries import MonthTable

Labeller = Callable[[str, str], str]
Count = int | Suppressed
Of = Literal["cells", "rows"]

# The tables that get a chart: its kind, and whether it draws the cells or the rows' totals.
CHARTS: Mapping[str, tuple[Literal["bar", "hbar", "line"], Of]] = {
    "attentions-by-day": ("bar", "cells"),
    "attentions-by-hour": ("bar", "cells"),
    "people-by-sex-and-age": ("bar", "cells"),
    "people-by-population": ("hbar", "cells"),
    "people-by-origin": ("hbar", "cells"),
    "people-by-municipality": ("hbar", "cells"),
    "needs-by-sex": ("hbar", "rows"),
    "vulnerabilities-by-sex": ("hbar", "rows"),
    "referrals-by-entity": ("hbar", "rows"),
}
_LONGEST = 15  # categories in a chart; the table beside it has them all


@dataclass(frozen=True)
class View:
    """A table opened for reading: its codes in order, with a look-up of counts."""

    table: MonthTable
    total: int | None
    label: Labeller
    rows: list[str]
    columns: list[str]

    @property
    def names(self) -> tuple[str, ...]:
        """The dimensions."""
        return self.table.indicator.dimensions

    def count(self, *place: str) -> Count:
        """What stands at a place: a place that is not there is 0."""
        count = self.table.protected.counts.get(place, 0)
        return SUPPRESSED if count is None else count

    def row_total(self, row: str) -> Count:
        """The total of a row, which for a table of one dimension is its cell."""
        return self.count(row, TOTAL) if self.columns else self.count(row)

    def adds_up(self, axis: int) -> bool:
        """Whether the cells along a dimension add up to a total."""
        return self.names[axis] not in self.table.indicator.overlapping


def view(table: MonthTable, total: int | None, label: Labeller) -> View:
    """Open a table. ``total`` is what all of its cells add up to, where they do."""
    counts, names = table.protected.counts, table.indicator.dimensions
    codes = [{place[axis] for place in counts} - {TOTAL} for axis in range(len(names))]
    if len(names) == 1:
        shown = {place[0]: count for place, count in counts.items()}
        return View(table, total, label, _sorted(names[0], codes[0], shown, label), [])
    shown = {place[0]: count for place, count in counts.items() if place[1] == TOTAL}
    return View(table, total, label, _sorted(names[0], codes[0], shown, label), _sorted(names[1], codes[1], {}, label))


def _sorted(dimension: str, codes: set[str], shown: Mapping[str, int | None], label: Labeller) -> list[str]:
    return in_order(dimension, codes, shown, lambda code: label(dimension, code))


def table_of(opened: View) -> Table:
    """The table with its totals; a line of totals only where the rows add up."""
    indicator = opened.table.indicator
    first = Column(opened.names[0], _(DIMENSIONS[opened.names[0]].title))
    if opened.columns:
        columns = [Column(code, opened.label(opened.names[1], code), "integer") for code in opened.columns]
        rows = [
            (opened.label(opened.names[0], row), *(opened.count(row, column) for column in opened.columns))
            for row in opened.rows
        ]
        bottom: tuple[Count, ...] = tuple(opened.count(TOTAL, column) for column in opened.columns)
    else:
        columns = [Column("count", _(KINDS[indicator.counts]), "integer")]
        rows = [(opened.label(opened.names[0], row), opened.count(row)) for row in opened.rows]
        bottom = ()
    across = len(opened.names) == 2 and opened.adds_up(1)
    if across:
        columns.append(Column("total", _("Total"), "integer"))
        rows = [(*cells, opened.row_total(row)) for cells, row in zip(rows, opened.rows, strict=True)]
    down = opened.adds_up(0) and opened.total is not None
    if down:
        end = (opened.total,) if across or not opened.columns else ()
        rows.append((_("Total"), *bottom, *end))
    return Table(indicator.id, _(indicator.title), (first, *columns), tuple(rows), _notes(opened), down)


# What a table counts, as its column's label.
KINDS: Mapping[str, str] = {"people": N_("People"), "attentions": N_("Attentions"), "referrals": N_("Referrals")}


def _notes(opened: View) -> tuple[str, ...]:
    notes = [COUNTED[opened.table.indicator.counts]()]
    if opened.table.indicator.overlapping:
        notes.append(_("One person may stand in several rows, so the rows do not add up to the people."))
    return tuple(notes)


COUNTED: Mapping[str, Callable[[], str]] = {
    "people": lambda: _("Counts people: each once in the month."),
    "attentions": lambda: _("Counts attentions: each visit, as often as a person came."),
    "referrals": lambda: _("Counts referrals of the month's visits, in the state in which they are now."),
}


def chart_of(opened: View) -> Chart | None:
    """The table's chart; None where there is none, or where nothing in it could be drawn."""
    indicator = opened.table.indicator
    kind, of = CHARTS.get(indicator.id, (None, "cells"))
    if kind is None:
        return None
    title = _(indicator.title)
    if of == "cells" and opened.columns:
        # The second dimension lies along the axis; a row of which nothing is shown draws nothing.
        drawn = [row for row in opened.rows if _any_shown([opened.count(row, column) for column in opened.columns])]
        categories = tuple(opened.label(opened.names[1], column) for column in opened.columns)
        series = tuple(
            Series(opened.label(opened.names[0], row), tuple(opened.count(row, column) for column in opened.columns))
            for row in drawn
        )
    else:
        rows = opened.rows if kind == "bar" else opened.rows[:_LONGEST]
        categories = tuple(opened.label(opened.names[0], row) for row in rows)
        values = tuple(opened.row_total(row) for row in rows)
        series = (Series(_(KINDS[indicator.counts]), values),) if _any_shown(list(values)) else ()
    if not series:
        return None
    return Chart(indicator.id, title, kind, categories, series, _described(title, opened))


def _any_shown(counts: list[Count]) -> bool:
    return any(isinstance(count, int) and count for count in counts)


def _described(title: str, opened: View) -> str:
    known = {row: count for row in opened.rows if isinstance(count := opened.row_total(row), int)}
    if not known:
        return _("%(title)s. The table beside it has the figures.", title=title)
    highest = max(known, key=lambda row: known[row])
    return _(
        "%(title)s. The highest is %(name)s, with %(count)s. The table beside it has the figures.",
        title=title,
        name=opened.label(opened.names[0], highest),
        count=known[highest],
    )
