"""The tables and charts of the dashboard: trend, needs, referrals by state and entity, times and points."""

from collections.abc import Iterator, Mapping

from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import current_language, format_date, format_number, format_percent
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Block, Cell, Column, Series, Table
from attention_point.referrals.follow_up.open_referral_counts import MAX_COUNTED, MAX_COUNTED_AT_POINT
from attention_point.statistics.dashboard.breakdowns import (
    MAX_BARS,
    Labeller,
    build_chart,
    build_distribution,
    describe_highest,
    get_table_title,
)
from attention_point.statistics.dashboard.filters import Filters, Options
from attention_point.statistics.dashboard.queries import ANSWERED_STATES, RESTRICTED_TOGETHER, Dashboard
from attention_point.tallies.facts import NOT_GIVEN


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
    label, counts = lines[0][1:]
    highest = max(counts)
    notes = [
        _(
            "%(what)s: the highest is %(name)s, with %(count)s.",
            what=label,
            name=period_names[counts.index(highest)],
            count=format_number(highest),
        )
    ]
    if is_weekly:
        notes.append(_("A person counts in the week of the first visit of each month."))
    columns = (
        Column("begins", _("Week of") if is_weekly else _("Month")),
        *(Column(key, label, "integer") for key, label, _line in lines),
    )
    rows: list[tuple[Cell, ...]] = [
        (name, *(line[index] for _key, _label, line in lines)) for index, name in enumerate(period_names)
    ]
    series = [Series(label, tuple(line)) for _key, label, line in lines]
    yield build_chart("trend", title, "line", period_names, *series)
    yield Table("trend", title, columns, tuple(rows), tuple(notes))


def build_need_blocks(dashboard: Dashboard, filters: Filters, label_for_code: Labeller) -> Iterator[Block]:
    """Build the people by need, the most frequent need first."""
    if not dashboard.needs:
        return
    title = get_table_title("people-by-need")
    rows = tuple((label_for_code("need", need), count, previous) for need, count, previous in dashboard.needs)
    names, counts, _previous_counts = zip(*rows[:MAX_BARS], strict=True)
    yield build_chart("needs", title, "hbar", names, Series(_("People"), counts))
    columns = (
        Column("need", _("Need")),
        Column("count", _("This month"), "integer"),
        Column("before", _("The month before"), "integer"),
    )
    notes = (
        _("The most frequent is “%(name)s”: %(count)s people.", name=names[0], count=format_number(counts[0])),
        _("A person counts once for each need, so the rows do not add up to the people."),
        describe_restricted(),
    )
    yield Table("needs", title, columns, rows, (*notes, *_describe_until(filters)))


def _describe_until(filters: Filters) -> Iterator[str]:
    if filters.counted_before:
        yield _(
            "Until yesterday. Today's come in tomorrow, so that nobody tells from this for what somebody just came."
        )


def describe_restricted() -> str:
    """Return the sentence that says where restricted topics are shown."""
    return _("Violence, trafficking and other restricted topics are shown only in the month's protected figures.")


def build_referral_blocks(dashboard: Dashboard, filters: Filters, label_for_code: Labeller) -> Iterator[Block]:
    """Build the referrals of the month by state and by entity, and those that are open now."""
    yield from _build_state_blocks(dashboard, label_for_code)
    yield from _build_entity_blocks(dashboard, filters, label_for_code)
    yield from _build_open_table(dashboard, filters, label_for_code)


def _build_state_blocks(dashboard: Dashboard, label_for_code: Labeller) -> Iterator[Block]:
    states = dashboard.referrals_by_state
    answered = sum(count for state, count in states.items() if state in ANSWERED_STATES)
    # A referral that was withdrawn waits for nobody.
    expected = sum(states.values()) - states.get("withdrawn", 0)
    finding = ""
    if expected:
        finding = _(
            "%(answered)s of %(count)s referrals have an answer: %(percent)s.",
            answered=format_number(answered),
            count=format_number(expected),
            percent=format_percent(answered / expected),
        )
    title = get_table_title("referrals-by-state")
    yield from build_distribution("outcomes", title, "state", states, _("Referrals"), label_for_code, "bar", finding)


