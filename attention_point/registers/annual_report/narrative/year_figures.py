"""The year in figures, each with its words and with the address of the records behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from attention_point.foundation.language import format_number
from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report.published_figures import PublishedYear
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.events.register import DIPLOMATIC_MEETING, EVENTS
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
    """The people whom the desk attended in the year, as a COUNT: a figure of the office, or one of the releases."""

    count: JsonObject | None = None
    is_reported: bool = False


@dataclass(frozen=True, slots=True)
class YearTotals:
    """What the year's records add up to.

    ``state_counts``: by register, how many records are in each state. ``event_states``: the same of the office's own
    events, without its meetings with missions; ``met_countries``: with the missions of which countries it met.
    ``free_amounts``: money of agreements whose record says that the municipality gives nothing. ``participants``: those
    of events, never added to other people, because one person may be among several. ``matching_amounts``: what is added
    to the proposals of which both amounts are on record.
    ``joined_calls``: in how many calls a proposal was presented.
    """

    year: int
    record_counts: Mapping[str, int]
    state_counts: Mapping[str, Mapping[str, int]]
    event_states: Mapping[str, int]
    met_countries: Sequence[str]
    participants: JsonObject | None
    free_amounts: Sequence[JsonObject]
    approved_amounts: Sequence[JsonObject]
    matching_amounts: Sequence[JsonObject]
    joined_calls: int
    presented_proposals: int
    chosen_proposals: int
    attended_people: AttendedPeople = AttendedPeople()


def build_year_totals(session: Session, year: int, office: JsonObject, published: PublishedYear) -> YearTotals:
    """Add up the records of a year, in one statement for each register."""
    totals = {register.name: get_year_totals(session, register, year) for register in TOTALLED_REGISTERS}
    events, agreements, proposals = (totals[register.name] for register in (EVENTS, AGREEMENTS, PROPOSALS))
    return YearTotals(
        year,
        record_counts={name: register_totals.get(RECORDS_KEY, 0) for name, register_totals in totals.items()},
        state_counts={
            name: select_totals_under(register_totals, STATE_KEY) for name, register_totals in totals.items()
        },
        event_states=select_totals_under(events, "held"),
        met_countries=sorted(select_totals_under(events, "met")),
        participants=find_count_total(events, "reached"),
        free_amounts=list_money_totals(agreements, "free"),
        approved_amounts=list_money_totals(proposals, "approved"),
        matching_amounts=list_money_totals(proposals, "matching"),
        joined_calls=len(select_totals_under(proposals, "call")),
        presented_proposals=proposals.get("presented", 0),
        chosen_proposals=proposals.get("chosen", 0),
        attended_people=count_attended_people(year, office, published),
    )


def sort_states(state_counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Codes of states with their counts, the most frequent first; equal counts by code, so that the order is fixed."""
    return sorted(state_counts.items(), key=lambda item: (-item[1], item[0]))


def count_attended_people(year: int, office: JsonObject, published: PublishedYear) -> AttendedPeople:
    """The one figure of people attended in the whole report.

    It is that of the releases where these cover the period of which the office reports, or where it reports nothing.
    """
    # The releases are preferred, because they count each person once; but only where they are of the same months.
    if "people" in office and not _list_reported_months(year, office) <= published.month_codes:
        return AttendedPeople(office["people"], is_reported=True)
    if published.people is None:
        return AttendedPeople()
    # A figure that was put together from months is marked as approximate.
    return AttendedPeople({"number": published.people, **({} if published.is_exact else {"mark": "approximate"})})


def _list_reported_months(year: int, office: JsonObject) -> set[str]:
    """The months of the office's own figure, as ``YYYY-MM``; the whole year where the record does not say."""
    first = parse_day_span(office.get("operating_since", str(year)))[0]
    last = parse_day_span(office.get("reported_until", str(year)))[1]
    return {month for month in list_months_between(first, last) if month.startswith(str(year))}


def build_year_figures(totals: YearTotals) -> list[YearFigure]:
    """The year at a glance."""
    query = f"?year={totals.year}"
    events, agreements, calls, proposals = (
        f"/registers/{register.name}{query}" for register in (EVENTS, AGREEMENTS, CALLS, PROPOSALS)
    )
    return [
        *_list_event_figures(totals, events),
        YearFigure(
            "agreements", _("Agreements and support"), _format_number(totals.record_counts[AGREEMENTS.name]), agreements
        ),
        YearFigure(
            "free",
            _("Money obtained without a municipal contribution"),
            _format_amounts(totals.free_amounts),
            agreements,
        ),
        YearFigure("calls", _("Calls in which the municipality took part"), _format_number(totals.joined_calls), calls),
        *_list_proposal_figures(totals, proposals),
        _build_attended_figure(totals.attended_people),
    ]


def _list_event_figures(totals: YearTotals, events: str) -> list[YearFigure]:
    held_count = totals.event_states.get("done", 0)
    return [
        YearFigure(
            "events",
            _("Events of the office"),
            _format_number(sum(totals.event_states.values())),
            events,
            _("carried out: %(count)s", count=format_number(held_count)) if held_count else "",
        ),
        YearFigure(
            "participants",
            _("Participants in the events"),
            format_count(totals.participants) if totals.participants else "",
            events,
        ),
        YearFigure(
            "countries",
            _("Countries with whose missions the office met"),
            _format_number(len(totals.met_countries)),
            f"{events}&kind={DIPLOMATIC_MEETING}",
        ),
    ]


def _list_proposal_figures(totals: YearTotals, proposals: str) -> list[YearFigure]:
    return [
        YearFigure(
            "proposals",
            _("Proposals presented"),
            _format_number(totals.presented_proposals),
            proposals,
            _describe_success(totals),
        ),
        YearFigure("approved", _("Co-financing approved"), _format_amounts(totals.approved_amounts), proposals),
        YearFigure(
            "matching",
            _("Matching contribution"),
            _format_amounts(totals.matching_amounts),
            proposals,
            _("total value less approved co-financing"),
        ),
    ]


def _build_attended_figure(people: AttendedPeople) -> YearFigure:
    # The figure leads to where it comes from: the office's own word, or the releases.
    return YearFigure(
        "attended",
        _("People attended at the attention point"),
        format_count(people.count) if people.count else "",
        "/registers/years" if people.is_reported else "/statistics",
        _("as counted by the office") if people.is_reported else "",
    )


def _format_number(number: int) -> str:
    return format_number(number) if number else ""


def _format_amounts(amounts: Iterable[JsonObject]) -> str:
    # Currencies are never added to one another: no rate would be right for a whole year.
    return "; ".join(map(format_money, amounts))


def _describe_success(totals: YearTotals) -> str:
    if not totals.presented_proposals:
        return ""
    return _("selected, viable or approved: %(chosen)s", chosen=format_number(totals.chosen_proposals))
