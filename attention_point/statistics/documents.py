"""The month as one neutral document, from which the page, the PDF and the CSV are made: the same figures in all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from attention_point.foundation import clock, language
from attention_point.foundation.language import N_, current, format_date, format_month, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import locale
from attention_point.foundation.paperwork import (
    Block,
    Chart,
    Column,
    Document,
    Facts,
    Heading,
    Note,
    Paragraph,
    Suppressed,
    Table,
    Words,
)
from attention_point.foundation.refusals import NotFound
from attention_point.statistics.content import YEAR, Content, as_json, hash_of
from attention_point.statistics.tables import KINDS, View, chart_of, table_of, view
from attention_point.tallies.rules import BY_ID, K

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
SECTIONS = (
    ("attentions", N_("Attentions")),
    ("people", N_("People")),
    ("attentions-of-people", N_("Attentions by characteristic of the people")),
    ("referrals", N_("Referrals")),
    ("answers", N_("Answers")),
)


def words() -> Words:
    """How a reader of the language in use sees values on paper and in charts."""
    return Words(
        page_of=_("Page %(page)s of %(pages)s", page="%(page)s", pages="%(pages)s"),
        suppressed=_("[c]"),
        no_rows=_("Nothing was recorded."),
        number=format_number,
        amount=language.format_amount,
        date=format_date,
    )


def month_document(content: Content, watermark: str | None = None) -> Document:
    """The month's document in the language in use: as it was released, or as it stands at this moment."""
    views = {table.id: view(table, content) for table in content.tables}
    blocks: list[Block] = [
        *_standing(content),
        Heading(_("Summary")),
        Paragraph(summary(content)),
        _totals(content),
        *_section([one for name, one in views.items() if name in YEAR]),
    ]
    for kind, title in SECTIONS:
        of_kind = [one for name, one in views.items() if _kind(name, one) == kind and name not in YEAR]
        short = [one for one in of_kind if not one.long]
        if short:
            blocks += [Heading(_(title)), *_section(short)]
    detailed = [one for one in views.values() if one.long]
    if detailed:
        blocks += [Heading(_("In detail")), *_section(detailed)]
    blocks += [Heading(_("Method and protection")), *_method(content)]
    return Document(
        title=_("Figures of the month"),
        subtitle=format_month(content.month),
        language=str(locale()).replace("_", "-"),
        created=content.released_at or clock.now(),
        issuer=_("International Affairs Office, Mayor's Office of Bucaramanga"),
        blocks=tuple(blocks),
        watermark=watermark,
        reference=_reference(content),
    )


def _kind(name: str, opened: View) -> str:
    return "attentions-of-people" if name in BY_ID and BY_ID[name].people else opened.table.counts


def _reference(content: Content) -> str:
    month = month_name(content.month)
    if content.version is None:
        return _("%(month)s · provisional, internal", month=month)
    return _("%(month)s · version %(number)s", month=month, number=content.version)


def _standing(content: Content) -> Iterator[Block]:
    """What a reader must know before the first figure: whether these may still change."""
    if content.version is None or content.released_at is None:
        yield Note(
            _("Provisional figures for internal use. They change while visits and answers of the month come in.")
        )
        return
    rows = [
        (_("Version"), str(content.version)),
        (_("Released on"), format_date(content.released_at)),
        (_("Content (SHA-256)"), hash_of(as_json(content))),
        (_("Last seal of the journal"), content.journal_head or ""),
    ]
    if content.note:
        rows.append((_("What was corrected"), content.note))
    yield Facts(tuple(rows))


def _section(views: Sequence[View]) -> Iterator[Block]:
    for opened in views:
        table, chart = table_of(opened), chart_of(opened)
        yield Heading(table.title, 2)
        if chart:
            yield chart
        yield table


def _totals(content: Content) -> Table:
    return Table(
        "totals",
        _("The month at a glance"),
        (Column("what", _("What")), Column("count", _("How many"), "integer")),
        tuple((_(KINDS[kind]), _shown(content.totals[kind])) for kind in ("people", "attentions", "referrals")),
    )


def _shown(total: int | None) -> int | Suppressed:
    return Suppressed.SUPPRESSED if total is None else total


def summary(content: Content) -> str:
    """The month in words."""
    views = {table.id: view(table, content) for table in content.tables}
    return " ".join(_summary(content, views))


