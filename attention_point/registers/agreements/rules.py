"""Deadlines and sums of an agreement's facts: plain Python."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from attention_point.registers.shared.rules import span, words_of, year_of

OVER = frozenset({"done", "ended"})
"""States of which nothing is waited for any more."""
VALIDITY = ""
"""What a deadline is about when it is no milestone."""
_YEARS = 50
"""A longer validity stands in the reports of its first years only."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of the validity, or that on which a milestone (its name) is due."""

    milestone: str
    day: date


@dataclass(frozen=True, slots=True)
class Total:
    """What is given in one currency. ``side`` and ``means`` are codes, empty when not said; ``mark`` as of MONEY."""

    side: str
    means: str
    currency: str
    amount: Decimal
    mark: str


def deadlines(data: Mapping[str, Any]) -> list[Deadline]:
    """What an agreement that is not over waits for, the earliest first. Of a month or a year, its last day."""
    if data.get("state") in OVER:
        return []
    due = [(each["name"], each["due"]) for each in data.get("milestones", ()) if "due" in each and "date" not in each]
    if data.get("valid_to"):
        due.append((VALIDITY, data["valid_to"]))
    return sorted((Deadline(name, span(part)[1]) for name, part in due), key=lambda each: (each.day, each.milestone))


def reached(left: int, days: Sequence[int]) -> int | None:
    """The notice that is to be given so many days before: the latest of ``days`` whose time has come, or None."""
    return min((each for each in days if left <= each), default=None)


def years_in_force(data: Mapping[str, Any]) -> Iterable[str]:
    """The years in which an agreement whose end is known is in force, from its first day or its signature."""
    first, last = data.get("valid_from") or data.get("signed"), data.get("valid_to")
    if first and last:
        yield from map(str, range(year_of(first), min(year_of(last), year_of(first) + _YEARS) + 1))


def by_side(contributions: Iterable[Mapping[str, Any]]) -> list[Total]:
    """The amounts that each side gives, in money and in kind, one sum a currency, in the order in which they stand."""
    return _summed((each.get("side", ""), each.get("means", ""), each) for each in contributions)


def in_all(contributions: Iterable[Mapping[str, Any]]) -> list[Total]:
    """The amounts of all sides together, one sum a currency: currencies are never added to one another."""
    return _summed(("", "", each) for each in contributions)


def _summed(several: Iterable[tuple[str, str, Mapping[str, Any]]]) -> list[Total]:
    found: dict[tuple[str, str, str], Total] = {}
    for side, means, each in several:
        if "amount" in each:
            money = each["amount"]
            key = (side, means, money["currency"])
            held = found.get(key, Total(*key, Decimal(0), ""))
            found[key] = Total(*key, held.amount + Decimal(money["amount"]), _both(held.mark, money.get("mark", "")))
    return list(found.values())


def _both(one: str, other: str) -> str:
    """What is said of a sum: the doubt of either part is its doubt; "at least" and "around" together are "around"."""
    return one if one == other or not other else other if not one else "approximate"


def shared_out(contributions: Iterable[Mapping[str, Any]]) -> Decimal:
    """The shares of the whole that the contributions say, together: 1 is all of it."""
    return sum((Decimal(each["share"]) for each in contributions if "share" in each), Decimal(0))


def is_free(contributions: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the municipality is said to give nothing: what is not said is not nothing."""
    given = [each for each in contributions if each.get("side") == "municipality"]
    amounts = [Decimal(each["amount"]["amount"]) for each in given if "amount" in each]
    return bool(amounts) and not any(amounts) and not any(Decimal(each.get("share", 0)) for each in given)


def obtained(contributions: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The amounts that the other sides give."""
    return [each["amount"] for each in contributions if each.get("side") != "municipality" and "amount" in each]


def is_of_people(group: str, not_people: Collection[str]) -> bool:
    """Whether a group of beneficiaries is counted in people: its first word is none of ``not_people``."""
    first = group.split()[:1]
    return not (first and words_of(first[0]) & set(not_people))


def is_backwards(data: Mapping[str, Any]) -> bool:
    """Whether the validity ends before it begins."""
    first, last = data.get("valid_from"), data.get("valid_to")
    return bool(first and last and span(last)[1] < span(first)[0])
