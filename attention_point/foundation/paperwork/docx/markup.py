"""WordprocessingML (ECMA-376, part 1) as text: runs, links, paragraphs and tables.

python-docx has no links and no bookmarks, and needs minutes for a table of thousands of rows, because it looks for each
cell in the whole table.
"""

from collections.abc import Callable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from docx.oxml.ns import nsdecls

from attention_point.foundation.paperwork.colours import BACKGROUND_COLOUR, COBALT, LINE_COLOUR
from attention_point.foundation.paperwork.docx.styles import format_colour
from attention_point.foundation.paperwork.report import Cell, Table
from attention_point.foundation.paperwork.text import clean_line
from attention_point.foundation.paperwork.wording import ReportWording, format_cell

BuildCellContent = Callable[[Cell, str, bool], str]
"""Builds the content of a cell: the cell with its link, its text, and whether the text is bold."""

_BORDER = f'w:val="single" w:sz="4" w:color="{format_colour(LINE_COLOUR)}"'
# ``w:noVBand``: Word draws bands over rows only. A caption that is not seen names the table for screen readers.
_TABLE_PROPERTIES = (
    '<w:tblPr><w:tblW w:w="5000" w:type="pct"/>'
    f"<w:tblBorders><w:bottom {_BORDER}/><w:insideH {_BORDER}/></w:tblBorders>"
    '<w:tblLayout w:type="autofit"/>'
    '<w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar>'
    '<w:tblLook w:firstRow="1" w:noVBand="1"/>{caption}</w:tblPr>'
)


def build_run(text: str, properties: str = "") -> str:
    """Builds a run of text. A line feed in the text becomes a line break, and a tab a tab stop."""
    content = escape(text)
    for character, element in (("\n", "<w:br/>"), ("\t", "<w:tab/>")):
        content = content.replace(character, f'</w:t>{element}<w:t xml:space="preserve">')
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{content}</w:t></w:r>'


def build_link(run_text: str, target: str, properties: str = "") -> str:
    """Builds a link; ``target`` is the attribute that names the place: ``w:anchor="…"`` or ``r:id="…"``."""
    run = build_run(run_text, f'<w:rStyle w:val="Link"/>{properties}')
    return f"<w:hyperlink {target}>{run}</w:hyperlink>"


def build_field(name: str, shown: str = "1") -> str:
    """Builds a field, which Word fills in (``PAGE``), as the replacement of a placeholder inside a run's text.

    ``shown`` stands there until Word does so: when it opens the file, because the field is marked as out of date.
    """
    field = f'<w:fldSimple w:instr="{name}" w:dirty="true"><w:r><w:t>{shown}</w:t></w:r></w:fldSimple>'
    return f'</w:t></w:r>{field}<w:r><w:t xml:space="preserve">'


def build_contents_field() -> tuple[str, str]:
    """Builds what stands before the first line of a table of contents and after the last: a field of two levels."""
    begin, separate, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))
    instruction = '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText></w:r>'
    return begin + instruction + separate, end


def build_paragraph(style_id: str, content: str, properties: str = "") -> str:
    """Builds a paragraph in a style, out of runs and links."""
    return f'<w:p {nsdecls("w", "r")}><w:pPr><w:pStyle w:val="{style_id}"/>{properties}</w:pPr>{content}</w:p>'


def build_table(
    table: Table,
    column_indexes: Sequence[int],
    wording: ReportWording,
    build_content: BuildCellContent,
    bookmark: str = "",
) -> str:
    """Builds a table out of some of its columns. Its heads are repeated on each page, and no row is cut.

    ``bookmark`` marks its place and stands in the first head.
    """
    caption = f"<w:tblCaption w:val={quoteattr(clean_line(table.title))}/>"
    grid = "<w:gridCol/>" * len(column_indexes)
    columns = [table.columns[index] for index in column_indexes]
    heads = [build_run(clean_line(column.full_label)) for column in columns]
    heads[0] = bookmark + heads[0]
    head_cells = [
        _build_cell(head, "Cellhead", column.is_numeric, COBALT) for head, column in zip(heads, columns, strict=True)
    ]
    head_row = _build_row(head_cells, "<w:tblHeader/>")
    rows = "".join(_build_rows(table, column_indexes, wording, build_content))
    properties = _TABLE_PROPERTIES.format(caption=caption)
    return f"<w:tbl {nsdecls('w', 'r')}>{properties}<w:tblGrid>{grid}</w:tblGrid>{head_row}{rows}</w:tbl>"


def _build_rows(
    table: Table, column_indexes: Sequence[int], wording: ReportWording, build_content: BuildCellContent
) -> Iterator[str]:
    for number, row in enumerate(table.rows, 1):
        is_total = table.has_total_row and number == len(table.rows)
        fill = BACKGROUND_COLOUR if number % 2 == 0 else ""
        cells = []
        for index in column_indexes:
            column = table.columns[index]
            text = clean_line(format_cell(row[index], column.kind, wording))
            cells.append(_build_cell(build_content(row[index], text, is_total), "Cell", column.is_numeric, fill))
        yield _build_row(cells)
    if not table.rows:
        texts = [wording.empty_table_text, *[""] * (len(column_indexes) - 1)]
        yield _build_row([_build_cell(build_run(clean_line(text)), "Cell", False) for text in texts])


def _build_row(cells: Sequence[str], properties: str = "") -> str:
    return f"<w:tr><w:trPr><w:cantSplit/>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def _build_cell(content: str, style_id: str, is_right_aligned: bool, fill: str = "") -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{format_colour(fill)}"/>' if fill else ""
    alignment = '<w:jc w:val="right"/>' if is_right_aligned else ""
    paragraph = f'<w:p><w:pPr><w:pStyle w:val="{style_id}"/>{alignment}</w:pPr>{content}</w:p>'
    return f"<w:tc><w:tcPr>{shade}</w:tcPr>{paragraph}</w:tc>"
