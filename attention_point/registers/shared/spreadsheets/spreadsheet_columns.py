"""A record as cells of a spreadsheet: one column for each field, several for counts and amounts of money."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from attention_point.foundation.codelists import CodeList
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import N_, current_language, in_language
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared.code_lists import COMMON_COLUMN_NAMES, NUMBER_QUALIFIERS
from attention_point.registers.shared.rules import fold_text, join_cell
from attention_point.registers.shared.schema import schema
from attention_point.registers.shared.schema.formatting import OrganisationNames
from attention_point.registers.shared.schema.schema import Field, Register

ID_COLUMN = "id"
IGNORED_COLUMN = "?"
"""What the key of a column begins with that is no fact of the register; the label follows."""
NEW_RECORD_WORDS = frozenset({"new", "nuevo", "nueva"})
"""What the column ``Id`` says, folded, of a row that is a new record although another has its name and date."""
REASON_LABEL = N_("What to correct")
"""The column that a file of wrong rows has besides; an import ignores it."""
COLUMN_PARTS = {
    schema.COUNT: (("number", ""), ("mark", N_("Counted or estimated"))),
    schema.MONEY: (("amount", ""), ("currency", N_("Currency")), ("mark", N_("Counted or estimated"))),
}
"""Kinds of fields with several columns: the part of the value, and the message id that the column's label adds."""


def list_columns(register: Register) -> list[tuple[str, str]]:
    """List the columns of a register: key (``participants.mark``) and label in the reader's language."""
    columns = []
    for field in register.fields:
        for part, part_label in COLUMN_PARTS.get(field.kind, (("", ""),)):
            key = f"{field.key}.{part}" if part else field.key
            columns.append(
                (key, f"{_label_for_column(field)}: {_(part_label)}" if part_label else _label_for_column(field))
            )
    # Last: it says nothing to a reader, and only a changed record needs it.
    return [*columns, (ID_COLUMN, "Id")]


def _label_for_column(field: Field) -> str:
    """Build a column's label; that of a list says how a cell holds its parts."""
    if field.kind == schema.ROWS:
        return f"{_(field.label)} ({' | '.join(_(part.label) for part in field.fields)}; …)"
    return f"{_(field.label)} (%)" if field.kind == schema.SHARE else _(field.label)


def build_cells(register: Register, record_id: str, data: Mapping[str, Any], names: OrganisationNames) -> list[Any]:
    """Build the cells of a record in the order of ``list_columns``: words of the reader's language, dates, numbers.

    A cell is a text, a number, a day as ``date`` or None. Lists are ``a; b``.
    """
    cells: list[Any] = []
    for field in register.fields:
        value = data.get(field.key)
        if field.kind in COLUMN_PARTS:
            cells += [_format_part(part, (value or {}).get(part)) for part, _word in COLUMN_PARTS[field.kind]]
        else:
            cells.append(None if value is None else _format_cell(field, value, names))
    return [*cells, record_id]


def _format_part(part: str, value: Any) -> Any:
    if value is None or part == "number":
        return value
    if part == "mark":
        return _label_for_code(NUMBER_QUALIFIERS, value)
    if part == "amount":
        # A record stores an amount as text, which stays exact; a spreadsheet adds only numbers up.
        return float(value) if "." in value else int(value)
    return value  # the three letters of a currency, which a bank uses too


def _label_for_code(codes: CodeList, code: str) -> str:
    return codes.label_for_code(code, current_language())


def _format_cell(field: Field, value: Any, names: OrganisationNames) -> Any:
    if field.kind == schema.ORGANISATIONS:
        return join_cell([_join_with_bars(_list_organisation_parts(field, entry, names)) for entry in value], ";")
    if field.kind == schema.ROWS:
        rows = [[_format_row_part(part, row.get(part.key), names) for part in field.fields] for row in value]
        return join_cell(list(map(_join_with_bars, rows)), ";")
    if field.kind == schema.CODES:
        return join_cell([_label_for_code(field.code_list, code) for code in value], ";")
    if field.kind in {schema.TEXTS, schema.TAGS}:
        return join_cell(list(value), ";")
    if field.kind == schema.CODE:
        return _label_for_code(field.code_list, value)
    if field.kind == schema.YES_NO:
        return _("Yes")
    if field.kind == schema.DATE:
        return _format_part_date(value)
    # As a decimal: the float 0.07 times 100 is 7.000000000000001, which an import would refuse.
    return float(Decimal(value) * 100) if field.kind == schema.SHARE else value


