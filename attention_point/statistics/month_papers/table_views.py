"""A table of a release as a reader looks at it: its codes in order, with their words, and its counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import SUPPRESSED, Suppressed
from attention_point.statistics.cells import OTHER_CODE, TOTAL_CODE
from attention_point.statistics.dimension_labels import DIMENSIONS, sort_dimension_codes
from attention_point.statistics.month_papers.changes import NO_COMPARISON, Comparison
from attention_point.statistics.releases.content import ReleaseContent, TableContent
from attention_point.tallies.facts import NOT_GIVEN

ShownCount = int | Suppressed

# What a table counts, as the label of its column.
COUNT_LABELS: Mapping[str, str] = {
    "people": N_("People"),
    "attentions": N_("Attentions"),
    "referrals": N_("Referrals"),
    "answers": N_("Answers"),
}


@dataclass(frozen=True)
class TableView:
    """A table of a period and the periods beside which it is read."""

    content: ReleaseContent
    table: TableContent
    comparison: Comparison = NO_COMPARISON
    _codes: dict[int, list[str]] = field(default_factory=dict)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions of the table."""
        return self.table.dimensions

    @property
    def is_nested(self) -> bool:
        """Whether the second dimension divides the first: a service belongs to its entity."""
        return self.dimensions[:2] == ("entity", "service")

    @property
    def count_label(self) -> str:
        """What the table counts, as the heading of a column."""
        return _(COUNT_LABELS[self.table.counts])

    @property
    def total(self) -> int | None:
        """The whole of which the counts are parts; None where it is not published."""
        total = self.table.cells.get((TOTAL_CODE,) * len(self.dimensions))
        return self.content.totals.get(self.table.counts) if total is None else total

    def label_dimension(self, axis: int) -> str:
        """Return the heading of a dimension."""
        return _(DIMENSIONS[self.dimensions[axis]].title)

    def label_code(self, axis: int, code: str) -> str:
        """Return the words of a code in the language in use."""
        return _("Total") if code == TOTAL_CODE else self.content.label_for_code(self.dimensions[axis], code)

    def get_count(self, *cell: str) -> ShownCount:
        """Return the count of a cell. A cell that the table does not have was left out: zeros are written."""
        count = self.table.cells.get(cell)
        return SUPPRESSED if count is None else count

    def get_margin(self, code: str) -> int:
        """Return the count of a code of the first dimension over all others; 0 where it is not published."""
        return self.table.cells.get((code, *[TOTAL_CODE] * (len(self.dimensions) - 1))) or 0

    def list_codes(self, axis: int) -> list[str]:
        """List the codes of a dimension in a reader's order: that of its list, or the most frequent first."""
        if axis not in self._codes:
            codes = dict.fromkeys(cell[axis] for cell in self.table.cells)
            codes.pop(TOTAL_CODE, None)
            # Only rows are sorted by their counts. Columns keep the order of their list, so that two
            # tables can be laid side by side.
            counts = {code: self.get_margin(code) for code in codes} if axis == 0 else {}
            self._codes[axis] = self._sort_codes(axis, codes, counts)
        return self._codes[axis]

    def list_inner_codes(self, code: str) -> list[str]:
        """List the codes of the second dimension that stand under a code of the first, the most frequent first."""
        rest = [TOTAL_CODE] * (len(self.dimensions) - 2)
        counts = {
            cell[1]: count
            for cell, count in self.table.cells.items()
            if cell[0] == code and cell[1] != TOTAL_CODE and list(cell[2:]) == rest
        }
        return self._sort_codes(1, counts, counts)

    def _sort_codes(self, axis: int, codes: Mapping[str, object], counts: Mapping[str, int | None]) -> list[str]:
        dimension = self.dimensions[axis]
        codes_in_order = sort_dimension_codes(dimension, codes, counts, lambda code: self.label_code(axis, code))
        # What a list does not name stands last, however many it is.
        return sorted(codes_in_order, key=lambda code: (code == OTHER_CODE) + 2 * (code == NOT_GIVEN))

    def has_cell(self, *cell: str) -> bool:
        """Whether the table has this cell."""
        return cell in self.table.cells
