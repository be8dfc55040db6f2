"""The waits of a period as one neutral report, from which the page and every file are made."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from attention_point.dates import DateSpan, first_of_month
from attention_point.foundation.language import format_date, format_date_span, format_datetime, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.foundation.paperwork import Block, Cell, Chart, Column, Heading, Paragraph, Report, Series, Table
from attention_point.turns.wait_summary import WaitSummary, summarise_waits
from attention_point.turns.waits.filters import Filters
from attention_point.turns.waits.queries import DeskLoad, TurnTimes

MAX_DAYS_SHOWN = 31
"""A longer period is shown by month: more days would be no picture any more."""


def build_report(
    times: TurnTimes,
    filters: Filters,
    point_name: str,
    entity_names: Mapping[str, str],
    read_at: datetime,
    watermark: str | None = None,
) -> Report:
    """Build the report of a period in the language in use."""
    period = format_date_span(DateSpan(filters.first, filters.last))
    blocks: list[Block] = [
        _build_filters_table(period, point_name, read_at),
        Heading(_("At a glance")),
        *_build_glance_blocks(times),
    ]
    if times.waits:
        blocks += [Heading(_("Waits by hour and day")), *_build_hour_blocks(times), *_build_day_blocks(times, filters)]
        blocks += [Heading(_("Load by desk")), *_build_desk_blocks(times, entity_names)]
    method = _("A wait is the time from the turn to its first call. The hour and the day are those of the turn.")
    return Report(
        title=_("Waits in the room"),
        subtitle=f"{point_name}, {period}",
        language=str(current_locale()).replace("_", "-"),
        created_at=read_at,
        issuer=_("International Affairs Office, Mayor's Office of Bucaramanga"),
        blocks=(*blocks, Heading(_("How we count")), Paragraph(method)),
        watermark=watermark,
        reference=_("Internal"),
    )


def _build_filters_table(period: str, point_name: str, read_at: datetime) -> Table:
    rows = ((_("Period"), period), (_("Attention point"), point_name), (_("As of"), format_datetime(read_at)))
    return Table("selection", _("What is shown"), (Column("what", _("What")), Column("value", _("Choice"))), rows)


def _build_glance_blocks(times: TurnTimes) -> Iterator[Block]:
    summary = times.summary
    if summary.median is not None and summary.ninetieth is not None:
        yield Paragraph(
            _(
                "Half of those called waited %(median)s min or less, and 9 of 10 waited at most %(ninetieth)s min.",
                median=format_number(round(summary.median)),
                ninetieth=format_number(round(summary.ninetieth)),
            )
        )
    rows = (
        (_("Turns given"), times.given),
        (_("Turns called"), summary.count),
        (_("Turns served to the end"), times.finished),
        (_("Not called"), times.given - summary.count),
        (_("Half wait at most (min)"), _round(summary.median)),
        (_("9 of 10 wait at most (min)"), _round(summary.ninetieth)),
        (_("Longest wait (min)"), _round(summary.longest)),
    )
    columns = (Column("what", _("What")), Column("count", _("Figure"), "integer"))
    yield Table("glance", _("At a glance"), columns, rows)


def _round(minutes: float | None) -> int | None:
    return None if minutes is None else round(minutes)


def _build_hour_blocks(times: TurnTimes) -> Iterator[Block]:
    # Hours without a turn are drawn too, or the day would look shorter than it was.
    hours = range(min(times.waits_by_hour), max(times.waits_by_hour) + 1)
    waits = {f"{hour}:00": times.waits_by_hour.get(hour, []) for hour in hours}
    hour = max(times.waits_by_hour, key=lambda hour: summarise_waits(times.waits_by_hour[hour]).ninetieth or 0)
    yield Paragraph(_("The waits of turns given from %(hour)s on are the longest.", hour=f"{hour}:00"))
    yield from _build_wait_blocks("hours", _("Waits by the hour of the turn"), _("Hour"), waits)


def _build_day_blocks(times: TurnTimes, filters: Filters) -> Iterator[Block]:
    # Days without turns are left out: a point is closed on Sundays, and no bar would look like no wait.
    if (filters.last - filters.first).days < MAX_DAYS_SHOWN:
        waits = {format_date(day, "d MMM"): times.waits_by_day[day] for day in sorted(times.waits_by_day)}
        yield from _build_wait_blocks("days", _("Waits of each day"), _("Day"), waits)
        return
    by_month: dict[date, list[float]] = {}
    for day in sorted(times.waits_by_day):
        by_month.setdefault(first_of_month(day), []).extend(times.waits_by_day[day])
    waits = {format_date(month, "MMM y"): month_waits for month, month_waits in by_month.items()}
    yield from _build_wait_blocks("days", _("Waits of each month"), _("Month"), waits)


def _build_wait_blocks(
    block_id: str, title: str, name_label: str, waits: Mapping[str, Sequence[float]]
) -> Iterator[Block]:
    summaries: dict[str, WaitSummary] = {name: summarise_waits(values) for name, values in waits.items()}
    yield Chart(
        block_id,
        title,
        "bar",
        tuple(summaries),
        (
            Series(_("Half wait at most (min)"), tuple(_round(summary.median) for summary in summaries.values())),
            Series(_("9 of 10 wait at most (min)"), tuple(_round(entry.ninetieth) for entry in summaries.values())),
        ),
        _("%(title)s. The table beside it has the figures.", title=title),
    )
    columns = (
        Column("when", name_label),
        Column("count", _("Turns called"), "integer"),
        Column("median", _("Half wait at most (min)"), "integer"),
        Column("ninetieth", _("9 of 10 wait at most (min)"), "integer"),
        Column("longest", _("Longest wait (min)"), "integer"),
    )
    rows: list[tuple[Cell, ...]] = [
        (name, summary.count, _round(summary.median), _round(summary.ninetieth), _round(summary.longest))
        for name, summary in summaries.items()
    ]
    yield Table(block_id, title, columns, tuple(rows))


def _build_desk_blocks(times: TurnTimes, entity_names: Mapping[str, str]) -> Iterator[Block]:
    # Names are numbers as a rule: desk 10 stands after desk 9.
    loads = sorted(times.desks.values(), key=lambda load: (load.entity or "", load.name.zfill(20)))
    names = [_name_desk(load, entity_names) for load in loads]
    called, served = _("Turns called"), _("Turns served to the end")
    calls = [load.calls for load in loads]
    counts = [len(load.service_minutes) for load in loads]
    yield from _build_bar_blocks("desks", _("Turns of each desk"), names, {called: calls, served: counts})
    medians = [_round(summarise_waits(load.service_minutes).median) for load in loads]
    totals = [round(sum(load.service_minutes)) for load in loads]
    minutes: dict[str, Sequence[int | None]] = {
        _("All attentions (min)"): totals,
        _("Half take at most (min)"): medians,
    }
    yield from _build_bar_blocks("times", _("Minutes of attention at each desk"), names, minutes)


def _build_bar_blocks(
    block_id: str, title: str, names: Sequence[str], figures: Mapping[str, Sequence[int | None]]
) -> Iterator[Block]:
    # Only the first figure is drawn: the others are of another size or unit, and stand in the table.
    (drawn_label, drawn), *_rest = figures.items()
    description = _("%(title)s. The table beside it has the figures.", title=title)
    yield Chart(block_id, title, "hbar", tuple(names), (Series(drawn_label, tuple(drawn)),), description)
    columns = (
        Column("desk", _("Desk")),
        *(Column(f"figure{number}", label, "integer") for number, label in enumerate(figures, start=1)),
    )
    yield Table(block_id, title, columns, tuple(zip(names, *figures.values(), strict=True)))


def _name_desk(load: DeskLoad, entity_names: Mapping[str, str]) -> str:
    name = _("Desk %(name)s", name=load.name)
    return f"{name} ({entity_names.get(load.entity, load.entity)})" if load.entity else name
