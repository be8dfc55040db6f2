"""Writes a report as one HTML page that stands alone: no script and nothing from elsewhere, ready for print.

Its style sheet stands in it, because readers keep it as a file. The application's own pages have no style inside.
"""

from base64 import b64encode
from collections.abc import Iterator
from functools import singledispatch
from string import Template
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from attention_point.foundation.paperwork import colours
from attention_point.foundation.paperwork import report as blocks
from attention_point.foundation.paperwork.cell_values import build_bookmark, resolve_link, strip_link
from attention_point.foundation.paperwork.charts.svg import build_svg
from attention_point.foundation.paperwork.text import clean_line, clean_text
from attention_point.foundation.paperwork.wording import ReportWording, format_cell, format_reference

_STYLE_SHEET = Template("""
:root { color-scheme: light; }
body { font: 1rem/1.55 Verdana, "DejaVu Sans", sans-serif; color: $black; background: $white; margin: 0; }
main, header { max-width: 62rem; margin: 0 auto; padding: 0 1.5rem; }
header { border-bottom: .4rem solid $yellow; padding-bottom: 1rem; }
h1, h2, h3 { color: $cobalt; line-height: 1.25; } h1 { font-size: 2rem; margin-bottom: .25rem; }
h2 { margin-top: 2.5rem; } h3 { margin-top: 2rem; } h2, h3, h4, caption { break-after: avoid; }
.quiet, figcaption p, .notes { color: $grey; font-size: .9rem; }
.mark { color: $warning; font-weight: bold; }
.note { background: $background; border-left: .3rem solid $cobalt; padding: .75rem 1rem; }
.lines { white-space: pre-line; } a { color: $cobalt; }
.wide { overflow-x: auto; margin: 1rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; font-weight: bold; padding: .5rem 0; }
th, td { padding: .4rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid $line;
  overflow-wrap: break-word; font-weight: normal; }
thead th { background: $cobalt; color: $white; font-weight: bold; vertical-align: bottom; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
thead .number { white-space: normal; } tbody th { min-width: 9rem; }
tbody tr:nth-child(even) { background: $stripe; }
.total > * { font-weight: bold; border-top: 2px solid $cobalt; }
figure { margin: 1rem 0; break-inside: avoid; } img { max-width: 100%; height: auto; }
dl { display: grid; grid-template-columns: minmax(8rem, 1fr) 2fr; gap: .4rem 1rem; }
dt { font-weight: bold; color: $grey; } dd { margin: 0; }
.signature { margin-top: 2.5rem; break-inside: avoid; } .signature p { margin: 0; }
.signature hr { width: 20rem; max-width: 100%; margin: 4rem 0 .4rem; border: 0; border-top: 1px solid $black; }
@media screen and (max-width: 40rem) {
  body { font-size: 1.05rem; } main, header { padding: 0 1rem; } h1 { font-size: 1.6rem; } h2 { margin-top: 2rem; }
  dl { grid-template-columns: 1fr; gap: .1rem; } dd { margin-bottom: .6rem; } nav li { padding: .35rem 0; }
  table, caption, tbody, tr, tbody th, td { display: block; } thead { display: none; } tbody tr { padding: .5rem 0; }
  tbody th, td, .number { border-bottom: 0; padding: .15rem .6rem; text-align: left; white-space: normal; }
  tbody th { font-weight: bold; } td:empty { display: none; } tr { border-bottom: 1px solid $line; }
  td[data-label]::before { content: attr(data-label) ": "; color: $grey; }
}
nav ul { list-style: none; padding: 0; } nav .under { padding-left: 1.5rem; }
@media print {
  body { font-size: 10pt; } main, header { max-width: none; padding: 0; } .wide { overflow: visible; }
  tr { break-inside: avoid; } thead { display: table-header-group; } .sheet { break-before: page; }
  thead th, .note, tbody tr { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
""").substitute(
    black=colours.BLACK,
    white=colours.WHITE,
    cobalt=colours.COBALT,
    yellow=colours.YELLOW,
    grey=colours.GREY,
    line=colours.LINE_COLOUR,
    background=colours.BACKGROUND_COLOUR,
    stripe=colours.STRIPE_COLOUR,
    warning=colours.WARNING_COLOUR,
)
_TITLE_CLASS = "title"
_CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def build_html(report: blocks.Report, wording: ReportWording) -> bytes:
    """Builds the page as UTF-8; see ``paperwork.write_html``."""
    page = Element("html", {"lang": report.language})
    head = SubElement(page, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    # A file on a disk comes without HTTP headers. Even if a text slipped through unescaped, it could run nothing.
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": _CONTENT_SECURITY_POLICY})
    SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    SubElement(head, "meta", {"name": "author", "content": clean_line(report.issuer)})
    _add_element(head, "title", clean_line(f"{report.title} · {report.subtitle}" if report.subtitle else report.title))
    SubElement(head, "style").text = _STYLE_SHEET
    body = SubElement(page, "body")
    _add_header(SubElement(body, "header"), report, wording)
    main = SubElement(body, "main")
    if report.contents:
        _add_contents(main, report, wording)
    outline, marked_tables = report.outline, set[str]()
    for index, block in enumerate(report.blocks):
        if isinstance(block, blocks.Heading):
            # The title of the page is its only h1.
            _add_element(main, f"h{outline[index].level + 1}", block.text, id=outline[index].bookmark)
            continue
        elements = list(_build_elements(block, wording, report.site_address))
        main.extend(elements)
        if isinstance(block, blocks.Table) and block.id not in marked_tables:
            # An id must stand once in a page.
            elements[0].set("id", build_bookmark(block.id))
            marked_tables.add(block.id)
        if report.repeats_heading(index):
            # Hidden, not left out: programs that read tables out of pages look for the caption.
            for title in elements[0].iterfind(f".//*[@class='{_TITLE_CLASS}']"):
                title.set("hidden", "hidden")
    text: str = tostring(page, encoding="unicode", method="html")
    return f"<!DOCTYPE html>\n{text}\n".encode()


def _add_header(header: Element, report: blocks.Report, wording: ReportWording) -> None:
    _add_element(header, "p", report.issuer)
    _add_element(header, "h1", report.title)
    if report.subtitle:
        _add_element(header, "p", report.subtitle)
    _add_element(header, "p", format_reference(report, wording), **{"class": "quiet"})
    if report.watermark:
        _add_element(header, "p", report.watermark, **{"class": "mark"})


def _add_contents(main: Element, report: blocks.Report, wording: ReportWording) -> None:
    heading = wording.contents_heading
    nav = SubElement(main, "nav", {"aria-label": clean_line(heading)} if heading else {})
    if heading:
        _add_element(nav, "h2", heading)
    items = SubElement(nav, "ul")
    for entry in report.contents:
        item = SubElement(items, "li", {} if entry.heading.level == 1 else {"class": "under"})
        _add_element(item, "a", entry.heading.text, href=f"#{entry.bookmark}")


def _add_element(parent: Element, tag: str, text: str, **attributes: str) -> Element:
    element = SubElement(parent, tag, attributes)
    element.text = clean_text(text)
    return element


def _add_value(parent: Element, value: object, text: str, site_address: str) -> None:
    address = resolve_link(value, site_address)
    if address:
        _add_element(parent, "a", text, href=address)
    else:
        parent.text = clean_text(text)


@singledispatch
def _build_elements(block: Any, wording: ReportWording, site_address: str) -> Iterator[Element]:
    raise TypeError(f"no way to write a {type(block).__name__}")


@_build_elements.register
def _build_paragraph(block: blocks.Paragraph, wording: ReportWording, site_address: str) -> Iterator[Element]:
    paragraph = Element("p", {"class": "lines"})
    paragraph.text = clean_text(block.text)
    if block.link:
        paragraph.text += " "
        _add_value(SubElement(paragraph, "span"), block.link, str(block.link.value), site_address)
    yield paragraph


@_build_elements.register
def _build_bullet_list(block: blocks.BulletList, wording: ReportWording, site_address: str) -> Iterator[Element]:
    items = Element("ul")
    for item in block.items:
        _add_value(SubElement(items, "li"), item, str(strip_link(item)), site_address)
    if block.items:
        yield items


@_build_elements.register
def _build_note(block: blocks.Note, wording: ReportWording, site_address: str) -> Iterator[Element]:
    note = Element("p", {"class": "note lines", "role": "note"})
    note.text = clean_text(block.text)
    yield note


@_build_elements.register
def _build_signature(block: blocks.Signature, wording: ReportWording, site_address: str) -> Iterator[Element]:
    signature = Element("div", {"class": "signature"})
    _add_element(signature, "p", block.place_and_date)
    SubElement(signature, "hr")
    for tag, text in (("strong", block.name), ("span", block.post)):
        if text:
            _add_element(SubElement(signature, "p"), tag, text)
    yield signature


@_build_elements.register
def _build_page_break(block: blocks.PageBreak, wording: ReportWording, site_address: str) -> Iterator[Element]:
    yield Element("div", {"class": "sheet"})


@_build_elements.register
def _build_labelled_values(
    block: blocks.LabelledValues, wording: ReportWording, site_address: str
) -> Iterator[Element]:
    rows = Element("dl")
    for label, value in block.rows:
        _add_element(rows, "dt", label)
        _add_value(SubElement(rows, "dd"), value, str(strip_link(value)), site_address)
    if block.rows:
        yield rows


@_build_elements.register
def _build_headline_figures(
    block: blocks.HeadlineFigures, wording: ReportWording, site_address: str
) -> Iterator[Element]:
    rows = Element("dl")
    for figure in block.figures:
        _add_element(rows, "dt", figure.label)
        _add_element(rows, "dd", " · ".join((figure.value, *figure.remarks)))
    yield rows


@_build_elements.register
def _build_table(block: blocks.Table, wording: ReportWording, site_address: str) -> Iterator[Element]:
    # A table wider than the screen scrolls in its own frame; ``tabindex`` lets the keyboard do it too (WCAG 2.1.1).
    frame = Element("div", {"class": "wide", "role": "region", "tabindex": "0", "aria-label": clean_line(block.title)})
    table = SubElement(frame, "table")
    _add_element(table, "caption", block.title, **{"class": _TITLE_CLASS})
    heads = SubElement(SubElement(table, "thead"), "tr")
    for column in block.columns:
        _add_element(heads, "th", column.full_label, scope="col", **({"class": "number"} if column.is_numeric else {}))
    body = SubElement(table, "tbody")
    for number, cells in enumerate(block.rows, 1):
        is_total = block.has_total_row and number == len(block.rows)
        row = SubElement(body, "tr", {"class": "total"} if is_total else {})
        for column_index, (column, cell) in enumerate(zip(block.columns, cells, strict=True)):
            text = format_cell(cell, column.kind, wording)
            # The first text of a row says what the row is about, which a screen reader repeats before each number.
            is_row_heading = column_index == 0 and not column.is_numeric and text
            field = SubElement(row, "th", {"scope": "row"}) if is_row_heading else SubElement(row, "td")
            if column.is_numeric:
                field.set("class", "number")
            if field.tag == "td":
                # On a telephone a row becomes a card, in which each value follows the head of its column.
                field.set("data-label", clean_line(column.label))
            _add_value(field, cell, text, site_address)
    if not block.rows:
        _add_element(SubElement(body, "tr"), "td", wording.empty_table_text, colspan=str(len(block.columns)))
    yield frame
    if block.notes:
        notes = Element("div", {"class": "notes"})
        for note in block.notes:
            _add_element(notes, "p", note)
        yield notes


@_build_elements.register
def _build_chart(block: blocks.Chart, wording: ReportWording, site_address: str) -> Iterator[Element]:
    figure = Element("figure")
    caption = SubElement(figure, "figcaption")
    _add_element(caption, "strong", block.title, **{"class": _TITLE_CLASS})
    content = b64encode(build_svg(block, wording)).decode()
    alternative_text = clean_line(f"{block.title}. {block.description}")
    SubElement(figure, "img", {"src": f"data:image/svg+xml;base64,{content}", "alt": alternative_text})
    if block.description:
        _add_element(caption, "p", block.description)
    yield figure
