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
from attention_point.foundation.paperwork.cell_values import LinkedValue
from attention_point.foundation.paperwork.report import ChartKind
from attention_point.referrals.monitor.queries import BANDS, TOGETHER, EntityFigures, Monitor, find_median_band

MAX_BARS = 10  # of a horizontal chart, so that it stays legible on a tablet; the table beside it has all rows
BAR: ChartKind = "bar"
HORIZONTAL_BAR: ChartKind = "hbar"
FindAddress = Callable[[str, str], str | None]
"""The address of the list behind an entity's number (``waiting``, ``accepted``, ``ended``), or None."""


def build_report(
    monitor: Monitor, entity_names: Mapping[str, str], find_address: FindAddress, read_at: datetime
) -> Report:
    """Build the report of a choice."""
    return Report(
        title=_("Monitor of referrals"),
        subtitle="",
        language=str(current_locale()).replace("_", "-"),
        created_at=read_at,
        issuer=_("International Affairs Office, Mayor's Office of Bucaramanga"),
        blocks=(
            *_build_open_blocks(monitor, entity_names, find_address),
            *_build_outcome_blocks(monitor, entity_names, find_address),
            *_build_time_blocks(monitor, entity_names),
            *_build_reason_blocks(monitor, entity_names),
        ),
        reference=_("Internal"),
    )


def _name_entity(entity: str, entity_names: Mapping[str, str]) -> str:
    if entity == TOGETHER:
        return _("Entities for confidential topics, together, up to last month")
    return entity_names.get(entity, entity)


def _sort_entities(monitor: Monitor, count: Callable[[EntityFigures], float]) -> list[str]:
    """The entities with something to show, the highest first; those together stand last."""
    shown = [entity for entity, figures in monitor.entities.items() if count(figures)]
    return sorted(shown, key=lambda entity: (entity == TOGETHER, -count(monitor.entities[entity]), entity))


def _link_number(count: int, address: str | None) -> Cell:
    return LinkedValue(count, address) if address and count else count


def _describe_highest(title: str) -> str:
    return _("%(title)s. The table beside it has the figures.", title=title)


def _build_open_blocks(monitor: Monitor, entity_names: Mapping[str, str], find_address: FindAddress) -> Iterator[Block]:
    entities = _sort_entities(monitor, lambda figures: figures.open_total)
    yield Heading(_("Open now"))
    if not entities:
        yield Paragraph(_("No referral is open."))
        return
    figures = [monitor.entities[entity] for entity in entities]
    names = [_name_entity(entity, entity_names) for entity in entities]
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
            _link_number(entry.waiting.total(), find_address(entity, "waiting")),
            _link_number(entry.accepted.total(), find_address(entity, "accepted")),
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
    return Chart("open", title, kind, categories, series, _describe_highest(title))


def _label_ages() -> dict[str, str]:
    """The bands as words for how long ago a referral was made."""
    codes, language = get_code_list("answer_times"), current_language()
    labels = {band: codes.label_for_code(band, language) for band in BANDS}
    return labels | {"0": _("Today"), "1": _("Yesterday")}


def _build_outcome_blocks(
    monitor: Monitor, entity_names: Mapping[str, str], find_address: FindAddress
) -> Iterator[Block]:
    entities = _sort_entities(monitor, lambda figures: figures.referral_total)
    yield Heading(_("What became of the referrals of these months"))
    if not entities:
        yield Paragraph(_("No referral was made in these months."))
        return
    figures = [monitor.entities[entity] for entity in entities]
    names = [_name_entity(entity, entity_names) for entity in entities]
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
    made = Series(_("Made"), tuple(entry.referral_total for entry in figures[:MAX_BARS]))
    attended = Series(_("Attended"), tuple(entry.states["attended"] for entry in figures[:MAX_BARS]))
    yield Chart("outcomes", title, "hbar", tuple(names[:MAX_BARS]), (made, attended), _describe_highest(title))
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
        _link_number(states["attended"], address),
        _link_number(states["no_show"], address),
        _link_number(states["rejected"], address),
        states["closed"],
        figures.still_waiting,
        _link_number(states["expired"], address),
        figures.non_response,
    )


