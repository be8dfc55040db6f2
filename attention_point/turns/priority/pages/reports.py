"""A simulated day as a report: who waits how long under two policies, as tables and charts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from attention_point.foundation.language import format_date, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.foundation.paperwork import Block, Cell, Chart, Column, Heading, Paragraph, Report, Series, Table
from attention_point.turns.priority.comparison import (
    ALL,
    ORDINARY,
    PREFERENTIAL,
    PolicyWaits,
    simulate_waits,
)
from attention_point.turns.priority.pages.labels import GROUP_LABELS
from attention_point.turns.priority.past_days import TurnDay
from attention_point.turns.priority.rules import FIRST_COME_POLICY, Policy

BAND_STARTS = (0, 5, 15, 30, 45, 60, 90, 120)
"""Minutes with which the bands of the charts begin; the last one has no end."""


def build_report(day: TurnDay, old_policy: Policy, new_policy: Policy, read_at: datetime) -> Report:
    """Build the comparison of two policies on a day that has arrivals and a desk, in the language in use."""
    old, new = (simulate_waits(day, policy) for policy in (old_policy, new_policy))
    compared = {
        _("First come, first served"): simulate_waits(day, FIRST_COME_POLICY),
        _("Old policy"): old,
        _("New policy"): new,
    }
    blocks: list[Block] = [
        Heading(_("Waits under each policy")),
        *(Paragraph(sentence) for sentence in _list_findings(day, old, new, new_policy)),
        _build_summary_table(compared),
        Heading(_("Who waits how long")),
        *_build_band_blocks(PREFERENTIAL, _("How long preferential turns wait"), old, new),
        *_build_band_blocks(ORDINARY, _("How long ordinary turns wait"), old, new),
    ]
    return Report(
        title=_("Simulation of a policy"),
        subtitle=format_date(day.day) if day.day else _("An invented day"),
        language=str(current_locale()).replace("_", "-"),
        created_at=read_at,
        issuer=_("International Affairs Office, Mayor's Office of Bucaramanga"),
        blocks=tuple(blocks),
    )


def _list_findings(day: TurnDay, old: PolicyWaits, new: PolicyWaits, new_policy: Policy) -> Iterator[str]:
    yield _("%(turns)s turns and %(desks)s desks.", turns=len(day.arrivals), desks=len(day.desk_starts))
    sentences = {
        PREFERENTIAL: _("Half of the preferential turns wait %(new)s min or less; under the old policy, %(old)s min."),
        ORDINARY: _("Half of the ordinary turns wait %(new)s min or less; under the old policy, %(old)s min."),
    }
    for group, sentence in sentences.items():
        before, after = old.summarise(group).median, new.summarise(group).median
        if before is not None and after is not None:
            yield sentence % {"new": _format_minutes(after), "old": _format_minutes(before)}
    longest = new.summarise(ALL).longest or 0
    yield _("The longest wait is %(minutes)s min.", minutes=_format_minutes(longest))
    if new.past_longest_wait:
        yield _(
            "%(count)s turns wait longer than %(limit)s minutes, because so many turns need more desks. From then on "
            "they are called in order of arrival.",
            count=new.past_longest_wait,
            limit=new_policy.longest_wait_minutes,
        )


def _format_minutes(minutes: float) -> str:
    return format_number(round(minutes))


def _build_summary_table(compared: Mapping[str, PolicyWaits]) -> Table:
    columns = (
        Column("turns", _("Turns")),
        Column("policy", _("Policy")),
        Column("count", _("Number of turns"), "integer"),
        Column("median", _("Half wait at most (min)"), "integer"),
        Column("ninetieth", _("9 of 10 wait at most (min)"), "integer"),
        Column("longest", _("Longest wait (min)"), "integer"),
    )
    rows: list[tuple[Cell, ...]] = []
    # The policies of one group stand together: it is the waits of the same people that are compared.
    for group in (PREFERENTIAL, ORDINARY):
        for title, waits in compared.items():
            summary = waits.summarise(group)
            figures = (summary.median, summary.ninetieth, summary.longest)
            # A simulation is not exact to seconds, and a decimal would look as if it were.
            minutes = (None if value is None else round(value) for value in figures)
            rows.append((_(GROUP_LABELS[group]), title, summary.count, *minutes))
    return Table("summary", _("Waits under each policy"), columns, tuple(rows))


def _build_band_blocks(group: str, title: str, old: PolicyWaits, new: PolicyWaits) -> Iterator[Block]:
    old_counts, new_counts = (_count_by_band(waits.waits[group]) for waits in (old, new))
    names = _list_band_names()
    series = (Series(_("Old policy"), tuple(old_counts)), Series(_("New policy"), tuple(new_counts)))
    description = _("%(title)s. The table beside it has the figures.", title=title)
    yield Chart(group, title, "bar", names, series, description)
    columns = (
        Column("wait", _("Minutes of waiting")),
        Column("old", _("Old policy"), "integer"),
        Column("new", _("New policy"), "integer"),
    )
    yield Table(group, title, columns, tuple(zip(names, old_counts, new_counts, strict=True)))


def _count_by_band(waits: Sequence[float]) -> list[int]:
    counts = [0] * len(BAND_STARTS)
    for wait in waits:
        counts[sum(start <= wait for start in BAND_STARTS) - 1] += 1
    return counts


def _list_band_names() -> tuple[str, ...]:
    spans = zip(BAND_STARTS, BAND_STARTS[1:], strict=False)
    return (*(f"{start}–{end - 1}" for start, end in spans), _("%(minutes)s and more", minutes=BAND_STARTS[-1]))
