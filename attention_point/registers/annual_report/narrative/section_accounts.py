"""The account of each section as the records tell it: what the report says until the office writes its own."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from attention_point.foundation.language import format_month, format_number, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report.narrative.call_sentences import (
    CALL_EXPECTED_KEYS,
    CALL_SENTENCES,
    MONITORING_SENTENCES,
    PROPOSAL_EXPECTED_KEYS,
    PROPOSAL_SENTENCES,
)
from attention_point.registers.annual_report.narrative.office_sentences import (
    OFFICE_EXPECTED_KEYS,
    OFFICE_SENTENCES,
    POINT_EXPECTED_KEYS,
    POINT_SENTENCES,
)
from attention_point.registers.annual_report.narrative.phrases import join_items, label_for_code
from attention_point.registers.annual_report.narrative.record_sentences import (
    AGREEMENT_EXPECTED_KEYS,
    AGREEMENT_SENTENCES,
    EVENT_EXPECTED_KEYS,
    EVENT_SENTENCES,
    FactDescriber,
    Facts,
    describe_record,
    label_for_country,
)
from attention_point.registers.annual_report.narrative.year_figures import YearTotals
from attention_point.registers.annual_report.office_years.register import OFFICE_YEARS
from attention_point.registers.annual_report.queries import RECORDS_PER_SECTION, ReportYear
from attention_point.registers.annual_report.rules import TextPart
from attention_point.registers.calls.register import CALLS, MONITORING, PROPOSALS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.schema.formatting import format_part_date
from attention_point.registers.shared.schema.schema import Register
from attention_point.statistics.releases.content import ReleaseContent

DIPLOMATIC_MEETING = "diplomatic-meeting"
# By the name of a register: what is told of each record, and which facts are named where they are lacking.
_RECORD_SENTENCES: Mapping[str, tuple[Sequence[FactDescriber], Sequence[str]]] = {
    EVENTS.name: (EVENT_SENTENCES, EVENT_EXPECTED_KEYS),
    AGREEMENTS.name: (AGREEMENT_SENTENCES, AGREEMENT_EXPECTED_KEYS),
    CALLS.name: (CALL_SENTENCES, CALL_EXPECTED_KEYS),
    PROPOSALS.name: (PROPOSAL_SENTENCES, PROPOSAL_EXPECTED_KEYS),
    MONITORING.name: (MONITORING_SENTENCES, ()),
}


@dataclass(frozen=True, slots=True)
class AccountParagraph:
    """One paragraph, under the record's name where it is about one record. ``link`` leads to what it tells."""

    text: str
    heading: str = ""
    link: str = ""


def build_text_parts(paragraphs: Iterable[AccountParagraph]) -> Iterator[TextPart]:
    """Turn a drafted account into the parts of a text that the office can take over and edit."""
    for paragraph in paragraphs:
        if paragraph.heading:
            yield TextPart(paragraph.heading, is_heading=True)
        yield TextPart(paragraph.text)


def draft_section_account(code: str, year: ReportYear, totals: YearTotals) -> list[AccountParagraph]:
    """The sentences that the records give to a section; an empty list where there are none."""
    return [paragraph for paragraph in _ACCOUNT_WRITERS[code](year, totals) if paragraph.text]


def build_record_path(register: Register, record: RecordColumns) -> str:
    """The path of a record's page. A paper has no request at hand, so no ``url_for`` builds it."""
    return f"/registers/{register.name}/{record.id}"


