"""A document as DOCX, to go on writing in: real styles, tables whose heads are repeated, charts as pictures."""

import re
from datetime import UTC
from functools import singledispatchmethod
from io import BytesIO
from typing import Any

import docx
import segno
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as Lines

from attention_point.foundation.paperwork import document as blocks
from attention_point.foundation.paperwork.archive import timeless
from attention_point.foundation.paperwork.charts import WIDTH
from attention_point.foundation.paperwork.flow import heading_key
from attention_point.foundation.paperwork.grid import column_parts
from attention_point.foundation.paperwork.links import Linked, bare, target
from attention_point.foundation.paperwork.raster import chart_png
from attention_point.foundation.paperwork.text import one_line, plain
from attention_point.foundation.paperwork.textfile_styles import furnish
from attention_point.foundation.paperwork.textfile_table import table_xml
from attention_point.foundation.paperwork.words import Words

_PAGE = re.compile("(\x01|\x02)")
_FIELDS = {"\x01": "PAGE", "\x02": "NUMPAGES"}
# Word keeps 255 letters of a property, and names places with letters, digits and underscores, 40 of them.
_PROPERTY, _NAME = 255, 40


def write(document: blocks.Document, words: Words) -> bytes:
    """See ``paperwork.write_docx``."""
    writer = _Writer(document, words)
    writer.front()
    for place, block in enumerate(document.blocks):
        writer.write(block, place)
    file = BytesIO()
    writer.file.save(file)
    return timeless(file.getvalue())


def place_name(key: str) -> str:
    """The key of a place as Word allows it."""
    return re.sub(r"\W", "_", key, flags=re.ASCII)[:_NAME]


