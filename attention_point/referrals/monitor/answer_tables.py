"""The tables of the monitor about answers: how soon they come, why entities reject, what people say became of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import current_language, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import (
    Block,
    Cell,
    Chart,
    Column,
    Heading,
    Note,
    Paragraph,
    Series,
    Table,
)
from attention_point.referrals.monitor.queries import BANDS, Monitor, find_median_band
from attention_point.referrals.monitor.table_parts import MAX_BARS, describe_highest, name_entity, sort_entities
from attention_point.tallies.facts import ASKED_FOR_MONEY


def build_time_blocks(monitor: Monitor, entity_names: Mapping[str, str]) -> Iterator[Block]:
    """How soon entities open and answer."""
    entities = sort_entities(monitor, lambda figures: figures.openings.total() + figures.answers.total())
    if not entities:
        return
    bands, language = get_code_list("answer_times"), current_language()
    openings, answers = _sum_times(monitor, entities)
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
        describe_highest(title),
    )
    yield _build_time_table(monitor, entity_names, entities)


def _build_time_table(monitor: Monitor, entity_names: Mapping[str, str], entities: Sequence[str]) -> Table:
    bands, language = get_code_list("answer_times"), current_language()
    openings, answers = _sum_times(monitor, entities)
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
        name, opened, answered = name_entity(entity, entity_names), entry.openings, entry.answers
        rows.append((name, opened.total(), describe_median(opened), answered.total(), describe_median(answered)))
    has_total = len(rows) > 1
    if has_total:
        rows.append(
            (_("Total"), openings.total(), describe_median(openings), answers.total(), describe_median(answers))
        )
    return Table("times", _("Time to open and to answer, by entity"), columns, tuple(rows), has_total_row=has_total)


def _sum_times(monitor: Monitor, entities: Sequence[str]) -> tuple[Counter[str], Counter[str]]:
    """The openings and the answers of some entities, by the days that they took."""
    figures = [monitor.entities[entity] for entity in entities]
    return sum((entry.openings for entry in figures), Counter()), sum((entry.answers for entry in figures), Counter())


def _lower_first(text: str) -> str:
    """A label as it stands within a sentence."""
    return text[:1].lower() + text[1:]


def build_reason_blocks(monitor: Monitor, entity_names: Mapping[str, str]) -> Iterator[Block]:
    """Why entities reject."""
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
    yield Chart("reasons", title, "hbar", tuple(name for name, _count in shown), (counts,), describe_highest(title))
    columns = (
        Column("entity", _("Entity")),
        Column("reason", _("Reason")),
        Column("count", _("Rejected"), "integer"),
    )
    rows = [
        (name_entity(entity, entity_names), label[code], count)
        for entity, codes in sorted(monitor.reasons.items())
        for code, count in codes.most_common()
    ]
    yield Table("reasons", _("Reasons of rejection by entity"), columns, tuple(rows))


def build_person_outcome_blocks(monitor: Monitor, entity_names: Mapping[str, str]) -> Iterator[Block]:
    """What people say became of their referrals, at the desk or by the code of the slip."""
    columns = (
        Column("entity", _("Entity")),
        Column("served", _("Were served"), "integer"),
        Column("not_served", _("Were not served"), "integer"),
        Column("refused", _("Were refused"), "integer"),
        Column(ASKED_FOR_MONEY, _("Were asked for money"), "integer"),
    )
    codes = [column.key for column in columns[1:]]
    entities = sort_entities(monitor, lambda figures: figures.person_outcomes.total())
    if not entities:
        return
    counts = [monitor.entities[entity].person_outcomes for entity in entities]
    totals = sum(counts, Counter[str]())
    said_total = totals.total() - totals[ASKED_FOR_MONEY]
    yield Heading(_("What people say became of it"))
    yield Paragraph(
        _(
            "Of %(total)s referrals that people told of, %(unserved)s ended without service or with a refusal.",
            total=format_number(said_total),
            unserved=format_number(said_total - totals["served"]),
        )
    )
    title = _("What people say, by entity")
    names = [name_entity(entity, entity_names) for entity in entities]
    served = Series(_("Were served"), tuple(entry["served"] for entry in counts[:MAX_BARS]))
    unserved = Series(
        _("Were not served or were refused"),
        tuple(entry["not_served"] + entry["refused"] for entry in counts[:MAX_BARS]),
    )
    yield Chart("person-outcomes", title, "hbar", tuple(names[:MAX_BARS]), (served, unserved), describe_highest(title))
    rows: list[tuple[Cell, ...]] = [
        (name, *(entry[code] for code in codes)) for name, entry in zip(names, counts, strict=True)
    ]
    has_total = len(rows) > 1
    if has_total:
        rows.append((_("Total"), *(totals[code] for code in codes)))
    note = _("It is what people say, counted once for each referral. Who was asked for money stands in two columns.")
    yield Table("person-outcomes", title, columns, tuple(rows), (note,), has_total_row=has_total)
