"""Parses counts, amounts of money and shares, as people write them: "aprox. 25", "USD 1.000", "50 %"."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from attention_point.foundation.language import N_
from attention_point.registers.shared import rules
from attention_point.registers.shared.code_lists import CURRENCIES, NUMBER_QUALIFIERS, find_code
from attention_point.registers.shared.schema.raw_values import WrongValue, is_blank
from attention_point.registers.shared.schema.schema import Field
from attention_point.registers.shared.written_numbers import (
    find_number_in_words,
    parse_decimal,
    parse_whole_number,
    split_words,
)

_WRITE_AN_AMOUNT = N_("Write an amount, for example 1.814.249.000 or 12.500,50.")


# Words, folded, that may stand beside a count or an amount and change nothing of it.
_IDLE_WORDS_OF_COUNTS = frozenset(
    {
        "de", "a", "personas", "persona", "asistentes", "asistente", "participantes", "participante", "estudiantes",
        "jovenes", "ninos", "ninas", "mujeres", "people", "attendees", "participants", "students",
    }
)  # fmt: skip


_FREE_OF_CHARGE = frozenset({"gratis", "gratuito", "gratuita", "sin costo", "ninguno", "free", "free of charge"})


_IDLE_WORDS_OF_MONEY = frozenset(
    {
        "$", "de", "a", "m", "cte", "mcte", "moneda", "corriente", "legal", "colombianos", "americanos",
        "estadounidenses",
    }
)  # fmt: skip


def _parse_whole_number(raw: Any) -> int:
    try:
        return parse_whole_number(raw if isinstance(raw, int | float) else str(raw))
    except ValueError:
        raise WrongValue(N_("This must be a whole number.")) from None


def parse_integer(field: Field, raw: Any) -> int:
    number = _parse_whole_number(raw)
    if field.maximum and number > field.maximum:
        raise WrongValue(N_("At most %(le)s."), le=field.maximum)
    return number


def _parse_qualifier(raw: Any, qualifier_in_text: str | None = None) -> dict[str, str]:
    """Parse the qualifier of a number, or take the one that stands beside the number itself."""
    code = qualifier_in_text if is_blank(raw) else find_code(NUMBER_QUALIFIERS, str(raw))
    if code is None and not is_blank(raw):
        raise WrongValue(N_("Choose one from the list."), ".mark")
    return {"mark": code} if code else {}


def parse_count(_field: Field, raw: Any) -> dict[str, Any]:
    parts = raw if isinstance(raw, Mapping) else {"number": raw}
    number = parts.get("number")
    try:
        if isinstance(number, int | float):
            return {"number": parse_whole_number(number), **_parse_qualifier(parts.get("mark"))}
        # "aprox. 25", "más de 300 personas"
        worded_number = find_number_in_words(str(number))
        qualifier, words = split_words(worded_number.words, partial(find_code, NUMBER_QUALIFIERS))
        if not set(words) <= _IDLE_WORDS_OF_COUNTS:
            raise ValueError("words that nobody knows")
        whole_number = parse_whole_number(float(parse_decimal(worded_number.number_text) * worded_number.factor))
    except ValueError:
        raise WrongValue(N_("Write a whole number, for example 25 or aprox. 25.")) from None
    return {"number": whole_number, **_parse_qualifier(parts.get("mark"), qualifier)}


def parse_money(_field: Field, raw: Any) -> dict[str, Any] | None:
    parts = raw if isinstance(raw, Mapping) else {"amount": raw}
    if is_blank(parts.get("amount")):
        if is_blank(parts.get("mark")):
            return None  # a form always sends a currency, also of an amount left blank
        raise WrongValue(_WRITE_AN_AMOUNT, ".amount")
    stated_currency = parts.get("currency")
    currency = None if is_blank(stated_currency) else find_code(CURRENCIES, str(stated_currency))
    if currency is None and not is_blank(stated_currency):
        raise WrongValue(N_("Choose one from the list."), ".currency")
    try:
        amount, currency_in_text, qualifier = _read_amount(parts["amount"])
    except ValueError:
        raise WrongValue(_WRITE_AN_AMOUNT, ".amount") from None
    if currency and currency_in_text and currency != currency_in_text:
        raise WrongValue(N_("The amount names another currency than the one chosen."), ".currency")
    # One spelling for each amount, so that the same amount is never a change.
    text = f"{amount:.2f}" if amount != int(amount) else str(int(amount))
    currency = currency or currency_in_text or "COP"
    return {"amount": text, "currency": currency, **_parse_qualifier(parts.get("mark"), qualifier)}


def _read_amount(raw: Any) -> tuple[Decimal, str | None, str | None]:
    """Read an amount, and the currency and the qualifier that its text names: "aprox. USD 1.000". Raises ValueError."""
    if isinstance(raw, int | float):
        return parse_decimal(raw), None, None
    if rules.fold_text(str(raw)) in _FREE_OF_CHARGE:
        return Decimal(0), None, None
    worded_number = find_number_in_words(str(raw))
    currency, words = split_words(worded_number.words, partial(find_code, CURRENCIES))
    qualifier, words = split_words(words, partial(find_code, NUMBER_QUALIFIERS))
    if not set(words) <= _IDLE_WORDS_OF_MONEY:
        raise ValueError("words that nobody knows")
    return parse_decimal(worded_number.number_text) * worded_number.factor, currency, qualifier


def parse_share(_field: Field, raw: Any) -> str:
    try:
        percent = parse_decimal(raw if isinstance(raw, int | float) else str(raw).replace("%", ""))
        if percent > 100:
            raise ValueError
    except ValueError:
        raise WrongValue(N_("Write a share from 0 to 100.")) from None
    return f"{(percent / 100).normalize():f}"
