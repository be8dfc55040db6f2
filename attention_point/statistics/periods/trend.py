"""The trend of one row of a table over the released months, quarters or years: a chart with its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from attention_point.dates import PERIOD_KINDS, PeriodKind
from attention_point.foundation import clock
from attention_point.foundation.language import N_, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import SUPPRESSED, Cell, Chart, Column, Series, Table
from attention_point.foundation.report_pages import describe_chart
from attention_point.statistics.cells import TOTAL_CODE, CellCodes
from attention_point.statistics.dimension_labels import DIMENSIONS
from attention_point.statistics.month_papers.changes import name_period
from attention_point.statistics.month_papers.table_views import TableView
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.content import ROUNDING, ReleaseContent

MAX_PERIODS = 1200  # a century of months: no trend is cut
KIND_LABELS: Mapping[PeriodKind, str] = {"month": N_("Months"), "quarter": N_("Quarters"), "year": N_("Years")}
FIRST_TABLE = "people-by-sex"  # what the page opens with
CODE_ARGUMENTS = ("row", "column", "third")
CHART_ID = "trend"


@dataclass(frozen=True, slots=True)
class TrendChoice:
    """A cell of a table of the newest period: ``cell`` has a code for each dimension, ``*`` for a total."""

    kind: PeriodKind
    view: TableView
    cell: CellCodes

    @property
    def address_arguments(self) -> dict[str, str]:
        """The choice as arguments of an address."""
        codes = dict(zip(CODE_ARGUMENTS, self.cell, strict=False))
        return {"kind": self.kind, "table": self.view.table.id, **codes}

    @property
    def title(self) -> str:
        """What is counted, in words."""
        table = self.view.table
        words = [self.view.label_code(axis, code) for axis, code in enumerate(self.cell) if code != TOTAL_CODE]
        return f"{table.title}: {', '.join(words) or _('Total')}"

    def list_choices(self, axis: int) -> list[tuple[str, str]]:
        """List the codes of a dimension with their words, the total first where the table has one."""
        view = self.view
        totals = [TOTAL_CODE] if any(cell[axis] == TOTAL_CODE for cell in view.table.cells) else []
        return [(code, view.label_code(axis, code)) for code in (*totals, *view.list_codes(axis))]


def load_released(session: Session, kind: PeriodKind) -> list[ReleaseContent]:
    """Load the current version of every released period of a kind, oldest first. Raises AlteredRelease."""
    releases = queries.list_current_releases(session, clock.today(), MAX_PERIODS, kind)
    # A chart runs from left to right, while the newest periods are what the query takes first.
    return [queries.load_content(release) for release in reversed(releases)]


def parse_kind(arguments: Mapping[str, str]) -> PeriodKind:
    """Return the kind of period that an address names: months where it names none."""
    # An address that was typed or shortened shows something all the same; an error page would help nobody.
    return next((kind for kind in PERIOD_KINDS if kind == arguments.get("kind")), "month")


def parse_choice(arguments: Mapping[str, str], kind: PeriodKind, newest: ReleaseContent) -> TrendChoice | None:
    """Read the choice of an address, with a code of the table wherever it names none; None where there is no table."""
    # The newest period decides which rows may be chosen: every period since the rounding has the same ones.
    by_id = {table.id: table for table in newest.tables if table.cells}
    if not by_id:
        return None
    table = by_id.get(arguments.get("table", "")) or by_id.get(FIRST_TABLE) or next(iter(by_id.values()))
    view = TableView(newest, table)
    wanted = tuple(arguments.get(name, TOTAL_CODE) for name in CODE_ARGUMENTS[: len(table.dimensions)])
    return TrendChoice(kind, view, _find_cell(view, wanted))


def _find_cell(view: TableView, wanted: CellCodes) -> CellCodes:
    # A code of another table, or a total that the table does not have: the nearest cell that is there.
    known = tuple(
        code if code in {cell[axis] for cell in view.table.cells} else TOTAL_CODE for axis, code in enumerate(wanted)
    )
    rows = view.list_codes(0)
    fallbacks = [known, (known[0], *[TOTAL_CODE] * (len(known) - 1)), *((row, *known[1:]) for row in rows)]
    return next((cell for cell in fallbacks if view.has_cell(*cell)), next(iter(view.table.cells)))


def list_table_choices(newest: ReleaseContent) -> list[tuple[str, str]]:
    """List the tables of a period with their titles, in their order."""
    return [(table.id, table.title) for table in newest.tables if table.cells]


def build_chart(choice: TrendChoice, contents: Sequence[ReleaseContent]) -> Chart:
    """Build the chart of a choice over the periods, oldest first. A count that was not published is a gap."""
    counts = _list_counts(choice, contents)
    shown = [(name, count) for name, count in counts if count is not None]
    highest = max(shown, key=lambda pair: pair[1], default=None)
    description = describe_chart(choice.title, (highest[0], format_number(highest[1])) if highest else None)
    values = tuple(SUPPRESSED if count is None else count for _period, count in counts)
    series = Series(choice.view.count_label, values)
    # A line of one point is none.
    return Chart(
        CHART_ID,
        choice.title,
        "line" if len(shown) > 1 else "bar",
        tuple(period for period, _count in counts),
        (series,),
        description,
        # So that its words are read on a telephone too, which shows it at a third of a page's width.
        is_half_width=True,
    )


def _list_counts(choice: TrendChoice, contents: Sequence[ReleaseContent]) -> list[tuple[str, int | None]]:
    """Return the name of each period with its count of the choice, None where that is not published."""
    tables = [(name_period(content.period), content.find_table(choice.view.table.id)) for content in contents]
    return [(period, table.cells.get(choice.cell) if table else None) for period, table in tables]


def build_table(choice: TrendChoice, contents: Sequence[ReleaseContent]) -> Table:
    """Build the table of a choice, the newest period first, each beside the one before it."""
    columns = (
        Column("period", _("Period")),
        Column("count", choice.view.count_label, "integer"),
        Column("change", _("Change on the one before"), "change"),
    )
    rows: list[tuple[Cell, ...]] = []
    earlier: int | None = None
    for period, count in _list_counts(choice, contents):
        # Beside a gap there is no change: a jump over a missing month would look like one month's.
        change = None if count is None or earlier is None else count - earlier
        rows.append((period, SUPPRESSED if count is None else count, change))
        earlier = count
    # Each of the two may lie up to a base away from the truth: a smaller change than twice the base may be none.
    base = choice.view.table.get_base(choice.cell)
    notes = (
        _(
            "Each count is rounded to a multiple of %(base)s: a change of less than %(twice)s may be none.",
            base=base,
            twice=2 * base,
        ),
        *_describe_old_periods(contents),
    )
    return Table(CHART_ID, choice.title, columns, tuple(reversed(rows)), notes)


def _describe_old_periods(contents: Sequence[ReleaseContent]) -> tuple[str, ...]:
    old_periods = [name_period(content.period) for content in contents if content.method != ROUNDING]
    if not old_periods:
        return ()
    return (
        _(
            "Until %(period)s the figures were published by the earlier method, which left small counts out.",
            period=old_periods[-1],
        ),
    )


def list_dimension_labels(choice: TrendChoice) -> list[str]:
    """List the headings of the dimensions of the chosen table."""
    return [_(DIMENSIONS[dimension].title) for dimension in choice.view.dimensions]
