"""Papers of the calls: the bulletin, the success rate, the calendar of deadlines."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from icalendar import Calendar
from icalendar import Event as Entry

from attention_point.foundation.language import current, format_amount, format_date, format_number, format_percent
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import locale
from attention_point.foundation.paperwork import (
    Block,
    Chart,
    Column,
    Document,
    Facts,
    Heading,
    Linked,
    Note,
    Paragraph,
    Series,
    Table,
    Words,
    write_pdf,
)
from attention_point.registers.calls.models import Bulletin, Call
from attention_point.registers.calls.queries import YearFigures
from attention_point.registers.calls.register import CALLS
from attention_point.registers.calls.rules import monday_of
from attention_point.registers.shared.describe import URL
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.wording import date_words, lines

TOLD = (
    "issuer", "funder", "technical_assistance", "object", "eligible", "amounts", "opens", "closes", "link", "contact",
)  # fmt: skip
"""What format 1 says of a call, in this order."""
Told = Sequence[tuple[Call, dict[str, Any]]]


def words() -> Words:
    """How a reader of the language in use sees values on paper and in charts."""
    return Words(
        page_of=_("Page %(page)s of %(pages)s", page="%(page)s", pages="%(pages)s"),
        suppressed="–",
        no_rows=_("Nothing was recorded."),
        number=format_number,
        amount=format_amount,
        date=format_date,
    )


def file_name(row: Bulletin) -> str:
    """The name of a bulletin's file: ``boletin-2017-W34.pdf`` in Spanish."""
    return f"{_('bulletin')}-{row.week}.pdf"


def bulletin_pdf(row: Bulletin, told: Told) -> bytes:
    """The bulletin as it is sent, in the language in use; the same for the same facts."""
    return write_pdf(bulletin(row, told), words())


def bulletin(row: Bulletin, told: Told) -> Document:
    """The bulletin: at a glance what closes when, then each call."""
    week = format_date(monday_of(row.week), "long")
    overview = Table(
        "calls",
        _("Calls of this bulletin"),
        (Column("name", _("Call")), Column("issuer", _("Issuer")), Column("closes", _("Closes"))),
        tuple((facts["name"], _said("issuer", facts), closing(facts)) for _call, facts in told),
    )
    blocks: list[Block] = [
        Note(_("Answer each call by the address in your mail: is it of interest, what do you need, who is in charge.")),
        overview,
    ]
    for _call, facts in told:
        blocks += [Heading(facts["name"], 2), *_call_blocks(facts)]
    return Document(
        title=_("Bulletin of calls"),
        subtitle=_("Week from %(day)s", day=week),
        language=str(locale()).replace("_", "-"),
        created=row.sent_at or row.prepared_at,
        issuer=_("International Affairs Office, Mayor's Office of Bucaramanga"),
        blocks=tuple(blocks),
        reference=_("Format 1 · %(week)s", week=row.week),
    )


def _call_blocks(facts: dict[str, Any]) -> list[Block]:
    rows: list[tuple[str, str | Linked]] = []
    for key in TOLD:
        field = CALLS.field(key)
        if key == "object":
            continue
        text = closing(facts) if key == "closes" else _said(key, facts)
        if text:
            label = _(field.label)
            rows.append((label, Linked(text, text) if field.kind == URL and text.isascii() else text))
    return [*([Paragraph(facts["object"])] if facts.get("object") else []), Facts(tuple(rows))]


def _said(key: str, facts: dict[str, Any]) -> str:
    return "\n".join(lines(CALLS.field(key), facts.get(key), {}))


def closing(facts: dict[str, Any]) -> str:
    """When a call closes, or that it is not known."""
    return date_words(facts["closes"]) if facts.get("closes") else _("Not known")


def success_table(years: Sequence[YearFigures]) -> Table:
    """The figures of each year. Amounts by currency, since currencies do not add up."""
    columns = (
        Column("year", _("Year")),
        Column("presented", _("Presented"), "integer"),
        Column("chosen", _("Selected or viable"), "integer"),
        Column("rate", _("Success rate")),
        Column("approved", _("Approved"), "integer"),
        Column("cofinancing", _("Co-financing approved")),
    )
    rows = tuple(
        (
            str(each.year),
            each.presented,
            each.chosen,
            "–" if each.rate is None else format_percent(each.rate),
            each.approved,
            "\n".join(format_amount(amount, currency) for currency, amount in each.cofinancing.items()) or "–",
        )
        for each in years
    )
    return Table("success", _("Proposals by year"), columns, rows)


def success_chart(years: Sequence[YearFigures]) -> Chart:
    """Presented beside selected or viable, year by year."""
    return Chart(
        "success",
        _("Proposals by year"),
        "bar",
        tuple(str(each.year) for each in years),
        (
            Series(_("Presented"), tuple(each.presented for each in years)),
            Series(_("Selected or viable"), tuple(each.chosen for each in years)),
        ),
        _("Bars of the proposals presented and of those selected or viable, by year."),
    )


def deadlines_feed(records: Iterable[RecordColumns]) -> bytes:
    """Deadlines as an iCalendar file (RFC 5545), whole days; one of which only the month is known is left out."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Attention point//Calls//{current().upper()}")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Deadlines of calls"))
    for record in records:
        of_call = isinstance(record, Call)
        day = record.sort if of_call else record.data.get("deadline", "")
        if day.count("-") < 2:
            continue
        entry = Entry()
        entry.add("uid", f"{record.id}@calls")
        entry.add("dtstamp", record.changed_at)
        title = _("Closes: %(name)s", name=record.name) if of_call else _("Due: %(name)s", name=record.name)
        entry.add("summary", title)
        entry.add("dtstart", date.fromisoformat(day))
        entry.add("dtend", date.fromisoformat(day) + timedelta(days=1))  # the day after the last
        calendar.add_component(entry)
    return calendar.to_ical()
