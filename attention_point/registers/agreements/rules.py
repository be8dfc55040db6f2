"""Deadlines and sums of an agreement's facts. Plain Python."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from attention_point.registers.shared.rules import list_search_words, parse_day_span, parse_year

# States in which an agreement has no deadline any more.
FINAL_STATES = frozenset({"done", "ended"})
# In place of a milestone's name: the deadline is the end of the validity.
VALIDITY = ""
# A longer validity stands in the reports of its first years only: a mistyped last year must not fill the index.
_MAX_YEARS_IN_FORCE = 50


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of the validity, or that on which a milestone (its name) is due."""

    milestone: str
    day: date


@dataclass(frozen=True, slots=True)
class ContributionTotal:
    """A contribution in one currency. ``side`` and ``means`` are codes, empty where the record does not say.

    ``qualifier``: ``approximate``, ``at_least`` or empty, as the ``mark`` of MONEY.
    """

    side: str
    means: str
    currency: str
    amount: Decimal
    qualifier: str


def list_deadlines(data: Mapping[str, Any]) -> list[Deadline]:
    """The deadlines of an agreement that is not over, the earliest first. Of a month or a year, its last day counts."""
    if data.get("state") in FINAL_STATES:
        return []
    # A milestone with a date was reached on that day.
    milestones = [row for row in data.get("milestones", ()) if "due" in row and "date" not in row]
    deadlines = [Deadline(row["name"], parse_day_span(row["due"])[1]) for row in milestones]
    if data.get("valid_to"):
        deadlines.append(Deadline(VALIDITY, parse_day_span(data["valid_to"])[1]))
    return sorted(deadlines, key=lambda deadline: (deadline.day, deadline.milestone))


def find_due_notice(days_left: int, notice_days: Sequence[int]) -> int | None:
    """Of notices so many days before a deadline, the latest whose time has come; None where none has."""
    return min((days for days in notice_days if days_left <= days), default=None)


def list_years_in_force(data: Mapping[str, Any]) -> Iterable[str]:
    """The years in which an agreement whose end is known is in force, from its first day or its signature."""
    first, last = data.get("valid_from") or data.get("signed"), data.get("valid_to")
    if first and last:
        first_year = parse_year(first)
        yield from map(str, range(first_year, min(parse_year(last), first_year + _MAX_YEARS_IN_FORCE) + 1))


def sum_by_side(contributions: Iterable[Mapping[str, Any]]) -> list[ContributionTotal]:
    """The amounts that each side gives, in money and in kind, one sum a currency, in the order of the record."""
    return _sum_amounts((row.get("side", ""), row.get("means", ""), row) for row in contributions)


def sum_all_sides(contributions: Iterable[Mapping[str, Any]]) -> list[ContributionTotal]:
    """The amounts of all sides together, one sum a currency: currencies are never added to one another."""
    return _sum_amounts(("", "", row) for row in contributions)


def _sum_amounts(sided_contributions: Iterable[tuple[str, str, Mapping[str, Any]]]) -> list[ContributionTotal]:
    totals: dict[tuple[str, str, str], ContributionTotal] = {}
    for side, means, contribution in sided_contributions:
        if "amount" in contribution:
            money = contribution["amount"]
            key = (side, means, money["currency"])
            total = totals.get(key, ContributionTotal(*key, Decimal(0), ""))
            qualifier = _combine_qualifiers(total.qualifier, money.get("mark", ""))
            totals[key] = ContributionTotal(*key, total.amount + Decimal(money["amount"]), qualifier)
    return list(totals.values())


def _combine_qualifiers(first: str, second: str) -> str:
    """The qualifier of a sum: that of either part; "at least" and "approximate" together are "approximate"."""
    if not first or not second or first == second:
        return first or second
    return "approximate"


def sum_shares(contributions: Iterable[Mapping[str, Any]]) -> Decimal:
    """The sum of the contributions' shares; 1 is the whole."""
    return sum((Decimal(row["share"]) for row in contributions if "share" in row), Decimal(0))


def is_free_for_municipality(contributions: Iterable[Mapping[str, Any]]) -> bool:
    """Whether it is on record that the municipality gives nothing."""
    municipal_rows = [row for row in contributions if row.get("side") == "municipality"]
    amounts = [Decimal(row["amount"]["amount"]) for row in municipal_rows if "amount" in row]
    shares = [Decimal(row.get("share", 0)) for row in municipal_rows]
    # An agreement that does not say what the municipality gives may cost it something.
    return bool(amounts) and not any(amounts) and not any(shares)


def list_obtained_amounts(contributions: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The amounts that the other sides give."""
    return [row["amount"] for row in contributions if row.get("side") != "municipality" and "amount" in row]


def is_group_of_people(group: str, non_people_words: Collection[str]) -> bool:
    """Whether a group of beneficiaries is counted in people ("60 teachers") and not in things ("12 schools").

    The first word decides: ``data/groups.yaml`` lists the words of things.
    """
    first_word = group.split()[:1]
    return not (first_word and list_search_words(first_word[0]) & set(non_people_words))


def has_backward_validity(data: Mapping[str, Any]) -> bool:
    """Whether the validity ends before it begins."""
    first, last = data.get("valid_from"), data.get("valid_to")
    return bool(first and last and parse_day_span(last)[1] < parse_day_span(first)[0])
