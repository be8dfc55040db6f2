"""The counts of one choice as one neutral report, from which the page and every file are made."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from attention_point.dates import format_month_code
from attention_point.foundation.language import format_date, format_datetime, format_month, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.foundation.paperwork import Block, Column, Heading, Note, Paragraph, Report, Table
from attention_point.statistics.dashboard.breakdowns import build_people_blocks
from attention_point.statistics.dashboard.filters import GROUPINGS, Filters, Options
from attention_point.statistics.dashboard.measures import Measure
from attention_point.statistics.dashboard.queries import Dashboard
from attention_point.statistics.dashboard.tables import (
    build_need_blocks,
    build_points_table,
    build_referral_blocks,
    build_time_blocks,
    build_trend_blocks,
    describe_restricted,
)
from attention_point.statistics.dimension_labels import build_code_labeller


def build_report(
    session: Session,
    dashboard: Dashboard,
    filters: Filters,
    options: Options,
    read_at: datetime,
    watermark: str | None = None,
) -> Report:
    """Build the report of a choice in the language in use."""
    label_for_code = build_code_labeller(session)
    blocks: list[Block] = [
        Note(_("Provisional figures for internal use. They change while visits and answers come in.")),
        _build_filters_table(filters, options, read_at),
        Heading(_("At a glance")),
        _build_measures_table(dashboard.measures),
        Paragraph("\n".join(_describe_measure(measure) for measure in dashboard.measures)),
    ]
    for title, tables in (
        (_("People"), build_people_blocks(dashboard, label_for_code)),
        (_("Needs"), build_need_blocks(dashboard, filters, label_for_code)),
        (_("Referrals"), build_referral_blocks(dashboard, filters, label_for_code)),
        (_("Times"), build_time_blocks(dashboard)),
        (_("Trend"), build_trend_blocks(dashboard, filters)),
        (_("Points"), build_points_table(dashboard, options)),
    ):
        # A section is left out where the choice has nothing of it, or an empty heading would look like a fault.
        if section_blocks := list(tables):
            blocks += [Heading(title), *section_blocks]
    blocks += [Heading(_("How we count")), *_build_method_blocks()]
    return Report(
        title=_("Dashboard of the office"),
        subtitle=describe_period(filters),
        language=str(current_locale()).replace("_", "-"),
        created_at=read_at,
        issuer=_("International Affairs Office, Mayor's Office of Bucaramanga"),
        blocks=tuple(blocks),
        watermark=watermark,
        reference=_("%(month)s · provisional, internal", month=format_month_code(filters.month)),
    )


def describe_period(filters: Filters) -> str:
    """Return the period in words."""
    if filters.is_current_month:
        return _("Until %(day)s", day=format_date(filters.last_day))
    return format_month(filters.month)


def describe_filters(filters: Filters, options: Options) -> tuple[tuple[str, str], ...]:
    """Return the choice as pairs of a label and words."""
    return (
        (_("Period"), describe_period(filters)),
        (_("Attention point"), options.points[filters.point] if filters.point else _("All points")),
        (_("Referrals of"), options.entities[filters.entity] if filters.entity else _("All entities")),
        (_("Trend by"), _("Months") if filters.entity else _(GROUPINGS[filters.grouping])),
    )


def describe_comparison(measure: Measure) -> Iterator[str]:
    """Yield the sentences that compare a measure with the counts before it."""
    if measure.previous_count is not None and measure.compared_with:
        # Differences are counts, not percentages: 3 more than 2 would be 150 %, and says less.
        basis, before = _(measure.compared_with), format_number(measure.previous_count)
        count = format_number(abs(measure.count - measure.previous_count))
        if measure.count > measure.previous_count:
            yield _("%(count)s more than %(basis)s (%(before)s).", count=count, basis=basis, before=before)
        elif measure.count < measure.previous_count:
            yield _("%(count)s fewer than %(basis)s (%(before)s).", count=count, basis=basis, before=before)
        else:
            yield _("As many as %(basis)s (%(before)s).", basis=basis, before=before)
    if measure.whole_count is not None and measure.whole_label:
        yield _("%(what)s: %(count)s.", what=_(measure.whole_label), count=format_number(measure.whole_count))


def _describe_measure(measure: Measure) -> str:
    sentence = _("%(what)s: %(count)s.", what=_(measure.label), count=format_number(measure.count))
    return " ".join((sentence, *describe_comparison(measure)))


def _build_filters_table(filters: Filters, options: Options, read_at: datetime) -> Table:
    # A table, because a CSV or a workbook has no other place to say of what its counts are.
    rows = (
        *describe_filters(filters, options),
        (_("Status of the figures"), _("Provisional, internal")),
        (_("As of"), format_datetime(read_at)),
    )
    return Table("selection", _("What is shown"), (Column("what", _("What")), Column("value", _("Choice"))), rows)


def _build_measures_table(measures: Iterable[Measure]) -> Table:
    columns = (
        Column("what", _("What")),
        Column("count", _("How many"), "integer"),
        Column("basis", _("Compared with")),
        Column("before", _("Earlier count"), "integer"),
        Column("whole_of", _("Also compared with")),
        Column("whole", _("Whole count"), "integer"),
    )
    rows = tuple(
        (
            _(measure.label),
            measure.count,
            _(measure.compared_with) if measure.compared_with else "",
            measure.previous_count,
            _(measure.whole_label) if measure.whole_label else "",
            measure.whole_count,
        )
        for measure in measures
    )
    return Table("glance", _("At a glance"), columns, rows)


def _build_method_blocks() -> Iterator[Block]:
    yield Paragraph(
        _(
            "People and attentions are counted apart: a person once a month, and in it once for each need; an "
            "attention is one visit. Referrals count in the month of their visit, in the state in which they are now. "
            "People, attentions and referrals of a month are those of its release, which rounds small totals."
        )
    )
    yield Paragraph(_("The week begins on Monday. Today's figure grows until the point closes."))
    yield Note(
        _("Small figures are not rounded here: do not publish or pass on this page.") + " " + describe_restricted()
    )
