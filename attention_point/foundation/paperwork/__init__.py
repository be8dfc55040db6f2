"""Papers: a neutral report and its writers to PDF, XLSX, DOCX, HTML, CSV and SVG, and the slip.

This is the only room that uses ReportLab and that writes spreadsheets and text files. It knows no feature, no web and
no database. The writers load their libraries when they write: most processes never write a paper.
"""

from collections.abc import Mapping, Sequence

from attention_point.foundation.paperwork.cell_values import SUPPRESSED, LinkedValue, Suppressed
from attention_point.foundation.paperwork.csv import write_csv
from attention_point.foundation.paperwork.leaflet.content import Leaflet, LeafletPart
from attention_point.foundation.paperwork.report import (
    Block,
    BulletList,
    Cell,
    Chart,
    Column,
    Heading,
    HeadlineFigure,
    HeadlineFigures,
    LabelledValues,
    Note,
    PageBreak,
    Paragraph,
    Report,
    Series,
    Signature,
    Table,
)
from attention_point.foundation.paperwork.slip.content import PaperName, Slip, SlipLabels, SlipPerson, SlipReferral
from attention_point.foundation.paperwork.wording import ReportWording, format_cell

# ruff: noqa: PLC0415 - the functions below import their libraries when they are called

__all__ = [
    "SUPPRESSED",
    "Block",
    "BulletList",
    "Cell",
    "Chart",
    "Column",
    "Heading",
    "HeadlineFigure",
    "HeadlineFigures",
    "LabelledValues",
    "Leaflet",
    "LeafletPart",
    "LinkedValue",
    "Note",
    "PageBreak",
    "PaperName",
    "Paragraph",
    "Report",
    "ReportWording",
    "Series",
    "Signature",
    "Slip",
    "SlipLabels",
    "SlipPerson",
    "SlipReferral",
    "Suppressed",
    "Table",
    "build_qr_code_path",
    "draw_chart_svg",
    "format_cell",
    "list_undrawn_letters",
    "write_csv",
    "write_docx",
    "write_html",
    "write_leaflet",
    "write_pdf",
    "write_plain_xlsx",
    "write_slip",
    "write_xlsx",
]


def write_pdf(report: Report, wording: ReportWording) -> bytes:
    """Writes the report as PDF. The same report and wording give the same bytes in every process."""
    from attention_point.foundation.paperwork.pdf.writer import build_pdf

    return build_pdf(report, wording)


def write_xlsx(report: Report, wording: ReportWording) -> bytes:
    """Writes the report as an XLSX workbook: a first sheet with its texts and links, then one sheet for each table.

    The same report and wording give the same bytes. A suppressed cell holds the mark of ``wording`` as a text. A number
    of more than 15 digits, which no spreadsheet can keep, and a day before 1900 are texts too. Charts are left out,
    because their tables are there. Raises ``ValueError`` for a table that is larger than a sheet.
    """
    from attention_point.foundation.paperwork.xlsx import build_workbook

    return build_workbook(report, wording)


def write_plain_xlsx(sheets: Mapping[str, Sequence[Sequence[str | int | None]]]) -> bytes:
    """Writes sheets of rows by their names, for a program that reads them. The first row is the head.

    None and "" leave a cell empty.
    """
    from attention_point.foundation.paperwork.xlsx import build_plain_workbook

    return build_plain_workbook(sheets)


def write_docx(report: Report, wording: ReportWording) -> bytes:
    """Writes the report as DOCX, for authors who edit it. The same report and wording give the same bytes.

    Charts are left out; the text of each leads to its table.
    """
    from attention_point.foundation.paperwork.docx.writer import build_docx

    return build_docx(report, wording)


def write_html(report: Report, wording: ReportWording) -> bytes:
    """Writes the report as one UTF-8 HTML page. The same report and wording give the same bytes."""
    from attention_point.foundation.paperwork.html import build_html

    return build_html(report, wording)


def write_leaflet(leaflet: Leaflet) -> bytes:
    """Writes a leaflet as PDF, one A4 page. The same leaflet gives the same bytes."""
    from attention_point.foundation.paperwork.leaflet.drawing import build_pdf

    return build_pdf(leaflet)


def list_undrawn_letters(text: str) -> list[str]:
    """Lists the letters of a text that a PDF can only show as a box, each once, in their order."""
    from attention_point.foundation.paperwork.fonts import list_undrawn_letters

    return list_undrawn_letters(text)


def draw_chart_svg(chart: Chart, wording: ReportWording) -> bytes:
    """Draws a chart as an SVG image file, with its title and description for screen readers."""
    from attention_point.foundation.paperwork.charts.svg import build_svg

    return build_svg(chart, wording)


def write_slip(slip: Slip, *translations: Slip) -> bytes:
    """Writes a slip as PDF for its paper; the same slip in other languages follows, each on a page of its own.

    The same slips give the same bytes. Raises ``ValueError`` for a moment without zone.
    """
    from attention_point.foundation.paperwork.slip.pdf import build_pdf

    return build_pdf(slip, *translations)


def build_qr_code_path(payload: str) -> tuple[int, str]:
    """The side of a QR code in modules, quiet zone included, and its dark modules as the ``d`` of an SVG path."""
    from attention_point.foundation.paperwork.slip.qr_modules import build_svg_path

    return build_svg_path(payload)
