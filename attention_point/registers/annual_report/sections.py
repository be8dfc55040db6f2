"""The tables and charts of each section."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from attention_point.foundation.language import format_month, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import (
    Block,
    Cell,
    Chart,
    Column,
    Facts,
    Heading,
    Linked,
    Series,
    Suppressed,
    Table,
)
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report.accounts import address, is_plain_meeting
from attention_point.registers.annual_report.office_sentences import member_words
from attention_point.registers.annual_report.queries import Year
from attention_point.registers.annual_report.register import YEARS
from attention_point.registers.annual_report.sentences import contribution_words, label_of_country
from attention_point.registers.annual_report.sums import Sums
from attention_point.registers.annual_report.wording import fact, label
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.calls.rules import matching
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.describe import Field, Register
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.wording import count_words, date_words, money_words
from attention_point.statistics.content import year_tables
from attention_point.statistics.disclosure import TOTAL

DRAWN = 12
"""Bars in a chart; the table beside it has all rows."""


def blocks(code: str, year: Year, sums: Sums) -> Iterator[Block]:
    """What stands in a section after its account."""
    yield from _BLOCKS[code](year, sums)


def _context(year: Year, _sums: Sums) -> Iterator[Block]:
    office = year.office
    if not office:
        return
    rows = [(_(field.label), fact(YEARS, field.key, office, year.names)) for field in YEARS.groups[0].fields
            if field.key != "team"]  # fmt: skip
    team = "; ".join(map(member_words, office.get("team", ()))) or _("not on record")
    yield Facts((*rows, (_("Team"), team)))


def _states(register: Register, sums: Sums, states: Mapping[str, int], id_: str, title: str) -> Iterator[Block]:
    """How many records are in each state, each number leading to them."""
    if not states:
        return
    field = register.field(register.state)
    ordered = sorted(states.items(), key=lambda item: (-item[1], item[0]))
    names = tuple(label(field, code) for code, _number in ordered)
    if len(ordered) > 1:
        numbers = tuple(number for _code, number in ordered)
        series = (Series(_("Records"), numbers),)
        yield Heading(title, 3)
        yield Chart(f"{id_}-chart", title, "hbar", names, series, _described(title, names, numbers))
    rows: list[tuple[Cell, ...]] = [
        (name, Linked(number, f"/registers/{register.name}?year={sums.year}&state={code}"))
        for name, (code, number) in zip(names, ordered, strict=True)
    ]
    rows.append((_("Total"), Linked(sum(states.values()), f"/registers/{register.name}?year={sums.year}")))
    columns = (Column("state", _("State")), Column("records", _("Records"), "integer"))
    yield Table(id_, title, columns, tuple(rows), total_row=True)


def _described(title: str, names: Sequence[str], numbers: Sequence[int | Decimal]) -> str:
    highest = max(range(len(numbers)), key=lambda place: numbers[place])
    return _(
        "%(title)s. The highest is %(name)s, with %(count)s. The table beside it has the figures.",
        title=title,
        name=names[highest],
        count=format_number(numbers[highest]),
    )


def _listed(year: Year, register: Register, row: RecordColumns, *keys: str) -> tuple[Cell, ...]:
    said = [fact(register, key, row.data, year.names) for key in keys]
    return (Linked(row.name, address(register, row)), *said)


def _columns(register: Register, head: str, *keys: str) -> tuple[Column, ...]:
    return (Column("name", head), *(Column(key, _(register.field(key).label)) for key in keys))


def _notes(year: Year, register: Register) -> tuple[str, ...]:
    shown, number = len(year.rows[register.name]), year.numbers[register.name]
    if shown >= number:
        return ()
    return (
        _("The first %(shown)s of %(number)s records; the annex has all.",
          shown=format_number(shown), number=format_number(number)),
    )  # fmt: skip


def _records(year: Year, register: Register, title: str, head: str, *keys: str) -> Iterator[Block]:
    rows = year.rows[register.name]
    if rows:
        listed = tuple(_listed(year, register, row, *keys) for row in rows)
        yield Table(f"{register.name}-list", title, _columns(register, head, *keys), listed, _notes(year, register))


def _positioning(year: Year, sums: Sums) -> Iterator[Block]:
    yield from _states(EVENTS, sums, sums.states[EVENTS.name], "events-by-state", _("Events by state"))
    if sums.countries:
        title = _("Countries with which there were events or exchanges")
        link = f"/registers/events?year={year.year}&countries="
        rows = tuple(
            (label_of_country(code), Linked(number, f"{link}{code}") if code in sums.met else number)
            for code, number in sums.countries.items()
        )
        columns = (Column("country", _("Country")), Column("number", _("Events and exchanges"), "integer"))
        yield Table("countries", title, columns, rows)
    told = [row for row in year.rows[EVENTS.name] if not is_plain_meeting(row)]
    if told:
        keys = ("organisers", "participants", "state")
        when, head = Column("date", _(EVENTS.field("date").label)), _columns(EVENTS, _("Event"), *keys)
        listed = tuple(_dated(_listed(year, EVENTS, row, *keys), row.sort) for row in told)
        notes = _notes(year, EVENTS)
        if len(told) < len(year.rows[EVENTS.name]):
            notes = (*notes, _("The meetings with diplomatic missions stand by country, and in the annex one by one."))
        yield Table("events-list", _("Events of the year"), (head[0], when, *head[1:]), listed, notes)


def _dated(cells: tuple[Cell, ...], day: str) -> tuple[Cell, ...]:
    """With the date in its short form after the name."""
    return (cells[0], date_words(day, "medium") if day else _("not on record"), *cells[1:])


def _resources(year: Year, sums: Sums) -> Iterator[Block]:
    yield from _states(AGREEMENTS, sums, sums.states[AGREEMENTS.name], "agreements-by-state", _("Agreements by state"))
    rows = year.rows[AGREEMENTS.name]
    if not rows:
        return
    columns = (
        *_columns(AGREEMENTS, _("Agreement"), "state"),
        Column("municipality", _("The municipality gives")),
        Column("others", _("Others give")),
    )
    listed = tuple(
        (*_listed(year, AGREEMENTS, row, "state"), *_sides(row.data.get("contributions", ()))) for row in rows
    )
    yield Table("agreements-list", _("Agreements of the year"), columns, listed, _notes(year, AGREEMENTS))
    groups = tuple(
        (each["group"], count_words(each["count"]) if "count" in each else _("not on record"),
         Linked(row.name, address(AGREEMENTS, row)))
        for row in rows for each in row.data.get("beneficiaries", ())
    )  # fmt: skip
    if groups:
        heads = (Column("group", _("Group")), Column("count", _("How many")), Column("agreement", _("Agreement")))
        yield Table("reached", _("Beneficiaries of the agreements"), heads, groups)


def _sides(contributions: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """What the municipality gives and what the others give."""
    own = [contribution_words(each) for each in contributions if each["side"] == "municipality"]
    others = [contribution_words(each) for each in contributions if each["side"] != "municipality"]
    return "; ".join(own) or _("not on record"), "; ".join(others) or _("not on record")


def _calls(year: Year, _sums: Sums) -> Iterator[Block]:
    yield from _records(year, CALLS, _("Calls of the year"), _("Call"), "issuer", "closes")
    rows = year.rows[PROPOSALS.name]
    if not rows:
        return
    keys = ("state", "total_value", "cofinancing_approved")
    columns = (*_columns(PROPOSALS, _("Proposal"), *keys), Column("matching", _("Matching contribution")))
    listed = tuple((*_listed(year, PROPOSALS, row, *keys), _matching(row)) for row in rows)
    yield from _amounts(rows)
    yield Table("proposals-list", _("Proposals of the year"), columns, listed, _notes(year, PROPOSALS))


def _matching(row: RecordColumns) -> str:
    rest = matching(row.data)
    return money_words(rest) if rest else _("not on record")


def _amounts(rows: Sequence[RecordColumns]) -> Iterator[Block]:
    """Approved co-financing beside the whole, of the proposals in pesos of which both are on record."""
    known = [row for row in rows if matching(row.data) is not None and row.data["total_value"]["currency"] == "COP"][
        :DRAWN
    ]
    if known:
        title = _("Co-financing of the proposals, in pesos")
        names = tuple(row.name for row in known)
        whole = tuple(Decimal(row.data["total_value"]["amount"]) for row in known)
        approved = tuple(Decimal(row.data["cofinancing_approved"]["amount"]) for row in known)
        series = (Series(_("Total value"), whole), Series(_("Co-financing approved"), approved))
        yield Chart("proposals-chart", title, "hbar", names, series, _described(title, names, whole))


def _migration(year: Year, _sums: Sums) -> Iterator[Block]:
    office = year.office
    point = [field for field in YEARS.groups[1].fields if field.key != "notes"]
    if any(field.key in office for field in point):
        yield Facts(tuple((_(field.label), _point(field, year)) for field in point))
    if year.months:
        yield from _published(year)


def _point(field: Field, year: Year) -> str:
    """A fact of the point; its figure as what it is."""
    said = fact(YEARS, field.key, year.office, year.names)
    reported = field.key == "people" and field.key in year.office
    return _("%(count)s (figure reported by the office)", count=said) if reported else said


def _published(year: Year) -> Iterator[Block]:
    """The months that the desk published, as they were published."""
    title = _("People and attentions in the published months")
    names = tuple(format_month(one.month) for one in year.months)
    first = {
        place[0]: count
        for table in year_tables(year.months)
        if table.id == "first-time-people-by-month"
        for place, count in table.cells.items()
    }
    keys = ("people", "attentions", "referrals")
    values = [[_shown(one.totals[key]) for key in keys] for one in year.months]
    people = tuple(row[0] for row in values)
    attentions = tuple(row[1] for row in values)
    series = (Series(_("People"), people), Series(_("Attentions"), attentions))
    known = [0 if isinstance(each, Suppressed) else each for each in attentions]
    yield Chart("months-chart", title, "bar", names, series, _described(title, names, known))
    columns = (
        Column("month", _("Month")),
        Column("people", _("People"), "integer"),
        Column("first", _("For the first time"), "integer"),
        Column("attentions", _("Attentions"), "integer"),
        Column("referrals", _("Referrals"), "integer"),
    )
    rows: list[tuple[Cell, ...]] = [
        (Linked(name, f"/statistics/{one.month:%Y-%m}?version={one.version}"), row[0],
         _shown(first.get(f"{one.month:%Y-%m}")), row[1], row[2])
        for name, one, row in zip(names, year.months, values, strict=True)
    ]  # fmt: skip
    rows.append((_("Total"), None, _shown(first.get(TOTAL)), _sum(attentions), _sum([row[2] for row in values])))
    notes = (
        _("A person who comes in several months counts in each: only those who come for the first time add up."),
        _("“[c]” marks a figure that is held back so that nobody can be recognised."),
    )
    yield Table("months", title, columns, tuple(rows), notes, total_row=True)


def _shown(count: int | None) -> int | Suppressed:
    return Suppressed.SUPPRESSED if count is None else count


def _sum(values: Sequence[int | Suppressed]) -> int | Suppressed:
    """A sum of which nothing is held back; else it is held back too."""
    known = [each for each in values if not isinstance(each, Suppressed)]
    return sum(known) if len(known) == len(values) else Suppressed.SUPPRESSED


_BLOCKS: Mapping[str, Callable[[Year, Sums], Iterator[Block]]] = {
    "context": _context,
    "positioning": _positioning,
    "resources": _resources,
    "calls": _calls,
    "migration": _migration,
}
