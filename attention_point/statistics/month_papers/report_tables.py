"""The tables of a period as tables of a report: lists with shares and changes, crosstabs of two or three dimensions."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from attention_point.dates import parse_period_code
from attention_point.foundation.language import N_, format_date
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import SUPPRESSED, Cell, Column, Table
from attention_point.statistics.cells import TOTAL_CODE
from attention_point.statistics.dimension_labels import DIMENSIONS
from attention_point.statistics.month_papers.changes import find_cell_change, name_period
from attention_point.statistics.month_papers.findings import describe_table
from attention_point.statistics.month_papers.table_views import TableView
from attention_point.statistics.releases.content import SUPPRESSION
from attention_point.tallies.facts import NOT_GIVEN

_MIN_ROWS_TO_FOLD = 10  # a shorter list shows its zeros on paper too
# Titles of tables that are longer than the name of a sheet may be (31 letters), shortened.
# Excel refuses a longer name of a sheet, and one that is cut in the middle would not say which table it is.
SHORT_TITLES: Mapping[str, str] = {
    "people-by-first-time": N_("People by first visit"),
    "people-by-status": N_("By migration status"),
    "people-by-nationality-and-status": N_("By nationality and status"),
    "people-by-document": N_("By document carried"),
    "people-by-municipality": N_("By municipality of residence"),
    "people-by-gender": N_("By gender identity"),
    "vulnerabilities-by-sex": N_("By vulnerability and sex"),
    "needs-by-sex-and-age": N_("By need, sex and age"),
    "referrals-by-service": N_("Referrals by service"),
    "referrals-by-service-and-state": N_("By service and outcome"),
    "answers-by-time": N_("Answers by days taken"),
}
_TableParts = tuple[list[Column], list[tuple[Cell, ...]], bool, list[int]]  # columns, rows, has a total, subtotals


def build_report_table(view: TableView, *, folds_zeros: bool = False) -> Table:
    """Build a table of a report. With ``folds_zeros`` a long list names its rows of 0 in a note instead."""
    build_parts, is_shaded = _choose_shape(view)
    columns, rows, has_total_row, subtotal_rows = build_parts(view)
    notes = _list_notes(view)
    if folds_zeros and subtotal_rows:
        rows, subtotal_rows = _fold_inner_rows(view, columns, rows, subtotal_rows)
        if len(view.dimensions) == 3:
            notes.append(_("Rows in which no figure is above %(base)s stand in the workbook.", base=view.table.base))
    elif folds_zeros and not DIMENSIONS[view.dimensions[0]].has_own_order:
        rows, zero_labels = _fold_zeros(columns, rows, has_total_row)
        notes += [_("Rows of 0: %(list)s.", list="; ".join(zero_labels))] if zero_labels else []
    short_title = SHORT_TITLES.get(view.table.id, "")
    return Table(
        view.table.id,
        view.table.title,
        tuple(columns),
        tuple(rows),
        tuple(notes),
        has_total_row,
        tuple(subtotal_rows),
        bar_column="" if is_shaded else "count",
        is_shaded=is_shaded,
        short_title=_(short_title) if short_title else "",
    )


def _choose_shape(view: TableView):  # type: ignore[no-untyped-def]
    if view.dimensions == ("day",):
        return _build_calendar, True
    if len(view.dimensions) == 1:
        return _build_list, False
    if len(view.dimensions) == 2:
        return (_build_nested_list, False) if view.is_nested else (_build_crosstab, True)
    if view.content.method == SUPPRESSION:
        return _build_line_of_each_cell, False
    return _build_nested_crosstab, True


def _build_list(view: TableView) -> _TableParts:
    has_total = view.has_cell(TOTAL_CODE)
    codes = [*view.list_codes(0), *([TOTAL_CODE] if has_total else [])]
    rows = [(view.label_code(0, code), *_build_figures(view, (code,))) for code in codes]
    return [_name_rows(view), *_build_figure_columns(view)], rows, has_total, []


def _build_nested_list(view: TableView) -> _TableParts:
    """A row for each code of the first dimension, with the codes that divide it below."""
    rows: list[tuple[Cell, ...]] = []
    subtotal_rows = []
    for code in view.list_codes(0):
        if view.has_cell(code, TOTAL_CODE):
            subtotal_rows.append(len(rows))
            rows.append((view.label_code(0, code), *_build_figures(view, (code, TOTAL_CODE))))
        rows += [
            (_indent_label(view.label_code(1, inner)), *_build_figures(view, (code, inner)))
            for inner in view.list_inner_codes(code)
        ]
    has_total = view.has_cell(TOTAL_CODE, TOTAL_CODE)
    if has_total:
        rows.append((_("Total"), *_build_figures(view, (TOTAL_CODE, TOTAL_CODE))))
    return [_name_rows(view, 1), *_build_figure_columns(view)], rows, has_total, subtotal_rows


def _name_rows(view: TableView, axis: int = 0) -> Column:
    return Column(view.dimensions[axis], view.label_dimension(axis))


def _indent_label(label: str) -> str:
    return f"\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}{label}"


def _build_figure_columns(view: TableView) -> Iterator[Column]:
    yield Column("count", view.count_label, "integer")
    if view.total:
        yield Column("share", _("Share"), "share")
    earlier_periods = view.comparison.earlier_periods
    for earlier in earlier_periods:
        period = parse_period_code(earlier.period)
        label = format_date(period.first_day, "MMM y") if period.kind == "month" else name_period(earlier.period)
        if len(earlier_periods) == 1:
            yield Column(f"change-{earlier.period}", _("Since %(period)s", period=label), "change")
        else:
            yield Column(f"change-{earlier.period}", label, "change", _("Change since"))


def _build_figures(view: TableView, cell: tuple[str, ...]) -> Iterator[Cell]:
    count = view.get_count(*cell)
    yield count
    if view.total:
        yield min(1.0, count / view.total) if isinstance(count, int) else None
    for earlier in view.comparison.earlier_periods:
        change = find_cell_change(view.table, cell, earlier)
        yield change.difference if change else None


def _build_crosstab(view: TableView) -> _TableParts:
    rows = view.list_codes(0)
    has_total_row = view.has_cell(TOTAL_CODE, TOTAL_CODE)
    has_total_column = any(view.has_cell(code, TOTAL_CODE) for code in (*rows, TOTAL_CODE))
    columns = [*view.list_codes(1), *([TOTAL_CODE] if has_total_column else [])]
    return (
        [_name_rows(view), *(_build_count_column(view, 1, code) for code in columns)],
        [
            (view.label_code(0, row), *(view.get_count(row, column) for column in columns))
            for row in (*rows, *([TOTAL_CODE] if has_total_row else []))
        ],
        has_total_row,
        [],
    )


def _build_count_column(view: TableView, axis: int, code: str) -> Column:
    key, is_total = ("total", True) if code == TOTAL_CODE else (code, False)
    return Column(key, _shorten_label(view, axis, code), "integer", is_total=is_total)


def _shorten_label(view: TableView, axis: int, code: str) -> str:
    """Label a column of a crosstab, of which many stand side by side."""
    if code == NOT_GIVEN:
        return _("Unknown")
    # The code of an age says it shortest: 18-28.
    return (
        code.replace("-", "\N{EN DASH}")
        if view.dimensions[axis] == "age" and code != TOTAL_CODE
        else view.label_code(axis, code)
    )


def _build_nested_crosstab(view: TableView) -> _TableParts:
    """Services under their entities by state, or needs by age with a row for each sex: bold rows sum those below."""
    # The total stands last in every table, where a reader looks for it.
    columns = [*view.list_codes(2), TOTAL_CODE]
    rows: list[tuple[Cell, ...]] = []
    subtotal_rows = []
    for code in view.list_codes(0):
        subtotal_rows.append(len(rows))
        rows.append((view.label_code(0, code), *(view.get_count(code, TOTAL_CODE, column) for column in columns)))
        for inner in view.list_inner_codes(code) if view.is_nested else view.list_codes(1):
            label = _indent_label(view.label_code(1, inner))
            rows.append((label, *(view.get_count(code, inner, column) for column in columns)))
    has_total = view.has_cell(*[TOTAL_CODE] * 3)
    if has_total:
        rows.append((_("Total"), *(view.get_count(TOTAL_CODE, TOTAL_CODE, column) for column in columns)))
    first_column = _name_rows(view, 1 if view.is_nested else 0)
    return [first_column, *(_build_count_column(view, 2, column) for column in columns)], rows, has_total, subtotal_rows


def _build_line_of_each_cell(view: TableView) -> _TableParts:
    """Months of the old method merged codes anew in each part, so that their cells fill no crosstab."""
    columns = [_name_rows(view, axis) for axis in range(len(view.dimensions))]
    order = view.list_codes(0)
    cells = sorted(
        view.table.cells, key=lambda cell: [order.index(cell[0]), *((code == TOTAL_CODE, code) for code in cell[1:])]
    )
    rows: list[tuple[Cell, ...]] = [
        (*(view.label_code(axis, code) for axis, code in enumerate(cell)), view.get_count(*cell)) for cell in cells
    ]
    return [*columns, Column("count", view.count_label, "integer")], rows, False, []


def _build_calendar(view: TableView) -> _TableParts:
    """The days of a month as a calendar: a row for each week, from Monday to Sunday."""
    # A month of days as a list would fill a page. As a calendar it also shows the weekends by itself.
    days = {date.fromisoformat(code): view.get_count(code) for code in view.list_codes(0)}
    monday = min(days) - timedelta(days=min(days).weekday())
    weekdays = [monday + timedelta(days=number) for number in range(7)]
    columns = [Column("week", _("Week"))]
    columns += [Column(f"{day:%a}", format_date(day, "EEE"), "integer") for day in weekdays]
    columns.append(Column("total", _("Total"), "integer", is_total=True))
    rows: list[tuple[Cell, ...]] = []
    while monday <= max(days):
        week = [days.get(monday + timedelta(days=number)) for number in range(7)]
        present = [monday + timedelta(days=number) for number in range(7) if monday + timedelta(days=number) in days]
        shown = [count for count in week if isinstance(count, int)]
        # A week with a day that is held back has no total: the sum of the others would be taken for the whole week's.
        total = SUPPRESSED if SUPPRESSED in week else sum(shown)
        rows.append((f"{present[0].day} – {present[-1].day}", *week, total))
        monday += timedelta(days=7)
    return columns, rows, False, []


def _fold_zeros(
    columns: Sequence[Column], rows: list[tuple[Cell, ...]], has_total_row: bool
) -> tuple[list[tuple[Cell, ...]], list[str]]:
    body = rows[:-1] if has_total_row else rows
    is_count = [column.kind == "integer" for column in columns]
    zeros = [row for row in body if all(cell == 0 for cell, counts in zip(row, is_count, strict=True) if counts)]
    # A note about one row takes as much room as the row.
    if len(body) < _MIN_ROWS_TO_FOLD or len(zeros) < 2:
        return rows, []
    return [row for row in rows if row not in zeros], [str(row[0]) for row in zeros]


def _fold_inner_rows(
    view: TableView, columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]], subtotal_rows: Sequence[int]
) -> tuple[list[tuple[Cell, ...]], list[int]]:
    """Leave out rows whose figures are all small: of people who named another sex, or of a service hardly used."""
    kept_rows: list[tuple[Cell, ...]] = []
    kept_subtotals = []
    for number, row in enumerate(rows):
        figures = [cell for cell, column in zip(row, columns, strict=True) if column.kind == "integer"]
        # A figure of one base may stand for a single person: such a row is mostly rounding, and the workbook has it.
        if not all(isinstance(figure, int) and figure <= view.table.base for figure in figures):
            if number in subtotal_rows:
                kept_subtotals.append(len(kept_rows))
            kept_rows.append(row)
    return kept_rows, kept_subtotals


def _list_notes(view: TableView) -> list[str]:
    notes = [finding] if (finding := describe_table(view)) else []
    if view.table.overlapping:
        notes.append(_("One person may stand in several rows."))
    return notes
