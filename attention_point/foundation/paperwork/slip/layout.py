"""Lays a slip out: lines of text, stacked into rows, gathered into blocks, placed on pages.

Any printer must print it: black on white.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from reportlab.pdfbase.pdfmetrics import stringWidth

from attention_point.foundation.paperwork.fonts import BOLD_FONT, REGULAR_FONT, shorten_text, wrap_text
from attention_point.foundation.paperwork.slip.content import Slip, SlipPerson, SlipReferral
from attention_point.foundation.paperwork.slip.papers import COLUMN_GAP, PAPERS, SlipPaper
from attention_point.foundation.paperwork.text import clean_line

_BULLET_WIDTH = 12.0
# Room between a rule and the row before it.
_RULE_SPACE = 12.0


@dataclass(frozen=True)
class TextRun:
    """A piece of text, ``x`` points from the left margin; ``is_inverse`` means white on black."""

    x: float
    text: str
    font: str
    size: float
    is_inverse: bool = False


@dataclass(frozen=True)
class TextRow:
    """Runs on one base line, ``height`` points below the one before; with a ``rule_width`` a rule stands above them.

    A row with ``qr_code_x`` holds the QR code, that far from the left margin; its lower edge stands on the base line.
    """

    runs: tuple[TextRun, ...]
    height: float
    rule_width: float = 0
    qr_code_x: float | None = None


Line = tuple[TextRun, ...]
RowBlock = tuple[TextRow, ...]
SlipPage = tuple[tuple[float, TextRow], ...]


@dataclass(frozen=True)
class SlipLayout:
    """The pages, each row with the height of its base line above the page's lower edge."""

    paper: SlipPaper
    page_height: float
    pages: tuple[SlipPage, ...]


def lay_out_slip(slip: Slip) -> SlipLayout:
    """Lays the slip out for its paper."""
    layout = _Layout(slip, PAPERS[slip.paper])
    blocks = list(layout.build_blocks())
    content_height = sum(row.height for block in blocks for row in block)
    paper = layout.paper
    # A roll is as long as what stands on it; the last line is left free for the cutter.
    page_height = paper.height or content_height + 2 * paper.margin + 2 * paper.line_height
    return SlipLayout(paper, page_height, tuple(layout.paginate_blocks(blocks, page_height)))


