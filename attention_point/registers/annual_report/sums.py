"""The year in figures: each with its words and with the address of the records behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from attention_point.foundation.language import format_number
from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report import queries, rules
from attention_point.registers.annual_report.queries import Given
from attention_point.registers.calls.queries import YearFigures
from attention_point.registers.calls.queries import years as calls_by_year
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.calls.rules import matching
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.rules import months_between, span, words_of
from attention_point.registers.shared.wording import count_words, money_words
from attention_point.statistics.content import Content, year_tables
from attention_point.statistics.disclosure import TOTAL

_NOT_PEOPLE = frozenset(
    yaml.safe_load((Path(__file__).with_name("data") / "groups.yaml").read_text(encoding="utf-8"))["not_people"]
)
Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the year: ``said`` in words, empty where nothing is on record; ``link`` to what is behind it."""

    key: str
    label: str
    said: str
    link: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """The people attended: ``value`` as a COUNT; reported by the office, or of months that the desk published."""

    value: Value | None = None
    reported: bool = False


@dataclass(frozen=True, slots=True)
class Sums:
    """What the year's records add up to."""

    year: int
    events: Given
    agreements: Given
    proposals: Given
    calls: int = 0
    rate: YearFigures | None = None
    event_countries: Mapping[str, int] = field(default_factory=dict)
    desk: Desk = Desk()

    @property
    def countries(self) -> dict[str, int]:
        """The countries of events and of exchanges, with how many events and exchanges each has; most first."""
        found = dict(self.event_countries)
        for each in self.agreements.each("exchanges"):
            found[each["country"]] = found.get(each["country"], 0) + 1
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    @property
    def free(self) -> list[dict[str, Any]]:
        """Money obtained by agreements of which it is on record that the municipality gives nothing."""
        rows = [several for several in self.agreements.of("contributions") if rules.is_free(several)]
        return rules.money_sums(amount for several in rows for amount in rules.obtained(several))

    @property
    def unsaid(self) -> int:
        """Agreements of which it is not on record what the municipality gives."""
        said = [
            several
            for several in self.agreements.of("contributions")
            if any(each["side"] == "municipality" for each in several)
        ]
        return sum(self.agreements.states.values()) - len(said)

    @property
    def matching(self) -> list[dict[str, Any]]:
        """What the municipality and its partners add to the proposals of which both amounts are on record."""
        return rules.money_sums(each for each in map(matching, self.proposals.rows) if each)

    @property
    def people(self) -> dict[str, Any] | None:
        """People reached: participants, beneficiaries that are people, people attended."""
        several = [each["count"] for each in self.agreements.each("beneficiaries") if _counts(each)]
        desk = [self.desk.value] if self.desk.value else []
        return rules.count_sum([*self.events.of("participants"), *several, *desk])


def _counts(row: Value) -> bool:
    first = row.get("group", "").split()[:1]
    return "count" in row and not (first and words_of(first[0]) & _NOT_PEOPLE)


def read(session: Session, year: int, office: Value, months: Sequence[Content]) -> Sums:
    """The sums of a year, each register in few statements."""
    return Sums(
        year,
        queries.given(session, EVENTS, year, "participants"),
        queries.given(session, AGREEMENTS, year, "contributions", "beneficiaries", "exchanges"),
        queries.given(session, PROPOSALS, year, "total_value", "cofinancing_approved"),
        queries.number(session, CALLS, year),
        next((each for each in calls_by_year(session) if each.year == year), None),
        queries.countries(session, year),
        desk(year, office, months),
    )


def desk(year: int, office: Value, months: Sequence[Content]) -> Desk:
    """The published months' people where they cover the reported period, or where nothing is reported.

    People are those who came for the first time, so that nobody is added twice. A month of which that is held back
    makes the sum "at least".
    """
    covered = {f"{one.month:%Y-%m}" for one in months}
    if "people" in office and not _period(year, office) <= covered:
        return Desk(office["people"], reported=True)
    if not months:
        return Desk()
    cells = next(each for each in year_tables(months) if each.id == "first-time-people-by-month").cells
    known = sum(count for place, count in cells.items() if place != (TOTAL,) and count is not None)
    whole = cells[TOTAL,] is not None
    return Desk({"number": known, **({} if whole else {"mark": "at_least"})})


def _period(year: int, office: Value) -> set[str]:
    """The months of which the office reported a figure; the whole year where it does not say."""
    first = span(office.get("operating_since", str(year)))[0]
    last = span(office.get("reported_until", str(year)))[1]
    return {month for month in months_between(first, last) if month.startswith(str(year))}


def money(values: Iterable[Value]) -> str:
    """Amounts of several currencies, side by side."""
    return "; ".join(money_words(each) for each in values)


def figures(sums: Sums) -> list[Figure]:
    """The year at a glance."""
    listing = f"?year={sums.year}"
    events = sum(sums.events.states.values())
    done = sums.events.states.get("done", 0)
    agreements = sum(sums.agreements.states.values())
    proposals = sum(sums.proposals.states.values())
    approved = rules.money_sums(sums.proposals.of("cofinancing_approved"))
    reported = _("reported by the office") if sums.desk.reported else ""
    point = "/registers/years" if sums.desk.reported else "/statistics"
    return [
        Figure("events", _("Events and meetings"), _some(events), f"/registers/events{listing}",
               _("carried out: %(count)s", count=format_number(done)) if events else ""),
        Figure("countries", _("Countries"), _some(len(sums.countries)), f"/registers/events/countries{listing}"),
        Figure("people", _("People reached"), count_words(sums.people) if sums.people else "", "#reached",
               _("participants, beneficiaries and people attended")),
        Figure("agreements", _("Agreements and support"), _some(agreements), f"/registers/agreements{listing}"),
        Figure("free", _("Money obtained without a municipal contribution"), money(sums.free),
               f"/registers/agreements{listing}", _unsaid(sums)),
        Figure("calls", _("Calls in which the municipality took part"), _some(sums.calls),
               f"/registers/calls{listing}", _rate(sums)),
        Figure("proposals", _("Proposals to calls"), _some(proposals), f"/registers/proposals{listing}"),
        Figure("approved", _("Co-financing approved"), money(approved),
               f"/registers/proposals{listing}"),
        Figure("matching", _("Matching contribution"), money(sums.matching), f"/registers/proposals{listing}",
               _("total value less approved co-financing")),
        Figure("attended", _("People attended at the attention point"),
               count_words(sums.desk.value) if sums.desk.value else "", point, reported),
    ]  # fmt: skip


def _some(number: int) -> str:
    return format_number(number) if number else ""


def _unsaid(sums: Sums) -> str:
    """How many agreements do not say what the municipality gives: the sum leaves them out."""
    return (
        _("agreements of which the municipality's part is not on record: %(count)s", count=format_number(sums.unsaid))
        if sums.unsaid
        else ""
    )


def _rate(sums: Sums) -> str:
    if sums.rate is None or not sums.rate.presented:
        return ""
    return _(
        "presented: %(presented)s; selected, viable or approved: %(chosen)s",
        presented=format_number(sums.rate.presented),
        chosen=format_number(sums.rate.chosen),
    )
