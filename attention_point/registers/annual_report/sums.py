"""The year in figures: each with its words and with the address of the records behind it."""

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
from attention_point.registers.shared.adding import count_of, money_of, under
from attention_point.registers.shared.rules import months_between, span
from attention_point.registers.shared.wording import count_words, money_words
from attention_point.registers.shared.year_sums import RECORDS, STATE, make_again, of_year
from attention_point.statistics.content import Content, year_tables
from attention_point.statistics.disclosure import TOTAL

SUMMED = (EVENTS, AGREEMENTS, CALLS, PROPOSALS)
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
    """What the year's records add up to. ``states``: by register, how many records are in each state.

    ``countries``: how many events and exchanges each has, most first; ``met`` are those that events name.
    ``free``: money of agreements of which it is on record that the municipality gives nothing; ``unsaid``: of how many
    agreements it is not on record what it gives. ``reached``: participants and beneficiaries that are people.
    ``matching``: what is added to the proposals of which both amounts are on record. ``groups``: of beneficiaries.
    """

    year: int
    numbers: Mapping[str, int]
    states: Mapping[str, Mapping[str, int]]
    countries: Mapping[str, int]
    met: frozenset[str]
    free: Sequence[Value]
    unsaid: int
    reached: Value | None
    groups: int
    approved: Sequence[Value]
    matching: Sequence[Value]
    presented: int
    chosen: int
    desk: Desk = Desk()

    @property
    def people(self) -> dict[str, Any] | None:
        """People reached, those attended among them."""
        return rules.count_sum(each for each in (self.reached, self.desk.value) if each)


def read(session: Session, year: int, office: Value, months: Sequence[Content]) -> Sums:
    """The sums of a year, as they are kept with every write of a record."""
    kept = {each.name: of_year(session, each, year) for each in SUMMED}
    events, agreements, proposals = (kept[each.name] for each in (EVENTS, AGREEMENTS, PROPOSALS))
    met = Counter(under(events, "country"))
    countries = met + Counter(under(agreements, "country"))
    reached = (count_of(each, "reached") for each in (events, agreements))
    return Sums(
        year,
        numbers={name: sums.get(RECORDS, 0) for name, sums in kept.items()},
        states={name: under(sums, STATE) for name, sums in kept.items()},
        countries=dict(sorted(countries.items(), key=lambda item: (-item[1], item[0]))),
        met=frozenset(met),
        free=money_of(agreements, "free"),
        unsaid=agreements.get("unsaid", 0),
        reached=rules.count_sum(each for each in reached if each),
        groups=agreements.get("groups", 0),
        approved=money_of(proposals, "approved"),
        matching=money_of(proposals, "matching"),
        presented=proposals.get("presented", 0),
        chosen=proposals.get("chosen", 0),
        desk=desk(year, office, months),
    )


def add_up_again(session: Session) -> None:
    """Make the kept sums anew, as this program adds."""
    make_again(session, SUMMED)


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
    events, agreements, calls, proposals = (sums.numbers[each.name] for each in (EVENTS, AGREEMENTS, CALLS, PROPOSALS))
    done = sums.states[EVENTS.name].get("done", 0)
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
        Figure("calls", _("Calls in which the municipality took part"), _some(calls),
               f"/registers/calls{listing}", _rate(sums)),
        Figure("proposals", _("Proposals to calls"), _some(proposals), f"/registers/proposals{listing}"),
        Figure("approved", _("Co-financing approved"), money(sums.approved),
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
    """How many of the proposals presented came further."""
    if not sums.presented:
        return ""
    return _(
        "presented: %(presented)s; selected, viable or approved: %(chosen)s",
        presented=format_number(sums.presented),
        chosen=format_number(sums.chosen),
    )
