"""Papers: a neutral document and its writers to PDF, CSV and SVG, and the visitor's slip.

The only room that draws with ReportLab. It knows no feature, no web, no database.
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
    "write_pdf",
    "write_slip",
]
