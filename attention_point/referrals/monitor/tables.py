"""The monitor as a neutral report in the language in use: each table with its chart and one sentence that says it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import current_language, format_number, format_percent
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.foundation.paperwork import (
    Block,
    Cell,
    Chart,
    Column,
    Heading,
    Note,
    Paragraph,
    Report,
    Series,
    Table,
)
from attention_point.foundation.paperwork.report import ChartKind
from attention_point.referrals.monitor.answer_tables import (
    build_person_outcome_blocks,
    build_reason_blocks,
    build_time_blocks,
)
from attention_point.referrals.monitor.queries import BANDS, EntityFigures, Monitor
from attention_point.referrals.monitor.table_parts import (
    MAX_BARS,
    describe_highest,
    link_number,
    name_entity,
    sort_entities,
)

BAR: ChartKind = "bar"
HORIZONTAL_BAR: ChartKind = "hbar"
FindAddress = Callable[[str, str], str | None]
"""The address of the list behind an entity's number (``waiting``, ``accepted``, ``ended``), or None."""


def build_report(
    monitor: Monitor,
    entity_names: Mapping[str, str],
    find_address: FindAddress,
    read_at: datetime,
    *,
    for_entity: bool = False,
) -> Report:
    """Build the report of a choice. An entity does not read what people say of it (decision 36)."""
    return Report(
        title=_("Monitor of referrals"),
        subtitle="",
        language=str(current_locale()).replace("_", "-"),
        created_at=read_at,
        issuer=_("International Affairs Office, Mayor's Office of Bucaramanga"),
        blocks=(
            *_build_open_blocks(monitor, entity_names, find_address),
            *_build_outcome_blocks(monitor, entity_names, find_address),
            *build_time_blocks(monitor, entity_names),
            *build_reason_blocks(monitor, entity_names),
            *(() if for_entity else build_person_outcome_blocks(monitor, entity_names)),
        ),
        reference=_("Internal"),
    )


def _build_open_blocks(monitor: Monitor, entity_names: Mapping[str, str], find_address: FindAddress) -> Iterator[Block]:
    entities = sort_entities(monitor, lambda figures: figures.open_total)
    yield Heading(_("Open now"))
    if not entities:
        yield Paragraph(_("No referral is open."))
        return
    figures = [monitor.entities[entity] for entity in entities]
    names = [name_entity(entity, entity_names) for entity in entities]
    old_count = sum(entry.waiting["16-30"] + entry.waiting["31+"] for entry in figures)
    waiting_total = sum(entry.waiting.total() for entry in figures)
    yield Paragraph(
        _(
            "%(waiting)s referrals wait for an answer, %(old)s of them for more than 15 days.",
            waiting=format_number(waiting_total),
            old=format_number(old_count),
        )
    )
    if any(entry.is_capped for entry in figures):
        yield Note(_("Of the entities with very many open referrals only the oldest are counted."))
    yield _build_open_chart(names, figures)
    columns = (
        Column("entity", _("Entity")),
        # What leads to a list stands where a telephone shows it.
        Column("waiting", _("Waits for an answer"), "integer"),
        Column("accepted", _("Accepted, in progress"), "integer"),
        *(Column(f"age-{band}", label, "integer") for band, label in _label_ages().items()),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            link_number(entry.waiting.total(), find_address(entity, "waiting")),
            link_number(entry.accepted.total(), find_address(entity, "accepted")),
            *(entry.waiting[band] for band in BANDS),
        )
        for entity, name, entry in zip(entities, names, figures, strict=True)
    ]
    has_total = len(rows) > 1
    if has_total:
        totals = [sum(entry.waiting[band] for entry in figures) for band in BANDS]
        rows.append((_("Total"), waiting_total, sum(entry.accepted.total() for entry in figures), *totals))
    yield Table("open", _("Days that they wait, by entity"), columns, tuple(rows), has_total_row=has_total)


