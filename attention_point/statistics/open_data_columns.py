"""The CSV of a month: one line a cell of every table, codes only, a line of HXL hashtags under the names.

HXL 1.1: a count of people is ``#reached+ind+num``; attentions, referrals and answers are no individuals and stand in
columns of their own (``#output``). A count held back is empty and its status says ``suppressed``: "<5" is no number.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from attention_point.foundation.paperwork import Column, Table
from attention_point.statistics.content import Content
from attention_point.statistics.labels import DIMENSIONS

TOTALS = "totals"  # the month's totals, as a table without dimensions
SHOWN, SUPPRESSED = "shown", "suppressed"


@dataclass(frozen=True, slots=True)
class DataColumn:
    """A column: its name and its HXL hashtag."""

    name: str
    tag: str


HEAD = (
    DataColumn("month", "#date+start"),
    DataColumn("version", "#meta+version"),
    DataColumn("table", "#meta+table+code"),
    DataColumn("counts", "#meta+counted+code"),
)
# A dimension's column has its name, but for those that every line has: its month, and the status of its count.
OWN_NAMES: Mapping[str, str] = {"month": "counted_month", "status": "migration_status"}
# "*" is no date, so that the parts of time are no #date.
TAGS: Mapping[str, str] = {
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
VALUES = (
    DataColumn("people", "#reached+ind+num"),
    DataColumn("attentions", "#output+attentions+num"),
    DataColumn("referrals", "#output+referrals+num"),
    DataColumn("answers", "#output+answers+num"),
)
STATUS = DataColumn("status", "#status+suppressed")
DEMONSTRATION = DataColumn("demonstration", "#meta+demonstration")


def dimension_column(dimension: str) -> DataColumn:
    """The column of a dimension."""
    return DataColumn(OWN_NAMES.get(dimension, dimension), TAGS.get(dimension, f"#group+name+{dimension}"))


DIMENSION_COLUMNS: Mapping[str, DataColumn] = {name: dimension_column(name) for name in DIMENSIONS}
COLUMNS = (*HEAD, *DIMENSION_COLUMNS.values(), *VALUES, STATUS)


def table(content: Content, watermark: str | None = None) -> Table:
    """The month as one long table; with a watermark each line carries it, so that it stays when lines are copied."""
    columns = (*COLUMNS, DEMONSTRATION) if watermark else COLUMNS
    marked = {DEMONSTRATION.name: watermark} if watermark else {}
    rows = tuple(tuple({**line, **marked}.get(column.name, "") for column in columns) for line in _lines(content))
    labels = tuple(Column(column.name, column.name) for column in columns)
    return Table("month", "", labels, (tuple(column.tag for column in columns), *rows))


def _lines(content: Content) -> Iterator[dict[str, str]]:
    version = "" if content.version is None else str(content.version)
    head = {"month": f"{content.month:%Y-%m}", "version": version}
    for kind, total in content.totals.items():
        yield {**head, "table": TOTALS, "counts": kind, **_counted(kind, total)}
    for one in content.tables:
        names = [DIMENSION_COLUMNS[dimension].name for dimension in one.dimensions]
        for place, count in one.cells.items():
            at = dict(zip(names, place, strict=True))
            yield {**head, "table": one.id, "counts": one.counts, **at, **_counted(one.counts, count)}


def _counted(kind: str, count: int | None) -> dict[str, str]:
    if count is None:
        return {STATUS.name: SUPPRESSED}
    return {kind: str(count), STATUS.name: SHOWN}
