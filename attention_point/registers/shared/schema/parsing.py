"""Parses raw values (typed, of a cell, of a YAML file) into the facts that a record stores, with errors by field."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from attention_point import texts
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared import rules
from attention_point.registers.shared.code_lists import CURRENCIES, NUMBER_QUALIFIERS, find_code
from attention_point.registers.shared.schema import schema
from attention_point.registers.shared.schema.schema import Field
from attention_point.registers.shared.written_dates import parse_part_date
from attention_point.registers.shared.written_numbers import (
    find_number_in_words,
    parse_decimal,
    parse_whole_number,
    split_words,
)

REQUIRED = N_("This is required.")
NOTHING_SAVED = N_("Nothing was saved: something needs correcting.")
MAX_LENGTHS = {schema.TEXT: 300, schema.LONG_TEXT: 10_000, schema.URL: 500}
# More is a mistake of the file, and a form with more entries is too long to use.
MAX_ENTRIES = 100
_URL_PATTERN = re.compile(r"https?://[^\s<>\"']+\.[^\s<>\"']+", re.IGNORECASE)
# More options than these are too many for a sentence.
MAX_NAMED_CODES = 15
_BETWEEN_CODES = re.compile(r"\s*[,/]\s*|\s+(?:y|e|and)\s+")
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
# Words of spreadsheets in both languages, folded; an x is how people tick a cell.
_YES_NO_WORDS = {"yes": True, "si": True, "x": True, "1": True, "true": True, "no": False, "0": False, "false": False}


class WrongValue(Exception):
    """A value cannot be parsed. ``errors`` name its wrong parts (``.mark``, ``.2.name``), or the whole with ``""``."""

    def __init__(self, message: str = "", part: str = "", *, errors: Iterable[FieldError] = (), **values: Any) -> None:
        super().__init__(message)
        self.errors = list(errors) or [FieldError(part, _(message, **values))]


def build_field_error(field: str, message: str) -> Invalid:
    """Build the error of a form with one wrong field; ``message`` is translated already."""
    return Invalid(_(NOTHING_SAVED), (FieldError(field, message),))


def parse_facts(fields: Iterable[Field], raw_values: Mapping[str, Any]) -> dict[str, Any]:
    """Parse the facts of a record; organisations stay by name. Raises Invalid, which names every wrong field."""
    facts, errors = check_facts(tuple(fields), raw_values)
    if errors:
        raise Invalid(_(NOTHING_SAVED), tuple(errors))
    return facts


def check_facts(fields: tuple[Field, ...], raw_values: Mapping[str, Any]) -> tuple[dict[str, Any], list[FieldError]]:
    """Parse facts, and leave blank ones out. Gives the facts and the errors, each by its dotted path."""
    known_keys = {field.key for field in fields}
    # The key of a file is shown back to its author, so characters that could hide something are made visible.
    unknown_keys = [texts.show_unfit(str(key)) for key in raw_values if key not in known_keys]
    errors = [FieldError(key, _("This field does not exist.")) for key in unknown_keys]
    facts: dict[str, Any] = {}
    for field in fields:
        raw = raw_values.get(field.key)
        try:
            value = None if is_blank(raw) else _PARSERS[field.kind](field, raw)
            if is_blank(value) and field.required:
                raise WrongValue(REQUIRED)
        except WrongValue as wrong_value:
            errors += [FieldError(f"{field.key}{error.field}", error.message) for error in wrong_value.errors]
        else:
            if not is_blank(value):
                facts[field.key] = value
    return facts, errors


def is_blank(value: Any) -> bool:
    """Whether a value is empty, or a group of empty values. Zero and no are answers, not blanks."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_blank(part) for part in value.values())
    return value is None or value == [] or value == ()


def _parse_text(field: Field, raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise WrongValue(N_("This must be text."))
    try:
        # Line ends are allowed while cleaning: a text of one line turns them into spaces instead of refusing them.
        text = texts.clean_text(_format_raw_value(raw), lines=True).replace("\t", " ")
    except texts.UnfitText:
        raise WrongValue(texts.UNFIT_CHARACTERS) from None
    if field.kind != schema.LONG_TEXT:
        text = " ".join(text.split())
    max_length = field.maximum or MAX_LENGTHS.get(field.kind, 300)
    if len(text) > max_length:
        raise WrongValue(N_("At most %(max_length)s characters."), max_length=max_length)
    return text


def _format_raw_value(raw: Any) -> str:
    """Format a value as text; a whole number of a spreadsheet loses the ``.0`` that its reader adds."""
    return str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)