def _build_open_chart(names: list[str], figures: list[EntityFigures]) -> Chart:
    """The entities side by side; of one alone, how long its referrals are open."""
    if len(figures) == 1:
        ages = _label_ages()
        title, kind = _("Open referrals by days"), BAR
        categories = tuple(ages.values())
        waiting = tuple(figures[0].waiting[band] for band in ages)
        accepted = tuple(figures[0].accepted[band] for band in ages)
    else:
        title, kind = _("Open referrals by entity"), HORIZONTAL_BAR
        categories = tuple(names[:MAX_BARS])
        waiting = tuple(entry.waiting.total() for entry in figures[:MAX_BARS])
        accepted = tuple(entry.accepted.total() for entry in figures[:MAX_BARS])
    series = (Series(_("Waits for an answer"), waiting), Series(_("Accepted, in progress"), accepted))
    return Chart("open", title, kind, categories, series, describe_highest(title))


def _label_ages() -> dict[str, str]:
    """The bands as words for how long ago a referral was made."""
    codes, language = get_code_list("answer_times"), current_language()
    labels = {band: codes.label_for_code(band, language) for band in BANDS}
    return labels | {"0": _("Today"), "1": _("Yesterday")}


def _build_outcome_blocks(
    monitor: Monitor, entity_names: Mapping[str, str], find_address: FindAddress
) -> Iterator[Block]:
    entities = sort_entities(monitor, lambda figures: figures.referral_total)
    yield Heading(_("What became of the referrals of these months"))
    if not entities:
        yield Paragraph(_("No referral was made in these months."))
        return
    figures = [monitor.entities[entity] for entity in entities]
    names = [name_entity(entity, entity_names) for entity in entities]
    together = EntityFigures(states=sum((entry.states for entry in figures), Counter()))
    share = together.non_response
    if share is None:
        yield Paragraph(_("All of them have time left for an answer."))
    else:
        yield Paragraph(
            _(
                "%(count)s referrals ran out without an answer: %(share)s of those that had to be answered by now.",
                count=format_number(together.states["expired"]),
                share=format_percent(share),
            )
        )
    title = _("Made and attended, by entity")
    made_series = Series(_("Made"), tuple(entry.referral_total for entry in figures[:MAX_BARS]))
    attended = Series(_("Attended"), tuple(entry.states["attended"] for entry in figures[:MAX_BARS]))
    yield Chart("outcomes", title, "hbar", tuple(names[:MAX_BARS]), (made_series, attended), describe_highest(title))
    columns = (
        Column("entity", _("Entity")),
        Column("made", _("Made"), "integer"),
        Column("attended", _("Attended"), "integer"),
        Column("no-show", _("Did not come"), "integer"),
        Column("rejected", _("Rejected"), "integer"),
        Column("closed", _("Closed by the point"), "integer"),
        Column("waiting", _("Time left"), "integer"),
        Column("expired", _("Ran out without an answer"), "integer"),
        Column("share", _("Share without an answer"), "share"),
    )
    rows = [
        _build_outcome_row(name, entry, find_address(entity, "ended"))
        for entity, name, entry in zip(entities, names, figures, strict=True)
    ]
    has_total = len(rows) > 1
    if has_total:
        rows.append(_build_outcome_row(_("Total"), together, None))
    note = _("Those accepted and not attended yet, and those withdrawn, are in the first column alone.")
    yield Table("outcomes", _("Outcomes by entity"), columns, tuple(rows), (note,), has_total_row=has_total)


def _build_outcome_row(name: str, figures: EntityFigures, address: str | None) -> tuple[Cell, ...]:
    states = figures.states
    return (
        name,
        figures.referral_total,
        link_number(states["attended"], address),
        link_number(states["no_show"], address),
        link_number(states["rejected"], address),
        states["closed"],
        figures.still_waiting,
        link_number(states["expired"], address),
        figures.non_response,
    )
