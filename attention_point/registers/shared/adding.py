"""What a record adds to its year, as whole numbers under keys, so that it can be taken out again exactly.

A count is kept as its number, how many counts there are, and how many are doubtful; money the same for each currency,
in hundredths. So a sum of sums says of itself what its parts say: around, at least, or nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

Value = Mapping[str, Any]
Part = tuple[str, int]
Sums = Mapping[str, int]

_OF, _MARKED = "of", "marked"


def counted(key: str, value: Value) -> Iterator[Part]:
    """The parts of a COUNT."""
    yield key, value["number"]
    yield f"{key}/{_OF}", 1
    if "mark" in value:
        yield f"{key}/{_MARKED}/{value['mark']}", 1


def paid(key: str, value: Value) -> Iterator[Part]:
    """The parts of an amount of MONEY."""
    yield from counted(f"{key}/{value['currency']}", {**value, "number": int(Decimal(value["amount"]) * 100)})


def count_of(sums: Sums, key: str) -> dict[str, Any] | None:
    """The COUNT that the counts under a key add up to; None where there is none."""
    if not sums.get(f"{key}/{_OF}"):
        return None
    marks = {mark for mark in ("approximate", "at_least") if sums.get(f"{key}/{_MARKED}/{mark}")}
    found = {"number": sums.get(key, 0)}
    return {**found, "mark": marks.pop() if len(marks) == 1 else "approximate"} if marks else found


def money_of(sums: Sums, key: str) -> list[dict[str, Any]]:
    """The amounts of MONEY under a key, one sum a currency, by the currency's letters."""
    found = []
    for currency in sorted({place.split("/")[1] for place in sums if place.startswith(f"{key}/")}):
        total = count_of(sums, f"{key}/{currency}")
        if total:
            amount = Decimal(total.pop("number")).scaleb(-2)
            text = f"{amount:.2f}" if amount % 1 else f"{amount:.0f}"
            found.append({"amount": text, "currency": currency, **total})
    return found


def under(sums: Sums, key: str) -> dict[str, int]:
    """The numbers under a key by what stands after it: ``state/done`` under ``state`` is ``done``."""
    return {place.partition("/")[2]: number for place, number in sums.items() if place.startswith(f"{key}/")}


def added(sums: Sums, parts: Iterable[Part], sign: int = 1) -> dict[str, int]:
    """The sums with parts put in, or taken out (-1); what is nothing is left out."""
    found = dict(sums)
    for key, number in parts:
        found[key] = found.get(key, 0) + sign * number
    return {key: number for key, number in found.items() if number}