def _format_part_date(part_date_text: str) -> date | str | int:
    """Format a part date as a spreadsheet sorts it: a day, else the month as text or the year as a number."""
    numbers = part_date_text.split("-")
    if len(numbers) == 3:
        return date.fromisoformat(part_date_text)
    return int(numbers[0]) if len(numbers) == 1 else "/".join(reversed(numbers))


def _list_organisation_parts(field: Field, entry: Mapping[str, str], names: OrganisationNames) -> list[str]:
    role = entry.get("role", "")
    return [names.get(entry["id"], ""), _label_for_code(field.codes, role) if role and field.codes else role]


def _join_with_bars(parts: Sequence[str]) -> str:
    while parts and not parts[-1]:
        parts = parts[:-1]
    return join_cell(list(parts), "|")


def _format_row_part(field: Field, value: Any, names: OrganisationNames) -> str:
    """Format a part of a row as a text that an import reads: ``al menos 12,50 USD``."""
    if value is None:
        return ""
    if field.kind in COLUMN_PARTS:
        qualifier = _label_for_code(NUMBER_QUALIFIERS, value["mark"]) if "mark" in value else ""
        number = format_cell_text(value["number"] if "number" in value else _format_part("amount", value["amount"]))
        return " ".join(filter(None, (qualifier, number, value.get("currency", ""))))
    return format_cell_text(_format_cell(field, value, names))


def format_cell_text(cell: Any) -> str:
    """Format a cell as the text that an import reads back in Colombia: ``30/03/2017``, ``12,5``."""
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, float):
        return f"{Decimal(str(cell)):f}".replace(".", ",")
    return "" if cell is None else str(cell)


def label_for_column(register: Register, key: str) -> str:
    """Label a column of a file by its key: the register's label, or the file's own for a column that it ignores."""
    return dict(list_columns(register)).get(key, key.removeprefix(IGNORED_COLUMN))


def find_column_keys(register: Register, labels: Sequence[str]) -> list[str]:
    """Find the key of each column by its label, in Spanish or English, or by the key itself.

    A column that is no fact of the register gets its label after ``IGNORED_COLUMN``.
    """
    # A file may have been exported by a reader of the other language.
    keys_by_label = {
        fold_text(name): key for key, names in _list_further_names(register) for name in names
    }  # the register's own labels go before these
    for language in ("es", "en"):
        with in_language(language):
            keys_by_label |= {fold_text(label): key for key, label in list_columns(register)}
    keys_by_label |= {fold_text(key): key for key, _column_label in list_columns(register)}
    return [keys_by_label.get(fold_text(label)) or f"{IGNORED_COLUMN}{label[:60]}" for label in labels]


def _list_further_names(register: Register) -> Iterable[tuple[str, tuple[str, ...]]]:
    for field in register.fields:
        part = COLUMN_PARTS.get(field.kind, (("", ""),))[0][0]
        names = (*(register.column_names or {}).get(field.key, ()), *COMMON_COLUMN_NAMES.get(field.key, ()))
        yield (f"{field.key}.{part}" if part else field.key), names


def check_column_keys(register: Register, keys: Sequence[str]) -> None:
    """Raise Invalid, which names the columns that are missing or repeated."""
    required = [field for field in register.fields if field.required]
    problems = [
        _("The column '%(name)s' is missing.", name=_(field.label)) for field in required if field.key not in keys
    ]
    repeated_keys = sorted({key for key in keys if not key.startswith(IGNORED_COLUMN) and keys.count(key) > 1})
    problems += [
        _("The column '%(name)s' appears twice.", name=label_for_column(register, key)) for key in repeated_keys
    ]
    if problems:
        raise Invalid(
            _("The columns of the file do not match the register. Nothing was read."),
            tuple(FieldError("file", problem) for problem in problems),
        )


def list_ignored_labels(keys: Iterable[str]) -> list[str]:
    """List the labels of the columns that an import leaves out, without that of the reasons."""
    reason_labels = set()
    for language in ("es", "en"):
        with in_language(language):
            reason_labels.add(fold_text(_(REASON_LABEL)))
    labels = [key.removeprefix(IGNORED_COLUMN) for key in keys if key.startswith(IGNORED_COLUMN)]
    return [label for label in labels if label and fold_text(label) not in reason_labels]