def _summary(content: Content, views: Mapping[str, View]) -> Iterator[str]:
    """The month in sentences; a figure that is held back is not spoken of."""
    when, people, attentions = format_month(content.month), content.totals["people"], content.totals["attentions"]
    if content.empty:
        yield _("Nothing was recorded in %(month)s.", month=when)
    elif people is None or attentions is None:
        yield _("In %(month)s so few people came that the figures are held back to protect them.", month=when)
    else:
        yield _(
            "In %(month)s the point served %(people)s people in %(attentions)s attentions.",
            month=when,
            people=format_number(people),
            attentions=format_number(attentions),
        )
    if "people-by-first-time" in views and isinstance(first := views["people-by-first-time"].count("first"), int):
        yield _("%(count)s of them came for the first time.", count=format_number(first))
    if "people-by-need" in views and (need := _most(views["people-by-need"])):
        yield _("Of the needs shown, the most frequent is “%(name)s”: %(count)s people.", name=need[0], count=need[1])
    if content.totals["referrals"]:
        yield _("%(count)s referrals were made.", count=format_number(content.totals["referrals"]))
    if "referrals-by-entity" in views and (entity := _most(views["referrals-by-entity"])):
        yield _("Of the entities shown, %(name)s received the most: %(count)s.", name=entity[0], count=entity[1])


def _most(opened: View) -> tuple[str, str] | None:
    """Of the rows whose totals are shown the greatest, in words; a row held back may be greater."""
    row = opened.rows[0]
    count = opened.row_total(row)
    return (opened.label(0, row), format_number(count)) if isinstance(count, int) and count else None


def _method(content: Content) -> Iterator[Block]:
    yield Paragraph(
        _(
            "People and attentions are counted apart. A person is counted once a month, and in it once for each need "
            "and each vulnerability. An attention is one visit. Counts are kept without names, as visits are recorded. "
            "What is recorded after its month was released counts on the day on which it was received. Attentions by a "
            "characteristic stand under what the person was counted as in the month."
        )
    )
    yield Paragraph(
        _(
            "“[c]” marks a figure that is held back so that nobody can be recognised: counts from 1 to 4, in "
            "restricted topics (violence, trafficking, disability, ethnic group, gender identity) from 1 to 9, and "
            "further figures from which these could be worked out. Both kinds look the same. A zero is shown as 0. "
            "In tables that cross two characteristics, rows or columns are put together (“a / b”) until no small "
            "count is left. Attentions stand beside people only where the difference is large enough, too."
        )
    )
    if content.version is not None:
        yield Paragraph(
            _(
                "Before its release the month was recounted from the sealed records, and a linear programme examined "
                "that no count held back can be narrowed to fewer than %(k)s values from all tables together.",
                k=min((table.k for table in content.tables), default=K),
            )
        )
        yield protection(content)
    withheld = [titles[current()] for _name, titles in content.withheld]
    if withheld and not content.empty:
        yield Paragraph(
            _("Held back as a whole, because too few people stand behind them: %(list)s.", list="; ".join(withheld))
        )
    if content.version is None:
        yield Note(_("Do not publish these figures. They are published when the month is released."))


def protection(content: Content) -> Table:
    """What each table lost to the protection."""
    columns = (
        Column("table", _("Table")),
        Column("k", _("Least count"), "integer"),
        Column("cells", _("Cells"), "integer"),
        Column("held_back", _("Held back"), "integer"),
        Column("merged", _("Put together"), "integer"),
        Column("left_out", _("Parts left out"), "integer"),
    )
    rows = tuple(
        (one.title, one.k, len(one.cells), one.held_back, len(one.merged), len(one.left_out)) for one in content.tables
    )
    return Table("protection", _("What the protection holds back"), columns, rows)


@dataclass(slots=True)
class Part:
    """What stands under one heading: its texts, and each table with the chart before it, if there is one."""

    title: str
    texts: list[str] = field(default_factory=list)
    tables: list[tuple[Chart | None, Table]] = field(default_factory=list)


def parts_of(document: Document) -> list[Part]:
    """A document by its first headings, as a page shows it; what stands before them has a place of its own there."""
    parts: list[Part] = []
    chart: Chart | None = None
    for block in document.blocks:
        if isinstance(block, Heading) and block.level == 1:
            parts.append(Part(block.text))
        elif isinstance(block, Chart):
            chart = block
        elif isinstance(block, Paragraph | Note) and parts:
            parts[-1].texts.append(block.text)
        elif isinstance(block, Table) and parts:
            parts[-1].tables.append((chart, block))
            chart = None
    return parts


def charts(document: Document) -> dict[str, Chart]:
    """The document's charts by their id."""
    return {block.id: block for block in document.blocks if isinstance(block, Chart)}


def month_name(first_day: date) -> str:
    """The month as addresses, commands and file names write it: ``2017-09``."""
    return f"{first_day:%Y-%m}"


def first_day_of(month: str) -> date:
    """The first day of a month written ``2017-09``; raises NotFound for what is no month or has not begun."""
    found = MONTH.fullmatch(month)
    if not found:
        raise NotFound(_("This is not a month. Write the year and the month, for example 2017-09."))
    first_day = date(int(found[1]), int(found[2]), 1)
    if first_day > clock.today():
        raise NotFound(_("This month has not begun yet, so there are no figures."))
    return first_day