def _parse_url(field: Field, raw: Any) -> str:
    text = _parse_text(field, raw)
    if not _URL_PATTERN.fullmatch(text):
        raise WrongValue(N_("Write an address that begins with http:// or https://."))
    return text


def _parse_code(field: Field, raw: Any) -> str:
    if not isinstance(raw, str | int | float):
        raise WrongValue(N_("Choose one from the list."))
    code = find_code(field.code_list, _format_raw_value(raw))
    if code is None:
        word = texts.show_unfit(_format_raw_value(raw))[:60]
        if len(field.code_list) > MAX_NAMED_CODES:
            raise WrongValue(N_("'%(word)s' is not in the list."), word=word)
        # Whoever mends a file does not have the list of the form at hand.
        labels = ", ".join(label for _code, label in field.code_list.form_choices(current_language()))
        raise WrongValue(N_("'%(word)s' is not in the list. Choose one of: %(labels)s."), word=word, labels=labels)
    return code


def _parse_codes(field: Field, raw: Any) -> list[str]:
    """Parse codes into the order of the list, so that the same choice is always stored alike."""
    chosen_codes = {
        _parse_code(field, word) for entry in _split_entries(field, raw) for word in _split_codes(field, entry)
    }
    return [entry.code for entry in field.code_list if entry.code in chosen_codes]


def _split_codes(field: Field, entry: Any) -> list[Any]:
    """Split words that commas separate, as people write countries; a label that has a comma itself stays whole."""
    if not isinstance(entry, str) or find_code(field.code_list, entry):
        return [entry]
    return [word for word in _BETWEEN_CODES.split(entry) if word.strip()]


def _parse_date(_field: Field, raw: Any) -> str:
    try:
        # YAML and XLSX give a date as a date or a datetime.
        return parse_part_date(raw.isoformat()[:10] if isinstance(raw, date) else _format_raw_value(raw))
    except ValueError:
        raise WrongValue(N_("Write a year, a month or a day: 2017, 03/2017 or 17/03/2017.")) from None


def _parse_whole_number(raw: Any) -> int:
    try:
        return parse_whole_number(raw if isinstance(raw, int | float) else str(raw))
    except ValueError:
        raise WrongValue(N_("This must be a whole number.")) from None


def _parse_integer(field: Field, raw: Any) -> int:
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


def _parse_count(_field: Field, raw: Any) -> dict[str, Any]:
    parts = raw if isinstance(raw, Mapping) else {"number": raw}
    number = parts.get("number")
    try:
        if isinstance(number, int | float):
            return {"number": parse_whole_number(number), **_parse_qualifier(parts.get("mark"))}
        # "aprox. 25", "más de 300 personas"
        found = find_number_in_words(str(number))
        qualifier, words = split_words(found.words, partial(find_code, NUMBER_QUALIFIERS))
        if not set(words) <= _IDLE_WORDS_OF_COUNTS:
            raise ValueError("words that nobody knows")
        whole_number = parse_whole_number(float(parse_decimal(found.number_text) * found.factor))
    except ValueError:
        raise WrongValue(N_("Write a whole number, for example 25 or aprox. 25.")) from None
    return {"number": whole_number, **_parse_qualifier(parts.get("mark"), qualifier)}


def _parse_money(_field: Field, raw: Any) -> dict[str, Any] | None:
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
    found = find_number_in_words(str(raw))
    currency, words = split_words(found.words, partial(find_code, CURRENCIES))
    qualifier, words = split_words(words, partial(find_code, NUMBER_QUALIFIERS))
    if not set(words) <= _IDLE_WORDS_OF_MONEY:
        raise ValueError("words that nobody knows")
    return parse_decimal(found.number_text) * found.factor, currency, qualifier


def _parse_share(_field: Field, raw: Any) -> str:
    try:
        percent = parse_decimal(raw if isinstance(raw, int | float) else str(raw).replace("%", ""))
        if percent > 100:
            raise ValueError
    except ValueError:
        raise WrongValue(N_("Write a share from 0 to 100.")) from None
    return f"{(percent / 100).normalize():f}"


