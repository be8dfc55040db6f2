"""Facts of a record as text in the reader's language: "cerca de 3.600", "marzo de 2017", "$ 1.814.249.000"."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from attention_point.foundation.language import (
    current_language,
    format_amount,
    format_date,
    format_month,
    format_number,
    format_percent,
)
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared.rules import parse_day_span
from attention_point.registers.shared.schema import schema
from attention_point.registers.shared.schema.schema import Field

OrganisationNames = Mapping[str, str]
"""The names of organisations by their id (``queries.list_organisation_names``)."""


def format_field_value(field: Field, value: Any, names: OrganisationNames) -> str:
    """Format a fact in one line; empty if nothing is known."""
    return "" if value is None else _FORMATTERS.get(field.kind, _format_plain_value)(field, value, names)


def format_field_lines(field: Field, value: Any, names: OrganisationNames) -> list[str]:
    """Format a fact as lines: one line for each entry of the kinds that hold several, else one line."""
    if field.kind not in LIST_KINDS:
        return [format_field_value(field, value, names)] if value is not None else []
    return [_FORMATTERS[field.kind](field, [entry], names) for entry in value or ()]


def format_part_date(part_date_text: str, style: str = "long") -> str:
    """Format a date, a month or a year; ``style`` is long or medium."""
    numbers = part_date_text.split("-")
    if len(numbers) == 3:
        return format_date(date.fromisoformat(part_date_text), style)
    return format_month(parse_day_span(part_date_text)[0]) if len(numbers) == 2 else part_date_text


def format_qualified(text: str, qualifier: str | None) -> str:
    """Add the qualifier of a number: around, at least."""
    if qualifier == "approximate":
        return _("around %(number)s", number=text)
    return _("at least %(number)s", number=text) if qualifier == "at_least" else text


def format_count(value: Mapping[str, Any]) -> str:
    """Format a COUNT."""
    return format_qualified(format_number(value["number"]), value.get("mark"))


def format_money(value: Mapping[str, Any]) -> str:
    """Format an amount of MONEY in its currency."""
    return format_qualified(format_amount(Decimal(value["amount"]), value["currency"]), value.get("mark"))


def format_total(field: Field, values: Iterable[Mapping[str, Any]]) -> str:
    """Format what the values of a field add up to; of money, one amount for each currency."""
    return "; ".join(format_money(value) if field.kind == schema.MONEY else format_count(value) for value in values)


def _format_plain_value(_field: Field, value: Any, _names: OrganisationNames) -> str:
    return str(value)


def _label_for_code(field: Field, value: Any, _names: OrganisationNames) -> str:
    return field.code_list.label_for_code(value, current_language())


def _format_organisation(field: Field, organisation: Mapping[str, str], names: OrganisationNames) -> str:
    # A bulletin that was sent stores the names themselves, without ids.
    name = names.get(organisation.get("id", ""), organisation.get("name", "–"))
    role = organisation.get("role")
    return f"{name} ({field.codes.label_for_code(role, current_language()).lower()})" if role and field.codes else name


def _format_row(field: Field, row: Mapping[str, Any], names: OrganisationNames) -> str:
    """Format the parts of a row; a number or a date, which says little by itself, follows its label."""
    parts = []
    for part in field.fields:
        text = format_field_value(part, row.get(part.key), names)
        if text:
            # "Firma · Pagado: $ 1.000": a bare amount would not say what it is.
            is_plain = part.kind in {schema.TEXT, schema.LONG_TEXT, schema.CODE, schema.URL}
            parts.append(text if is_plain else f"{_(part.label)}: {text}")
    return " · ".join(parts)


_FORMATTERS: Mapping[str, Callable[[Field, Any, OrganisationNames], str]] = {
    schema.CODE: _label_for_code,
    schema.CODES: lambda field, value, names: "; ".join(_label_for_code(field, code, names) for code in value),
    schema.DATE: lambda _field, value, _names: format_part_date(value),
    schema.MONEY: lambda _field, value, _names: format_money(value),
    # A year has no dot between its thousands.
    schema.INTEGER: lambda field, value, _names: str(value) if field.key == "year" else format_number(value),
    schema.COUNT: lambda _field, value, _names: format_count(value),
    schema.SHARE: lambda _field, value, _names: format_percent(float(value)),
    schema.ORGANISATIONS: lambda field, value, names: "; ".join(
        _format_organisation(field, organisation, names) for organisation in value
    ),
    schema.TEXTS: lambda _field, value, _names: "; ".join(value),
    schema.TAGS: lambda _field, value, _names: ", ".join(value),
    schema.YES_NO: lambda _field, value, _names: _("Yes") if value else _("No"),
    schema.ROWS: lambda field, value, names: "; ".join(_format_row(field, row, names) for row in value),
}
# Tags are short and stay in one line.
LIST_KINDS = frozenset({schema.CODES, schema.ORGANISATIONS, schema.TEXTS, schema.ROWS})
