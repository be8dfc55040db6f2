"""Turns the blocks of a report into ReportLab's flowables, which ReportLab lays out on pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatchmethod
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.platypus import AnchorFlowable, CondPageBreak, Flowable, HRFlowable, Spacer
from reportlab.platypus import PageBreak as PageBreakFlowable
from reportlab.platypus import Paragraph as ParagraphFlowable
from reportlab.platypus import Table as TableFlowable

from attention_point.foundation.paperwork import report as blocks
from attention_point.foundation.paperwork.cell_values import build_bookmark
from attention_point.foundation.paperwork.charts.chart_layout import CONTENT_WIDTH, HALF_WIDTH, build_drawing
from attention_point.foundation.paperwork.colours import BACKGROUND_COLOUR, BLACK, COBALT, LINE_COLOUR, WHITE
from attention_point.foundation.paperwork.fonts import BOLD_FONT, REGULAR_FONT, shorten_text
from attention_point.foundation.paperwork.pdf import styles
from attention_point.foundation.paperwork.pdf.table_layout import format_texts, split_columns
from attention_point.foundation.paperwork.pdf.tables import ReportTable, TableBuilder, build_notes, fit_beside_rows
from attention_point.foundation.paperwork.text import clean_line, clean_text, escape_markup
from attention_point.foundation.paperwork.wording import ReportWording

# All sizes are points.
_LABEL_WIDTH = CONTENT_WIDTH * 0.34
_LABEL_PADDING = 4.0
_SIGNATURE_WIDTH, _SIGNATURE_HEIGHT = 230.0, 52.0
# How much of a page a section, or a block, may fill with a signature to move to the next page with it.
_LARGEST_SIGNED_SHARE = 0.6
# Free height that a heading needs, that a caption with a note beside a chart needs, and that any text needs. A table
# needs its caption of one line or two.
_HEADING_HEIGHT, _CAPTION_HEIGHT, _TEXT_HEIGHT = 32.0, 70.0, 40.0
_TABLE_CAPTION_HEIGHT = 44.0


class OutlineFlowable(AnchorFlowable):
    """Marks a place and lists it in the outline of the file, which readers show beside the pages."""

    def __init__(self, bookmark: str, title: str, level: int) -> None:
        super().__init__(bookmark)
        self._entry = (clean_line(title), bookmark, level)

    def draw(self) -> None:
        """Draws nothing that is seen."""
        super().draw()
        self.canv.addOutlineEntry(*self._entry)


class _CaptionAtTopOfPage(ParagraphFlowable):
    """A caption that the heading above repeats: it is shown only at the top of a page, where no heading is in sight."""

    page_height = 0.0

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        size: tuple[float, float] = super().wrap(width, height)
        self._is_shown = height > self.page_height - 1
        return size if self._is_shown else (0.0, 0.0)

    def getSpaceAfter(self) -> float:  # noqa: N802 - ReportLab's name
        return float(super().getSpaceAfter()) if self._is_shown else 0.0

    def draw(self) -> None:
        if self._is_shown:
            super().draw()


def build_flowables(
    report: blocks.Report, wording: ReportWording, page_height: float, row_paddings: tuple[float, float]
) -> list[Flowable]:
    """Builds what stands after the title, for pages that hold ``page_height`` points.

    ``row_paddings``: points above and below the rows of tables, and of tables that are charts too.
    """
    builder, outline = _FlowableBuilder(report, wording, page_height, row_paddings), report.outline
    flowables: list[Flowable] = []
    headings: list[Flowable] = []
    block_start = section_start = 0  # where among the flowables the last block and the last section begin
    for index, block in enumerate(report.blocks):
        if builder.stands_beside_previous(index):
            continue
        if isinstance(block, blocks.Heading):
            section_start = len(flowables) if outline[index].level == 1 else section_start
            headings.append(OutlineFlowable(outline[index].bookmark, block.text, outline[index].level))
            headings.append(ParagraphFlowable(escape_markup(block.text), styles.HEADINGS[block.level]))
            continue
        block_flowables = builder.build_block(block, index)
        if isinstance(block, blocks.PageBreak):
            # Its own test for room would leave an empty page after a full one.
            flowables += [*headings, *block_flowables]
            headings = []
            continue
        if isinstance(block, blocks.Signature):
            _keep_with_signature(flowables, block_flowables, (section_start, block_start), page_height)
        # Not ReportLab's keepWithNext: it moves a long table to a new page whole.
        needed_height = _measure_needed_height(block_flowables) + len(headings) / 2 * _HEADING_HEIGHT
        block_start = len(flowables)
        flowables += [CondPageBreak(min(needed_height, page_height)), *headings, *block_flowables]
        headings = []
    return [*flowables, CondPageBreak(_HEADING_HEIGHT), *headings] if headings else flowables


def _keep_with_signature(
    flowables: list[Flowable], signature: Sequence[Flowable], starts: Sequence[int], page_height: float
) -> None:
    """Keeps the last section on the page of a signature, or its last block where it is too long.

    Nobody signs on a page with no text on it, and a page of a few lines looks as if the rest were missing. ``starts``:
    where the section and the block begin with their test for room.
    """
    for start in starts:
        height = sum(
            flowable.getSpaceBefore() + flowable.wrap(CONTENT_WIDTH, page_height)[1] + flowable.getSpaceAfter()
            for flowable in (*flowables[start:], *signature)
            if not isinstance(flowable, CondPageBreak)
        )
        if height < page_height * _LARGEST_SIGNED_SHARE and isinstance(flowables[start], CondPageBreak):
            flowables[start] = CondPageBreak(height)
            return


def _measure_needed_height(flowables: list[Flowable]) -> float:
    """Returns the free height without which a block, with the headings before it, starts on the next page."""
    table = next((flowable for flowable in flowables if isinstance(flowable, ReportTable)), None)
    if table is not None:
        shows_caption = not any(isinstance(flowable, _CaptionAtTopOfPage) for flowable in flowables)
        return table.needed_height + (_TABLE_CAPTION_HEIGHT if shows_caption else 0)
    drawing = next((flowable for flowable in flowables if hasattr(flowable, "renderScale")), None)
    return drawing.wrap(CONTENT_WIDTH, 0)[1] + _CAPTION_HEIGHT if drawing else _TEXT_HEIGHT


@dataclass(frozen=True)
class _FlowableBuilder:
    """Builds the flowables of each kind of block."""

    report: blocks.Report
    wording: ReportWording
    page_height: float
    row_paddings: tuple[float, float]

    @singledispatchmethod
    def build_block(self, block: Any, index: int) -> list[Flowable]:
        raise TypeError(f"no way to draw a {type(block).__name__}")

    def stands_beside_previous(self, index: int) -> bool:
        """Tells whether a chart is drawn with the one before it, as the right one of a pair."""
        if index >= len(self.report.blocks):
            return False
        position = index
        while position >= 0 and getattr(self.report.blocks[position], "is_half_width", False):
            position -= 1
        return index > position and (index - position) % 2 == 0

    def _build_value(self, value: Any) -> str:
        return styles.build_link_markup(value, self.report.site_address)

    @build_block.register
    def _build_paragraph(self, block: blocks.Paragraph, index: int) -> list[Flowable]:
        link = f" {self._build_value(block.link)}" if block.link else ""
        return [ParagraphFlowable(escape_markup(block.text) + link, styles.BODY)]

    @build_block.register
    def _build_bullet_list(self, block: blocks.BulletList, index: int) -> list[Flowable]:
        items = [ParagraphFlowable(self._build_value(item), styles.ITEM, bulletText="•") for item in block.items]
        return [*items, Spacer(0, 6)] if items else []

    @build_block.register
    def _build_note(self, block: blocks.Note, index: int) -> list[Flowable]:
        return [ParagraphFlowable(escape_markup(block.text), styles.NOTE)]

    @build_block.register
    def _build_signature(self, block: blocks.Signature, index: int) -> list[Flowable]:
        texts = [(block.name, styles.SIGNATURE), (block.post, styles.BODY)]
        lines = [ParagraphFlowable(escape_markup(text), style) for text, style in texts if text]
        line = HRFlowable(_SIGNATURE_WIDTH, 0.8, hAlign="LEFT", color=HexColor(BLACK), spaceAfter=4)
        place_and_date = ParagraphFlowable(escape_markup(block.place_and_date), styles.BODY)
        # Not ReportLab's which cannot be measured: ``_keep_with_signature`` sees to the room.
        return [Spacer(0, 18), place_and_date, Spacer(0, _SIGNATURE_HEIGHT), line, *lines]

    @build_block.register
    def _build_page_break(self, block: blocks.PageBreak, index: int) -> list[Flowable]:
        return [PageBreakFlowable()]

    @build_block.register
    def _build_labelled_values(self, block: blocks.LabelledValues, index: int) -> list[Flowable]:
        if not block.rows:
            return []
        # The label stands beside the first lines of its value: one of a whole page would leave the value no room.
        max_width = _LABEL_WIDTH * 6
        rows = [
            (
                ParagraphFlowable(escape_markup(shorten_text(label, BOLD_FONT, 9, max_width)), styles.LABEL),
                ParagraphFlowable(self._build_value(value), styles.VALUE),
            )
            for label, value in block.rows
        ]
        commands: Any = [
            # ReportLab sets the font of a cell even if a paragraph in it has its own; its default is not embedded.
            ("FONTNAME", (0, 0), (-1, -1), REGULAR_FONT),
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE_COLOUR),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), _LABEL_PADDING),
            ("BOTTOMPADDING", (0, 0), (-1, -1), _LABEL_PADDING),
        ]
        widths = [_LABEL_WIDTH, CONTENT_WIDTH - _LABEL_WIDTH]
        # Not a spacer: at the end of a full page it would begin another one.
        return [TableFlowable(rows, colWidths=widths, style=commands, splitInRow=1, spaceAfter=12)]

    @build_block.register
    def _build_headline_figures(self, block: blocks.HeadlineFigures, index: int) -> list[Flowable]:
        cells = [
            [
                ParagraphFlowable(escape_markup(figure.label), styles.HEADLINE_LABEL),
                ParagraphFlowable(escape_markup(figure.value), styles.HEADLINE_VALUE),
                *(ParagraphFlowable(escape_markup(remark), styles.SMALL) for remark in figure.remarks),
            ]
            for figure in block.figures
        ]
        commands: Any = [
            ("FONTNAME", (0, 0), (-1, -1), REGULAR_FONT),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEABOVE", (0, 0), (-1, 0), 2.5, COBALT),
            ("BACKGROUND", (0, 0), (-1, -1), BACKGROUND_COLOUR),
            ("LINEAFTER", (0, 0), (-2, -1), 6, WHITE),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ("LEFTPADDING", (1, 0), (-1, -1), 9),  # half of the gap lies over it
        ]
        widths = [CONTENT_WIDTH / len(cells)] * len(cells)
        return [TableFlowable([cells], colWidths=widths, style=commands), Spacer(0, 10)]

    @build_block.register
    def _build_table(self, block: blocks.Table, index: int) -> list[Flowable]:
        notes = build_notes(block)
        keeps_notes = fit_beside_rows(notes, CONTENT_WIDTH)
        texts = format_texts(block, self.wording)
        parts = split_columns(block, texts, CONTENT_WIDTH, draws_bars=True)
        flowables: list[Flowable] = []
        for number, part in enumerate(parts, 1):
            title = block.title if len(parts) == 1 else f"{block.title} ({number}/{len(parts)})"
            builder = TableBuilder(
                block, part, texts, self.wording, self.report.site_address, self.page_height, self.row_paddings
            )
            table = builder.build(title, notes if keeps_notes and number == len(parts) else [])
            caption = ParagraphFlowable(escape_markup(title), styles.CAPTION)
            if number > 1:
                flowables.append(CondPageBreak(_CAPTION_HEIGHT + table.needed_height))
            else:
                flowables.append(AnchorFlowable(build_bookmark(block.id)))
                if len(parts) == 1 and self.report.repeats_heading(index):
                    caption = _CaptionAtTopOfPage(escape_markup(title), styles.CAPTION)
                    caption.page_height = self.page_height
            flowables += [caption, table, Spacer(0, 9)]
        return flowables if keeps_notes else [*flowables, *notes, Spacer(0, 9)]

    @build_block.register
    def _build_chart(self, block: blocks.Chart, index: int) -> list[Flowable]:
        if not block.is_half_width:
            return self._draw_chart(block, index)
        charts = self.report.blocks[index : index + (2 if self.stands_beside_previous(index + 1) else 1)]
        cells = [self._draw_chart(chart, index) for chart in charts if isinstance(chart, blocks.Chart)]
        commands: Any = [("FONTNAME", (0, 0), (-1, -1), REGULAR_FONT), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        commands += [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0)]
        gap = CONTENT_WIDTH - 2 * HALF_WIDTH
        widths = [HALF_WIDTH + gap, HALF_WIDTH][: len(cells)]
        return [TableFlowable([cells], colWidths=widths, style=commands, hAlign="LEFT")]

    def _draw_chart(self, block: blocks.Chart, index: int) -> list[Flowable]:
        drawing: Any = build_drawing(block, self.wording)
        # A chart with very many bars is made smaller: a picture cannot go on over pages.
        drawing.renderScale = min(1.0, (self.page_height - _CAPTION_HEIGHT) / drawing.height)
        caption = [ParagraphFlowable(escape_markup(block.title), styles.CAPTION)]
        description = [ParagraphFlowable(escape_markup(block.description), styles.SMALL)]
        return [
            *([] if self.report.repeats_heading(index) else caption),
            drawing,
            *(description if clean_text(block.description).strip() else []),
            Spacer(0, 9),
        ]
