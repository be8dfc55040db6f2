"""A record as cells of a spreadsheet and back: one column for each field, several for counts and amounts of money."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import N_, in_language
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared.rules import fold_text, join_cell, split_cell
from attention_point.registers.shared.schema import schema
from attention_point.registers.shared.schema.formatting import OrganisationNames
from attention_point.registers.shared.schema.schema import Field, Register

ID_COLUMN = "id"
_COLUMN_PARTS = {
    schema.COUNT: (("number", ""), ("mark", N_("Counted or estimated"))),
    schema.MONEY: (("amount", ""), ("currency", N_("Currency")), ("mark", N_("Counted or estimated"))),
}
"""Kinds of fields with several columns: the part of the value, and the message id that the column's label adds."""


def list_columns(register: Register) -> list[tuple[str, str]]:
    """List the columns of a register: key (``participants.mark``) and label in the reader's language."""
    columns = [(ID_COLUMN, "Id")]
    for field in register.fields:
        for part, part_label in _COLUMN_PARTS.get(field.kind, (("", ""),)):
            key = f"{field.key}.{part}" if part else field.key
            columns.append(
                (key, f"{_label_for_column(field)}: {_(part_label)}" if part_label else _label_for_column(field))
            )
    return columns


def _label_for_column(field: Field) -> str:
    """Build a column's label; that of a list says how a cell holds its parts."""
    if field.kind == schema.ROWS:
        return f"{_(field.label)} ({' | '.join(_(part.label) for part in field.fields)}; …)"
    return f"{_(field.label)} (%)" if field.kind == schema.SHARE else _(field.label)


def build_cells(register: Register, record_id: str, data: Mapping[str, Any], names: OrganisationNames) -> list[Any]:
    """Build the cells of a record in the order of ``list_columns``: codes, ISO dates, numbers, ``a; b`` for lists."""
    cells: list[Any] = [record_id]
    for field in register.fields:
        value = data.get(field.key)
        if field.kind in _COLUMN_PARTS:
            for part, _word in _COLUMN_PARTS[field.kind]:
                cell = (value or {}).get(part)
                if part == "amount" and cell is not None:
                    # A record stores an amount as text, which stays exact; a spreadsheet adds only numbers up.
                    cell = float(cell) if "." in cell else int(cell)
                cells.append(cell)
        else:
            cells.append(None if value is None else _format_cell(field, value, names))
    return cells


def _format_cell(field: Field, value: Any, names: OrganisationNames) -> Any:
    if field.kind == schema.ORGANISATIONS:
        return join_cell([_join_with_bars([names.get(entry["id"], ""), entry.get("role", "")]) for entry in value], ";")
    if field.kind == schema.ROWS:
        rows = [[_format_row_part(part, row.get(part.key), names) for part in field.fields] for row in value]
        return join_cell(list(map(_join_with_bars, rows)), ";")
    if field.kind in {schema.CODES, schema.TEXTS, schema.TAGS}:
        return join_cell(list(value), ";")
    if field.kind == schema.YES_NO:
        return "yes"
    # As a decimal: the float 0.07 times 100 is 7.000000000000001, which an import would refuse.
    return float(Decimal(value) * 100) if field.kind == schema.SHARE else value


def _join_with_bars(parts: Sequence[str]) -> str:
    while parts and not parts[-1]:
        parts = parts[:-1]
    return join_cell(list(parts), "|")


def _format_row_part(field: Field, value: Any, names: OrganisationNames) -> str:
    """Format a part of a row as text: ``3600 approximate`` for a count, ``12.50 USD`` for money."""
    if value is None:
        return ""
    if field.kind in _COLUMN_PARTS:
        return " ".join(str(value[part]) for part, _word in _COLUMN_PARTS[field.kind] if part in value)
    return str(_format_cell(field, value, names))


def read_column_keys(register: Register, labels: Sequence[str]) -> list[str]:
    """Find the keys of columns by their labels, in Spanish or English, or by the keys themselves.

    Raises Invalid, which names the columns that are missing, unknown or repeated.
    """
    # A file may have been exported by a reader of the other language.
    keys_by_label: dict[str, str] = {}
    for language in ("es", "en"):
        with in_language(language):
            keys_by_label |= {fold_text(label): key for key, label in list_columns(register)}
    keys_by_label |= {fold_text(key): key for key, _column_label in list_columns(register)}
    keys = [keys_by_label.get(fold_text(label), "") for label in labels]
    required = [(field.key, _(field.label)) for field in register.fields if field.required]
    problems = [_("The column '%(name)s' is missing.", name=label) for key, label in required if key not in keys]
    problems += [
        _("No column is called '%(name)s'.", name=label[:60])
        for label, key in zip(labels, keys, strict=True)
        if not key
    ]
    problems += [
        _("The column '%(name)s' appears twice.", name=key)
        for key in sorted({repeated_key for repeated_key in keys if repeated_key and keys.count(repeated_key) > 1})
    ]
    if problems:
        raise Invalid(
            _("The columns of the file do not match the register. Nothing was read."),
            tuple(FieldError("file", problem) for problem in problems),
        )
    return keys


def read_row_values(fields: Iterable[Field], cells: Mapping[str, Any]) -> dict[str, Any]:
    """Read the cells of a row, by the keys of their columns, into raw values for ``check_facts``."""
    values: dict[str, Any] = {}
    for field in fields:
        if field.kind in _COLUMN_PARTS:
            parts = {part: cells.get(f"{field.key}.{part}") for part, _word in _COLUMN_PARTS[field.kind]}
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
    return {part.key: _parse_row_part(part, text) for part, text in zip(field.fields, parts, strict=False)}


def _parse_row_part(field: Field, text: str) -> Any:
    if field.kind in _COLUMN_PARTS and " " in text.strip():
        pieces, part_names = text.split(), [part for part, _word in _COLUMN_PARTS[field.kind]]
        if (
            field.kind == schema.COUNT
            or len(pieces) == len(part_names)
            or pieces[-1] not in {"approximate", "at_least"}
        ):
            return dict(zip(part_names, pieces, strict=False))
        return {"amount": pieces[0], "mark": pieces[-1]}
    return text
