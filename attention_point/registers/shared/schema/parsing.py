"""Parses raw values (typed, of a cell, of a YAML file) into the facts that a record stores, with errors by field."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from attention_point import texts
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared import rules
from attention_point.registers.shared.code_lists import find_code
from attention_point.registers.shared.schema import schema
from attention_point.registers.shared.schema.number_values import parse_count, parse_integer, parse_money, parse_share
from attention_point.registers.shared.schema.raw_values import WrongValue, format_raw_value, is_blank
from attention_point.registers.shared.schema.schema import Field
from attention_point.registers.shared.written_dates import parse_part_date

REQUIRED = N_("This is required.")
NOTHING_SAVED = N_("Nothing was saved: something needs correcting.")
MAX_LENGTHS = {schema.TEXT: 300, schema.LONG_TEXT: 10_000, schema.URL: 500}
# More is a mistake of the file, and a form with more entries is too long to use.
MAX_ENTRIES = 100
_URL_PATTERN = re.compile(r"https?://[^\s<>\"']+\.[^\s<>\"']+", re.IGNORECASE)
# More options than these are too many for a sentence.
MAX_NAMED_CODES = 15
_BETWEEN_CODES = re.compile(r"\s*[,/]\s*|\s+(?:y|e|and)\s+")
# Words of spreadsheets in both languages, folded; an x is how people tick a cell.
_YES_NO_WORDS = {"yes": True, "si": True, "x": True, "1": True, "true": True, "no": False, "0": False, "false": False}


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


def _parse_text(field: Field, raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise WrongValue(N_("This must be text."))
    try:
        # Line ends are allowed while cleaning: a text of one line turns them into spaces instead of refusing them.
        text = texts.clean_text(format_raw_value(raw), lines=True).replace("\t", " ")
    except texts.UnfitText:
        raise WrongValue(texts.UNFIT_CHARACTERS) from None
    if field.kind != schema.LONG_TEXT:
        text = " ".join(text.split())
    max_length = field.maximum or MAX_LENGTHS.get(field.kind, 300)
    if len(text) > max_length:
        raise WrongValue(N_("At most %(max_length)s characters."), max_length=max_length)
    return text


def _parse_url(field: Field, raw: Any) -> str:
    text = _parse_text(field, raw)
    if not _URL_PATTERN.fullmatch(text):
        raise WrongValue(N_("Write an address that begins with http:// or https://."))
    return text


def _parse_code(field: Field, raw: Any) -> str:
    if not isinstance(raw, str | int | float):
        raise WrongValue(N_("Choose one from the list."))
    code = find_code(field.code_list, format_raw_value(raw))
    if code is None:
        word = texts.show_unfit(format_raw_value(raw))[:60]
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
        return parse_part_date(raw.isoformat()[:10] if isinstance(raw, date) else format_raw_value(raw))
    except ValueError:
        raise WrongValue(N_("Write a year, a month or a day: 2017, 03/2017 or 17/03/2017.")) from None


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
    answer = raw if isinstance(raw, bool) else _YES_NO_WORDS.get(rules.fold_text(format_raw_value(raw)))
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
    entries = list(raw) if isinstance(raw, list | tuple) else rules.split_cell(format_raw_value(raw), ";")
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
    schema.MONEY: parse_money,
    schema.INTEGER: parse_integer,
    schema.COUNT: parse_count,
    schema.SHARE: parse_share,
    schema.ORGANISATIONS: _parse_organisations,
    schema.TEXTS: _parse_texts,
    schema.TAGS: _parse_texts,
    schema.YES_NO: _parse_yes_no,
    schema.ROWS: _parse_rows,
}
