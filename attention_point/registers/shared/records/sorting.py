"""The orders in which a list can be shown: by its name, its date, or a fact that is one of its columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Float, case, cast, func, select
from sqlalchemy.orm import Session

from attention_point.foundation.database.engine import get_dialect
from attention_point.foundation.language import current_language
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.schema import schema
from attention_point.registers.shared.schema.schema import Field, Register

NAME_KEY = "name"
_SORTED_KINDS = frozenset(
    {schema.TEXT, schema.CODE, schema.DATE, schema.INTEGER, schema.COUNT, schema.MONEY, schema.SHARE}
)
_LARGEST_FIRST = frozenset({schema.DATE, schema.INTEGER, schema.COUNT, schema.MONEY, schema.SHARE})


@dataclass(frozen=True, slots=True)
class SortOrder:
    """An order of a list: by the field of a key, from the last value to the first if it ``is_descending``."""

    key: str
    is_descending: bool = False

    def __str__(self) -> str:
        """Format the order as an address holds it: ``date``, ``-date``."""
        return f"-{self.key}" if self.is_descending else self.key


def list_sorted_fields(register: Register) -> Sequence[Field]:
    """List the fields by which a list can be sorted: the name, and its columns of a kind that has an order."""
    return [
        field for field in register.fields if field.key == NAME_KEY or (field.listed and field.kind in _SORTED_KINDS)
    ]


def find_default_order(register: Register) -> SortOrder:
    """Find the order of a list when nobody chose one: the newest first, or by name where no record has a date."""
    return SortOrder(register.sort_field, is_descending=True) if register.sort_field else SortOrder(NAME_KEY)


def parse_sort_order(register: Register, text: str) -> SortOrder:
    """Parse the order of an address; anything that is none gives the default one."""
    order = SortOrder(text.removeprefix("-"), text.startswith("-"))
    sorted_keys = {register.sort_field, *(field.key for field in list_sorted_fields(register))} - {""}
    return order if order.key in sorted_keys else find_default_order(register)


def list_orders_by_field(register: Register, order: SortOrder) -> dict[str, SortOrder]:
    """List the order that a tap on each column's head gives: turned round for the column that orders the list now."""
    return {
        field.key: SortOrder(
            field.key, not order.is_descending if field.key == order.key else field.kind in _LARGEST_FIRST
        )
        for field in list_sorted_fields(register)
    }


def build_sort_column(session: Session, register: Register, key: str) -> ColumnElement[Any]:
    """Build the expression by which a list is sorted; it is never NULL. A record without the fact stands below all."""
    model = register.model
    if key == NAME_KEY:
        return model.name_key.expression
    if key == register.sort_field:
        return model.sort.expression
    field, fact = register.get_field(key), model.data[key]
    if field.kind == schema.CODE:
        choices = field.code_list.form_choices(current_language())
        return case({code: rank for rank, (code, _label) in enumerate(choices)}, value=fact.as_string(), else_=-1)
    if field.kind == schema.COUNT:
        return func.coalesce(model.data[(key, "number")].as_integer(), -1)
    if field.kind == schema.INTEGER:
        return func.coalesce(fact.as_integer(), -1)
    if field.kind == schema.MONEY:
        return func.coalesce(cast(model.data[(key, "amount")].as_string(), Float), -1.0)
    if field.kind == schema.SHARE:
        return func.coalesce(cast(fact.as_string(), Float), -1.0)
    text = func.coalesce(func.lower(fact.as_string()), "")
    # Byte by byte, as SQLite does: in another collation "2017-03" may come after "2017-03-05".
    return text.collate("C") if get_dialect(session).name == "postgresql" else text


def get_sort_value(session: Session, register: Register, key: str, record: RecordColumns) -> Any:
    """Get the value by which a record stands in the list."""
    if key == NAME_KEY:
        return record.name_key
    if key == register.sort_field:
        return record.sort
    column = build_sort_column(session, register, key)
    return session.scalar(select(column).where(register.model.id == record.id))
