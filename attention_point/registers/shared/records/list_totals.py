"""What the records of a list add up to: how many they are, and the sum of each count and amount of money.

The database adds up. The keys of the sums are those of ``year_totals``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Float, Numeric, case, cast, func, select
from sqlalchemy.orm import Session

from attention_point.foundation.database.engine import get_dialect
from attention_point.registers.shared.records.queries import RecordFilter, filter_statement
from attention_point.registers.shared.records.year_totals import find_count_total, list_money_totals
from attention_point.registers.shared.schema.schema import COUNT, MONEY, Field, Register

_QUALIFIERS = ("approximate", "at_least")


@dataclass(frozen=True, slots=True)
class FieldTotal:
    """The sum of a field over so many records. Money of several currencies adds up to several ``values``."""

    field: Field
    values: Sequence[Mapping[str, Any]]
    record_count: int


@dataclass(frozen=True, slots=True)
class ListTotals:
    """The number of the records of a list, and the sums of the fields that can be added up, by their keys."""

    record_count: int
    sums: Mapping[str, FieldTotal]


def sum_list(session: Session, register: Register, record_filter: RecordFilter) -> ListTotals:
    """Add up the records of a filter: one statement for the counts, one for each field of money."""
    counted_fields = [field for field in register.fields if field.kind == COUNT]
    columns = [column for field in counted_fields for column in _build_sum_columns(register, field, "number")]
    row = session.execute(
        filter_statement(session, register, select(func.count(), *columns).select_from(register.model), record_filter)
    ).one()
    sums: dict[str, FieldTotal] = {}
    for number, field in enumerate(counted_fields):
        totals = _name_sums(field.key, row[1 + 4 * number : 5 + 4 * number])
        count = find_count_total(totals, field.key)
        if count:
            sums[field.key] = FieldTotal(field, (count,), totals[f"{field.key}/of"])
    for field in (field for field in register.fields if field.kind == MONEY):
        total = _sum_money(session, register, record_filter, field)
        if total:
            sums[field.key] = total
    return ListTotals(row[0], sums)


def _sum_money(session: Session, register: Register, record_filter: RecordFilter, field: Field) -> FieldTotal | None:
    currency = register.model.data[(field.key, "currency")].as_string()
    statement = select(currency, *_build_sum_columns(register, field, "amount", _get_amount_type(session)))
    totals: dict[str, int] = {}
    for row in session.execute(
        filter_statement(session, register, statement.where(currency.is_not(None)), record_filter).group_by(currency)
    ):
        totals |= _name_sums(f"{field.key}/{row[0]}", (round(row[1] * 100), *row[2:]))
    record_count = sum(number for key, number in totals.items() if key.endswith("/of"))
    return FieldTotal(field, list_money_totals(totals, field.key), record_count) if totals else None


def _get_amount_type(session: Session) -> Any:
    # SQLite adds 64-bit floats, which are exact to a hundredth up to 90 million million; PostgreSQL adds decimals.
    return Float() if get_dialect(session).name == "sqlite" else Numeric(20, 2)


def _build_sum_columns(
    register: Register, field: Field, part: str, number_type: Any = None
) -> list[ColumnElement[Any]]:
    """Build the columns of a field: its sum, its number of values, and how many of them have each qualifier."""
    data = register.model.data
    value = (
        cast(data[(field.key, part)].as_string(), number_type) if number_type else data[(field.key, part)].as_integer()
    )
    mark = data[(field.key, "mark")].as_string()
    qualified = [func.count(case((mark == qualifier, 1))) for qualifier in _QUALIFIERS]
    return [func.coalesce(func.sum(value), 0), func.count(value), *qualified]


def _name_sums(key: str, sums: Sequence[Any]) -> dict[str, int]:
    names = (key, f"{key}/of", *(f"{key}/marked/{qualifier}" for qualifier in _QUALIFIERS))
    return {name: int(number) for name, number in zip(names, sums, strict=True)}
