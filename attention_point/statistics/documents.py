"""The month as one neutral document, from which the page, the PDF and the CSV are made: the same figures in all."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from attention_point.foundation import clock, language
from attention_point.foundation.language import N_, format_date, format_month, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import locale
from attention_point.foundation.paperwork import (
    Block,
    Chart,
    Column,
    Document,
    Heading,
    Note,
    Paragraph,
    Suppressed,
    Table,
    Words,
)
from attention_point.foundation.refusals import NotFound
from attention_point.statistics.labels import labeller
from attention_point.statistics.queries import MonthTables
from attention_point.statistics.tables import KINDS, View, chart_of, table_of, view

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
SECTIONS = (
    ("attentions", N_("Attentions")),
    ("people", N_("People")),
    ("referrals", N_("Referrals")),
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


def month_document(session: Session, month: MonthTables, created: datetime, watermark: str | None = None) -> Document:
    """The month's document in the language in use. ``created`` is the only moment that it knows."""
    label = labeller(session)
    views = [
        view(table, month.totals[table.indicator.counts], label)
        for table in month.tables
        if table.protected.counts and not table.protected.withheld
    ]
    blocks: list[Block] = [
        Note(_("Provisional figures for internal use. They change while visits and answers of the month come in.")),
        Heading(_("Summary")),
        Paragraph(" ".join(_summary(month, views))),
        _totals(month),
    ]
    for kind, title in SECTIONS:
        of_kind = [one for one in views if one.table.indicator.counts == kind]
        if of_kind:
            blocks += [Heading(_(title)), *_section(of_kind)]
    blocks += [Heading(_("Method and protection")), *_method(month)]
    return Document(
        title=_("Figures of the month"),
        subtitle=format_month(month.first_day),
        language=str(locale()).replace("_", "-"),
        created=created,
        issuer=_("International Affairs Office, Mayor's Office of Bucaramanga"),
        blocks=tuple(blocks),
        watermark=watermark,
        reference=_("%(month)s · provisional, internal", month=f"{month.first_day:%Y-%m}"),
    )


def _section(views: Sequence[View]) -> Iterator[Block]:
    for opened in views:
        table, chart = table_of(opened), chart_of(opened)
        yield Heading(table.title, 2)
        if chart:
            yield chart
        yield table


def _totals(month: MonthTables) -> Table:
    return Table(
        "totals",
        _("The month at a glance"),
        (Column("what", _("What")), Column("count", _("How many"), "integer")),
        tuple((_(KINDS[kind]), _shown(month.totals[kind])) for kind in ("people", "attentions", "referrals")),
    )


def _shown(total: int | None) -> int | Suppressed:
    return Suppressed.SUPPRESSED if total is None else total


def _summary(month: MonthTables, views: Sequence[View]) -> Iterator[str]:
    """The month in sentences; a figure that is held back is not spoken of."""
    when, people, attentions = format_month(month.first_day), month.totals["people"], month.totals["attentions"]
    if month.empty:
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
    by_id = {one.table.indicator.id: one for one in views}
    if "people-by-first-time" in by_id and isinstance(first := by_id["people-by-first-time"].count("first"), int):
        yield _("%(count)s of them came for the first time.", count=format_number(first))
    if "needs-by-sex" in by_id and (need := _most(by_id["needs-by-sex"])):
        yield _("Of the needs shown, the most frequent is “%(name)s”: %(count)s people.", name=need[0], count=need[1])
    if month.totals["referrals"]:
        yield _("%(count)s referrals were made.", count=format_number(month.totals["referrals"]))
    if "referrals-by-entity" in by_id and (entity := _most(by_id["referrals-by-entity"])):
        yield _("Of the entities shown, %(name)s received the most: %(count)s.", name=entity[0], count=entity[1])


def _most(opened: View) -> tuple[str, str] | None:
    """Of the rows whose totals are shown the greatest, in words; a row held back may be greater."""
    row = opened.rows[0]
    count = opened.row_total(row)
    return (opened.label(opened.names[0], row), format_number(count)) if isinstance(count, int) and count else None


def _method(month: MonthTables) -> Iterator[Block]:
    yield Paragraph(
        _(
            "People and attentions are counted apart. A person is counted once a month, and in it once for each need "
            "and each vulnerability. An attention is one visit. Counts are kept without names, as visits are recorded."
        )
    )
    yield Paragraph(
        _(
            "“[c]” marks a figure that is held back so that nobody can be recognised: counts from 1 to 4, in "
            "restricted topics (violence, trafficking, disability, ethnic group, gender identity) from 1 to 9, and "
            "further figures from which these could be worked out. Both kinds look the same. A zero is shown as 0."
        )
    )
    withheld = [_(one.indicator.title) for one in month.tables if one.protected.withheld]
    if withheld and not month.empty:
        yield Paragraph(
            _("Held back as a whole, because too few people stand behind them: %(list)s.", list="; ".join(withheld))
        )
    yield Note(
        _(
            "The protection was checked table by table, with the totals that tables share. What several tables or "
            "several months tell together has not been examined. Do not publish these figures."
        )
    )


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
