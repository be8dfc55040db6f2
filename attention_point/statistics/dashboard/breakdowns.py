"""The people by sex and age, population and municipality, and what every distribution is drawn with."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from attention_point.foundation.language import format_number, format_percent
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Block, Cell, Chart, Column, Series, Table
from attention_point.foundation.paperwork.report import ChartKind
from attention_point.foundation.report_pages import describe_chart
from attention_point.statistics.dashboard.queries import Dashboard
from attention_point.statistics.dimension_labels import DIMENSIONS, sort_dimension_codes
from attention_point.tallies.rules import INDICATORS_BY_ID

Labeller = Callable[[str, str], str]
MAX_BARS = 10  # of a horizontal chart, so that it stays legible on a tablet; the table beside it has all rows


def get_table_title(table: str) -> str:
    """Return the title of a table of counts in the language in use."""
    message = INDICATORS_BY_ID[table].title
    return _(message)


def build_chart(chart_id: str, title: str, kind: ChartKind, names: Sequence[str], *series: Series) -> Chart:
    """Build a chart whose description names the highest count of its first series."""
    counts = [count for count in series[0].values if isinstance(count, int)]
    highest = None
    # Of zeros none is the highest.
    if any(counts):
        position = counts.index(max(counts))
        highest = names[position], format_number(counts[position])
    return Chart(chart_id, title, kind, tuple(names), series, describe_chart(title, highest))


def build_people_blocks(dashboard: Dashboard, label_for_code: Labeller) -> Iterator[Block]:
    """Build the people of the month by what they are."""
    yield from _build_sex_and_age(dashboard.counts.get("people-by-sex-and-age", {}), label_for_code)
    for name in ("population", "municipality"):
        table = f"people-by-{name}"
        counts = dashboard.counts.get(table, {})
        yield from build_distribution(name, get_table_title(table), name, counts, _("People"), label_for_code)


def _build_sex_and_age(counts: Mapping[str, int], label_for_code: Labeller) -> Iterator[Block]:
    cells = {tuple(cell.split("|")): count for cell, count in counts.items() if count}
    if not cells:
        return
    title = get_table_title("people-by-sex-and-age")
    # Only answers that somebody gave: columns of zeros would push the others off a tablet.
    sexes = _sort_codes("sex", {sex for sex, _age in cells}, label_for_code)
    ages = _sort_codes("age", {age for _sex, age in cells}, label_for_code)
    by_sex = {sex: sum(cells.get((sex, age), 0) for age in ages) for sex in sexes}
    by_age = {age: sum(cells.get((sex, age), 0) for sex in sexes) for age in ages}
    total = sum(by_sex.values())
    series = [Series(label_for_code("sex", sex), tuple(cells.get((sex, age), 0) for age in ages)) for sex in sexes]
    yield build_chart("sex-age", title, "bar", [label_for_code("age", age) for age in ages], *series)
    columns = (
        Column("age", _("Age")),
        *(Column(f"sex-{sex}", label_for_code("sex", sex), "integer") for sex in sexes),
        Column("total", _("Total"), "integer"),
    )
    rows: list[tuple[Cell, ...]] = [
        (label_for_code("age", age), *(cells.get((sex, age), 0) for sex in sexes), by_age[age]) for age in ages
    ]
    rows.append((_("Total"), *by_sex.values(), total))
    shares = (
        f"{label_for_code('sex', sex)}: {format_number(count)} ({format_percent(count / total)})"
        for sex, count in by_sex.items()
    )
    frequent_age = max(ages, key=lambda age: by_age[age])
    finding = _(
        "%(shares)s. The most frequent age is %(age)s: %(count)s people.",
        shares=" · ".join(shares),
        age=label_for_code("age", frequent_age),
        count=format_number(by_age[frequent_age]),
    )
    yield Table("sex-age", title, columns, tuple(rows), (finding,), has_total_row=True)


def build_distribution(
    block_id: str,
    title: str,
    dimension: str,
    counts: Mapping[str, int],
    unit: str,
    label_for_code: Labeller,
    kind: ChartKind = "hbar",
    finding: str = "",
) -> Iterator[Block]:
    """Build the chart and the table of a dimension in which everybody has one place, with shares and a total."""
    total = sum(counts.values())
    if not total:
        return
    codes = _sort_codes(dimension, {code for code, count in counts.items() if count}, label_for_code)
    # The most frequent first, unless the order itself says something, as that of states does.
    if kind == "hbar":
        codes.sort(key=lambda code: -counts[code])
    rows = [(label_for_code(dimension, code), counts[code], round(100 * counts[code] / total, 1)) for code in codes]
    # In words too, for whoever cannot see the chart (WCAG 2.2, 1.1.1).
    finding = finding or describe_highest([row[0] for row in rows], [row[1] for row in rows], total)
    charted = rows[:MAX_BARS] if kind == "hbar" else rows
    yield build_chart(
        block_id, title, kind, [row[0] for row in charted], Series(unit, tuple(row[1] for row in charted))
    )
    columns = (
        Column("what", _(DIMENSIONS[dimension].title)),
        Column("count", unit, "integer"),
        Column("share", _("Per cent"), "number"),
    )
    yield Table(block_id, title, columns, (*rows, (_("Total"), total, 100)), (finding,), has_total_row=True)


def describe_highest(names: Sequence[str], counts: Sequence[int], total: int) -> str:
    """Return the sentence that names the highest of some counts, and its share of their total."""
    highest = max(counts)
    return _(
        "The most frequent is “%(name)s”: %(count)s of %(total)s (%(percent)s).",
        name=names[counts.index(highest)],
        count=format_number(highest),
        total=format_number(total),
        percent=format_percent(highest / total),
    )


def _sort_codes(dimension: str, codes: set[str], label_for_code: Labeller) -> list[str]:
    return sort_dimension_codes(dimension, codes, {}, lambda code: label_for_code(dimension, code))
