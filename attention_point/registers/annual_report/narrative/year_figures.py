"""The year in figures, each with its words and with the address of the records behind it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from attention_point.foundation.language import format_number
from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report import rules
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records.year_totals import (
    RECORDS_KEY,
    STATE_KEY,
    find_count_total,
    get_year_totals,
    list_money_totals,
    select_totals_under,
)
from attention_point.registers.shared.rules import list_months_between, parse_day_span
from attention_point.registers.shared.schema.formatting import format_count, format_money
from attention_point.statistics.releases.content import ReleaseContent

# The monitoring of calls is left out: it says how the office watches calls, and has nothing to add up.
TOTALLED_REGISTERS = (EVENTS, AGREEMENTS, CALLS, PROPOSALS)
JsonObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class YearFigure:
    """A figure of the year. ``value_text`` is empty where nothing is on record; ``link`` leads to the records."""

    key: str
    label: str
    value_text: str
    link: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class AttendedPeople:
    """The people whom the desk attended, as a COUNT: a figure of the office, or the sum of the published months."""

    count: JsonObject | None = None
    is_reported: bool = False


@dataclass(frozen=True, slots=True)
class YearTotals:
    """What the year's records add up to.

    ``state_counts``: by register, how many records are in each state. ``country_counts``: how many events and exchanges
    each country has, most first; ``event_countries`` are those that events name. ``free_amounts``: money of agreements
    whose record says that the municipality gives nothing; ``unstated_agreements``: how many do not say what it gives.
    ``beneficiary_groups``: how many groups of beneficiaries, people or not. ``matching_amounts``: what is added to the
    proposals of which both amounts are on record.
    """

    year: int
    record_counts: Mapping[str, int]
    state_counts: Mapping[str, Mapping[str, int]]
    country_counts: Mapping[str, int]
    event_countries: frozenset[str]
    free_amounts: Sequence[JsonObject]
    unstated_agreements: int
    participants_and_beneficiaries: JsonObject | None
    beneficiary_groups: int
    approved_amounts: Sequence[JsonObject]
    matching_amounts: Sequence[JsonObject]
    presented_proposals: int
    chosen_proposals: int
    attended_people: AttendedPeople = AttendedPeople()

    @property
    def all_people(self) -> dict[str, Any] | None:
        """People reached, those attended among them."""
        counts = (self.participants_and_beneficiaries, self.attended_people.count)
        return rules.sum_counts(count for count in counts if count)


def build_year_totals(session: Session, year: int, office: JsonObject, months: Sequence[ReleaseContent]) -> YearTotals:
    """Add up the records of a year, in one statement for each register."""
    totals = {register.name: get_year_totals(session, register, year) for register in TOTALLED_REGISTERS}
    events, agreements, proposals = (totals[register.name] for register in (EVENTS, AGREEMENTS, PROPOSALS))
    event_countries = Counter(select_totals_under(events, "country"))
    countries = event_countries + Counter(select_totals_under(agreements, "country"))
    people_counts = (find_count_total(register_totals, "reached") for register_totals in (events, agreements))
    return YearTotals(
        year,
        record_counts={name: register_totals.get(RECORDS_KEY, 0) for name, register_totals in totals.items()},
        state_counts={
            name: select_totals_under(register_totals, STATE_KEY) for name, register_totals in totals.items()
        },
        country_counts=dict(sorted(countries.items(), key=lambda item: (-item[1], item[0]))),
        event_countries=frozenset(event_countries),
        free_amounts=list_money_totals(agreements, "free"),
        unstated_agreements=agreements.get("unsaid", 0),
        participants_and_beneficiaries=rules.sum_counts(count for count in people_counts if count),
        beneficiary_groups=agreements.get("groups", 0),
        approved_amounts=list_money_totals(proposals, "approved"),
        matching_amounts=list_money_totals(proposals, "matching"),
        presented_proposals=proposals.get("presented", 0),
        chosen_proposals=proposals.get("chosen", 0),
        attended_people=count_attended_people(year, office, months),
    )


def count_attended_people(year: int, office: JsonObject, months: Sequence[ReleaseContent]) -> AttendedPeople:
    """Count the people of the published months where these cover the reported period, or where nothing is reported.

    A month whose figure is held back makes the sum "at least".
    """
    published_months = {month.period for month in months}
    if "people" in office and not _list_reported_months(year, office) <= published_months:
        return AttendedPeople(office["people"], is_reported=True)
    if not months:
        return AttendedPeople()
    # Only those who came for the first time: a person who comes in several months counts in the people of each.
    counts = [month.first_time_people for month in months]
    number, is_complete = sum(count for count in counts if count is not None), None not in counts
    return AttendedPeople({"number": number, **({} if is_complete else {"mark": "at_least"})})


def _list_reported_months(year: int, office: JsonObject) -> set[str]:
    """The months of the office's own figure, as ``YYYY-MM``; the whole year where the record does not say."""
    first = parse_day_span(office.get("operating_since", str(year)))[0]
    last = parse_day_span(office.get("reported_until", str(year)))[1]
    return {month for month in list_months_between(first, last) if month.startswith(str(year))}


