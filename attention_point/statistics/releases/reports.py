"""The month as one neutral report, from which the page, the PDF and the workbook are made with the same counts."""

from collections.abc import Iterator, Mapping, Sequence

from attention_point.dates import parse_period_code
from attention_point.foundation import clock
from attention_point.foundation.language import N_, format_date, format_number, format_period
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.foundation.paperwork import (
    SUPPRESSED,
    Block,
    Column,
    Heading,
    LabelledValues,
    Note,
    Paragraph,
    Report,
    Table,
)
from attention_point.statistics.releases.content import (
    SUPPRESSION,
    ReleaseContent,
    build_content_json,
    compute_content_hash,
)
from attention_point.statistics.releases.quality import describe_quality
from attention_point.statistics.releases.suppressed_months import YEAR_TABLES
from attention_point.statistics.releases.tables import (
    COUNT_LABELS,
    OrderedTable,
    build_chart,
    build_ordered_table,
    build_report_table,
)

# The headings under which the tables stand, in their order; a table stands under what it counts.
SECTIONS = (
    ("attentions", N_("Attentions")),
    ("people", N_("People")),
    ("referrals", N_("Referrals")),
    ("answers", N_("Answers")),
)


def build_month_report(content: ReleaseContent, watermark: str | None = None) -> Report:
    """Build the report of a month in the language in use: as it was released, or as it stands now."""
    tables = _order_tables(content)
    blocks: list[Block] = [
        *_build_version_blocks(content),
        Heading(_("Summary")),
        Paragraph(describe_month(content)),
        _build_totals_table(content),
        *_build_table_blocks([table for table_id, table in tables.items() if table_id in YEAR_TABLES]),
    ]
    short_tables = [
        table for table_id, table in tables.items() if table_id not in YEAR_TABLES and not table.has_one_row_per_cell
    ]
    # Long tables stand apart, or the short ones that a reader looks for would be lost among pages of cells.
    long_tables = [table for table in tables.values() if table.has_one_row_per_cell]
    sections = [
        (title, [table for table in short_tables if _get_section(table) == section]) for section, title in SECTIONS
    ]
    for title, section_tables in (*sections, (N_("In detail"), long_tables)):
        if section_tables:
            blocks += [Heading(_(title)), *_build_table_blocks(section_tables)]
    blocks += [Heading(_("Method and protection")), *_build_method_blocks(content)]
    return Report(
        title=_("Figures of the month"),
        subtitle=format_period(parse_period_code(content.period)),
        language=str(current_locale()).replace("_", "-"),
        # The moment of the release, so that the file of a release has the same bytes whenever it is drawn.
        created_at=content.released_at or clock.now(),
        issuer=_("International Affairs Office, Mayor's Office of Bucaramanga"),
        blocks=tuple(blocks),
        watermark=watermark,
        reference=_format_reference(content),
    )


def _order_tables(content: ReleaseContent) -> dict[str, OrderedTable]:
    return {table.id: build_ordered_table(table, content) for table in content.tables}


def _get_section(table: OrderedTable) -> str:
    return table.content.counts


def _format_reference(content: ReleaseContent) -> str:
    month = content.period
    if content.version is None:
        return _("%(month)s · provisional, internal", month=month)
    return _("%(month)s · version %(number)s", month=month, number=content.version)


def _build_version_blocks(content: ReleaseContent) -> Iterator[Block]:
    # Whether the counts may still change is what a reader must know before the first of them.
    if content.version is None or content.released_at is None:
        yield Note(
            _("Provisional figures for internal use. They change while visits and answers of the month come in.")
        )
        return
    rows = [
        (_("Version"), str(content.version)),
        (_("Released on"), format_date(content.released_at)),
        (_("Content (SHA-256)"), compute_content_hash(build_content_json(content))),
        (_("Last seal of the journal"), content.journal_head or ""),
    ]
    if content.note:
        rows.append((_("What was corrected"), content.note))
    yield LabelledValues(tuple(rows))


