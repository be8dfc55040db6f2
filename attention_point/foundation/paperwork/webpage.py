"""A document as one HTML page that stands alone: no script, nothing from elsewhere, fit for print and for listeners.

Its style sheet stands in it, because it is a file for readers to keep; the application's own pages have none inside.
"""

from base64 import b64encode
from collections.abc import Iterator
from functools import singledispatch
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import segno

from attention_point.foundation.paperwork import document as blocks
from attention_point.foundation.paperwork.flow import heading_key
from attention_point.foundation.paperwork.links import bare, target
from attention_point.foundation.paperwork.svg import chart_svg
from attention_point.foundation.paperwork.text import one_line, plain
from attention_point.foundation.paperwork.words import Words, cell_text

_STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.55 Verdana, "DejaVu Sans", sans-serif; color: #000; background: #fff; margin: 0; }
main, header { max-width: 62rem; margin: 0 auto; padding: 0 1.5rem; }
header { border-bottom: .4rem solid #fecc2f; padding-bottom: 1rem; }
h1, h2, h3 { color: #0943b5; line-height: 1.25; } h1 { font-size: 2rem; margin-bottom: .25rem; }
h2 { margin-top: 2.5rem; } h3 { margin-top: 2rem; } h2, h3, h4, caption { break-after: avoid; }
.quiet, figcaption p, .notes { color: #4c4c4c; font-size: .9rem; }
.mark { color: #a80521; font-weight: bold; }
.note { background: #e5ecf8; border-left: .3rem solid #0943b5; padding: .75rem 1rem; }
.lines { white-space: pre-line; } a { color: #0943b5; }
.wide { overflow-x: auto; margin: 1rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; font-weight: bold; padding: .5rem 0; }
th, td { padding: .4rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid #b8c4dc;
  overflow-wrap: break-word; font-weight: normal; }
thead th { background: #0943b5; color: #fff; font-weight: bold; vertical-align: bottom; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
thead .number { white-space: normal; } tbody th { min-width: 9rem; }
tbody tr:nth-child(even) { background: #f3f6fc; }
.total > * { font-weight: bold; border-top: 2px solid #0943b5; }
figure { margin: 1rem 0; break-inside: avoid; } img { max-width: 100%; height: auto; }
dl { display: grid; grid-template-columns: minmax(8rem, 1fr) 2fr; gap: .4rem 1rem; }
dt { font-weight: bold; color: #4c4c4c; } dd { margin: 0; }
nav ul { list-style: none; padding: 0; } nav .under { padding-left: 1.5rem; }
@media print {
  body { font-size: 10pt; } main, header { max-width: none; padding: 0; } .wide { overflow: visible; }
  tr { break-inside: avoid; } thead { display: table-header-group; } .sheet { break-before: page; }
  thead th, .note, tbody tr { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def write_html(document: blocks.Document, words: Words) -> bytes:
    """The document as UTF-8 HTML, the same for the same document and words, whenever it is written."""
    page = Element("html", {"lang": document.language})
    head = SubElement(page, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    # A page kept on a disk has no header to say it: even a fault in it could run and fetch nothing.
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": _POLICY})
    SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    SubElement(head, "meta", {"name": "author", "content": one_line(document.issuer)})
    _say(head, "title", one_line(f"{document.title} · {document.subtitle}" if document.subtitle else document.title))
    SubElement(head, "style").text = _STYLE
    body = SubElement(page, "body")
    _header(SubElement(body, "header"), document, words)
    main = SubElement(body, "main")
    if document.contents:
        _contents(main, document, words)
    heading, level, seen = "", 0, set[str]()
    for place, block in enumerate(document.blocks):
        if isinstance(block, blocks.Heading):
            # Who goes from heading to heading meets no gap in their levels.
            heading, level = block.text, min(block.level, level + 1)
            _say(main, f"h{level + 1}", heading, id=heading_key(block, place))
            continue
        for element in _write(block, words, document.site):
            _settle(element, block, heading, seen)
            main.append(element)
    text: str = tostring(page, encoding="unicode", method="html")
    return f"<!DOCTYPE html>\n{text}\n".encode()


def _settle(element: Element, block: blocks.Block, heading: str, seen: set[str]) -> None:
    """Names a table's place, once; a title that the heading above has said is not said again."""
    if not isinstance(block, blocks.Table | blocks.Chart):
        return
    if isinstance(block, blocks.Table) and element.tag == "div" and block.id not in seen:
        seen.add(block.id)
        element.set("id", f"at-{block.id}")
    title = element.find(".//caption") if element.tag == "div" else element.find("./figcaption/strong")
    if title is not None and block.title == heading:
        title.set("hidden", "hidden")


def _header(header: Element, document: blocks.Document, words: Words) -> None:
    _say(header, "p", document.issuer)
    _say(header, "h1", document.title)
    if document.subtitle:
        _say(header, "p", document.subtitle)
    said = " · ".join(part for part in (document.reference, words.date(document.created)) if part)
    _say(header, "p", said, **{"class": "quiet"})
    if document.watermark:
        _say(header, "p", document.watermark, **{"class": "mark"})


def _contents(main: Element, document: blocks.Document, words: Words) -> None:
    headings = [
        (place, block)
        for place, block in enumerate(document.blocks)
        if isinstance(block, blocks.Heading) and block.level < 3
    ]
    if not headings:
        return
    nav = SubElement(main, "nav", {"aria-label": one_line(words.contents)} if words.contents else {})
    if words.contents:
        _say(nav, "h2", words.contents)
    rows = SubElement(nav, "ul")
    for place, heading in headings:
        row = SubElement(rows, "li", {} if heading.level == 1 else {"class": "under"})
        _say(row, "a", heading.text, href=f"#{heading_key(heading, place)}")


def _say(parent: Element, tag: str, text: str, **attributes: str) -> Element:
    element = SubElement(parent, tag, attributes)
    element.text = plain(text)
    return element


def _value(parent: Element, value: object, text: str, site: str) -> None:
    """The text in the parent, in a link where the value has one."""
    leads = target(value, site)
    if not leads:
        parent.text = plain(text)
        return
    _say(parent, "a", text, href=f"#at-{leads[1:]}" if leads.startswith("#") else leads)


@singledispatch
def _write(block: Any, words: Words, site: str) -> Iterator[Element]:
    raise TypeError(f"no way to write a {type(block).__name__}")


@_write.register
def _(block: blocks.Paragraph, words: Words, site: str) -> Iterator[Element]:
    paragraph = Element("p", {"class": "lines"})
    paragraph.text = plain(block.text)
    if block.link:
        paragraph.text += " "
        _value(SubElement(paragraph, "span"), block.link, str(block.link.value), site)
    yield paragraph


@_write.register
def _(block: blocks.Items, words: Words, site: str) -> Iterator[Element]:
    rows = Element("ul")
    for row in block.rows:
        _value(SubElement(rows, "li"), row, str(bare(row)), site)
    if block.rows:
        yield rows


@_write.register
def _(block: blocks.Note, words: Words, site: str) -> Iterator[Element]:
    note = Element("p", {"class": "note lines", "role": "note"})
    note.text = plain(block.text)
    yield note


@_write.register
def _(block: blocks.PageBreak, words: Words, site: str) -> Iterator[Element]:
    yield Element("div", {"class": "sheet"})


@_write.register
def _(block: blocks.Facts, words: Words, site: str) -> Iterator[Element]:
    rows = Element("dl")
    for label, value in block.rows:
        _say(rows, "dt", label)
        _value(SubElement(rows, "dd"), value, str(bare(value)), site)
    if block.rows:
        yield rows


@_write.register
def _(block: blocks.Table, words: Words, site: str) -> Iterator[Element]:
    # A table wider than the screen is moved in its own frame, also from the keyboard.
    frame = Element("div", {"class": "wide", "role": "region", "tabindex": "0", "aria-label": one_line(block.title)})
    table = SubElement(frame, "table")
    _say(table, "caption", block.title)
    heads = SubElement(SubElement(table, "thead"), "tr")
    for column in block.columns:
        _say(heads, "th", column.label, scope="col", **({"class": "number"} if column.numeric else {}))
    body = SubElement(table, "tbody")
    for number, cells in enumerate(block.rows, 1):
        total = block.total_row and number == len(block.rows)
        row = SubElement(body, "tr", {"class": "total"} if total else {})
        for at, (column, cell) in enumerate(zip(block.columns, cells, strict=True)):
            headed = at == 0 and not column.numeric and bool(cell_text(cell, column.kind, words))
            field = SubElement(row, "th", {"scope": "row"}) if headed else SubElement(row, "td")
            if column.numeric:
                field.set("class", "number")
            _value(field, cell, cell_text(cell, column.kind, words), site)
    if not block.rows:
        _say(SubElement(body, "tr"), "td", words.no_rows, colspan=str(len(block.columns)))
    yield frame
    if block.notes:
        notes = Element("div", {"class": "notes"})
        for note in block.notes:
            _say(notes, "p", note)
        yield notes


@_write.register
def _(block: blocks.Chart, words: Words, site: str) -> Iterator[Element]:
    figure = Element("figure")
    caption = SubElement(figure, "figcaption")
    _say(caption, "strong", block.title)
    said = one_line(f"{block.title}. {block.description}")
    figure.append(_image("svg+xml", chart_svg(block, words), said))
    if block.description:
        _say(caption, "p", block.description)
    yield figure


@_write.register
def _(block: blocks.Code, words: Words, site: str) -> Iterator[Element]:
    file = BytesIO()
    segno.make_qr(block.payload, error="m").save(file, "svg", scale=4, xmldecl=False)
    figure = Element("figure")
    figure.append(_image("svg+xml", file.getvalue(), block.payload))
    _say(SubElement(figure, "figcaption"), "p", block.caption or block.payload)
    yield figure


def _image(kind: str, content: bytes, said: str) -> Element:
    return Element("img", {"src": f"data:image/{kind};base64,{b64encode(content).decode()}", "alt": said})