class _Writer:
    """Writes blocks into one file."""

    def __init__(self, document: blocks.Document, words: Words) -> None:
        self._document, self._words = document, words
        self.file: Any = docx.Document()
        self._marks: dict[str, int] = {}
        self._pictures = 0
        self._heading = ""
        furnish(self.file, document.language)
        self._properties()
        section = self.file.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Pt((595.28 - WIDTH) / 2)
        section.top_margin, section.bottom_margin = Mm(25), Mm(22)
        said = (document.issuer, document.title, document.watermark)
        self._add(" · ".join(filter(None, said)), "Header", section.header.paragraphs[0])
        self._foot(section.footer.paragraphs[0])

    def _properties(self) -> None:
        about, moment = self.file.core_properties, self._document.created.astimezone(UTC).replace(tzinfo=None)
        issuer = one_line(self._document.issuer)[:_PROPERTY]
        about.title, about.subject = (
            one_line(text)[:_PROPERTY] for text in (self._document.title, self._document.subtitle)
        )
        about.author, about.last_modified_by, about.language = issuer, issuer, self._document.language
        about.created, about.modified, about.revision = moment, moment, 1
        about.comments = about.keywords = ""

    def _foot(self, lines: Lines) -> None:
        said = " · ".join(filter(None, (self._document.reference, self._words.date(self._document.created))))
        numbered = one_line(self._words.page_of % {"page": "{1}", "pages": "{2}"})
        for piece in _PAGE.split(f"{plain(said)}\t\t" + numbered.replace("{1}", "\x01").replace("{2}", "\x02")):
            if piece in _FIELDS:
                lines._p.append(
                    parse_xml(
                        f'<w:fldSimple {nsdecls("w")} w:instr="{_FIELDS[piece]}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
                    )
                )
            else:
                lines.add_run(piece)

    def front(self) -> None:
        """The title, on a page of its own where the document has a cover, and its contents."""
        document = self._document
        if document.cover:
            self._add(document.issuer, "Band")
        self._mark(self._add(document.title, "Title")._p, "title")
        if document.subtitle:
            self._add(document.subtitle, "Subtitle")
        if document.cover:
            self._add(self._words.date(document.created), "Normal")
            self._add(document.reference or "", "Normal")
        if document.watermark:
            self._add(document.watermark, "Note")
        headings = [
            (block, heading_key(block, place))
            for place, block in enumerate(document.blocks)
            if isinstance(block, blocks.Heading) and block.level < 3
        ]
        if document.cover:
            self.file.add_page_break()
        if document.contents and headings:
            if self._words.contents:
                self._add(self._words.contents, "Contents")
            for block, key in headings:
                lines = self.file.add_paragraph(style="Contents line")
                lines.paragraph_format.left_indent = Pt(16 * (block.level - 1))
                self._link(lines, block.text, f"#{place_name(key)}")
            self.file.add_page_break()

    def _add(self, text: str, style: str, lines: Lines | None = None) -> Lines:
        lines = lines or self.file.add_paragraph()
        lines.style = style
        lines.add_run(plain(text))
        return lines

    def _value(self, lines: Lines, value: str | Linked | None) -> Lines:
        leads = target(value, self._document.site)
        text = str(bare(value) or "")
        if not leads:
            lines.add_run(plain(text))
        else:
            self._link(lines, text, f"#{place_name(f'at-{leads[1:]}')}" if leads.startswith("#") else leads)
        return lines

    def _link(self, lines: Lines, text: str, leads: str) -> None:
        link = self.open_link(leads)
        run = lines.add_run(plain(text), "Link")
        link.append(run._r)
        lines._p.append(link)

    def open_link(self, leads: str) -> Any:
        """An element that makes what stands in it lead there."""
        link = OxmlElement("w:hyperlink")
        if leads.startswith("#"):
            link.set(qn("w:anchor"), leads[1:])
        else:
            link.set(qn("r:id"), self.file.part.relate_to(leads, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        return link

    def _mark(self, paragraph: Any, key: str) -> None:
        """Names the place of the paragraph, once in a file."""
        name = place_name(key)
        if name in self._marks:
            return
        self._marks[name] = number = len(self._marks)
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        start.set(qn("w:id"), str(number))
        start.set(qn("w:name"), name)
        end.set(qn("w:id"), str(number))
        paragraph.append(start)
        paragraph.append(end)

    def _picture(self, content: bytes, width: float, said: str) -> None:
        lines = self.file.add_paragraph(style="Picture")
        lines.add_run().add_picture(BytesIO(content), Pt(width))
        self._pictures += 1
        about = lines._p.find(f".//{qn('wp:docPr')}")
        about.set("name", f"{self._pictures}")
        about.set("descr", one_line(said))

    @singledispatchmethod
    def write(self, block: Any, place: int) -> None:
        """Adds the block, the document's ``place``-th."""
        raise TypeError(f"no way to write a {type(block).__name__}")

    @write.register
    def _(self, block: blocks.Heading, place: int) -> None:
        self._heading = block.text
        self._mark(self._add(block.text, f"Heading {block.level}")._p, heading_key(block, place))

    @write.register
    def _(self, block: blocks.Paragraph, place: int) -> None:
        lines = self._add(block.text, "Normal")
        if block.link:
            lines.add_run(" ")
            self._value(lines, block.link)

    @write.register
    def _(self, block: blocks.Items, place: int) -> None:
        for row in block.rows:
            self._value(self.file.add_paragraph(style="List Bullet"), row)

    @write.register
    def _(self, block: blocks.Note, place: int) -> None:
        self._add(block.text, "Note")

    @write.register
    def _(self, block: blocks.PageBreak, place: int) -> None:
        self.file.add_page_break()

    @write.register
    def _(self, block: blocks.Facts, place: int) -> None:
        for label, value in block.rows:
            lines = self.file.add_paragraph(style="Fact")
            lines.add_run(f"{one_line(label)}\t").bold = True
            self._value(lines, value)

    @write.register
    def _(self, block: blocks.Table, place: int) -> None:
        parts = column_parts(block, self._words, WIDTH)
        for number, columns in enumerate(parts, 1):
            title = block.title if len(parts) == 1 else f"{block.title} ({number}/{len(parts)})"
            if title != self._heading:
                self._add(title, "Caption")
            table = parse_xml(table_xml(block, columns, self._words, self._links(block)))
            self.file.element.body.insert_element_before(table, "w:sectPr")
            self._resolve(table)
            self._mark(next(table.iter(qn("w:p"))), f"at-{block.id}")
        for note in block.notes or ("",):
            self._add(note, "Table note")

    def _links(self, block: blocks.Table) -> list[list[str]]:
        return [[target(cell, self._document.site) for cell in row] for row in block.rows]

    def _resolve(self, table: Any) -> None:
        """Turns the addresses that a table's XML names into the file's own links."""
        for run in table.iter(qn("w:r")):
            leads = run.attrib.pop("leads", "")
            if leads:
                named = f"#{place_name(f'at-{leads[1:]}')}" if leads.startswith("#") else leads
                link = self.open_link(named)
                run.getparent().replace(run, link)
                link.append(run)

    @write.register
    def _(self, block: blocks.Chart, place: int) -> None:
        if block.title != self._heading:
            self._add(block.title, "Caption")
        content, width = chart_png(block, self._words)
        self._picture(content, min(width, WIDTH), f"{block.title}. {block.description}")
        if block.description:
            self._add(block.description, "Table note")

    @write.register
    def _(self, block: blocks.Code, place: int) -> None:
        file = BytesIO()
        segno.make_qr(block.payload, error="m").save(file, "png", scale=6)
        self._picture(file.getvalue(), 110, block.payload)
        self._add(block.caption or block.payload, "Table note")
