"""The account of each section as the records tell it: what the report says until the office writes its own."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from attention_point.foundation.language import format_month, format_number, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report import calls_sentences, office_sentences, sentences
from attention_point.registers.annual_report.queries import TOLD, Year
from attention_point.registers.annual_report.register import YEARS
from attention_point.registers.annual_report.rules import Part
from attention_point.registers.annual_report.sums import Sums
from attention_point.registers.annual_report.wording import label, listed
from attention_point.registers.calls.register import CALLS, MONITORING, PROPOSALS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.wording import date_words
from attention_point.statistics.content import Content

MEETING = "diplomatic-meeting"


@dataclass(frozen=True, slots=True)
class Telling:
    """One paragraph, under the record's name where it is about one; ``link`` leads to what it tells."""

    text: str
    heading: str = ""
    link: str = ""


def parts(tellings: Iterable[Telling]) -> Iterator[Part]:
    """The same as parts of a text that the office can take over."""
    for each in tellings:
        if each.heading:
            yield Part(each.heading, heading=True)
        yield Part(each.text)


def account(code: str, year: Year, sums: Sums) -> list[Telling]:
    """What the records tell in a section; empty where there is none."""
    return [each for each in _ACCOUNTS[code](year, sums) if each.text]


def address(register: Register, row: RecordColumns) -> str:
    """A record's page."""
    return f"/registers/{register.name}/{row.id}"


def _context(year: Year, _sums: Sums) -> Iterator[Telling]:
    if year.office:
        yield Telling(
            sentences.told(YEARS, year.office, year.names, office_sentences.OFFICE, office_sentences.OFFICE_WANTED),
            link=f"/registers/years?year={year.year}",
        )


def _states(register: Register, states: Mapping[str, int]) -> str:
    field = register.field(register.state)
    ordered = sorted(states.items(), key=lambda item: (-item[1], item[0]))
    said = "; ".join(f"{label(field, code).lower()}, {format_number(number)}" for code, number in ordered)
    return _("By state: %(states)s.", states=said)


def _positioning(year: Year, sums: Sums) -> Iterator[Telling]:
    number = sums.numbers[EVENTS.name]
    if number:
        text = ngettext("%(num)s event is on record.", "%(num)s events are on record.", number)
        yield Telling(f"{text} {_states(EVENTS, sums.states[EVENTS.name])}")
    rows = year.rows[EVENTS.name]
    meetings = [row for row in rows if is_plain_meeting(row)]
    if meetings:
        countries = [sentences.label_of_country(code) for row in meetings for code in row.data["countries"]]
        yield Telling(
            _("There were meetings with diplomatic missions of: %(names)s. State: %(state)s.",
              names=listed(dict.fromkeys(countries)), state=label(EVENTS.field("state"), "done").lower()),
            heading=_("Meetings with diplomatic missions"),
            link=f"/registers/events?year={year.year}&kind={MEETING}",
        )  # fmt: skip
    others = [row for row in rows if not is_plain_meeting(row)]
    yield from _each(year, EVENTS, others, sentences.EVENT, sentences.EVENT_WANTED)
    yield from _more(year, EVENTS)


def is_plain_meeting(row: RecordColumns) -> bool:
    """Whether a record says only with which missions a meeting was held."""
    said = {"name", "kind", "countries", "state", "year"}
    return row.data.get("kind") == MEETING and row.state == "done" and set(row.data) <= said and "countries" in row.data


def _resources(year: Year, sums: Sums) -> Iterator[Telling]:
    number = sums.numbers[AGREEMENTS.name]
    if number:
        text = ngettext("%(num)s agreement is on record.", "%(num)s agreements are on record.", number)
        yield Telling(f"{text} {_states(AGREEMENTS, sums.states[AGREEMENTS.name])}")
    yield from _each(year, AGREEMENTS, year.rows[AGREEMENTS.name], sentences.AGREEMENT, sentences.AGREEMENT_WANTED)
    yield from _more(year, AGREEMENTS)


def _calls(year: Year, _sums: Sums) -> Iterator[Telling]:
    for row in year.rows[MONITORING.name]:
        text = calls_sentences.process(row.data)
        yield Telling(text, heading=row.name if text else "", link=address(MONITORING, row))
    proposals = year.rows[PROPOSALS.name]
    for row in year.rows[CALLS.name]:
        own = [each for each in proposals if each.data["call"] == row.name]
        yield from _each(year, CALLS, [row], calls_sentences.CALL, calls_sentences.CALL_WANTED)
        yield from _each(year, PROPOSALS, own, calls_sentences.PROPOSAL, calls_sentences.PROPOSAL_WANTED)
    known = {row.name for row in year.rows[CALLS.name]}
    rest = [each for each in proposals if each.data["call"] not in known]
    yield from _each(year, PROPOSALS, rest, calls_sentences.PROPOSAL, calls_sentences.PROPOSAL_WANTED)
    yield from _more(year, CALLS)
    yield from _more(year, PROPOSALS)


def _each(
    year: Year,
    register: Register,
    rows: Sequence[RecordColumns],
    tellers: Sequence[sentences.Teller],
    wanted: Sequence[str],
) -> Iterator[Telling]:
    for row in rows:
        text = sentences.told(register, row.data, year.names, tellers, wanted)
        named = register is PROPOSALS
        yield Telling(text, _("Proposal: %(name)s", name=row.name) if named else row.name, address(register, row))


def _more(year: Year, register: Register) -> Iterator[Telling]:
    """What a section does not tell, because there is too much of it."""
    left = year.numbers[register.name] - min(len(year.rows[register.name]), TOLD)
    if left:
        yield Telling(
            ngettext("%(num)s further record stands in the annex.", "%(num)s further records stand in the annex.", left)
        )


def _migration(year: Year, _sums: Sums) -> Iterator[Telling]:
    if any(field.key in year.office for field in YEARS.groups[1].fields):
        yield Telling(
            sentences.told(YEARS, year.office, year.names, office_sentences.POINT, office_sentences.POINT_WANTED),
            link=f"/registers/years?year={year.year}",
        )
    if year.months:
        months = [format_month(one.month) for one in year.months]
        yield Telling(
            _("The desk published figures of: %(months)s.", months=listed(months)) + " " + _published(year.months),
            link="/statistics",
        )
    if "people" in year.office and len(year.months) < 12:
        yield Telling(_without(year))


def _without(year: Year) -> str:
    """Why a figure is the office's own."""
    first, last = year.office.get("operating_since"), year.office.get("reported_until")
    if not year.months and first and last:
        return _(
            "The desk has no published figures from %(first)s to %(last)s: the figure that the office reported stands.",
            first=date_words(first), last=date_words(last),
        )  # fmt: skip
    return _("Where the desk has no published figures, the figure that the office reported stands.")


def _published(months: Sequence[Content]) -> str:
    known = [one.totals["attentions"] for one in months]
    total = format_number(sum(each for each in known if each is not None))
    if None in known:
        return _("Attentions: at least %(count)s; a month's figure is held back to protect people.", count=total)
    return _("Attentions: %(count)s.", count=total)


_ACCOUNTS: Mapping[str, Callable[[Year, Sums], Iterator[Telling]]] = {
    "context": _context,
    "positioning": _positioning,
    "resources": _resources,
    "calls": _calls,
    "migration": _migration,
}
