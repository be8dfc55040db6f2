"""The totals of a year: what its records of one register add up to, computed whenever somebody asks.

A total is a whole number under a key. A COUNT becomes its number, how many counts there are (``key/of``) and how many
of them are estimates (``key/marked/approximate``); MONEY becomes the same in hundredths of each currency (``key/COP``).
So a total keeps the qualifier of its parts: approximate, at least, or none.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.registers.shared.records.queries import RecordFilter, filter_statement
from attention_point.registers.shared.schema.schema import Data, Register

RECORDS_KEY = "records"
STATE_KEY = "state"
_HOW_MANY, _QUALIFIED = "of", "marked"
TotalPart = tuple[str, int]
YearTotals = Mapping[str, int]


def get_year_totals(session: Session, register: Register, year: int) -> dict[str, int]:
    """Add up a year's records in one statement: ``records``, ``state/<code>`` and what the register itself lists."""
    # Totals that are stored with every write need a table, a lock for each write and a way to make them anew. Adding up
    # 2,000 records takes 14 to 42 ms of CPU, and the office writes some 60 records a year (decision 22).
    record_filter = RecordFilter(index_values={"year": str(year)})
    statement = filter_statement(session, register, select(register.model.data), record_filter)
    return add_up_parts(part for data in session.scalars(statement) for part in _list_parts_of_record(register, data))


def _list_parts_of_record(register: Register, data: Data) -> Iterator[TotalPart]:
    yield RECORDS_KEY, 1
    if register.state_field in data:
        yield f"{STATE_KEY}/{data[register.state_field]}", 1
    yield from register.list_total_parts(data)


def build_count_parts(key: str, value: Mapping[str, Any]) -> Iterator[TotalPart]:
    """Break a COUNT into parts that can be added up."""
    yield key, value["number"]
    yield f"{key}/{_HOW_MANY}", 1
    if "mark" in value:
        yield f"{key}/{_QUALIFIED}/{value['mark']}", 1


def build_money_parts(key: str, value: Mapping[str, Any]) -> Iterator[TotalPart]:
    """Break an amount of MONEY into parts that can be added up, under the key of its currency."""
    # Whole hundredths: a sum of floats would drift.
    yield from build_count_parts(f"{key}/{value['currency']}", {**value, "number": int(Decimal(value["amount"]) * 100)})


def find_count_total(totals: YearTotals, key: str) -> dict[str, Any] | None:
    """Build the COUNT that the counts under a key add up to; None if there is none."""
    if not totals.get(f"{key}/{_HOW_MANY}"):
        return None
    qualifiers = [mark for mark in ("approximate", "at_least") if totals.get(f"{key}/{_QUALIFIED}/{mark}")]
    count = {"number": totals.get(key, 0)}
    # "At least" and "around" together promise no lower limit, so their total is only approximate.
    return {**count, "mark": qualifiers[0] if len(qualifiers) == 1 else "approximate"} if qualifiers else count


def list_money_totals(totals: YearTotals, key: str) -> list[dict[str, Any]]:
    """List the amounts of MONEY under a key, one for each currency, by the currency's letters."""
    amounts = []
    for currency in sorted({total_key.split("/")[1] for total_key in totals if total_key.startswith(f"{key}/")}):
        total = find_count_total(totals, f"{key}/{currency}")
        if total:
            amount = Decimal(total.pop("number")).scaleb(-2)
            text = f"{amount:.2f}" if amount % 1 else f"{amount:.0f}"
            amounts.append({"amount": text, "currency": currency, **total})
    return amounts


def select_totals_under(totals: YearTotals, key: str) -> dict[str, int]:
    """Select the totals under a key by what follows it: ``state/done`` under ``state`` becomes ``done``."""
    return {name.partition("/")[2]: number for name, number in totals.items() if name.startswith(f"{key}/")}


def add_up_parts(parts: Iterable[TotalPart]) -> dict[str, int]:
    """Add parts up under their keys."""
    totals: Counter[str] = Counter()
    for key, number in parts:
        totals[key] += number
    return dict(totals)
