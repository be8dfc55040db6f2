"""Writes a report as DOCX, for authors who go on writing in it: real styles, and tables whose heads are repeated.

It has no pictures: where a report has a chart, the text of the chart leads to its table.
"""

import re
from datetime import UTC
from functools import singledispatchmethod
from io import BytesIO
from typing import Any
from xml.sax.saxutils import quoteattr

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.shared import Mm, Pt

from attention_point.foundation.paperwork import report as blocks
from attention_point.foundation.paperwork.cell_values import LinkedValue, build_bookmark, resolve_link, strip_link
from attention_point.foundation.paperwork.charts.chart_layout import CONTENT_WIDTH
from attention_point.foundation.paperwork.docx.markup import (
    build_contents_field,
    build_field,
    build_link,
    build_paragraph,
    build_run,
    build_table,
)
from attention_point.foundation.paperwork.docx.reproducible_zip import make_zip_reproducible
from attention_point.foundation.paperwork.docx.styles import add_styles
from attention_point.foundation.paperwork.pdf.cover import has_short_contents
from attention_point.foundation.paperwork.pdf.table_layout import format_texts, split_columns
from attention_point.foundation.paperwork.pdf.writer import TEXT_HEIGHT, find_heading_pages
from attention_point.foundation.paperwork.text import clean_line, clean_text
from attention_point.foundation.paperwork.wording import ReportWording, format_reference, format_report_date

# Word keeps 255 letters of a property. A bookmark has at most 40 letters, digits and underscores.
_MAX_PROPERTY_LETTERS, _MAX_BOOKMARK_LETTERS = 255, 40
# Points of A4.
_PAGE_WIDTH = 595.28
_BOLD = "<w:b/>"
_TWIPS_PER_LEVEL = 320
_SIGNATURE_LETTERS = 32


def build_docx(report: blocks.Report, wording: ReportWording) -> bytes:
    """Builds the file; see ``paperwork.write_docx``."""
    writer = _DocxWriter(report, wording)
    writer.write_title_and_contents()
    for index, block in enumerate(report.blocks):
        writer.write_block(block, index)
    file = BytesIO()
    writer.document.save(file)
    return make_zip_reproducible(file.getvalue())


