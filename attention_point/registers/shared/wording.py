"""A record's facts in a reader's words: "cerca de 3.600", "marzo de 2017", "$ 1.814.249.000"."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from attention_point.foundation.language import (
    current,
    format_amount,
    format_date,
    format_month,
    format_number,
    format_percent,
)
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared import describe
from attention_point.registers.shared.describe import Field

Names = Mapping[str, str]
"""The names of organisations by their id, as ``queries.names`` reads them."""


def words(field: Field, value: Any, names: Names) -> str:
    """A fact in one line; empty when nothing is known."""
    return "" if value is None else _WORDS.get(field.kind, _as_it_is)(field, value, names)


def lines(field: Field, value: Any, names: Names) -> list[str]:
    """A fact as a list: an entry each for the kinds that hold several, one line for the others."""
    if field.kind not in SEVERAL:
        return [words(field, value, names)] if value is not None else []
    return [_WORDS[field.kind](field, [each], names) for each in value or ()]


def date_words(part: str, style: str = "long") -> str:
    """A date or a part of one."""
    numbers = part.split("-")
    if len(numbers) == 3:
        return format_date(date.fromisoformat(part), style)
    return format_month(date.fromisoformat(f"{part}-01")) if len(numbers) == 2 else part


def marked(text: str, mark: str | None) -> str:
    """A number with what is said of it: around, at least."""
    if mark == "approximate":
        return _("around %(number)s", number=text)
    return _("at least %(number)s", number=text) if mark == "at_least" else text


def count_words(value: Mapping[str, Any]) -> str:
    """Counted or estimated."""
    return marked(format_number(value["number"]), value.get("mark"))


def money_words(value: Mapping[str, Any]) -> str:
    """An amount in its currency."""
    return marked(format_amount(Decimal(value["amount"]), value["currency"]), value.get("mark"))


def _as_it_is(_field: Field, value: Any, _names: Names) -> str:
    return str(value)


def _code(field: Field, value: Any, _names: Names) -> str:
    return field.list.label(value, current())


def _organisation(field: Field, each: Mapping[str, str], names: Names) -> str:
    name = names.get(each.get("id", ""), each.get("name", "–"))
    role = each.get("role")
    return f"{name} ({field.codes.label(role, current()).lower()})" if role and field.codes else name


def _row(field: Field, row: Mapping[str, Any], names: Names) -> str:
    """A row's facts; a number, which says nothing by itself, after its label."""
    parts = []
    for part in field.fields:
        text = words(part, row.get(part.key), names)
        if text:
            plain = part.kind in {describe.TEXT, describe.LONG, describe.CODE, describe.URL}
            parts.append(text if plain else f"{_(part.label)}: {text}")
    return " · ".join(parts)


_WORDS: Mapping[str, Callable[[Field, Any, Names], str]] = {
    describe.CODE: _code,
    describe.CODES: lambda field, value, names: "; ".join(_code(field, each, names) for each in value),
    describe.DATE: lambda _field, value, _names: date_words(value),
    describe.MONEY: lambda _field, value, _names: money_words(value),
    describe.INTEGER: lambda field, value, _names: str(value) if field.key == "year" else format_number(value),
    describe.COUNT: lambda _field, value, _names: count_words(value),
    describe.SHARE: lambda _field, value, _names: format_percent(float(value)),
    describe.ORGANISATIONS: lambda field, value, names: "; ".join(_organisation(field, each, names) for each in value),
    describe.TEXTS: lambda _field, value, _names: "; ".join(value),
    describe.TAGS: lambda _field, value, _names: ", ".join(value),
    describe.YES: lambda _field, value, _names: _("Yes") if value else _("No"),
    describe.ROWS: lambda field, value, names: "; ".join(_row(field, each, names) for each in value),
}
SEVERAL = frozenset({describe.CODES, describe.ORGANISATIONS, describe.TEXTS, describe.ROWS})
