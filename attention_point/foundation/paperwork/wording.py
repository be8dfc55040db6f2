"""The fixed texts and the formats of values, in the reader's language, that every writer of a format needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from attention_point.foundation.paperwork.cell_values import Number, Suppressed, strip_link
from attention_point.foundation.paperwork.report import Report
from attention_point.foundation.paperwork.report_table import Cell, ColumnKind


@dataclass(frozen=True)
class ReportWording:
    """The caller fills this from its catalogue and ``foundation.language``.

    ``page_number_text`` holds ``%(page)s`` and ``%(pages)s``. ``suppressed_mark`` replaces a protected count, and
    ``empty_table_text`` the rows of an empty table. ``contents_heading`` stands over the table of contents, or over
    the list of sheets. ``continued_caption`` stands over a table on its further pages and holds ``%(title)s``. The
    defaults are words of no language.
    """

    page_number_text: str
    suppressed_mark: str
    empty_table_text: str
    format_number: Callable[[Number], str]
    format_amount: Callable[[int | Decimal], str]
    format_date: Callable[[date], str]
    contents_heading: str = ""
    continued_caption: str = "%(title)s (…)"


def format_cell(cell: Cell, kind: ColumnKind, wording: ReportWording) -> str:
    """Formats a cell for readers, alike on paper, in a chart and on a page. An empty cell is an empty text."""
    cell = strip_link(cell)
    if cell is None:
        return ""
    if isinstance(cell, Suppressed):
        return wording.suppressed_mark
    if isinstance(cell, str):
        return cell
    if isinstance(cell, date):
        return wording.format_date(cell)
    if kind == "share":
        return format_share(float(cell), wording)
    if kind == "change":
        return format_change(int(cell), wording)
    # A chart has floats, which have no exact cents; a column of amounts has none (``report`` checks it).
    if kind == "amount" and not isinstance(cell, float):
        return wording.format_amount(cell)
    return wording.format_number(cell)


def format_share(share: float, wording: ReportWording) -> str:
    """Formats a share from 0 to 1 in whole percent; what is more than nothing is never shown as 0."""
    percent = int(100 * share + 0.5)
    return f"{wording.format_number(percent)}\N{NO-BREAK SPACE}%" if percent or not share else "<1\N{NO-BREAK SPACE}%"


def format_change(change: int, wording: ReportWording) -> str:
    """Formats a change with its sign."""
    sign = "+" if change > 0 else "\N{MINUS SIGN}" if change < 0 else ""
    return f"{sign}{wording.format_number(abs(change))}"


def format_reference(report: Report, wording: ReportWording) -> str:
    """Formats the reference and the date of a report, as they stand together in headers and footers."""
    return " · ".join(filter(None, (report.reference, format_report_date(report, wording))))


def format_report_date(report: Report, wording: ReportWording) -> str:
    """Formats the date of a report as readers see it: its own words for it, or the moment of its figures."""
    return report.date_text or wording.format_date(report.created_at)
