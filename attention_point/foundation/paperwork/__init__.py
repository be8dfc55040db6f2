"""Papers: a neutral document and its writers to PDF, XLSX, DOCX, HTML, CSV and SVG, and the visitor's slip.

The only room that draws with ReportLab and that writes spreadsheets and text files. It knows no feature, no web, no
database.
"""

from attention_point.foundation.paperwork.document import (
    SUPPRESSED,
    Block,
    Cell,
    Chart,
    Code,
    Column,
    Document,
    Facts,
    Heading,
    Items,
    Note,
    PageBreak,
    Paragraph,
    Series,
    Suppressed,
    Table,
)
from attention_point.foundation.paperwork.links import Linked
from attention_point.foundation.paperwork.pdf import write_pdf
from attention_point.foundation.paperwork.slip import Slip, SlipReferral, SlipWords
from attention_point.foundation.paperwork.slip_pdf import write_slip
from attention_point.foundation.paperwork.svg import chart_svg
from attention_point.foundation.paperwork.tabular import write_csv
from attention_point.foundation.paperwork.webpage import write_html
from attention_point.foundation.paperwork.words import Words, cell_text

__all__ = [
    "SUPPRESSED",
    "Block",
    "Cell",
    "Chart",
    "Code",
    "Column",
    "Document",
    "Facts",
    "Heading",
    "Items",
    "Linked",
    "Note",
    "PageBreak",
    "Paragraph",
    "Series",
    "Slip",
    "SlipReferral",
    "SlipWords",
    "Suppressed",
    "Table",
    "Words",
    "cell_text",
    "chart_svg",
    "write_csv",
    "write_docx",
    "write_html",
    "write_pdf",
    "write_slip",
    "write_xlsx",
]


def write_xlsx(document: Document, words: Words) -> bytes:
    """The document as an XLSX workbook: a first sheet with its text and links, then a sheet for each table.

    The same for the same document and words, whenever it is written. A suppressed cell holds the mark of ``words`` as
    a text; a number of more than 15 digits, which no spreadsheet keeps, and a day before 1900 are texts too. Charts
    are left out: their tables are there. Raises ``ValueError`` for a table that is larger than a sheet.
    """
    # Loaded by those who write such a file, not by every process (also below).
    from attention_point.foundation.paperwork.spreadsheet import write  # noqa: PLC0415

    return write(document, words)


def write_docx(document: Document, words: Words) -> bytes:
    """The document as DOCX, to go on writing in; the same for the same document and words, whenever it is written."""
    from attention_point.foundation.paperwork.textfile import write  # noqa: PLC0415

    return write(document, words)
