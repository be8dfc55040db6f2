"""The report of a month in the parts of its page: what comes first, the sections with their tables, and the method."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from attention_point.foundation.paperwork import (
    Block,
    Chart,
    Heading,
    HeadlineFigures,
    LabelledValues,
    Note,
    Paragraph,
    Report,
    Table,
)

MAX_OPEN_ROWS = 40  # a longer table is folded, so that the next one is found


@dataclass(slots=True)
class PageSection:
    """The texts and tables under one heading; ``anchor`` is the id of the heading."""

    title: str
    anchor: str
    texts: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FirstBlocks:
    """What stands before the first heading: notes, headline figures, charts, and rows of labels and values."""

    notes: Sequence[str]
    figures: Sequence[HeadlineFigures]
    charts: Sequence[Chart]
    rows: Sequence[tuple[str, str]]


def list_first_blocks(report: Report) -> FirstBlocks:
    """List what stands before the first heading of a report."""
    first_blocks: list[Block] = []
    for block in report.blocks:
        # The first page of a report has no heading of its own: what comes before the first one belongs to it.
        if isinstance(block, Heading):
            break
        first_blocks.append(block)
    return FirstBlocks(
        [block.text for block in first_blocks if isinstance(block, Note)],
        [block for block in first_blocks if isinstance(block, HeadlineFigures)],
        [block for block in first_blocks if isinstance(block, Chart)],
        [
            (label, str(value))
            for block in first_blocks
            if isinstance(block, LabelledValues)
            for label, value in block.rows
        ],
    )


def list_sections(report: Report) -> list[PageSection]:
    """List the sections of a report, each with its texts and tables. The last is the method."""
    sections: list[PageSection] = []
    for block in report.blocks:
        if isinstance(block, Heading) and block.level == 1:
            sections.append(PageSection(block.text, block.anchor))
        # What stands before the first heading is shown at the top of the page by itself.
        elif isinstance(block, Paragraph | Note) and sections:
            sections[-1].texts.append(block.text)
        elif isinstance(block, Table) and sections:
            sections[-1].tables.append(block)
    return sections