def _build_time_blocks(monitor: Monitor, entity_names: Mapping[str, str]) -> Iterator[Block]:
    entities = _sort_entities(monitor, lambda figures: figures.openings.total() + figures.answers.total())
    if not entities:
        return
    bands, language = get_code_list("answer_times"), current_language()
    openings = sum((monitor.entities[entity].openings for entity in entities), Counter[str]())
    answers = sum((monitor.entities[entity].answers for entity in entities), Counter[str]())
    yield Heading(_("How soon entities open and answer"))
    median = find_median_band(answers)
    if median:
        yield Paragraph(
            _(
                "Half of the answers came in this time or sooner: %(days)s.",
                days=_lower_first(bands.label_for_code(median, language)),
            )
        )
    title = _("Referrals opened and answered, by days")
    yield Chart(
        "times",
        title,
        "bar",
        tuple(bands.label_for_code(band, language) for band in BANDS),
        (
            Series(_("Opened"), tuple(openings[band] for band in BANDS)),
            Series(_("Answered"), tuple(answers[band] for band in BANDS)),
        ),
        _describe_highest(title),
    )
    columns = (
        Column("entity", _("Entity")),
        Column("opened", _("Opened"), "integer"),
        Column("opened-in", _("Half of them within")),
        Column("answered", _("Answered"), "integer"),
        Column("answered-in", _("Half of those within")),
    )

    def describe_median(counts: Mapping[str, int]) -> str:
        band = find_median_band(counts)
        return bands.label_for_code(band, language) if band else "–"

    rows: list[tuple[Cell, ...]] = []
    for entity in entities:
        entry = monitor.entities[entity]
        name, opened, answered = _name_entity(entity, entity_names), entry.openings, entry.answers
        rows.append((name, opened.total(), describe_median(opened), answered.total(), describe_median(answered)))
    has_total = len(rows) > 1
    if has_total:
        rows.append(
            (_("Total"), openings.total(), describe_median(openings), answers.total(), describe_median(answers))
        )
    yield Table("times", _("Time to open and to answer, by entity"), columns, tuple(rows), has_total_row=has_total)


def _lower_first(text: str) -> str:
    """A label as it stands within a sentence."""
    return text[:1].lower() + text[1:]


def _build_reason_blocks(monitor: Monitor, entity_names: Mapping[str, str]) -> Iterator[Block]:
    if not monitor.reasons:
        return
    reasons, language = get_code_list("rejection_reasons"), current_language()
    totals = sum(monitor.reasons.values(), Counter[str]())
    label = {
        code: reasons.label_for_code(code, language) if reasons.has_code(code) else _("A reason of the entity's own")
        for code in totals
    }
    by_label: Counter[str] = Counter()
    for code, count in totals.items():
        by_label[label[code]] += count
    ordered = by_label.most_common()
    yield Heading(_("Why entities reject"))
    yield Paragraph(
        _(
            "The most frequent reason is “%(reason)s”: %(count)s of %(total)s.",
            reason=ordered[0][0],
            count=format_number(ordered[0][1]),
            total=format_number(totals.total()),
        )
    )
    if monitor.are_reasons_cut:
        yield Note(_("Only the newest rejections are counted here."))
    title = _("Reasons of rejection")
    shown = ordered[:MAX_BARS]
    counts = Series(_("Rejected"), tuple(count for _label, count in shown))
    yield Chart("reasons", title, "hbar", tuple(name for name, _count in shown), (counts,), _describe_highest(title))
    columns = (
        Column("entity", _("Entity")),
        Column("reason", _("Reason")),
        Column("count", _("Rejected"), "integer"),
    )
    rows = [
        (_name_entity(entity, entity_names), label[code], count)
        for entity, codes in sorted(monitor.reasons.items())
        for code, count in codes.most_common()
    ]
    yield Table("reasons", _("Reasons of rejection by entity"), columns, tuple(rows))
