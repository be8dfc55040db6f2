"""Papers of the calls: the bulletin, the table and chart of the success rate, the calendar of deadlines."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from attention_point.foundation.language import (
    current_language,
    format_amount,
    format_date,
    format_number,
    format_percent,
    ngettext,
)
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.foundation.paperwork import (
    Block,
    Chart,
    Column,
    Heading,
    LabelledValues,
    LinkedValue,
    Note,
    Paragraph,
    Report,
    ReportWording,
    Series,
    Table,
    list_undrawn_letters,
    write_pdf,
)
from attention_point.registers.calls.models import Bulletin, Call
from attention_point.registers.calls.queries import YearFigures
from attention_point.registers.calls.register import CALLS
from attention_point.registers.calls.rules import parse_monday
from attention_point.registers.shared.icalendar_files import build_calendar, build_entry
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.schema.formatting import format_field_lines, format_part_date
from attention_point.registers.shared.schema.schema import URL

BULLETIN_FIELDS = (
    "issuer", "funder", "technical_assistance", "object", "eligible", "amounts", "opens", "closes", "link", "contact",
)  # fmt: skip
"""The facts of a call in format 1, in this order."""
BulletinCalls = Sequence[tuple[Call, dict[str, Any]]]


def build_value_words() -> ReportWording:
    """Build the formats and words of values on paper and in charts, in the language in use."""
    return ReportWording(
        page_number_text=_("Page %(page)s of %(pages)s", page="%(page)s", pages="%(pages)s"),
        suppressed_mark="–",
        empty_table_text=_("Nothing was recorded."),
        format_number=format_number,
        format_amount=format_amount,
        format_date=format_date,
    )


def build_file_name(row: Bulletin) -> str:
    """Build the name of a bulletin's file: ``boletin-2017-W34.pdf`` in Spanish."""
    # ASCII in every language: a file name in a header stands there without quotes.
    return f"{_('bulletin')}-{row.week}.pdf"


def build_bulletin_pdf(row: Bulletin, bulletin_calls: BulletinCalls) -> bytes:
    """Draw the bulletin as PDF, in the language in use; the same facts give the same bytes."""
    return write_pdf(build_bulletin(row, bulletin_calls), build_value_words())


def build_bulletin(row: Bulletin, bulletin_calls: BulletinCalls) -> Report:
    """Build the bulletin: a table of what closes when, then each call."""
    week = format_date(parse_monday(row.week), "long")
    overview = Table(
        "calls",
        _("Calls of this bulletin"),
        (Column("name", _("Call")), Column("issuer", _("Issuer")), Column("closes", _("Closes"))),
        tuple(
            (facts["name"], _format_call_field("issuer", facts), format_closing_day(facts))
            for _call, facts in bulletin_calls
        ),
    )
    blocks: list[Block] = [
        Note(_("Answer each call through the link in your e-mail: your interest, your needs and who is in charge.")),
        overview,
    ]
    for _call, facts in bulletin_calls:
        blocks += [Heading(facts["name"], 2), *_build_call_blocks(facts)]
    shown_facts = (facts.get(key) for _call, facts in bulletin_calls for key in ("name", *BULLETIN_FIELDS))
    undrawn_letters = list_undrawn_letters(" ".join(map(str, shown_facts)))
    if undrawn_letters:
        # The letters themselves would be boxes here too.
        sentence = ngettext(
            "%(num)s letter cannot be drawn on this paper and is a box. The page of the call shows it.",
            "%(num)s letters cannot be drawn on this paper and are boxes. The page of the call shows them.",
            len(undrawn_letters),
        )
        blocks.append(Note(sentence))
    return Report(
        title=_("Bulletin of calls"),
        subtitle=_("Week of %(day)s", day=week),
        # PDF and HTML name a language as es-CO, Babel as es_CO.
        language=str(current_locale()).replace("_", "-"),
        created_at=row.sent_at or row.prepared_at,
        issuer=_("International Affairs Office, Mayor's Office of Bucaramanga"),
        blocks=tuple(blocks),
        reference=_("Format 1 · %(week)s", week=row.week),
    )


def _build_call_blocks(facts: dict[str, Any]) -> list[Block]:
    rows: list[tuple[str, str | LinkedValue]] = []
    for field in map(CALLS.get_field, BULLETIN_FIELDS):
        text = format_closing_day(facts) if field.key == "closes" else _format_call_field(field.key, facts)
        if text and field.key != "object":  # the object is a paragraph of its own
            # A PDF link must be plain ASCII; another address stays text.
            rows.append((_(field.label), LinkedValue(text, text) if field.kind == URL and text.isascii() else text))
    return [*([Paragraph(facts["object"])] if facts.get("object") else []), LabelledValues(tuple(rows))]


def _format_call_field(key: str, facts: dict[str, Any]) -> str:
    return "\n".join(format_field_lines(CALLS.get_field(key), facts.get(key), {}))


def format_closing_day(facts: dict[str, Any]) -> str:
    """Format when a call closes, or that it is not known."""
    return format_part_date(facts["closes"]) if facts.get("closes") else _("Not known")


def build_success_table(years: Sequence[YearFigures]) -> Table:
    """Build the table of the years. Amounts stand by currency, since currencies cannot be added up."""
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
            str(figures.year),
            figures.presented,
            figures.chosen,
            # A year without a presented proposal has no rate, not a rate of 0 %.
            "–" if figures.success_rate is None else format_percent(figures.success_rate),
            figures.approved,
            "\n".join(format_amount(amount, currency) for currency, amount in figures.cofinancing.items()) or "–",
        )
        for figures in years
    )
    return Table("success", _("Proposals by year"), columns, rows)


def build_success_chart(years: Sequence[YearFigures]) -> Chart:
    """Build the chart of the years: presented proposals beside those selected or viable."""
    return Chart(
        "success",
        _("Proposals by year"),
        "bar",
        tuple(str(figures.year) for figures in years),
        (
            Series(_("Presented"), tuple(figures.presented for figures in years)),
            Series(_("Selected or viable"), tuple(figures.chosen for figures in years)),
        ),
        _("Bar chart of the proposals presented and of those selected or viable, by year."),
    )


def build_deadlines_feed(records: Iterable[RecordColumns]) -> bytes:
    """Build the deadlines as an iCalendar file; a deadline whose day is not known is left out."""
    calendar = build_calendar(_("Deadlines of calls"), f"Calls//{current_language().upper()}")
    for record in records:
        is_call = isinstance(record, Call)
        day_text = record.sort if is_call else record.data.get("deadline", "")
        if day_text.count("-") < 2:
            continue
        day = date.fromisoformat(day_text)
        title = _("Closes: %(name)s", name=record.name) if is_call else _("Due: %(name)s", name=record.name)
        calendar.add_component(build_entry(f"{record.id}@calls", record, title, day, day))
    return calendar.to_ical()
