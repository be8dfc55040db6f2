"""The CSV of a month: one line for each cell of every table, in codes only, below a line of HXL hashtags.

In HXL 1.1 a count of people is ``#reached+ind+num``. Attentions, referrals and answers are no individuals, so they
stand in columns of their own (``#output``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from attention_point.foundation.paperwork import Column, Table
from attention_point.statistics.dimension_labels import DIMENSIONS
from attention_point.statistics.releases.content import ReleaseContent

TOTALS_TABLE = "totals"  # the totals of the month, as a table without dimensions
STATUS_SHOWN, STATUS_SUPPRESSED = "shown", "suppressed"


@dataclass(frozen=True, slots=True)
class DataColumn:
    """A column: its name and its HXL hashtag."""

    name: str
    hxl_tag: str


HEAD_COLUMNS = (
    DataColumn("month", "#date+start"),
    DataColumn("version", "#meta+version"),
    DataColumn("table", "#meta+table+code"),
    DataColumn("counts", "#meta+counted+code"),
)
# The column of a dimension has its name, except where each line has a column of that name already: its month and the
# status of its count.
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
STATUS_COLUMN = DataColumn("status", "#status+suppressed")
DEMONSTRATION_COLUMN = DataColumn("demonstration", "#meta+demonstration")
DIMENSION_COLUMNS: Mapping[str, DataColumn] = {
    name: DataColumn(DIFFERING_NAMES.get(name, name), HXL_TAGS.get(name, f"#group+name+{name}")) for name in DIMENSIONS
}
ALL_COLUMNS = (*HEAD_COLUMNS, *DIMENSION_COLUMNS.values(), *COUNT_COLUMNS, STATUS_COLUMN)


def build_table(content: ReleaseContent, watermark: str | None = None) -> Table:
    """Build the one long table of a month."""
    # Each line bears the watermark, so that it stays when somebody copies some lines.
    columns = (*ALL_COLUMNS, DEMONSTRATION_COLUMN) if watermark else ALL_COLUMNS
    mark = {DEMONSTRATION_COLUMN.name: watermark or ""}
    rows = (tuple({**line, **mark}.get(column.name, "") for column in columns) for line in _build_lines(content))
    labels = tuple(Column(column.name, column.name) for column in columns)
    return Table("month", "", labels, (tuple(column.hxl_tag for column in columns), *rows))


def _build_lines(content: ReleaseContent) -> Iterator[dict[str, str]]:
    version = "" if content.version is None else str(content.version)
    head = {"month": content.period, "version": version}
    for counts, total in content.totals.items():
        yield {**head, "table": TOTALS_TABLE, "counts": counts, **_format_count(counts, total)}
    for table in content.tables:
        names = [DIMENSION_COLUMNS[dimension].name for dimension in table.dimensions]
        for codes, count in table.cells.items():
            cell = dict(zip(names, codes, strict=True))
            yield {**head, "table": table.id, "counts": table.counts, **cell, **_format_count(table.counts, count)}


def _format_count(counts: str, count: int | None) -> dict[str, str]:
    # A suppressed count is empty: "<5" is no number, and fails the validation of #reached.
    if count is None:
        return {STATUS_COLUMN.name: STATUS_SUPPRESSED}
    return {counts: str(count), STATUS_COLUMN.name: STATUS_SHOWN}
