"""The year in figures: each with its words and with the address of the records behind it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy.orm import Session

from attention_point.foundation.database import new_id
from attention_point.foundation.language import format_number
from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.annual_report import queries, rules
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.calls.rules import is_chosen, is_presented, matching
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


def _counts(row: Value) -> bool:
    first = row.get("group", "").split()[:1]
    return "count" in row and not (first and words_of(first[0]) & _NOT_PEOPLE)


_kept: dict[tuple[str, int], tuple[UUID, Sums]] = {}
_YEARS_KEPT = 50


def read(session: Session, year: int, office: Value, months: Sequence[Content]) -> Sums:
    """The sums of a year. Kept until a record is written, because ten thousand of them take their time."""
    stamp, key = queries.stamp(session), (str(session.get_bind().engine.url), year)
    held = _kept.get(key)
    if held is None or held[0] != stamp:
        held = (stamp or new_id(), _read(session, year))
        if len(_kept) >= _YEARS_KEPT:
            _kept.clear()
        _kept[key] = held
    return replace(held[1], desk=desk(year, office, months))


def _read(session: Session, year: int) -> Sums:
    events, agreements, calls, proposals = (
        queries.facts(session, register, year) for register in (EVENTS, AGREEMENTS, CALLS, PROPOSALS)
    )
    met = Counter(code for row in events for code in row.get("countries", ()))
    exchanges = Counter(each["country"] for row in agreements for each in row.get("exchanges", ()))
    given = [row.get("contributions", ()) for row in agreements]
    groups = [each for row in agreements for each in row.get("beneficiaries", ())]
    return Sums(
        year,
        numbers={
            each.name: len(rows)
            for each, rows in zip(
                (EVENTS, AGREEMENTS, CALLS, PROPOSALS), (events, agreements, calls, proposals), strict=True
            )
        },
        states={
            each.name: Counter(row["state"] for row in rows if "state" in row)
            for each, rows in ((EVENTS, events), (AGREEMENTS, agreements), (PROPOSALS, proposals))
        },
        countries=dict(sorted((met + exchanges).items(), key=lambda item: (-item[1], item[0]))),
        met=frozenset(met),
        free=rules.money_sums(each for several in given if rules.is_free(several) for each in rules.obtained(several)),
        unsaid=sum(not any(each["side"] == "municipality" for each in several) for several in given),
        reached=rules.count_sum(
            [row["participants"] for row in events if "participants" in row]
            + [each["count"] for each in groups if _counts(each)]
        ),
        groups=len(groups),
        approved=rules.money_sums(row["cofinancing_approved"] for row in proposals if "cofinancing_approved" in row),
        matching=rules.money_sums(each for each in map(matching, proposals) if each),
        presented=sum(map(is_presented, proposals)),
        chosen=sum(map(is_chosen, proposals)),
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
