"""The tables and charts of the dashboard: trend, needs, referrals by entity, times and points."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import current_language, format_date, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Block, Cell, Chart, Column, Series, Table
from attention_point.foundation.paperwork.report import ChartKind
from attention_point.foundation.report_pages import describe_chart
from attention_point.referrals.open_referral_counts import MAX_COUNTED, MAX_COUNTED_AT_POINT
from attention_point.statistics.dashboard.filters import Filters, Options
from attention_point.statistics.dashboard.queries import Dashboard, ReferralCounts
from attention_point.tallies.facts import NOT_GIVEN
from attention_point.tallies.rules import INDICATORS_BY_ID

Labeller = Callable[[str, str], str]
MAX_BARS = 10  # of a horizontal chart, so that it stays legible on a tablet; the table beside it has all rows


def build_trend_blocks(dashboard: Dashboard, filters: Filters) -> Iterator[Block]:
    """Build the trend of the weeks or months up to the chosen period."""
    is_weekly, periods = filters.grouping == "week" and not filters.entity, dashboard.trend_periods
    period_names = tuple(format_date(period.first_day, "d MMM" if is_weekly else "MMM y") for period in periods)
    lines: list[tuple[str, str, list[int]]] = []
    # An entity has referrals only, and weeks have none.
    if not filters.entity:
        lines += [
            ("attentions", _("Attentions"), [period.attentions for period in periods]),
            ("people", _("People"), [period.people for period in periods]),
        ]
    if not is_weekly:
        lines += [
            ("made", _("Referrals made"), [period.referrals for period in periods]),
            ("unanswered", _("Without an answer"), [period.unanswered_referrals for period in periods]),
        ]
    title = _("Recent weeks, from Monday") if is_weekly else _("Recent months")
    notes = (_("A person counts in the week of the first visit of each month."),) if is_weekly else ()
    columns = (
        Column("begins", _("Week of") if is_weekly else _("Month")),
        *(Column(key, label, "integer") for key, label, _counts in lines),
    )
    rows: list[tuple[Cell, ...]] = [
        (name, *(counts[index] for _key, _label, counts in lines)) for index, name in enumerate(period_names)
    ]
    series = [Series(label, tuple(counts)) for _key, label, counts in lines]
    yield _build_chart("trend", title, "line", period_names, *series)
    yield Table("trend", title, columns, tuple(rows), notes)


def _build_chart(chart_id: str, title: str, kind: ChartKind, names: Sequence[str], *series: Series) -> Chart:
    counts = [count for count in series[0].values if isinstance(count, int)]
    highest = None
    if any(counts):
        position = counts.index(max(counts))
        highest = names[position], format_number(counts[position])
    return Chart(chart_id, title, kind, tuple(names), series, describe_chart(title, highest))


def _get_table_title(table: str) -> str:
    message = INDICATORS_BY_ID[table].title
    return _(message)


def build_need_blocks(dashboard: Dashboard, label_for_code: Labeller) -> Iterator[Block]:
    """Build the people by need, the most frequent need first."""
    if not dashboard.needs:
        return
    title = _get_table_title("people-by-need")
    rows = tuple((label_for_code("need", need), count, previous) for need, count, previous in dashboard.needs)
    names, counts, _previous_counts = zip(*rows[:MAX_BARS], strict=True)
    yield _build_chart("needs", title, "hbar", names, Series(_("People"), counts))
    columns = (
        Column("need", _("Need")),
        Column("count", _("This month"), "integer"),
        Column("before", _("The month before"), "integer"),
    )
    yield Table("needs", title, columns, rows, (describe_restricted(),))


def describe_restricted() -> str:
    """Return the sentence that says where restricted topics are shown."""
    return _("Violence, trafficking and other restricted topics are shown only in the month's protected figures.")


def build_entity_blocks(dashboard: Dashboard, filters: Filters, label_for_code: Labeller) -> Iterator[Block]:
    """Build the referrals of the month by entity, and those that are open now."""
    counts_by_entity = dashboard.referrals_by_entity
    if counts_by_entity:
        # The code breaks ties, so that page and files have the same order.
        entities = sorted(counts_by_entity, key=lambda entity: (-counts_by_entity[entity].total, entity))
        named_counts = [(label_for_code("entity", entity), counts_by_entity[entity]) for entity in entities]
        yield from _build_referral_blocks(named_counts, is_complete=not filters.entity)
    yield from _build_open_table(dashboard, filters, label_for_code)


def _build_referral_blocks(named_counts: Sequence[tuple[str, ReferralCounts]], *, is_complete: bool) -> Iterator[Block]:
    title = _("Referrals of the month, as they stand now")
    names, charted = zip(*named_counts[:MAX_BARS], strict=True)
    made = Series(_("Made"), tuple(counts.total for counts in charted))
    unanswered = Series(_("Without an answer"), tuple(counts.unanswered for counts in charted))
    yield _build_chart("entities", title, "hbar", names, made, unanswered)
    columns = (
        Column("entity", _("Entity")),
        Column("made", _("Made"), "integer"),
        Column("open", _("Still open"), "integer"),
        Column("answered", _("Answered"), "integer"),
        Column("unanswered", _("Without an answer"), "integer"),
        Column("share", _("Per cent without an answer"), "number"),
    )
    rows = tuple(
        (name, counts.total, counts.open, counts.answered, counts.unanswered, counts.non_response_rate)
        for name, counts in named_counts
    )
    notes = [_("Open: the outcome is not known yet. An accepted referral counts as open and as answered.")]
    if is_complete:
        notes.append(_("Entities that mostly see restricted topics are left out of all referrals on this page."))
    yield Table("entities", title, columns, rows, tuple(notes))


def _build_open_table(dashboard: Dashboard, filters: Filters, label_for_code: Labeller) -> Iterator[Table]:
    open_by_entity = {
        entity: counts
        for entity, counts in (dashboard.open_referrals_by_entity or {}).items()
        if counts.waiting or counts.accepted
    }
    if not open_by_entity:
        return
    columns = (
        Column("entity", _("Entity")),
        Column("waiting", _("Waiting for a first answer"), "integer"),
        # The oldest referral says how long an entity takes. An average would hide the one who has waited for months.
        Column("days", _("Longest wait, days"), "integer"),
        Column("accepted", _("Accepted, no outcome yet"), "integer"),
    )
    rows = tuple(
        (
            label_for_code("entity", entity),
            counts.waiting,
            (filters.last_day - counts.oldest_day).days if counts.oldest_day else None,
            counts.accepted,
        )
        for entity, counts in sorted(open_by_entity.items(), key=lambda item: (-item[1].waiting, item[0]))
    )
    notes = [_("Open today, from any month.")]
    if any(counts.is_capped for counts in open_by_entity.values()):
        most = format_number(MAX_COUNTED_AT_POINT if filters.point else MAX_COUNTED)
        notes.append(_("Counting stops at %(most)s for each state: there may be more.", most=most))
    yield Table("open-now", _("Referrals open now"), columns, rows, tuple(notes))


def build_time_blocks(dashboard: Dashboard) -> Iterator[Block]:
    """Build the waits at the point and the times to an answer."""
    waits, answer_times = dashboard.wait_counts, dashboard.answer_time_counts
    yield from _build_band_blocks("waits", "attentions-by-wait", "waits", waits, _("Waiting time"), _("Attentions"))
    yield from _build_band_blocks("answers", "answers-by-time", "answer_times", answer_times, _("Days"), _("Answers"))


def _build_band_blocks(
    block_id: str, table: str, code_list: str, counts: Mapping[str, int], band_title: str, unit: str
) -> Iterator[Block]:
    # Bands keep their order: sorted by frequency, a distribution could not be seen.
    bands = [code for code in get_code_list(code_list) if counts.get(code.code)]
    if not bands:
        return
    title, language = _get_table_title(table), current_language()
    rows = [(band.label(language), counts[band.code]) for band in bands]
    names, values = zip(*rows, strict=True)
    yield _build_chart(block_id, title, "bar", names, Series(unit, values))
    if NOT_GIVEN in counts:
        rows.append((_("Not given"), counts[NOT_GIVEN]))
    yield Table(block_id, title, (Column("band", band_title), Column("count", unit, "integer")), tuple(rows))


def build_points_table(dashboard: Dashboard, options: Options) -> Iterator[Table]:
    """Build the comparison of the points."""
    if dashboard.point_counts:
        columns = (
            Column("point", _("Attention point")),
            Column("attentions", _("Attentions"), "integer"),
            Column("before", _("The month before, up to the same day"), "integer"),
            Column("people", _("People"), "integer"),
        )
        rows = tuple((options.points[row[0]], *row[1:]) for row in dashboard.point_counts)
        yield Table("points", _("Points compared"), columns, rows)
