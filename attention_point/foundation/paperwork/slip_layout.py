"""Where each line of a slip stands: rows of text, gathered into blocks, laid on pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth

from attention_point.foundation.paperwork.look import BOLD, REGULAR
from attention_point.foundation.paperwork.slip import Slip, SlipReferral, SlipWords
from attention_point.foundation.paperwork.text import one_line, shorten, wrap

PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN = 36.0
WIDTH = PAGE_WIDTH - 2 * MARGIN
CODE_SIDE = 112.0
SIZE = 11.0
LEADING = 14.0
# The last line of a page is kept for its number.
_TOP, _BOTTOM = PAGE_HEIGHT - MARGIN, MARGIN + LEADING + 4
_NUMBER, _GAP = 22.0, 16.0
_LEFT = 306.0
_RIGHT = WIDTH - _NUMBER - _LEFT - _GAP


@dataclass(frozen=True)
class Run:
    """A piece of text, ``x`` points from the left margin; ``inverse`` is white on black."""

    x: float
    text: str
    font: str = REGULAR
    size: float = SIZE
    inverse: bool = False


@dataclass(frozen=True)
class Row:
    """Pieces on one base line, ``height`` points under the line before; ``rule`` draws a line of that width above."""

    runs: tuple[Run, ...]
    height: float = LEADING
    rule: float = 0


Block = tuple[Row, ...]
Page = tuple[tuple[float, Row], ...]


def pages(slip: Slip) -> list[Page]:
    """The slip's pages: each row with the height of its base line above the page's lower edge."""
    blocks = [_heading(slip)]
    blocks += [_referral(number, one, slip.words) for number, one in enumerate(slip.referrals, 1)]
    blocks += _closing(slip)
    return list(_paginate(blocks, _next_page(slip)))


def _heading(slip: Slip) -> Block:
    width = WIDTH - CODE_SIDE - _GAP
    rows = [
        *_lines(slip.office, width, BOLD, 13),
        *_lines(slip.point, width),
        *_lines(slip.heading, width, BOLD, 18, before=10),
        *_lines(slip.words.reference, width, before=6),
        *_lines(slip.reference, width, BOLD, 28),
        *_lines(slip.date, width, REGULAR, 12, before=3),
    ]
    caption = wrap(slip.code_caption, REGULAR, SIZE, width)
    rows += [Row((Run(WIDTH - stringWidth(line, REGULAR, SIZE), line),)) for line in caption]
    # A short heading still leaves the code its place.
    missing = CODE_SIDE + len(caption) * LEADING - sum(row.height for row in rows)
    return (*rows, Row((), height=max(missing, 0) + 4))


def _next_page(slip: Slip) -> Block:
    """What a second page says on top, should the sheets part."""
    return (Row((Run(0, one_line(f"{slip.words.reference} {slip.reference}"), BOLD, 13),), height=18),)


# The same few places are handed out all day.
@lru_cache(maxsize=512)
def _referral(number: int, one: SlipReferral, words: SlipWords) -> Block:
    left = _cell(one.entity, 0, _LEFT, BOLD, 13)
    if one.urgent:
        left.append((Run(3, shorten(words.urgent, BOLD, SIZE, _LEFT - 6), BOLD, SIZE, inverse=True),))
    left += _cell(one.service, 0, _LEFT)
    for label, text in ((words.address, one.address), (words.hours, one.hours), (words.phone, one.phone)):
        left += _labelled(label, text)
    left += _cell(one.reason, 0, _LEFT)
    right = _papers(one.papers, words)
    rows = []
    for place, (here, there) in enumerate(zip_longest(left, right, fillvalue=())):
        mark = (Run(0, f"{number}", BOLD, 13),) if place == 0 else ()
        runs = mark + tuple(_at(run, _NUMBER) for run in here)
        runs += tuple(_at(run, _NUMBER + _LEFT + _GAP) for run in there)
        rows.append(Row(runs, height=LEADING + 13 if place == 0 else LEADING, rule=0.7 if place == 0 else 0))
    return tuple(rows)


def _papers(papers: tuple[str, ...], words: SlipWords) -> list[tuple[Run, ...]]:
    if not papers:
        return _cell(words.no_papers, 0, _RIGHT)
    cells = _cell(words.papers, 0, _RIGHT, BOLD)
    for paper in papers:
        lines = _cell(paper, 12, _RIGHT - 12)
        cells += [(Run(0, "•"), *line) if place == 0 else line for place, line in enumerate(lines)]
    return cells


def _closing(slip: Slip) -> list[Block]:
    emergency = [row for text in slip.emergency for row in _lines(text, WIDTH, BOLD)]
    notes = [*_lines(slip.privacy, WIDTH, before=6), *_lines(slip.footer, WIDTH, before=4)]
    return [_ruled(emergency, 1.5), _ruled(notes, 0 if emergency else 0.7)]


def _ruled(rows: list[Row], rule: float) -> Block:
    if not rows:
        return ()
    first = rows[0]
    return (Row(first.runs, first.height + (13 if rule else 0), rule), *rows[1:])


def _lines(text: str, width: float, font: str = REGULAR, size: float = SIZE, before: float = 0) -> list[Row]:
    lines = wrap(text, font, size, width)
    heights = [size * 1.22 + (before if place == 0 else 0) for place in range(len(lines))]
    return [Row((Run(0, line, font, size),), height) for line, height in zip(lines, heights, strict=True)]


def _cell(text: str, x: float, width: float, font: str = REGULAR, size: float = SIZE) -> list[tuple[Run, ...]]:
    return [(Run(x, line, font, size),) for line in wrap(text, font, size, width)]


def _labelled(label: str, text: str) -> list[tuple[Run, ...]]:
    """A value after its label, in bold; nothing where there is no value."""
    head = one_line(label)
    indent = stringWidth(f"{head} ", BOLD, SIZE)
    lines = wrap(text, REGULAR, SIZE, _LEFT, first=indent)
    if not lines:
        return []
    return [(Run(0, head, BOLD), Run(indent, lines[0])), *((Run(0, line),) for line in lines[1:])]


def _at(run: Run, x: float) -> Run:
    return Run(run.x + x, run.text, run.font, run.size, run.inverse)


def _paginate(blocks: list[Block], top: Block) -> Iterator[Page]:
    """Blocks are kept whole where a page can hold them; a longer one goes on over as many pages as it needs."""
    page: list[tuple[float, Row]] = []
    y = _TOP
    for block in blocks:
        keep = min(sum(row.height for row in block), _TOP - _BOTTOM - sum(row.height for row in top))
        for place, row in enumerate(block):
            if y - (keep if place == 0 else row.height) < _BOTTOM and page:
                yield tuple(page)
                page, y = [], _TOP
                y = _place(page, top, y)
            y = _place(page, (row,), y)
    yield tuple(page)


def _place(page: list[tuple[float, Row]], rows: Block, y: float) -> float:
    for row in rows:
        y -= row.height
        page.append((y, row))
    return y