def sort_states(state_counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Codes of states with their counts, the most frequent first; equal counts by code, so that the order is fixed."""
    return sorted(state_counts.items(), key=lambda item: (-item[1], item[0]))


def _describe_office(
    year: ReportYear, describers: Sequence[FactDescriber], expected_keys: Sequence[str]
) -> AccountParagraph:
    facts = Facts(OFFICE_YEARS, year.office, year.organisation_names)
    return AccountParagraph(
        describe_record(facts, describers, expected_keys), link=f"/registers/years?year={year.year}"
    )


def _describe_context(year: ReportYear, _totals: YearTotals) -> Iterator[AccountParagraph]:
    if year.office:
        yield _describe_office(year, OFFICE_SENTENCES, OFFICE_EXPECTED_KEYS)


def _describe_states(register: Register, state_counts: Mapping[str, int]) -> str:
    field = register.get_field(register.state_field)
    states = [
        f"{label_for_code(field, code).lower()}, {format_number(count)}" for code, count in sort_states(state_counts)
    ]
    return _("By state: %(states)s.", states="; ".join(states))


def _describe_positioning(year: ReportYear, totals: YearTotals) -> Iterator[AccountParagraph]:
    event_count = totals.record_counts[EVENTS.name]
    if event_count:
        text = ngettext("%(num)s event is on record.", "%(num)s events are on record.", event_count)
        yield AccountParagraph(f"{text} {_describe_states(EVENTS, totals.state_counts[EVENTS.name])}")
    events = year.records[EVENTS.name]
    meetings = [event for event in events if is_plain_meeting(event)]
    if meetings:
        # A country that was met twice is named once.
        countries = [label_for_country(code) for event in meetings for code in event.data["countries"]]
        yield AccountParagraph(
            _(
                "There were meetings with diplomatic missions of: %(names)s. State: %(state)s.",
                names=join_items(dict.fromkeys(countries)),
                state=label_for_code(EVENTS.get_field("state"), "done").lower(),
            ),
            heading=_("Meetings with diplomatic missions"),
            link=f"/registers/events?year={year.year}&kind={DIPLOMATIC_MEETING}",
        )
    yield from _describe_records(year, EVENTS, [event for event in events if not is_plain_meeting(event)])
    yield from _describe_omitted_records(year, EVENTS)


def is_plain_meeting(event: RecordColumns) -> bool:
    """Whether a record says only with which missions a meeting was held.

    The office records dozens of them a year; one sentence names all their countries instead of a paragraph for each.
    """
    return (
        event.data.get("kind") == DIPLOMATIC_MEETING
        and event.state == "done"
        and "countries" in event.data
        and set(event.data) <= {"name", "kind", "countries", "state", "year"}
    )


def _describe_resources(year: ReportYear, totals: YearTotals) -> Iterator[AccountParagraph]:
    agreement_count = totals.record_counts[AGREEMENTS.name]
    if agreement_count:
        text = ngettext("%(num)s agreement is on record.", "%(num)s agreements are on record.", agreement_count)
        yield AccountParagraph(f"{text} {_describe_states(AGREEMENTS, totals.state_counts[AGREEMENTS.name])}")
    yield from _describe_records(year, AGREEMENTS, year.records[AGREEMENTS.name])
    yield from _describe_omitted_records(year, AGREEMENTS)


def _describe_calls(year: ReportYear, _totals: YearTotals) -> Iterator[AccountParagraph]:
    yield from _describe_records(year, MONITORING, year.records[MONITORING.name])
    calls, proposals = year.records[CALLS.name], year.records[PROPOSALS.name]
    for call in calls:
        yield from _describe_records(year, CALLS, [call])
        yield from _describe_records(
            year, PROPOSALS, [proposal for proposal in proposals if proposal.data["call"] == call.name]
        )
    # A proposal names its call by a text, which may be no record of this year.
    call_names = {call.name for call in calls}
    yield from _describe_records(
        year, PROPOSALS, [proposal for proposal in proposals if proposal.data["call"] not in call_names]
    )
    yield from _describe_omitted_records(year, CALLS)
    yield from _describe_omitted_records(year, PROPOSALS)


def _describe_records(
    year: ReportYear, register: Register, records: Sequence[RecordColumns]
) -> Iterator[AccountParagraph]:
    for record in records:
        yield AccountParagraph(
            describe_record(Facts(register, record.data, year.organisation_names), *_RECORD_SENTENCES[register.name]),
            _("Proposal: %(name)s", name=record.name) if register is PROPOSALS else record.name,
            build_record_path(register, record),
        )


def _describe_omitted_records(year: ReportYear, register: Register) -> Iterator[AccountParagraph]:
    omitted = year.record_counts[register.name] - min(len(year.records[register.name]), RECORDS_PER_SECTION)
    if omitted:
        yield AccountParagraph(
            ngettext("%(num)s more record is in the annex.", "%(num)s more records are in the annex.", omitted)
        )


def _describe_migration(year: ReportYear, _totals: YearTotals) -> Iterator[AccountParagraph]:
    if any(field.key in year.office for field in OFFICE_YEARS.groups[1].fields):
        yield _describe_office(year, POINT_SENTENCES, POINT_EXPECTED_KEYS)
    if year.months:
        months = join_items(format_month(month.first_day) for month in year.months)
        published = _("The desk published figures of: %(months)s.", months=months)
        yield AccountParagraph(f"{published} {_describe_published_months(year.months)}", link="/statistics")
    # With all twelve months published, the published figures stand alone.
    if "people" in year.office and len(year.months) < 12:
        yield AccountParagraph(_explain_reported_figure(year))


def _explain_reported_figure(year: ReportYear) -> str:
    first, last = year.office.get("operating_since"), year.office.get("reported_until")
    if not year.months and first and last:
        return _(
            "The desk has no published figures from %(first)s to %(last)s: the figure that the office reported is "
            "used.",
            first=format_part_date(first),
            last=format_part_date(last),
        )
    return _("Where the desk has no published figures, the figure that the office reported is used.")


def _describe_published_months(months: Sequence[ReleaseContent]) -> str:
    monthly_counts = [month.totals["attentions"] for month in months]
    total = format_number(sum(count for count in monthly_counts if count is not None))
    # A released month may hold back its total; a sum without it must not look complete.
    if None in monthly_counts:
        return _("Attentions: at least %(count)s; a month's figure is held back to protect people.", count=total)
    return _("Attentions: %(count)s.", count=total)


_ACCOUNT_WRITERS: Mapping[str, Callable[[ReportYear, YearTotals], Iterator[AccountParagraph]]] = {
    "context": _describe_context,
    "positioning": _describe_positioning,
    "resources": _describe_resources,
    "calls": _describe_calls,
    "migration": _describe_migration,
}