def _parse_organisations(field: Field, raw: Any) -> list[dict[str, str]]:
    entries_by_name: dict[tuple[str, str], dict[str, str]] = {}
    name_field = Field("name", "", required=True)
    for number, entry in enumerate(_split_entries(field, raw)):
        parts = (
            entry
            if isinstance(entry, Mapping)
            else dict(zip(("name", "role"), rules.split_cell(str(entry), "|")[:2], strict=False))
        )
        if is_blank(parts.get("name")):
            continue
        try:
            name = _parse_text(name_field, parts["name"])
            role = "" if is_blank(parts.get("role")) or field.codes is None else _parse_code(field, parts["role"])
        except WrongValue as wrong_value:
            errors = [FieldError(f".{number}{error.field}", error.message) for error in wrong_value.errors]
            raise WrongValue(errors=errors) from None
        if not rules.fold_text(name):
            raise WrongValue(N_("Write a name with letters or figures."), f".{number}.name")
        # The first spelling stays.
        entries_by_name.setdefault((rules.fold_text(name), role), {"name": name, **({"role": role} if role else {})})
    return list(entries_by_name.values())


def _parse_texts(field: Field, raw: Any) -> list[str]:
    line_field = Field("", "", maximum=2000 if field.kind == schema.TEXTS else 40)
    # A result may be a paragraph; a tag becomes a value of the index and stays short.
    parsed_texts = [_parse_text(line_field, entry) for entry in _split_entries(field, raw) if not is_blank(entry)]
    return list(dict.fromkeys(parsed_texts))


def _parse_yes_no(_field: Field, raw: Any) -> bool | None:
    answer = raw if isinstance(raw, bool) else _YES_NO_WORDS.get(rules.fold_text(_format_raw_value(raw)))
    if answer is None:
        raise WrongValue(N_("This must be yes or no."))
    # No is stored as absent: a filter finds yes, and an unticked box sends nothing.
    return answer or None


def _parse_rows(field: Field, raw: Any) -> list[dict[str, Any]]:
    parsed_rows, errors = [], []
    for number, entry in enumerate(_split_entries(field, raw)):
        row = entry if isinstance(entry, Mapping) else _split_row_cell(field, str(entry))
        if is_blank(row):
            continue
        facts, row_errors = check_facts(field.fields, row)
        errors += [FieldError(f".{number}.{error.field}", error.message) for error in row_errors]
        parsed_rows.append(facts)
    if errors:
        raise WrongValue(errors=errors)
    return parsed_rows


def _split_row_cell(field: Field, cell: str) -> dict[str, Any]:
    """Split a row that is written in one cell, its parts in the order of the fields."""
    parts = rules.split_cell(cell, "|")
    if len(parts) > len(field.fields):
        raise WrongValue(N_("Too many parts between bars."))
    return {part.key: text for part, text in zip(field.fields, parts, strict=False)}


def _split_entries(field: Field, raw: Any) -> list[Any]:
    """Split a list, or a cell that holds one (``a; b``), into its entries."""
    entries = list(raw) if isinstance(raw, list | tuple) else rules.split_cell(_format_raw_value(raw), ";")
    max_entries = field.maximum or MAX_ENTRIES
    if len(entries) > max_entries:
        raise WrongValue(N_("Too many: at most %(max_length)s."), max_length=max_entries)
    return [entry for entry in entries if not is_blank(entry)]


_PARSERS: Mapping[str, Callable[[Field, Any], Any]] = {
    schema.TEXT: _parse_text,
    schema.LONG_TEXT: _parse_text,
    schema.URL: _parse_url,
    schema.CODE: _parse_code,
    schema.CODES: _parse_codes,
    schema.DATE: _parse_date,
    schema.MONEY: _parse_money,
    schema.INTEGER: _parse_integer,
    schema.COUNT: _parse_count,
    schema.SHARE: _parse_share,
    schema.ORGANISATIONS: _parse_organisations,
    schema.TEXTS: _parse_texts,
    schema.TAGS: _parse_texts,
    schema.YES_NO: _parse_yes_no,
    schema.ROWS: _parse_rows,
}
