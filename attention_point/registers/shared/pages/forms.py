"""Forms built from a register's fields. They check nothing: ``schema.parsing`` checks the facts of every source."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from attention_point.foundation.codelists import CodeList
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm, PlainForm, Required
from attention_point.registers.shared.code_lists import CURRENCIES, NUMBER_QUALIFIERS
from attention_point.registers.shared.schema import schema
from attention_point.registers.shared.schema.parsing import MAX_ENTRIES
from attention_point.registers.shared.schema.raw_values import is_blank
from attention_point.registers.shared.schema.schema import Field, Group, Register
from attention_point.registers.shared.written_dates import parse_part_date

SPARE_ENTRIES = 3
"""Empty entries that a form offers after those of a list; without JavaScript nobody could add one."""


# WTForms calls these when it builds a form, so the choices are in the language of the request.


def _list_choices(codes: CodeList, blank_label: str | None = None) -> list[tuple[str, str]]:
    blank = [] if blank_label is None else [("", blank_label)]
    return [*blank, *codes.form_choices(current_language())]


def _list_qualifiers() -> list[tuple[str, str]]:
    return _list_choices(NUMBER_QUALIFIERS, _("Counted"))


class CountForm(PlainForm):
    """The parts of a COUNT."""

    number = StringField(N_("Number"))
    mark = SelectField(N_("Counted or estimated"), choices=_list_qualifiers, validate_choice=False)


class MoneyForm(PlainForm):
    """The parts of an amount of MONEY."""

    preselected_fields = frozenset({"currency"})

    amount = StringField(N_("Amount"))
    currency = SelectField(N_("Currency"), choices=partial(_list_choices, CURRENCIES), validate_choice=False)
    mark = SelectField(N_("Counted or estimated"), choices=_list_qualifiers, validate_choice=False)


class VersionForm(BaseForm):
    """A form of one button; ``version`` is the version of the record that the page shows."""

    version = HiddenField()


def build_form(register: Register, data: Mapping[str, Any] | None = None) -> BaseForm:
    """Build a register's form: empty, as it was typed, or with ``data``: facts, organisations by name, ``version``."""
    form: BaseForm = build_form_class(register)(data=format_for_input(register.fields, data) if data else None)
    if not form.is_submitted():
        for field in register.fields:
            list_field: Any = form[field.key]
            # After a refusal the form comes back as it was sent: its spare entries are among them.
            for _spare in range(SPARE_ENTRIES if field.kind in {schema.ORGANISATIONS, schema.ROWS} else 0):
                list_field.append_entry()
    return form


@cache
def build_form_class(register: Register) -> type[BaseForm]:
    """Build the class of a register's form, once: WTForms takes the fields from the class."""
    inputs = {field.key: _build_input(field) for field in register.fields}
    # ``same`` are the ids of the records about which the page has asked.
    return type("RecordForm", (VersionForm,), {**inputs, "same": HiddenField()})


@dataclass(frozen=True, slots=True)
class GroupState:
    """Whether a group of the form has a value, and whether one of its fields is wrong: it then stands open."""

    is_filled: bool
    has_errors: bool


def describe_groups(register: Register, form: BaseForm) -> list[tuple[Group, GroupState]]:
    """List the groups of the form with their states, for the fold of those that are asked later."""
    values = read_typed_values(register, form)
    return [
        (
            group,
            GroupState(
                is_filled=any(not _is_unfilled(values[field.key]) for field in group.fields),
                has_errors=any(form[field.key].errors for field in group.fields),
            ),
        )
        for group in register.groups
    ]


def _is_unfilled(value: Any) -> bool:
    """Whether a form's value holds nothing that somebody typed; a currency is chosen from the start."""
    if isinstance(value, Mapping):
        return is_blank(value) or all(part == "currency" or _is_unfilled(entry) for part, entry in value.items())
    return all(map(_is_unfilled, value)) if isinstance(value, list) else is_blank(value) or value is False


