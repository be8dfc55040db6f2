"""A record as cells of a spreadsheet and back: one column a field, more where a number says more than itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import speaking
from attention_point.foundation.refusals import FieldError, Invalid
from attention_point.registers.shared import describe
from attention_point.registers.shared.describe import Field, Register
from attention_point.registers.shared.rules import folded, join, split
from attention_point.registers.shared.wording import Names

ID = "id"
_PARTS = {
    describe.COUNT: (("number", ""), ("mark", "Counted or estimated")),
    describe.MONEY: (("amount", ""), ("currency", "Currency"), ("mark", "Counted or estimated")),
}
"""Fields of several columns: the part and the message id that its label adds."""


def columns(register: Register) -> list[tuple[str, str]]:
    """The columns of a register: key (``participants.mark``) and label in the reader's language."""
    found = [(ID, "Id")]
    for field in register.fields:
        for part, word in _PARTS.get(field.kind, (("", ""),)):
            key = f"{field.key}.{part}" if part else field.key
            found.append((key, f"{_label(field)}: {_(word)}" if word else _label(field)))
    return found


def _label(field: Field) -> str:
    """A list's column says how a cell holds it."""
    if field.kind == describe.ROWS:
        return f"{_(field.label)} ({' | '.join(_(part.label) for part in field.fields)}; …)"
    return f"{_(field.label)} (%)" if field.kind == describe.SHARE else _(field.label)


def cells_of(register: Register, record_id: str, data: Mapping[str, Any], names: Names) -> list[Any]:
    """The cells of a record, in the order of ``columns``: codes, ISO dates, bare numbers, lists with semicolons."""
    found: list[Any] = [record_id]
    for field in register.fields:
        value = data.get(field.key)
        if field.kind in _PARTS:
            found += [_number(part, (value or {}).get(part)) for part, _word in _PARTS[field.kind]]
        else:
            found.append(None if value is None else _cell(field, value, names))
    return found


def _number(part: str, value: Any) -> Any:
    return float(value) if part == "amount" and value is not None and "." in value else _whole(part, value)


def _whole(part: str, value: Any) -> Any:
    return int(value) if part == "amount" and value is not None else value


def _cell(field: Field, value: Any, names: Names) -> Any:
    if field.kind == describe.ORGANISATIONS:
        return join([_bars([names.get(each["id"], ""), each.get("role", "")]) for each in value], ";")
    if field.kind == describe.ROWS:
        return join([_bars([_part(part, row.get(part.key), names) for part in field.fields]) for row in value], ";")
    if field.kind in {describe.CODES, describe.TEXTS, describe.TAGS}:
        return join(list(value), ";")
    if field.kind == describe.YES:
        return "yes"
    return float(value) * 100 if field.kind == describe.SHARE else value


def _bars(parts: Sequence[str]) -> str:
    while parts and not parts[-1]:
        parts = parts[:-1]
    return join(list(parts), "|")


def _part(field: Field, value: Any, names: Names) -> str:
    """A part of a row in one text; a number that says more than itself as ``3600 approximate``, ``12.50 USD``."""
    if value is None:
        return ""
    if field.kind in _PARTS:
        return " ".join(str(value[part]) for part, _word in _PARTS[field.kind] if part in value)
    return str(_cell(field, value, names))


def keys_of(register: Register, head: Sequence[str]) -> list[str]:
    """The columns' keys by their labels in either language, or by the keys themselves.

    Raises Invalid naming the columns that are missing, unknown, or there twice.
    """
    known: dict[str, str] = {}
    for language in ("es", "en"):
        with speaking(language):
            known |= {folded(label): key for key, label in columns(register)}
    known |= {folded(key): key for key, _label_of in columns(register)}
    keys = [known.get(folded(label), "") for label in head]
    required = [(field.key, _(field.label)) for field in register.fields if field.required]
    wrong = [_("The column '%(name)s' is missing.", name=label) for key, label in required if key not in keys]
    wrong += [
        _("No column is called '%(name)s'.", name=label[:60]) for label, key in zip(head, keys, strict=True) if not key
    ]
    wrong += [
        _("The column '%(name)s' stands twice.", name=key)
        for key in sorted({k for k in keys if k and keys.count(k) > 1})
    ]
    if wrong:
        raise Invalid(
            _("The file has another shape. Nothing was read."), tuple(FieldError("file", each) for each in wrong)
        )
    return keys


def values_of(register: Register, cells: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of a row as ``reading.read`` takes them."""
    found: dict[str, Any] = {}
    for field in register.fields:
        if field.kind in _PARTS:
            parts = {part: cells.get(f"{field.key}.{part}") for part, _word in _PARTS[field.kind]}
            blank = all(value in (None, "") for part, value in parts.items() if part != "currency")
            found[field.key] = None if blank else parts
        elif field.kind == describe.ROWS and isinstance(cells.get(field.key), str):
            found[field.key] = [_row(field, each) for each in split(cells[field.key], ";") if each]
        else:
            found[field.key] = cells.get(field.key)
    return found


def _row(field: Field, cell: str) -> Any:
    """A row of a cell; what has too many parts is left as it is, for the check to say so."""
    parts = split(cell, "|")
    if len(parts) > len(field.fields):
        return cell
    return {part.key: _raw(part, text) for part, text in zip(field.fields, parts, strict=False)}


def _raw(field: Field, text: str) -> Any:
    if field.kind in _PARTS and " " in text.strip():
        words, names = text.split(), [part for part, _word in _PARTS[field.kind]]
        if field.kind == describe.COUNT or len(words) == len(names) or words[-1] not in {"approximate", "at_least"}:
            return dict(zip(names, words, strict=False))
        return {"amount": words[0], "mark": words[-1]}
    return text