class _Layout:
    """The slip and its paper, which every function here needs."""

    def __init__(self, slip: Slip, paper: SlipPaper) -> None:
        self.slip = slip
        self.paper = paper

    def build_blocks(self) -> Iterator[RowBlock]:
        yield self._build_heading()
        for person in self.slip.people:
            yield from self._build_person(person)
        yield from self._build_closing()

    def _build_person(self, person: SlipPerson) -> Iterator[RowBlock]:
        """Builds one person's part; its heading stays together with the first referral."""
        width = self.paper.content_width
        heading = _add_rule_above(self._build_rows(person.heading, width, BOLD_FONT, self.paper.name_size), 1.5)
        blocks = [self._build_referral(number, referral) for number, referral in enumerate(person.referrals, 1)]
        if not blocks:
            blocks = [tuple(self._build_rows(person.guidance, width))]
        yield (*heading, *blocks[0])
        yield from blocks[1:]

    def _build_heading(self) -> RowBlock:
        slip, paper = self.slip, self.paper
        is_roll = paper.height is None
        width = paper.content_width - (0 if is_roll else paper.qr_code_side + COLUMN_GAP)
        rows = [
            *self._build_rows(slip.office_name, width, BOLD_FONT, paper.name_size),
            *self._build_rows(slip.point_name, width),
            *(row for text in slip.point_contact for row in self._build_rows(text, width)),
            *self._build_rows(slip.labels.reference, width, space_before=6),
            *self._build_rows(slip.reference, width, BOLD_FONT, self._fit_reference(width)),
            *self._build_rows(slip.date_text, width, space_before=2),
            *self._build_rows(slip.correction_note, width, BOLD_FONT),
        ]
        title = self._build_rows(slip.heading, paper.content_width, BOLD_FONT, paper.heading_size, space_before=6)
        caption = self._wrap_lines(slip.qr_code_caption, width)
        if is_roll:
            qr_code_row = TextRow((), paper.qr_code_side + 6, qr_code_x=(width - paper.qr_code_side) / 2)
            return (*rows, qr_code_row, *(TextRow(line, paper.line_height) for line in caption), *title)
        # The code stands beside these rows, in a row of no height whose base line is its lower edge.
        text_height = sum(row.height for row in rows)
        below_code = [TextRow(self._align_right(line), paper.line_height) for line in caption]
        side_row = TextRow((), paper.qr_code_side, qr_code_x=paper.content_width - paper.qr_code_side)
        back_row = TextRow((), -paper.qr_code_side)
        missing_height = paper.qr_code_side - text_height
        return (side_row, back_row, *rows, TextRow((), max(missing_height, 0)), *below_code, *title)

    def _fit_reference(self, width: float) -> float:
        """The size at which the reference stands on one line: broken in two, nobody could read it out."""
        width_of_one_point = stringWidth(clean_line(self.slip.reference), BOLD_FONT, 1)
        largest_fitting = width / width_of_one_point if width_of_one_point else self.paper.reference_size
        return max(min(self.paper.reference_size, largest_fitting), self.paper.name_size)

    def _align_right(self, line: Line) -> Line:
        width = sum(stringWidth(run.text, run.font, run.size) for run in line)
        return _move_line(line, self.paper.content_width - width)

    def _build_referral(self, number: int, referral: SlipReferral) -> RowBlock:
        """Builds where to go and what to bring: side by side, or one below the other on a narrow paper."""
        paper = self.paper
        left = self._build_destination(referral)
        right = self._build_requirements(referral)
        checked = self._wrap_lines(referral.checked_note, paper.left_column_width)
        if paper.has_two_columns:
            # The shorter column ends in empty lines.
            lines = [
                _move_line(left_line, paper.number_width) + _move_line(right_line, paper.right_column_x)
                for left_line, right_line in zip_longest([*left, *checked], right, fillvalue=())
            ]
        else:
            lines = [_move_line(line, paper.number_width) for line in (*left, *right, *checked)]
        number_run = TextRun(0, f"{number}", BOLD_FONT, paper.name_size)
        lines[:1] = [(number_run, *(lines[0] if lines else ()))]
        return _add_rule_above([TextRow(line, self._measure_line(line)) for line in lines], 0.7)

    def _measure_line(self, line: Line) -> float:
        return max(self.paper.line_height, max((run.size for run in line), default=0) * 1.15)

    def _build_destination(self, referral: SlipReferral) -> list[Line]:
        paper, labels = self.paper, self.slip.labels
        width = paper.left_column_width
        lines = self._wrap_lines(referral.entity_name, width, BOLD_FONT, paper.name_size)
        if referral.urgent_text:
            text = shorten_text(referral.urgent_text, BOLD_FONT, paper.text_size, width - 6)
            lines.append((TextRun(3, text, BOLD_FONT, paper.text_size, is_inverse=True),))
        lines += self._wrap_lines(referral.service_name, width)
        if referral.appointment:
            lines += self._wrap_lines(f"{labels.appointment} {referral.appointment}", width, BOLD_FONT)
        lines += self._wrap_lines(referral.closed_note, width, BOLD_FONT)
        for label, text in referral.contact:
            lines += self._wrap_labelled_text(label, text)
        return lines + self._wrap_lines(referral.reason, width)

    def _build_requirements(self, referral: SlipReferral) -> list[Line]:
        labels, width = self.slip.labels, self.paper.right_column_width
        return [
            *self._build_list(labels.requirements, referral.requirements),
            *self._wrap_lines(referral.requirement_note, width),
            *self._build_list(labels.advice, referral.advice),
        ]

    def _build_list(self, label: str, texts: Sequence[str]) -> Iterator[Line]:
        """Builds a label with a bullet for each text; nothing without texts."""
        paper, width = self.paper, self.paper.right_column_width
        if texts:
            yield from self._wrap_lines(label, width, BOLD_FONT)
        for text in texts:
            first_line, *further_lines = [
                _move_line(line, _BULLET_WIDTH) for line in self._wrap_lines(text, width - _BULLET_WIDTH)
            ] or [()]
            yield (TextRun(0, "•", REGULAR_FONT, paper.text_size), *first_line)
            yield from further_lines

    def _build_closing(self) -> list[RowBlock]:
        slip, width = self.slip, self.paper.content_width
        emergency_rows = [row for text in slip.emergency_lines for row in self._build_rows(text, width, BOLD_FONT)]
        notice_rows = [
            *self._build_rows(slip.refused_note, width, BOLD_FONT, space_before=6),
            *self._build_rows(slip.privacy_notice, width, space_before=6),
            *self._build_rows(slip.footer, width, space_before=4),
        ]
        return [
            _add_rule_above(emergency_rows, 1.5),
            tuple(notice_rows) if emergency_rows else _add_rule_above(notice_rows, 0.7),
        ]

    def _build_rows(
        self, text: str, width: float, font: str = REGULAR_FONT, size: float = 0, space_before: float = 0
    ) -> list[TextRow]:
        size = size or self.paper.text_size
        rows = [TextRow(line, size * 1.22) for line in self._wrap_lines(text, width, font, size)]
        return [replace(row, height=row.height + space_before) for row in rows[:1]] + rows[1:]

    def _wrap_lines(self, text: str, width: float, font: str = REGULAR_FONT, size: float = 0) -> list[Line]:
        size = size or self.paper.text_size
        return [(TextRun(0, line, font, size),) for line in wrap_text(text, font, size, width)]

    def _wrap_labelled_text(self, label: str, text: str) -> list[Line]:
        """Wraps a text after its label, which is bold; nothing if the text is empty."""
        paper, label = self.paper, clean_line(label)
        indent = stringWidth(f"{label} ", BOLD_FONT, paper.text_size)
        lines: list[Line] = [
            (TextRun(0, line, REGULAR_FONT, paper.text_size),)
            for line in wrap_text(text, REGULAR_FONT, paper.text_size, paper.left_column_width, first_indent=indent)
        ]
        if lines:
            lines[0] = (TextRun(0, label, BOLD_FONT, paper.text_size), *_move_line(lines[0], indent))
        return lines

    def paginate_blocks(self, blocks: Sequence[RowBlock], page_height: float) -> Iterator[SlipPage]:
        """Places blocks on pages. A block stays whole if a page can hold it."""
        paper = self.paper
        # A further page says whose it is, should the pages part.
        reference = clean_line(f"{self.slip.labels.reference} {self.slip.reference}")
        continued_heading = (TextRow((TextRun(0, reference, BOLD_FONT, paper.name_size),), paper.name_size * 1.4),)
        # The last line of a page is left for its number.
        top, bottom = page_height - paper.margin, paper.margin + paper.line_height + 4
        room = top - bottom - sum(row.height for row in continued_heading)
        page: list[tuple[float, TextRow]] = []
        y = top
        for block in blocks:
            # A block longer than a page starts at the top of one.
            needed_height = min(sum(row.height for row in block), room)
            for index, row in enumerate(block):
                if y - (needed_height if index == 0 else row.height) < bottom and page:
                    yield tuple(page)
                    page, y = [], top
                    y = _place_rows(page, continued_heading, y)
                y = _place_rows(page, (row,), y)
        yield tuple(page)


def _add_rule_above(rows: Sequence[TextRow], rule_width: float) -> RowBlock:
    if not rows:
        return ()
    return (replace(rows[0], height=rows[0].height + _RULE_SPACE, rule_width=rule_width), *rows[1:])


def _move_line(line: Line, distance: float) -> Line:
    return tuple(replace(run, x=run.x + distance) for run in line)


def _place_rows(page: list[tuple[float, TextRow]], rows: RowBlock, y: float) -> float:
    for row in rows:
        y -= row.height
        page.append((y, row))
    return y
