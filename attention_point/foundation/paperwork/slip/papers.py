"""The papers that a slip is drawn for. All measures are points. Slips are read in the street, so letters are large."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from attention_point.foundation.paperwork.slip.content import PaperName


@dataclass(frozen=True)
class SlipPaper:
    """A paper and the sizes of its letters. Without a ``height`` the paper is a roll, cut where the slip ends."""

    width: float
    height: float | None
    margin: float
    text_size: float
    name_size: float
    heading_size: float
    reference_size: float
    qr_code_side: float
    # Where to go at the left, what to bring at the right. Narrow papers have one column.
    has_two_columns: bool = False

    @property
    def content_width(self) -> float:
        """The room between the margins."""
        return self.width - 2 * self.margin

    @property
    def line_height(self) -> float:
        """From one base line of the text to the next."""
        return self.text_size * 1.25

    @cached_property
    def number_width(self) -> float:
        """The room for the number of a referral."""
        return self.text_size * 2

    @cached_property
    def left_column_width(self) -> float:
        """The room for where to go."""
        whole = self.content_width - self.number_width
        # What to bring is longer than an address: so the slip of a family takes a page less.
        return whole * 0.44 if self.has_two_columns else whole

    @cached_property
    def right_column_x(self) -> float:
        """Where the column of what to bring begins, from the left margin."""
        return self.number_width + (self.left_column_width + COLUMN_GAP if self.has_two_columns else 0)

    @cached_property
    def right_column_width(self) -> float:
        """The room for what to bring."""
        return self.content_width - self.right_column_x


COLUMN_GAP = 16.0
# Half a letter sheet is 5.5 by 8.5 inches. A printer of receipts prints 72 of the 80 millimetres of its roll.
PAPERS: Mapping[PaperName, SlipPaper] = {
    "a4": SlipPaper(A4[0], A4[1], 36, 12, 14, 19, 28, 112, has_two_columns=True),
    "half_letter": SlipPaper(396, 612, 30, 12, 14, 18, 22, 104),
    "ticket": SlipPaper(80 * mm, None, 4 * mm, 10, 12, 14, 17, 110),
}
