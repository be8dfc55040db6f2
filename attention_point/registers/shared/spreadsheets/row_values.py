"""The cells of a row as raw values of a record, for ``check_facts``."""

from collections.abc import Iterable, Mapping
from typing import Any

from attention_point.registers.shared.rules import split_cell
from attention_point.registers.shared.schema import schema
from attention_point.registers.shared.schema.schema import Field, Register
from attention_point.registers.shared.spreadsheets.spreadsheet_columns import COLUMN_PARTS
from attention_point.registers.shared.written_dates import parse_date_range, parse_part_date


def split_date_range(register: Register, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Split a cell of two dates (``12 al 14 de mayo de 2018``) into the first and the last day, where there is room."""
    dates, end = cells.get(register.sort_field), register.end_field
    if not end or not isinstance(dates, str) or cells.get(end) not in (None, ""):
        return dict(cells)
    try:
        parse_part_date(dates)
    except ValueError:
        try:
            first, last = parse_date_range(dates)
        except ValueError:
            return dict(cells)  # ``check_facts`` says what is wrong with it
        return {**cells, register.sort_field: first, end: last}
    return dict(cells)


def read_row_values(fields: Iterable[Field], cells: Mapping[str, Any]) -> dict[str, Any]:
    """Read the cells of a row, by the keys of their columns, into raw values for ``check_facts``."""
    values: dict[str, Any] = {}
    for field in fields:
        if field.kind in COLUMN_PARTS:
            parts = {part: cells.get(f"{field.key}.{part}") for part, _word in COLUMN_PARTS[field.kind]}
            is_blank = all(value in (None, "") for part, value in parts.items() if part != "currency")
            values[field.key] = None if is_blank else parts
        elif field.kind == schema.ROWS and isinstance(cells.get(field.key), str):
            values[field.key] = [
                _parse_row(field, row_text) for row_text in split_cell(cells[field.key], ";") if row_text
            ]
        else:
            values[field.key] = cells.get(field.key)
    return values


def _parse_row(field: Field, cell: str) -> Any:
    """Parse one row of a cell. Text with too many parts stays text, and ``check_facts`` refuses it."""
    parts = split_cell(cell, "|")
    if len(parts) > len(field.fields):
        return cell
    return {part.key: text for part, text in zip(field.fields, parts, strict=False)}
