"""One choice's figures as one neutral document, from which the page and every export are made: the same in all."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from attention_point.foundation.language import format_date, format_datetime, format_month, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import locale
from attention_point.foundation.paperwork import (
    Block,
    Column,
    Document,
    Heading,
    Note,
    Paragraph,
    Table,
)
from attention_point.statistics.dashboard_figures import Figures, Measure
from attention_point.statistics.dashboard_filters import GROUPINGS, Filters, Offered
from attention_point.statistics.dashboard_tables import entities, needs, points, restricted_note, times, trend
from attention_point.statistics.documents import month_name
from attention_point.statistics.labels import labeller


def dashboard_document(
    session: Session,
    read: Figures,
    filters: Filters,
    choice: Offered,
    created: datetime,
    watermark: str | None = None,
) -> Document:
    """The document in the language in use. ``created`` is the moment of reading."""
    label = labeller(session)
    blocks: list[Block] = [
        Note(_("Provisional figures for internal use. They change while visits and answers come in.")),
        _selection(filters, choice, created),
        Heading(_("At a glance")),
        _glance(read.glance),
        Paragraph("\n".join(_told(measure) for measure in read.glance)),
    ]
    for title, tables in (
        (_("Trend"), trend(read, filters)),
        (_("Needs"), needs(read, label)),
        (_("Referrals by entity"), entities(read, filters, label)),
        (_("Times"), times(read)),
        (_("Points"), points(read, choice)),
    ):
        drawn = list(tables)
        blocks += [Heading(title), *drawn] if drawn else []
    blocks += [Heading(_("How we count")), *_method()]
    return Document(
        title=_("Dashboard of the office"),
        subtitle=period_words(filters),
        language=str(locale()).replace("_", "-"),
        created=created,
        issuer=_("International Affairs Office, Mayor's Office of Bucaramanga"),
        blocks=tuple(blocks),
        watermark=watermark,
        reference=_("%(month)s · provisional, internal", month=month_name(filters.month)),
    )


def period_words(filters: Filters) -> str:
    """The period in words."""
    if filters.running:
        return _("Until %(day)s", day=format_date(filters.last_day))
    return format_month(filters.month)


def chosen(filters: Filters, choice: Offered) -> tuple[tuple[str, str], ...]:
    """What was chosen, as label and words."""
    return (
        (_("Period"), period_words(filters)),
        (_("Attention point"), choice.points[filters.point] if filters.point else _("All points")),
        (_("Referrals of"), choice.entities[filters.entity] if filters.entity else _("All entities")),
        (_("Trend by"), _("Months") if filters.entity else _(GROUPINGS[filters.grouping])),
    )


def sentences(measure: Measure) -> Iterator[str]:
    """A measure beside those before it, in words."""
    if measure.before is not None and measure.basis:
        words = {
            "count": format_number(abs(measure.count - measure.before)),
            "basis": _(measure.basis),
            "before": format_number(measure.before),
        }
        if measure.count > measure.before:
            yield _("%(count)s more than %(basis)s (%(before)s).", **words)
        elif measure.count < measure.before:
            yield _("%(count)s fewer than %(basis)s (%(before)s).", **words)
        else:
            yield _("As many as %(basis)s (%(before)s).", basis=words["basis"], before=words["before"])
    if measure.whole is not None and measure.whole_of:
        yield _("%(what)s: %(count)s.", what=_(measure.whole_of), count=format_number(measure.whole))


def _told(measure: Measure) -> str:
    return " ".join(
        (_("%(what)s: %(count)s.", what=_(measure.label), count=format_number(measure.count)), *sentences(measure))
    )


def _selection(filters: Filters, choice: Offered, created: datetime) -> Table:
    """Stands in every export, also where there is room for tables only."""
    rows = (
        *chosen(filters, choice),
        (_("State of the figures"), _("Provisional, internal")),
        (_("Read at"), format_datetime(created)),
    )
    return Table("selection", _("What is shown"), (Column("what", _("What")), Column("value", _("Choice"))), rows)


def _glance(measures: Iterable[Measure]) -> Table:
    columns = (
        Column("what", _("What")),
        Column("count", _("How many"), "integer"),
        Column("basis", _("Compared with")),
        Column("before", _("Then"), "integer"),
        Column("whole_of", _("Beside it")),
        Column("whole", _("As a whole"), "integer"),
    )
    rows = tuple(
        (_(one.label), one.count, _(one.basis) if one.basis else "", one.before,
         _(one.whole_of) if one.whole_of else "", one.whole)
        for one in measures
    )  # fmt: skip
    return Table("glance", _("At a glance"), columns, rows)


def _method() -> Iterator[Block]:
    yield Paragraph(
        _(
            "People and attentions are counted apart: a person once a month, and in it once for each need; an "
            "attention is one visit. Referrals count in the month of their visit, in the state in which they are now."
        )
    )
    yield Paragraph(_("The week begins on Monday. Today's figure grows until the point closes."))
    yield Note(
        _("Small figures are not held back here: do not publish or pass on this page.") + " " + restricted_note()
    )