def _build_input(field: Field) -> Any:
    validators = [Required()] if field.required else []
    if field.kind == schema.CODE:
        # ``check_facts`` refuses an unknown code, in the sentence that a file gets too.
        choices = partial(_list_choices, field.code_list, "–")
        return SelectField(field.label, validators, choices=choices, validate_choice=False)
    if field.kind == schema.CODES:
        choices = partial(_list_choices, field.code_list)
        return SelectMultipleField(field.label, validators, choices=choices, validate_choice=False)
    if field.kind == schema.YES_NO:
        return BooleanField(field.label)
    if field.kind in {schema.COUNT, schema.MONEY}:
        return FormField(CountForm if field.kind == schema.COUNT else MoneyForm, field.label)
    if field.kind in {schema.ORGANISATIONS, schema.ROWS}:
        label = field.label if field.kind == schema.ROWS else N_("Organisation")
        return FieldList(FormField(_build_entry_form(field), label), field.label, max_entries=MAX_ENTRIES)
    input_class = TextAreaField if field.kind in {schema.LONG_TEXT, schema.TEXTS} else StringField
    return input_class(field.label, validators)


def _build_entry_form(field: Field) -> type[PlainForm]:
    parts = field.fields
    if field.kind == schema.ORGANISATIONS:
        roles = (Field("role", N_("Part played"), schema.CODE, codes=field.codes),) if field.codes else ()
        parts = (Field("name", N_("Organisation")), *roles)
    return type("EntryForm", (PlainForm,), {part.key: _build_input(part) for part in parts})


def format_for_input(fields: Iterable[Field], data: Mapping[str, Any]) -> dict[str, Any]:
    """Format facts as a reader types them."""
    fields_by_key = {field.key: field for field in fields}
    return {
        key: _format_typed_value(fields_by_key[key], value) if key in fields_by_key else value
        for key, value in data.items()
    }


def _format_typed_value(field: Field, value: Any) -> Any:
    if field.kind == schema.DATE:
        # 30/03/2017, as one types it in Colombia.
        return "/".join(reversed(value.split("-")))
    if field.kind == schema.TEXTS:
        return "\n".join(value)
    if field.kind == schema.TAGS:
        return ", ".join(value)
    if field.kind == schema.SHARE:
        # "0.125" is shown and typed as 12,5.
        return f"{float(value) * 100:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    if field.kind == schema.MONEY:
        # A decimal comma, as one types it in Colombia; the dot would be taken for thousands.
        return {**value, "amount": value["amount"].replace(".", ",")}
    if field.kind == schema.ROWS:
        return [format_for_input(field.fields, row) for row in value]
    return value


def read_typed_values(register: Register, form: BaseForm) -> dict[str, Any]:
    """Read what was typed, by the register's keys, as raw values for ``parse_facts``."""
    return {field.key: _read_typed_value(field, form[field.key]) for field in register.fields}


def _read_typed_value(field: Field, form_field: Any) -> Any:
    if field.kind in {schema.COUNT, schema.MONEY}:
        return None if is_blank(dict(form_field.form.data, currency=None)) else dict(form_field.form.data)
    if field.kind == schema.ORGANISATIONS:
        return [entry.form.data for entry in form_field]
    if field.kind == schema.ROWS:
        return [
            {part.key: _read_typed_value(part, entry.form[part.key]) for part in field.fields} for entry in form_field
        ]
    if field.kind == schema.TEXTS:
        return (form_field.data or "").splitlines()
    if field.kind == schema.TAGS:
        return (form_field.data or "").split(",")
    return form_field.data or None


def list_filter_choices(field: Field) -> list[tuple[str, str]]:
    """List the choices of a filter: any, and each code."""
    return _list_choices(field.codes, _("Any")) if field.codes else [("", _("Any"))]


def parse_month(text: str) -> str | None:
    """Parse a month of an address, ``YYYY-MM``; None for anything else."""
    try:
        part_date_text = parse_part_date(text)
    except ValueError:
        return None
    return part_date_text if len(part_date_text) == 7 else None