def _build_entity_blocks(dashboard: Dashboard, filters: Filters, label_for_code: Labeller) -> Iterator[Block]:
    counts_by_entity = dashboard.referrals_by_entity
    if not counts_by_entity:
        return
    # The code breaks ties, so that page and files have the same order. Those that stand together come last.
    entities = sorted(
        counts_by_entity,
        key=lambda entity: (entity == RESTRICTED_TOGETHER, -counts_by_entity[entity].total, entity),
    )
    together = _("Entities for confidential topics, together")
    named_counts = [
        (label_for_code("entity", entity) if entity != RESTRICTED_TOGETHER else together, counts_by_entity[entity])
        for entity in entities
    ]
    title = _("Referrals of the month by entity, as they stand now")
    names, charted = zip(*named_counts[:MAX_BARS], strict=True)
    made_series = Series(_("Made"), tuple(counts.total for counts in charted))
    unanswered = Series(_("Without an answer"), tuple(counts.unanswered for counts in charted))
    yield build_chart("entities", title, "hbar", names, made_series, unanswered)
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
    total = sum(counts.total for _name, counts in named_counts)
    notes = (
        describe_highest(names, [counts.total for counts in charted], total),
        _("Open: the outcome is not known yet. An accepted referral counts as open and as answered."),
        *_describe_until(filters),
    )
    yield Table("entities", title, columns, rows, notes)


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
    # The page counts up to a bound, so that it stays quick however many referrals are open: a bound that is hidden
    # would be a wrong figure.
    if any(counts.is_capped for counts in open_by_entity.values()):
        most = format_number(MAX_COUNTED_AT_POINT if filters.point else MAX_COUNTED)
        notes.append(_("Counting stops at %(most)s for each state: there may be more.", most=most))
    yield Table("open-now", _("Referrals open now"), columns, rows, tuple(notes))


def build_time_blocks(dashboard: Dashboard) -> Iterator[Block]:
    """Build the waits at the point and the times to an answer."""
    waits, answer_times = (dashboard.counts.get(table, {}) for table in ("attentions-by-wait", "answers-by-time"))
    yield from _build_band_blocks("waits", "attentions-by-wait", "waits", waits, _("Waiting time"), _("Attentions"))
    yield from _build_band_blocks("answers", "answers-by-time", "answer_times", answer_times, _("Days"), _("Answers"))


def _build_band_blocks(
    block_id: str, table: str, code_list: str, counts: Mapping[str, int], band_title: str, unit: str
) -> Iterator[Block]:
    # Bands keep their order, and empty ones stay: a distribution with gaps closed could not be seen.
    title, language = get_table_title(table), current_language()
    rows = [(band.label(language), counts.get(band.code, 0)) for band in get_code_list(code_list)]
    if not any(count for _name, count in rows):
        return
    names, values = zip(*rows, strict=True)
    yield build_chart(block_id, title, "bar", names, Series(unit, values))
    # Of bands nobody can compute a mean. The band in the middle is not moved by one who waited for months.
    middle = (sum(values) + 1) // 2
    median_band = next(name for index, name in enumerate(names) if sum(values[: index + 1]) >= middle)
    note = _("The one in the middle: %(band)s.", band=median_band)
    # After the median was taken: an unknown wait is neither short nor long.
    if NOT_GIVEN in counts:
        rows.append((_("Not given"), counts[NOT_GIVEN]))
    yield Table(block_id, title, (Column("band", band_title), Column("count", unit, "integer")), tuple(rows), (note,))


def build_points_table(dashboard: Dashboard, options: Options) -> Iterator[Table]:
    """Build the comparison of the points."""
    if dashboard.point_counts:
        columns = (
            Column("point", _("Attention point")),
            Column("attentions", _("Attentions"), "integer"),
            Column("before", _("The month before, up to the same day"), "integer"),
            Column("people", _("People"), "integer"),
        )
        # A point that left the directory has no name any more, and its attentions stay in the total.
        rows = tuple((options.points.get(row[0], row[0]), *row[1:]) for row in dashboard.point_counts)
        yield Table("points", _("Points compared"), columns, rows)