def _build_table_blocks(tables: Sequence[OrderedTable]) -> Iterator[Block]:
    for ordered_table in tables:
        table, chart = build_report_table(ordered_table), build_chart(ordered_table)
        yield Heading(table.title, 2)
        if chart:
            yield chart
        yield table


def _build_totals_table(content: ReleaseContent) -> Table:
    totals = {counts: content.totals[counts] for counts in ("people", "attentions", "referrals")}
    return Table(
        "totals",
        _("The month at a glance"),
        (Column("what", _("What")), Column("count", _("How many"), "integer")),
        tuple((_(COUNT_LABELS[counts]), SUPPRESSED if total is None else total) for counts, total in totals.items()),
    )


def describe_month(content: ReleaseContent) -> str:
    """Describe a month in a few sentences. A suppressed count has no sentence."""
    return " ".join(_describe_in_sentences(content, _order_tables(content)))


def _describe_in_sentences(content: ReleaseContent, tables: Mapping[str, OrderedTable]) -> Iterator[str]:
    month, people, attentions = (
        format_period(parse_period_code(content.period)),
        content.totals["people"],
        content.totals["attentions"],
    )
    if content.is_empty:
        yield _("Nothing was recorded in %(month)s.", month=month)
    elif people is None or attentions is None:
        yield _("In %(month)s so few people came that the figures are held back to protect them.", month=month)
    else:
        yield _(
            "In %(month)s the point served %(people)s people in %(attentions)s attentions.",
            month=month,
            people=format_number(people),
            attentions=format_number(attentions),
        )
    if "people-by-first-time" in tables:
        first_time_count = tables["people-by-first-time"].get_count("first")
        if isinstance(first_time_count, int):
            yield _("%(count)s of them came for the first time.", count=format_number(first_time_count))
    if "people-by-need" in tables and (top := _find_most_frequent(tables["people-by-need"])):
        yield _("Of the needs shown, the most frequent is “%(name)s”: %(count)s people.", name=top[0], count=top[1])
    if content.totals["referrals"]:
        yield _("%(count)s referrals were made.", count=format_number(content.totals["referrals"]))
    if "referrals-by-entity" in tables and (top := _find_most_frequent(tables["referrals-by-entity"])):
        yield _("Of the entities shown, %(name)s received the most: %(count)s.", name=top[0], count=top[1])


def _find_most_frequent(table: OrderedTable) -> tuple[str, str] | None:
    # The most frequent of those shown: a suppressed row, which stands behind them, may be greater.
    row = table.row_codes[0]
    count = table.get_row_total(row)
    return (table.label_for_code(0, row), format_number(count)) if isinstance(count, int) and count else None


def _build_method_blocks(content: ReleaseContent) -> Iterator[Block]:
    yield Paragraph(
        _(
            "People and attentions are counted apart. A person is counted once a month, and in it once for each need "
            "and each vulnerability. An attention is one visit. Counts are kept without names, as visits are recorded. "
            "What is recorded after its month was released counts on the day on which it was received."
        )
    )
    yield Paragraph(_describe_suppression() if content.method == SUPPRESSION else _describe_rounding())
    for sentence in describe_quality(content.quality):
        yield Paragraph(sentence)
    if content.version is None:
        yield Note(_("Do not publish these figures. They are published when the month is released."))


def _describe_rounding() -> str:
    return _(
        "So that nobody can be recognised, the figures of every breakdown are rounded to a multiple of 5 beside the "
        "true count, in restricted topics (violence, trafficking, disability, ethnic group, gender identity) of 10, "
        "such that each table adds up. Whether a count goes up or down follows from a secret, the same each time. The "
        "totals of the month are exact where they tell of nobody; a breakdown may differ from them. Before the release "
        "the month was recounted from the sealed records, and a programme examined that no small count can be worked "
        "out from all figures together."
    )


def _describe_suppression() -> str:
    return _(
        "This month was released by the old method. “[c]” marks a figure that is held back so that nobody can be "
        "recognised: counts from 1 to 4, in restricted topics from 1 to 9, and further figures from which these could "
        "be worked out. Codes that stand together (“a / b”) were counted together."
    )
