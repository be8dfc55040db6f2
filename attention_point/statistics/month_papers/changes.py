"""How a published figure changed against an earlier period, in numbers and in words. Only published figures enter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from attention_point.dates import parse_period_code
from attention_point.foundation.language import format_date, format_number, format_period
from attention_point.foundation.language import gettext as _
from attention_point.statistics.releases.content import ReleaseContent, TableContent
from attention_point.tallies.rules import BASE

Key = TypeVar("Key")
# A share of a smaller figure than this many bases says more of the rounding than of the people.
_MIN_BASES_OF_SHARE = 10


@dataclass(frozen=True, slots=True)
class Change:
    """A figure beside the one of an earlier ``period`` (its code). Both are rounded to ``base`` at most."""

    count: int
    earlier_count: int
    period: str
    base: int

    @property
    def difference(self) -> int:
        """How many more; negative for fewer."""
        return self.count - self.earlier_count

    @property
    def is_certain(self) -> bool:
        """Whether the true figures differ in this direction too.

        A multiple of the base may be rounded by less than the base; any other figure is exact.
        """
        margin = sum(self.base - 1 for count in (self.count, self.earlier_count) if count % self.base == 0)
        return abs(self.difference) > margin

    @property
    def share(self) -> float | None:
        """The difference as a share of the earlier figure; None where that is too small for one."""
        is_large = self.earlier_count >= _MIN_BASES_OF_SHARE * self.base
        return self.difference / self.earlier_count if is_large else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The periods beside which one is read: the one before it, and the same of the year before, if published."""

    previous: ReleaseContent | None = None
    year_before: ReleaseContent | None = None

    @property
    def earlier_periods(self) -> tuple[ReleaseContent, ...]:
        """The periods that are there."""
        return tuple(content for content in (self.previous, self.year_before) if content is not None)


NO_COMPARISON = Comparison()


def find_cell_change(table: TableContent, cell: tuple[str, ...], earlier: ReleaseContent) -> Change | None:
    """Return how a cell changed against an earlier period; None where one of the two figures is not published."""
    earlier_table = earlier.find_table(table.id)
    if earlier_table is None:
        return None
    # The coarser of the two: a period whose bases did not fit one another has base 10 in a table that usually has 5.
    base = max(table.get_base(cell), earlier_table.get_base(cell))
    return _build_change(table.cells, earlier_table.cells, cell, (earlier.period, base))


def find_total_change(content: ReleaseContent, counts: str, earlier: ReleaseContent) -> Change | None:
    """Return how a total of the period changed; None where one of the two is not published."""
    return _build_change(content.totals, earlier.totals, counts, (earlier.period, BASE))


def _build_change(
    counts: Mapping[Key, int | None], earlier_counts: Mapping[Key, int | None], key: Key, details: tuple[str, int]
) -> Change | None:
    count, earlier_count = counts.get(key), earlier_counts.get(key)
    return None if count is None or earlier_count is None else Change(count, earlier_count, *details)


def describe_change(change: Change, read_in: str) -> str:
    """Say a change in words, with the earlier figure: "12 % more than in August (528)".

    ``read_in`` is the code of the period that is compared; the year is said where it is another.
    """
    earlier = parse_period_code(change.period)
    is_month_before = earlier.kind == "month" and earlier.first_day.year == parse_period_code(read_in).first_day.year
    name = format_date(earlier.first_day, "MMMM") if is_month_before else format_period(earlier)
    values = {"period": name, "earlier": format_number(change.earlier_count)}
    if not change.difference:
        return _("the same as in %(period)s", period=values["period"])
    if not change.is_certain:
        return _("about as many as in %(period)s (%(earlier)s)", **values)
    # Half a percent rounds up, as readers do. Python's own rounding goes to the even number: 2.5 would become 2.
    percent = None if change.share is None else int(abs(change.share) * 100 + 0.5)
    if percent:
        values["percent"] = format_number(percent)
        if change.difference > 0:
            return _("%(percent)s %% more than in %(period)s (%(earlier)s)", **values)
        return _("%(percent)s %% fewer than in %(period)s (%(earlier)s)", **values)
    # No percent: among few people it would sound like a great change, and among very many it would be 0 %.
    values["count"] = format_number(abs(change.difference))
    if change.difference > 0:
        return _("%(count)s more than in %(period)s (%(earlier)s)", **values)
    return _("%(count)s fewer than in %(period)s (%(earlier)s)", **values)


def name_period(code: str) -> str:
    """Return the name of the period of a code: "September 2017", "July–September 2017", "2017"."""
    return format_period(parse_period_code(code))
