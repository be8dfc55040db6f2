"""The dashboard's charts and tables: trend, needs, referrals by entity, times, points; a table beside each chart."""

from collections.abc import Callable, Iterator, Sequence

from attention_point.foundation.codelists import codelist
from attention_point.foundation.language import current, format_date, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Block, Cell, Chart, Column, Series, Table
from attention_point.referrals.figures import MOST, MOST_AT_POINT
from attention_point.statistics.dashboard_figures import Figures
from attention_point.statistics.dashboard_filters import Filters, Offered
from attention_point.tallies.facts import NOT_GIVEN
from attention_point.tallies.rules import BY_ID

Label = Callable[[str, str], str]
DRAWN = 10  # rows in a chart of many; the table beside it has them all


def trend(read: Figures, filters: Filters) -> Iterator[Block]:
    """The weeks or months up to the chosen period."""
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
        lines += [
            ("made", _("Referrals made"), [span.made for span in read.trend]),
            ("unanswered", _("Without an answer"), [span.unanswered for span in read.trend]),
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


def needs(read: Figures, label: Label) -> Iterator[Block]:
    """People by need, the most frequent first."""
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
    yield Table("needs", title, columns, rows, (restricted_note(),))


def restricted_note() -> str:
    """Where restricted topics are told."""
    return _("Violence, trafficking and other restricted topics are shown only in the month's protected figures.")


def entities(read: Figures, filters: Filters, label: Label) -> Iterator[Block]:
    """The month's referrals by entity, and those that are open now."""
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


def times(read: Figures) -> Iterator[Block]:
    """Waits at the point and times to an answer."""
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


def points(read: Figures, choice: Offered) -> Iterator[Table]:
    """The points beside one another."""
    if read.points:
        columns = (
            Column("point", _("Attention point")),
            Column("attentions", _("Attentions"), "integer"),
            Column("before", _("The month before, up to the same day"), "integer"),
            Column("people", _("People"), "integer"),
        )
        rows = tuple((choice.points[code], now, before, people) for code, now, before, people in read.points)
        yield Table("points", _("Points in the month"), columns, rows)


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
