"""A table in WordprocessingML (ECMA-376), written as text: as objects, thousands of rows take minutes."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from docx.oxml.ns import nsdecls

from attention_point.foundation.paperwork.document import Table
from attention_point.foundation.paperwork.text import one_line
from attention_point.foundation.paperwork.textfile_styles import COBALT, RULE, TINT
from attention_point.foundation.paperwork.words import Words, cell_text

_PROPERTIES = (
    '<w:tblPr><w:tblW w:w="5000" w:type="pct"/>'
    f'<w:tblBorders><w:bottom w:val="single" w:sz="4" w:color="{RULE}"/>'
    f'<w:insideH w:val="single" w:sz="4" w:color="{RULE}"/></w:tblBorders>'
    '<w:tblLayout w:type="autofit"/>'
    '<w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar>'
    '<w:tblLook w:firstRow="1" w:noVBand="1"/>{about}</w:tblPr>'
)


def table_xml(table: Table, columns: Sequence[int], words: Words, links: Sequence[Sequence[str]]) -> str:
    """The table with those of its columns. A run that leads somewhere says so in an attribute ``leads``."""
    about = f"<w:tblCaption w:val={quoteattr(one_line(table.title))}/>"
    grid = "<w:gridCol/>" * len(columns)
    rows = "".join(_rows(table, columns, words, links))
    return f"<w:tbl {nsdecls('w')}>{_PROPERTIES.format(about=about)}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"


def _rows(table: Table, columns: Sequence[int], words: Words, links: Sequence[Sequence[str]]) -> Iterator[str]:
    chosen = [table.columns[at] for at in columns]
    heads = "".join(_cell(one.label, "Cellhead", one.numeric, COBALT) for one in chosen)
    yield f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heads}</w:tr>"
    for number, row in enumerate(table.rows, 1):
        total = table.total_row and number == len(table.rows)
        fill = TINT if number % 2 == 0 else ""
        cells = "".join(
            _cell(cell_text(row[at], one.kind, words), "Cell", one.numeric, fill, total, links[number - 1][at])
            for at, one in zip(columns, chosen, strict=True)
        )
        yield f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"
    if not table.rows:
        empty = "".join(_cell(words.no_rows if not at else "", "Cell", False) for at in range(len(columns)))
        yield f"<w:tr>{empty}</w:tr>"


def _cell(text: str, style: str, right: bool, fill: str = "", bold: bool = False, leads: str = "") -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    side = '<w:jc w:val="right"/>' if right else ""
    look = ('<w:rStyle w:val="Link"/>' if leads else "") + ("<w:b/>" if bold else "")
    said = f" leads={quoteattr(leads)}" if leads else ""
    return (
        f'<w:tc><w:tcPr>{shade}</w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/>{side}</w:pPr>'
        f'<w:r{said}><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(one_line(text))}</w:t></w:r></w:p></w:tc>'
    )
