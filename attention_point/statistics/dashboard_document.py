"""One choice's figures as one neutral document, from which the page and every export are made: the same in all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from attention_point.foundation.codelists import codelist
from attention_point.foundation.language import current, format_date, format_datetime, format_month, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import locale
from attention_point.foundation.paperwork import (
    Block,
    Cell,
    Chart,
    Column,
    Document,
    Heading,
    Note,
    Paragraph,
    Series,
    Table,
)
from attention_point.referrals.figures import MOST, MOST_AT_POINT
from attention_point.statistics.dashboard_figures import Figures, Measure
from attention_point.statistics.dashboard_filters import GROUPINGS, Filters, Offered
from attention_point.statistics.documents import month_name
from attention_point.statistics.labels import labeller
from attention_point.tallies.rules import BY_ID, NOT_GIVEN

Label = Callable[[str, str], str]
DRAWN = 10  # rows in a chart of many; the table beside it has them all


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
        (_("Trend"), _trend(read, filters)),
        (_("Needs"), _needs(read, label)),
        (_("Referrals by entity"), _entities(read, filters, label)),
        (_("Times"), _times(read)),
        (_("Points"), _points(read, choice)),
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


def _trend(read: Figures, filters: Filters) -> Iterator[Block]:
    weekly = filters.grouping == "week" and not filters.entity
    style = "d MMM" if weekly else "MMM y"
    names = tuple(format_date(span.first_day, style) for span in read.trend)
    lines: list[tuple[str, str, list[int]]] = []
    if not filters.entity:
        lines += [
            ("attentions", _("Attentions"), [span.attentions for span in read.trend]),
            ("people", _("People"), [span.people for span in read.trend]),
        ]
    if not weekly:
        referred = [span.referred for span in read.trend if span.referred]
        lines += [
            ("made", _("Referrals made"), [each.made for each in referred]),
            ("unanswered", _("Without an answer"), [each.unanswered for each in referred]),
        ]
    title = _("The last weeks, each from its Monday") if weekly else _("The last months")
    notes = [_("A person counts in the week of the first visit of each month.")] if weekly else []
    columns = (
        Column("begins", _("Week of") if weekly else _("Month")),
        *(Column(key, label, "integer") for key, label, _values in lines),
    )
    rows: list[tuple[Cell, ...]] = [
        (name, *(values[place] for _key, _label, values in lines)) for place, name in enumerate(names)
    ]
    series = tuple(Series(label, tuple(values)) for _key, label, values in lines)
    yield Chart("trend", title, "line", names, series, _described(title, names, lines[0][2]))
    yield Table("trend", title, columns, tuple(rows), tuple(notes))


def _title(table: str) -> str:
    message = BY_ID[table].title
    return _(message)


def _needs(read: Figures, label: Label) -> Iterator[Block]:
    if not read.needs:
        return
    title = _title("people-by-need")
    names = tuple(label("need", need) for need, _now, _before in read.needs)
    counts = tuple(now for _need, now, _before in read.needs)
    series = (Series(_("People"), counts[:DRAWN]),)
    yield Chart("needs", title, "hbar", names[:DRAWN], series, _described(title, names, counts))
    columns = (
        Column("need", _("Need")),
        Column("count", _("This month"), "integer"),
        Column("before", _("The month before"), "integer"),
    )
    rows = tuple((name, now, before) for name, (_need, now, before) in zip(names, read.needs, strict=True))
    yield Table("needs", title, columns, rows, (_restricted_note(),))


def _restricted_note() -> str:
    return _("Violence, trafficking and other restricted topics are shown only in the month's protected figures.")


def _entities(read: Figures, filters: Filters, label: Label) -> Iterator[Block]:
    of = sorted(read.entities.items(), key=lambda item: (-item[1].made, item[0]))
    if of:
        title = _("Referrals of the month, as they stand now")
        names = tuple(label("entity", code) for code, _each in of)
        made, unanswered = (tuple(each.made for _code, each in of), tuple(each.unanswered for _code, each in of))
        series = (Series(_("Made"), made[:DRAWN]), Series(_("Without an answer"), unanswered[:DRAWN]))
        yield Chart("entities", title, "hbar", names[:DRAWN], series, _described(title, names, made))
        columns = (
            Column("entity", _("Entity")),
            *(Column(key, name, "integer") for key, name in (
                ("made", _("Made")), ("open", _("Still open")), ("answered", _("Answered")),
                ("unanswered", _("Without an answer")),
            )),
            Column("share", _("Per cent without an answer"), "number"),
        )  # fmt: skip
        rows = tuple(
            (name, each.made, each.open, each.answered, each.unanswered, each.share)
            for name, (_code, each) in zip(names, of, strict=True)
        )
        note = _("Open: nobody has said yet how it ended. An accepted referral is open and answered.")
        notes = (note,) if filters.entity else (note, _apart_note())
        yield Table("entities", title, columns, rows, notes)
    yield from _waiting(read, filters, label)


def _apart_note() -> str:
    return _("Entities that mostly see restricted topics are left out here and in every sum of referrals on this page.")


def _waiting(read: Figures, filters: Filters, label: Label) -> Iterator[Table]:
    """How long entities take is told by how long the oldest referral has waited for them."""
    open_now = {code: each for code, each in (read.waiting or {}).items() if each.waiting or each.accepted}
    if not open_now:
        return
    columns = (
        Column("entity", _("Entity")),
        Column("waiting", _("Waiting for a first answer"), "integer"),
        Column("days", _("The oldest waits, days"), "integer"),
        Column("accepted", _("Accepted, not ended"), "integer"),
    )
    rows = tuple(
        (
            label("entity", code),
            each.waiting,
            (filters.last_day - each.since).days if each.since else None,
            each.accepted,
        )
        for code, each in sorted(open_now.items(), key=lambda item: (-item[1].waiting, item[0]))
    )
    notes = [_("Open today, of whatever month.")]
    if any(each.capped for each in open_now.values()):
        most = MOST_AT_POINT if filters.point else MOST
        notes.append(_("Counting stops at %(most)s of one state: there may be more.", most=format_number(most)))
    yield Table("open-now", _("Referrals open now"), columns, rows, tuple(notes))


def _times(read: Figures) -> Iterator[Block]:
    for id_, bands, title, cells, head, unit in (
        ("waits", "waits", _title("attentions-by-wait"), read.waits, _("Waiting time"), _("Attentions")),
        ("answers", "answer_times", _title("answers-by-time"), read.answers, _("Days"), _("Answers")),
    ):
        known = [code for code in codelist(bands) if cells.get(code.code)]
        if not known:
            continue
        names = tuple(code.label(current()) for code in known)
        counts = tuple(cells[code.code] for code in known)
        yield Chart(id_, title, "bar", names, (Series(unit, counts),), _described(title, names, counts))
        rows = [*zip(names, counts, strict=True)]
        if NOT_GIVEN in cells:
            rows.append((_("Not given"), cells[NOT_GIVEN]))
        yield Table(id_, title, (Column("band", head), Column("count", unit, "integer")), tuple(rows))


def _points(read: Figures, choice: Offered) -> Iterator[Table]:
    if read.points:
        columns = (
            Column("point", _("Attention point")),
            Column("attentions", _("Attentions"), "integer"),
            Column("before", _("The month before, up to the same day"), "integer"),
            Column("people", _("People"), "integer"),
        )
        rows = tuple((choice.points[code], now, before, people) for code, now, before, people in read.points)
        yield Table("points", _("Points in the month"), columns, rows)


def _method() -> Iterator[Block]:
    yield Paragraph(
        _(
            "People and attentions are counted apart: a person once a month, and in it once for each need; an "
            "attention is one visit. Referrals count in the month of their visit, in the state in which they are now."
        )
    )
    yield Paragraph(_("The week begins on Monday. Today's figure grows until the point closes."))
    yield Note(
        _("Small figures are not held back here: do not publish or pass on this page.") + " " + _restricted_note()
    )


def _described(title: str, names: Sequence[str], counts: Sequence[int]) -> str:
    if not any(counts):
        return _("%(title)s. The table beside it has the figures.", title=title)
    highest = max(range(len(counts)), key=lambda place: counts[place])
    return _(
        "%(title)s. The highest is %(name)s, with %(count)s. The table beside it has the figures.",
        title=title,
        name=names[highest],
        count=format_number(counts[highest]),
    )
