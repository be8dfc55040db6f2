"""The words of reports on pages and paper, in the language in use."""

from collections.abc import Callable

from attention_point.foundation.language import format_amount, format_date, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Cell, Column, ReportWording, format_cell
from attention_point.foundation.settings import Settings


def build_report_wording() -> ReportWording:
    """Build the words with which paper and charts show values, in the language in use."""
    return ReportWording(
        # The placeholders pass through the translation and are filled for each page.
        page_number_text=_("Page %(page)s of %(pages)s", page="%(page)s", pages="%(pages)s"),
        suppressed_mark=_("[c]"),
        empty_table_text=_("Nothing was recorded."),
        format_number=format_number,
        format_amount=format_amount,
        format_date=format_date,
    )


def build_cell_formatter() -> Callable[[Cell, Column], str]:
    """Return what writes the cells of tables on a page, in the language in use."""
    wording = build_report_wording()
    return lambda cell, column: format_cell(cell, column.kind, wording)


def get_watermark(settings: Settings) -> str | None:
    """Return the mark that every file bears in an installation with invented people; None elsewhere."""
    return _("Invented people") if settings.demo else None


def describe_chart(title: str, highest: tuple[str, str] | None) -> str:
    """Return the text that stands for a chart where it cannot be seen: its title, and name and count of its maximum."""
    if highest is None:
        return _("%(title)s. The table beside it has the figures.", title=title)
    return _(
        "%(title)s. The highest is %(name)s, with %(count)s. The table beside it has the figures.",
        title=title,
        name=highest[0],
        count=highest[1],
    )