def build_year_figures(totals: YearTotals) -> list[YearFigure]:
    """The year at a glance."""
    counts, people, query = totals.record_counts, totals.attended_people, f"?year={totals.year}"
    events, agreements, calls, proposals = (
        f"/registers/{register.name}{query}" for register in (EVENTS, AGREEMENTS, CALLS, PROPOSALS)
    )
    carried_out = _("carried out: %(count)s", count=format_number(totals.state_counts[EVENTS.name].get("done", 0)))
    return [
        YearFigure(
            "events",
            _("Events and meetings"),
            _format_number(counts[EVENTS.name]),
            events,
            carried_out if counts[EVENTS.name] else "",
        ),
        YearFigure(
            "countries",
            _("Countries"),
            _format_number(len(totals.country_counts)),
            f"/registers/events/countries{query}",
        ),
        YearFigure(
            "people",
            _("People reached"),
            _format_people(totals.all_people),
            "#reached",
            _("participants, beneficiaries and people attended"),
        ),
        YearFigure("agreements", _("Agreements and support"), _format_number(counts[AGREEMENTS.name]), agreements),
        YearFigure(
            "free",
            _("Money obtained without a municipal contribution"),
            _format_amounts(totals.free_amounts),
            agreements,
            _describe_unstated_agreements(totals),
        ),
        YearFigure(
            "calls",
            _("Calls in which the municipality took part"),
            _format_number(counts[CALLS.name]),
            calls,
            _describe_success_rate(totals),
        ),
        YearFigure("proposals", _("Proposals to calls"), _format_number(counts[PROPOSALS.name]), proposals),
        YearFigure("approved", _("Co-financing approved"), _format_amounts(totals.approved_amounts), proposals),
        YearFigure(
            "matching",
            _("Matching contribution"),
            _format_amounts(totals.matching_amounts),
            proposals,
            _("total value less approved co-financing"),
        ),
        YearFigure(
            "attended",
            _("People attended at the attention point"),
            _format_people(people.count),
            "/registers/years" if people.is_reported else "/statistics",
            _("reported by the office") if people.is_reported else "",
        ),
    ]


def _format_number(number: int) -> str:
    return format_number(number) if number else ""


def _format_people(count: JsonObject | None) -> str:
    return format_count(count) if count else ""


def _format_amounts(amounts: Iterable[JsonObject]) -> str:
    # Currencies are never added to one another: no rate would be right for a whole year.
    return "; ".join(map(format_money, amounts))


def _describe_unstated_agreements(totals: YearTotals) -> str:
    # The sum beside this note leaves those agreements out: what is not said is not nothing.
    if not totals.unstated_agreements:
        return ""
    count = format_number(totals.unstated_agreements)
    return _("agreements of which the municipality's part is not on record: %(count)s", count=count)


def _describe_success_rate(totals: YearTotals) -> str:
    if not totals.presented_proposals:
        return ""
    return _(
        "presented: %(presented)s; selected, viable or approved: %(chosen)s",
        presented=format_number(totals.presented_proposals),
        chosen=format_number(totals.chosen_proposals),
    )
