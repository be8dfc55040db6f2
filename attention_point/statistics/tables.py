"""A month's table as paper knows tables, and its chart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import SUPPRESSED, Cell, Chart, Column, Series, Suppressed, Table
from attention_point.statistics.content import Content, TableContent
from attention_point.statistics.disclosure import TOTAL
from attention_point.statistics.labels import DIMENSIONS, in_order

Count = int | Suppressed

# The tables that get a chart.
CHARTS: Mapping[str, Literal["bar", "hbar", "line"]] = {
    "attentions-by-day": "bar",
    "attentions-by-hour": "bar",
    "attentions-by-wait": "bar",
    "people-by-sex-and-age": "bar",
    "people-by-population": "hbar",
    "people-by-status": "hbar",
    "people-by-origin": "hbar",
    "people-by-municipality": "hbar",
    "people-by-need": "hbar",
    "people-by-vulnerability": "hbar",
    "referrals-by-entity": "hbar",
    "referrals-by-state": "hbar",
    "answers-by-time": "bar",
    "attentions-by-month": "bar",
}
_LONGEST = 15  # categories in a chart; the table beside it has them all

# What a table counts, as its column's label.
KINDS: Mapping[str, str] = {
    "people": N_("People"),
    "attentions": N_("Attentions"),
    "referrals": N_("Referrals"),
    "answers": N_("Answers"),
}
COUNTED: Mapping[str, Callable[[], str]] = {
    "people": lambda: _("Counts people: each once in the month."),
    "attentions": lambda: _("Counts attentions: each visit, as often as a person came."),
    "referrals": lambda: _("Counts referrals of the month's visits, in the state that they had by then."),
    "answers": lambda: _("Counts the entities' first answers to referrals of the month's visits."),
}


@dataclass(frozen=True)
class View:
    """A table opened for reading: its codes in order, with a look-up of counts."""

    table: TableContent
    content: Content
    rows: list[str]
    columns: list[str]

    @property
    def names(self) -> tuple[str, ...]:
        """The dimensions."""
        return self.table.dimensions

    @property
    def long(self) -> bool:
        """Whether each cell is a line of its own: three dimensions, or parts that have different codes."""
        return len(self.names) > 2 or (len(self.names) == 2 and self.table.id == "referrals-by-service")

    def label(self, axis: int, code: str) -> str:
        """A code's words."""
        return _("Total") if code == TOTAL else self.content.label(self.names[axis], code)

    def count(self, *place: str) -> Count:
        """What stands at a place. Zeros are written: what is not there is held back."""
        count = self.table.cells.get(place)
        return SUPPRESSED if count is None else count

    def row_total(self, row: str) -> Count:
        """The total of a row, which for a table of one dimension is its cell."""
        return self.count(row, TOTAL) if self.columns else self.count(row)


def view(table: TableContent, content: Content) -> View:
    """Open a table for the reader in whose language it is said."""
    cells, names = table.cells, table.dimensions
    totals = {
        place[0]: count for place, count in cells.items() if all(code == TOTAL for code in place[1:])
    }  # a one-dimensional place is its own total
    opened = View(table, content, [], [])
    rows = in_order(names[0], {place[0] for place in cells} - {TOTAL}, totals, lambda code: opened.label(0, code))
    columns = (
        in_order(names[1], {place[1] for place in cells} - {TOTAL}, {}, lambda code: opened.label(1, code))
        if len(names) == 2
        else []
    )
    return View(table, content, rows, columns)


def table_of(opened: View) -> Table:
    """The table with its totals; a line of totals only where the rows add up."""
    columns, rows, total_row = _long(opened) if opened.long else _matrix(opened)
    return Table(opened.table.id, opened.table.title, columns, rows, _notes(opened), total_row)


Drawn = tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...], bool]


def _matrix(opened: View) -> Drawn:
    cells = opened.table.cells
    first = Column(opened.names[0], _(DIMENSIONS[opened.names[0]].title))
    if not opened.columns:
        rows: list[tuple[Cell, ...]] = [(opened.label(0, row), opened.count(row)) for row in opened.rows]
        down = (TOTAL,) in cells
        if down:
            rows.append((_("Total"), opened.count(TOTAL)))
        return (first, Column("count", _(KINDS[opened.table.counts]), "integer")), tuple(rows), down
    across = any(place[1] == TOTAL for place in cells)
    down = (TOTAL, TOTAL) in cells
    along = [*opened.columns, *([TOTAL] if across else [])]
    columns = [Column("total" if code == TOTAL else code, opened.label(1, code), "integer") for code in along]
    lines = [*opened.rows, *([TOTAL] if down else [])]
    rows = [(opened.label(0, row), *(opened.count(row, code) for code in along)) for row in lines]
    return (first, *columns), tuple(rows), down


def _long(opened: View) -> Drawn:
    """One line a cell, the totals of its parts among them."""
    columns = tuple(Column(name, _(DIMENSIONS[name].title)) for name in opened.names)
    places = sorted(opened.table.cells, key=lambda place: [opened.rows.index(place[0]), *map(_last, place[1:])])
    rows: list[tuple[Cell, ...]] = [
        (*(opened.label(axis, code) for axis, code in enumerate(place)), opened.count(*place)) for place in places
    ]
    return (*columns, Column("count", _(KINDS[opened.table.counts]), "integer")), tuple(rows), False


def _last(code: str) -> tuple[bool, str]:
    return code == TOTAL, code


def _notes(opened: View) -> tuple[str, ...]:
    notes = [COUNTED[opened.table.counts]()]
    if opened.table.overlapping:
        notes.append(_("One person may stand in several rows, so the rows do not add up to the people."))
    if opened.table.left_out:
        names = "; ".join(opened.label(0, code) for code in opened.table.left_out)
        notes.append(_("Not broken down, so that nobody is recognised: %(list)s.", list=names))
    if opened.table.as_of is not None:
        notes.append(_("This table stands as in version %(number)s.", number=opened.table.as_of))
    return tuple(notes)


def chart_of(opened: View) -> Chart | None:
    """The table's chart; None where there is none, or where nothing in it could be drawn."""
    kind = CHARTS.get(opened.table.id)
    if kind is None:
        return None
    title = opened.table.title
    if opened.columns:
        # The second dimension lies along the axis; a row of which nothing is shown draws nothing.
        drawn = [row for row in opened.rows if _any_shown([opened.count(row, column) for column in opened.columns])]
        categories = tuple(opened.label(1, column) for column in opened.columns)
        series = tuple(
            Series(opened.label(0, row), tuple(opened.count(row, column) for column in opened.columns)) for row in drawn
        )
    else:
        rows = opened.rows if kind == "bar" else opened.rows[:_LONGEST]
        categories = tuple(opened.label(0, row) for row in rows)
        values = tuple(opened.count(row) for row in rows)
        series = (Series(_(KINDS[opened.table.counts]), values),) if _any_shown(list(values)) else ()
    if not series:
        return None
    return Chart(opened.table.id, title, kind, categories, series, _described(title, opened))


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
        name=opened.label(0, highest),
        count=known[highest],
    )
