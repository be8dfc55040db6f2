"""What a table of a period says, in one or two sentences that are true of it whatever the rounding; or nothing.

A published figure may lie up to a base away from the true one. One figure is therefore called greater than another only
where they are two bases apart: then it is so in truth too.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from attention_point.foundation.language import format_number
from attention_point.foundation.language import gettext as _
from attention_point.statistics.cells import MERGE_SEPARATOR, OTHER_CODE, TOTAL_CODE, CellCodes
from attention_point.statistics.month_papers.changes import Change, find_cell_change, name_period
from attention_point.statistics.month_papers.table_views import TableView
from attention_point.tallies.facts import NOT_GIVEN

# "590 people", by what a table counts.
COUNTED_UNITS: Mapping[str, Callable[[str], str]] = {
    "people": lambda count: _("%(count)s people", count=count),
    "attentions": lambda count: _("%(count)s attentions", count=count),
    "referrals": lambda count: _("%(count)s referrals", count=count),
    "answers": lambda count: _("%(count)s answers", count=count),
}
_MIN_SHARE_OF_TOP = 0.1  # of the whole: less is no finding, however much it leads


@dataclass(frozen=True, slots=True)
class RankedCell:
    """A cell without totals: its words, its count and its base."""

    cell: CellCodes
    label: str
    count: int
    base: int


def describe_table(view: TableView) -> str:
    """Say what a table shows. Returns an empty text where nothing can be said for certain."""
    return " ".join(filter(None, (_describe_greatest(view), _describe_greatest_change(view))))


def rank_cells(view: TableView) -> list[RankedCell]:
    """List the cells that name one answer, the greatest first. A table with suppressed cells has no ranking."""
    # A suppressed cell may hold any number, also the greatest.
    if any(count is None for count in view.table.cells.values()):
        return []
    cells = [
        RankedCell(cell, _label_cell(view, cell), count, view.table.get_base(cell))
        for cell, count in view.table.cells.items()
        if count is not None and TOTAL_CODE not in cell and not any(MERGE_SEPARATOR in code for code in cell)
    ]
    return sorted(cells, key=lambda cell: -cell.count)


def _label_cell(view: TableView, cell: CellCodes) -> str:
    codes: Sequence[tuple[int, str]] = list(enumerate(cell))
    if view.is_nested:  # a service says which entity it is of
        codes = codes[1:]
    return ", ".join(view.label_code(axis, code) for axis, code in codes)


def _describe_greatest(view: TableView) -> str:
    cells = rank_cells(view)
    if len(cells) < 2 or not view.total:
        return ""
    first, second = cells[:2]
    share = first.count / view.total
    # Each may lie up to its own base away from the truth, so that both bases must fit between them.
    leads = first.count - second.count >= first.base + second.base
    # "Other" is no answer of anybody: that it leads says only how long the list is.
    if not leads or share < _MIN_SHARE_OF_TOP or OTHER_CODE in first.cell:
        return ""
    values = {
        "count": format_number(first.count),
        "whole": COUNTED_UNITS[view.table.counts](format_number(view.total)),
        "percent": format_number(int(100 * min(share, 1.0) + 0.5)),
    }
    # Said openly: where most did not answer, the office learns that it must ask, and a reader not to trust the shares.
    if NOT_GIVEN in first.cell:
        return _("Of %(count)s of %(whole)s (%(percent)s %%) it is not known.", **values)
    return _(
        "The greatest number: %(label)s, with %(count)s of %(whole)s (%(percent)s %%).", label=first.label, **values
    )


def _describe_greatest_change(view: TableView) -> str:
    previous = view.comparison.previous
    # A day of this month is no day of the last.
    if previous is None or "day" in view.dimensions or len(view.dimensions) > 1:
        return ""
    changes = [
        (abs(change.difference), ranked.label, change)
        for ranked, change in _list_changes(view)
        if change.is_certain and NOT_GIVEN not in ranked.cell
    ]
    if not changes:
        return ""
    changes.sort(key=lambda item: -item[0])
    size, label, change = changes[0]
    # Two changes that are nearly alike: rounding alone may have put one above the other.
    if len(changes) > 1 and size - changes[1][0] < change.base:
        return ""
    values = {"label": label, "count": format_number(size), "period": name_period(previous.period)}
    if change.difference > 0:
        return _("What changed most since %(period)s: %(label)s, %(count)s more.", **values)
    return _("What changed most since %(period)s: %(label)s, %(count)s fewer.", **values)


def _list_changes(view: TableView) -> Iterator[tuple[RankedCell, Change]]:
    previous = view.comparison.previous
    for ranked in rank_cells(view):
        change = find_cell_change(view.table, ranked.cell, previous) if previous else None
        if change is not None:
            yield ranked, change