class _DocxWriter:
    """Writes blocks into one file."""

    def __init__(self, report: blocks.Report, wording: ReportWording) -> None:
        self._report, self._wording, self._outline = report, wording, report.outline
        # python-docx's template: it has Word's styles, on Letter paper, which is corrected below.
        self.document: Any = docx.Document()
        self._bookmark_numbers: dict[str, int] = {}
        add_styles(self.document, report.language)
        self._set_properties()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Pt((_PAGE_WIDTH - CONTENT_WIDTH) / 2)
        section.top_margin, section.bottom_margin = Mm(25), Mm(22)
        heading = " · ".join(filter(None, (report.issuer, report.title, report.watermark)))
        section.header.part.element[:] = [self._build_paragraph("Header", build_run(clean_text(heading)))]
        # Word counts the pages itself when it opens the file, so the numbers are fields.
        page_number = build_run(clean_line(wording.page_number_text)) % {
            "page": build_field("PAGE"),
            "pages": build_field("NUMPAGES"),
        }
        footer = build_run(f"{clean_text(format_reference(report, wording))}\t\t") + page_number
        section.footer.part.element[:] = [self._build_paragraph("Footer", footer)]

    def _set_properties(self) -> None:
        report, properties = self._report, self.document.core_properties
        properties.title = clean_line(report.title)[:_MAX_PROPERTY_LETTERS]
        properties.subject = clean_line(report.subtitle)[:_MAX_PROPERTY_LETTERS]
        properties.author = properties.last_modified_by = clean_line(report.issuer)[:_MAX_PROPERTY_LETTERS]
        properties.language = report.language
        # python-docx takes moments without zone, in UTC. Its template names other authors, dates and comments.
        properties.created = properties.modified = report.created_at.astimezone(UTC).replace(tzinfo=None)
        properties.revision, properties.comments, properties.keywords = 1, "", ""

    def write_title_and_contents(self) -> None:
        """Writes the title, on a page of its own if the report has a cover, and the table of contents."""
        report = self._report
        if report.has_cover:
            self._add_text("Band", report.issuer)
        if report.cover_mark:
            self._add_text("Cover mark", report.cover_mark)
        self._append_paragraph("Title", self._build_bookmark("title") + build_run(clean_text(report.title)))
        if report.subtitle:
            self._add_text("Subtitle", report.subtitle)
        if report.has_cover:
            self._add_text("Normal", format_report_date(report, self._wording))
            self._add_text("Normal", report.reference or "")
        if report.watermark:
            self._add_text("Note", report.watermark)
        if report.has_cover:
            self.document.add_page_break()
        if report.contents:
            self._write_contents()

    def _write_contents(self) -> None:
        report = self._report
        if self._wording.contents_heading:
            self._add_text("Contents", self._wording.contents_heading)
        pages = find_heading_pages(report, self._wording)
        # A field, so that Word makes the contents anew with the headings that the office adds.
        begin, end = build_contents_field()
        for index, entry in enumerate(report.contents):
            link = self._build_link(entry.heading.text, f"#{entry.bookmark}")
            number = build_field(f"PAGEREF {_format_bookmark(entry.bookmark)} \\h", str(pages[entry.bookmark]))
            tab = build_run("\t%(page)s") % {"page": number}
            properties = f'<w:ind w:left="{_TWIPS_PER_LEVEL * (entry.heading.level - 1)}"/>'
            content = (begin if index == 0 else "") + link + tab + (end if entry is report.contents[-1] else "")
            self._append_paragraph("Contents line", content, properties)
        # Where the PDF goes on, so does this file: until Word counts, its numbers are those of the PDF.
        if not has_short_contents(report, TEXT_HEIGHT):
            self.document.add_page_break()

    def _build_paragraph(self, style: str, content: str, properties: str = "") -> Any:
        return parse_xml(build_paragraph(self.document.styles[style].style_id, content, properties))

    def _append_paragraph(self, style: str, content: str, properties: str = "") -> None:
        """Adds a paragraph at the end: before the properties of the section, which stand last in the file."""
        self.document.element.body[-1].addprevious(self._build_paragraph(style, content, properties))

    def _add_text(self, style: str, text: str) -> None:
        self._append_paragraph(style, build_run(clean_text(text)))

    def _build_value(self, value: blocks.Cell, text: str | None = None, is_bold: bool = False) -> str:
        """Builds a value as a run, or as a link if it has one. ``text`` is the value as readers see it."""
        text = clean_text(str(strip_link(value)) if text is None else text)
        address = resolve_link(value, self._report.site_address)
        properties = _BOLD if is_bold else ""
        return self._build_link(text, address, properties) if address else build_run(text, properties)

    def _build_link(self, text: str, address: str, properties: str = "") -> str:
        if address.startswith("#"):
            target = f'w:anchor="{_format_bookmark(address[1:])}"'
        else:
            part = self.document.part
            target = f'r:id="{part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)}"'
        return build_link(clean_text(text), target, properties)

    def _build_bookmark(self, bookmark: str) -> str:
        """Marks a place; nothing if the file has that bookmark already, because Word wants each name once."""
        name = _format_bookmark(bookmark)
        if name in self._bookmark_numbers:
            return ""
        self._bookmark_numbers[name] = number = len(self._bookmark_numbers)
        return f'<w:bookmarkStart w:id="{number}" w:name={quoteattr(name)}/><w:bookmarkEnd w:id="{number}"/>'

    @singledispatchmethod
    def write_block(self, block: Any, index: int) -> None:
        """Adds a block; ``index`` is its place among the report's blocks."""
        raise TypeError(f"no way to write a {type(block).__name__}")

    @write_block.register
    def _write_heading(self, block: blocks.Heading, index: int) -> None:
        bookmark = self._build_bookmark(self._outline[index].bookmark)
        self._append_paragraph(f"Heading {block.level}", bookmark + build_run(clean_text(block.text)))

    @write_block.register
    def _write_paragraph(self, block: blocks.Paragraph, index: int) -> None:
        link = build_run(" ") + self._build_value(block.link) if block.link else ""
        self._append_paragraph("Normal", build_run(clean_text(block.text)) + link)

    @write_block.register
    def _write_bullet_list(self, block: blocks.BulletList, index: int) -> None:
        for item in block.items:
            self._append_paragraph("List Bullet", self._build_value(item))

    @write_block.register
    def _write_note(self, block: blocks.Note, index: int) -> None:
        self._add_text("Note", block.text)

    @write_block.register
    def _write_signature(self, block: blocks.Signature, index: int) -> None:
        self._add_text("Place and date", block.place_and_date)
        self._append_paragraph("Normal", build_run("_" * _SIGNATURE_LETTERS), "<w:keepNext/>")
        for text, properties in ((block.name, _BOLD), (block.post, "")):
            if text:
                self._append_paragraph("Normal", build_run(clean_text(text), properties))

    @write_block.register
    def _write_page_break(self, block: blocks.PageBreak, index: int) -> None:
        self.document.add_page_break()

    @write_block.register
    def _write_labelled_values(self, block: blocks.LabelledValues, index: int) -> None:
        for label, value in block.rows:
            self._append_paragraph("Fact", build_run(f"{clean_line(label)}\t", _BOLD) + self._build_value(value))

    @write_block.register
    def _write_headline_figures(self, block: blocks.HeadlineFigures, index: int) -> None:
        for figure in block.figures:
            text = " · ".join((figure.value, *figure.remarks))
            self._append_paragraph(
                "Fact", build_run(f"{clean_line(figure.label)}\t", _BOLD) + build_run(clean_text(text))
            )

    @write_block.register
    def _write_table(self, block: blocks.Table, index: int) -> None:
        parts = split_columns(block, format_texts(block, self._wording), CONTENT_WIDTH)
        for number, part in enumerate(parts, 1):
            title = block.title if len(parts) == 1 else f"{block.title} ({number}/{len(parts)})"
            if len(parts) > 1 or not self._report.repeats_heading(index):
                self._add_text("Caption", title)
            bookmark = self._build_bookmark(build_bookmark(block.id))
            # Only the first part marks the place: links lead to the start of a table.
            table = build_table(block, part.column_indexes, self._wording, self._build_value, bookmark)
            self.document.element.body[-1].addprevious(parse_xml(table))
        # Word joins two tables with nothing between them, so a table without notes gets an empty line.
        for note in block.notes or ("",):
            self._add_text("Table note", note)

    @write_block.register
    def _write_chart(self, block: blocks.Chart, index: int) -> None:
        table = self._report.find_table_beside(index)
        if table is not None:
            text = block.description or table.title
            self._append_paragraph("Table note", self._build_value(LinkedValue(text, f"#{table.id}")))


def _format_bookmark(name: str) -> str:
    return re.sub(r"\W", "_", name, flags=re.ASCII)[:_MAX_BOOKMARK_LETTERS]
