"""The CSV of a period: one line for each cell of every table, below a line of HXL hashtags.

Each dimension has a column for its code and one for the words of the code, in Spanish: an address must always give the
same bytes. In HXL 1.1 a count
of people is ``#reached+ind+num``. Attentions, referrals and answers are no individuals, so they stand in columns of
their own (``#output``). Months of the old method keep the columns that they had, so that the bytes behind a permanent
address stay the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from attention_point.dates import parse_period_code
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import in_language
from attention_point.foundation.paperwork import Column, Table
from attention_point.statistics.cells import TOTAL_CODE, CellCodes
from attention_point.statistics.dimension_labels import DIMENSIONS
from attention_point.statistics.month_papers.tidy_tables import TOTALS_TABLE
from attention_point.statistics.releases.content import SUPPRESSION, ReleaseContent, TableContent

LANGUAGE = "es"
LABEL_SUFFIX = "_label"  # of the column with the words of a code
STATUS_SHOWN, STATUS_SUPPRESSED = "shown", "suppressed"  # only in months of the old method


@dataclass(frozen=True, slots=True)
class DataColumn:
    """A column: its name and its HXL hashtag."""

    name: str
    hxl_tag: str


MONTH_COLUMN = DataColumn("month", "#date+start")
PERIOD_COLUMN = DataColumn("period", "#meta+period+code")  # a quarter or a year, in place of the month
VERSION_COLUMN = DataColumn("version", "#meta+version")
TABLE_COLUMN = DataColumn("table", "#meta+table+code")
TABLE_LABEL_COLUMN = DataColumn("table_label", "#meta+table+name")
COUNTS_COLUMN = DataColumn("counts", "#meta+counted+code")
# The column of a dimension has its name, except where each line has a column of that name already: its month and, in
# months of the old method, the status of its count.
DIFFERING_NAMES: Mapping[str, str] = {"month": "counted_month", "status": "migration_status"}
# A cell of these columns may hold "*", which is no date: the parts of time are no #date.
HXL_TAGS: Mapping[str, str] = {
    "month": "#x_period+month",
    "day": "#x_period+day",
    "hour": "#x_period+hour",
    "origin": "#adm1+code+origin",
    "municipality": "#adm2+code+v_divipola",
    "nationality": "#country+code+origin",
    "entity": "#org+code",
    "service": "#service+type+code",
    "need": "#need+code",
}
COUNT_COLUMNS = (
    DataColumn("people", "#reached+ind+num"),
    DataColumn("attentions", "#output+attentions+num"),
    DataColumn("referrals", "#output+referrals+num"),
    DataColumn("answers", "#output+answers+num"),
)
BASE_COLUMN = DataColumn("base", "#meta+rounding+num")
STATUS_COLUMN = DataColumn("status", "#status+suppressed")
DEMONSTRATION_COLUMN = DataColumn("demonstration", "#meta+demonstration")
DIMENSION_COLUMNS: Mapping[str, DataColumn] = {
    name: DataColumn(DIFFERING_NAMES.get(name, name), HXL_TAGS.get(name, f"#group+code+{name}")) for name in DIMENSIONS
}
# Totals that are no count of their own column: the people who came for the first time.
_COUNTED_AS: Mapping[str, str] = {"first_time_people": "people"}


def build_table(content: ReleaseContent, watermark: str | None = None) -> Table:
    """Build the one long table of a period."""
    columns = list_columns(content)
    # Each line bears the watermark, so that it stays when somebody copies some lines.
    columns += [DEMONSTRATION_COLUMN] if watermark else []
    mark = {DEMONSTRATION_COLUMN.name: watermark or ""}
    # In Spanish whoever asks: the bytes behind a public address must not depend on a reader's browser.
    with in_language(LANGUAGE):
        lines = [{**line, **mark} for line in _build_lines(content)]
    rows = (tuple(line.get(column.name, "") for column in columns) for line in lines)
    labels = tuple(Column(column.name, column.name) for column in columns)
    return Table("month", "", labels, (tuple(column.hxl_tag for column in columns), *rows))


def list_columns(content: ReleaseContent) -> list[DataColumn]:
    """List the columns of a period's file, in their order."""
    if content.method == SUPPRESSION:
        old_tags = {name: HXL_TAGS.get(name, f"#group+name+{name}") for name in DIMENSIONS}
        dimensions = [DataColumn(column.name, old_tags[name]) for name, column in DIMENSION_COLUMNS.items()]
        # Column by column as they were: a program that reads these files must go on reading them.
        return [MONTH_COLUMN, VERSION_COLUMN, TABLE_COLUMN, COUNTS_COLUMN, *dimensions, *COUNT_COLUMNS, STATUS_COLUMN]
    kind = parse_period_code(content.period).kind
    return [
        MONTH_COLUMN if kind == "month" else PERIOD_COLUMN,
        VERSION_COLUMN,
        TABLE_COLUMN,
        TABLE_LABEL_COLUMN,
        COUNTS_COLUMN,
        *(column for name in DIMENSIONS if name != "month" for column in build_column_pair(name)),
        *COUNT_COLUMNS,
        BASE_COLUMN,
    ]


def build_column_pair(dimension: str) -> tuple[DataColumn, DataColumn]:
    """Build the columns of a dimension: its code, and the words of the code."""
    column = DIMENSION_COLUMNS[dimension]
    return column, DataColumn(f"{column.name}{LABEL_SUFFIX}", column.hxl_tag.replace("+code", "") + "+name")


def _build_lines(content: ReleaseContent) -> Iterator[dict[str, str]]:
    version = "" if content.version is None else str(content.version)
    head = {MONTH_COLUMN.name: content.period, PERIOD_COLUMN.name: content.period, VERSION_COLUMN.name: version}
    for counts, total in content.totals.items():
        counted_as = _COUNTED_AS.get(counts, counts)
        totals = {"table": TOTALS_TABLE, "table_label": _("Totals"), "counts": counts}
        yield {**head, **totals, **_format_count(content, counted_as, total)}
    for table in content.tables:
        about = {"table": table.id, "table_label": table.title, "counts": table.counts}
        for codes, count in table.cells.items():
            values = {**_format_codes(content, table, codes), **_format_count(content, table.counts, count)}
            yield {**head, **about, **values, BASE_COLUMN.name: str(table.get_base(codes))}


def _format_codes(content: ReleaseContent, table: TableContent, codes: CellCodes) -> dict[str, str]:
    values = {}
    for dimension, code in zip(table.dimensions, codes, strict=True):
        name = DIMENSION_COLUMNS[dimension].name
        label = _("Total") if code == TOTAL_CODE else content.label_for_code(dimension, code)
        values.update({name: code, f"{name}{LABEL_SUFFIX}": label})
    return values


def _format_count(content: ReleaseContent, counts: str, count: int | None) -> dict[str, str]:
    # An old count that is held back is empty: "<5" is no number, and fails the validation of #reached.
    status = {} if content.method != SUPPRESSION else {
        STATUS_COLUMN.name: STATUS_SUPPRESSED if count is None else STATUS_SHOWN
    }  # fmt: skip
    return status if count is None else {counts: str(count), **status}
