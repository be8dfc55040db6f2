"""Forms made from a register's fields. They check nothing: facts are checked once, by ``reading``."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from attention_point.foundation.language import N_, current
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError
from attention_point.foundation.web.forms import BaseForm
from attention_point.registers.shared import describe
from attention_point.registers.shared.codes import CURRENCIES, MARKS
from attention_point.registers.shared.describe import Field, Register
from attention_point.registers.shared.reading import is_blank
from attention_point.registers.shared.rules import part_date

SPARE = 3
"""Empty entries offered after those that a list has."""
_OWN = frozenset({"csrf_token", "version"})


class Asked:
    """Marks a field that cannot be left blank."""

    field_flags = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        """The register's own check says what is missing."""


class Part(Form):
    """A form within a form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            field.label.text = _(field.label.text)


class CountForm(Part):
    """A number, counted or estimated."""

    number = StringField(N_("Number"))
    mark = SelectField(N_("Counted or estimated"), validate_choice=False)


class MoneyForm(Part):
    """An amount, counted or estimated."""

    amount = StringField(N_("Amount"))
    currency = SelectField(N_("Currency"), validate_choice=False)
    mark = SelectField(N_("Counted or estimated"), validate_choice=False)


class PartnerForm(Part):
    """An organisation and what it did."""

    name = StringField(N_("Organisation"))
    role = SelectField(N_("Part played"), validate_choice=False)


class OrganiserForm(Part):
    """An organisation."""

    name = StringField(N_("Organisation"))


class VersionForm(BaseForm):
    """One button; ``version`` is that of the record shown."""

    version = HiddenField()


def form_for(register: Register, data: Mapping[str, Any] | None = None) -> BaseForm:
    """A register's form: empty, or with what is typed or with a record's facts (organisations by name, ``version``)."""
    form: BaseForm = form_class(register)(data=shown(register.fields, data) if data else None)
    for field in register.fields:
        if not form.is_submitted() and field.kind in {describe.ORGANISATIONS, describe.ROWS}:
            for _spare in range(SPARE):
                form[field.key].append_entry()
        _offer(field, form[field.key])
    return form


@cache
def form_class(register: Register) -> type[BaseForm]:
    """The register's form; WTForms reads its fields from the class."""

    class RecordForm(BaseForm):
        version = HiddenField()

    for field in register.fields:
        setattr(RecordForm, field.key, _input(field))
    return RecordForm


def _input(field: Field) -> Any:
    asked = [Asked()] if field.required else []
    if field.kind == describe.CODE:
        return SelectField(field.label, asked, validate_choice=False)
    if field.kind == describe.CODES:
        return SelectMultipleField(field.label, asked, validate_choice=False)
    if field.kind == describe.YES:
        return BooleanField(field.label)
    if field.kind in {describe.LONG, describe.TEXTS}:
        return TextAreaField(field.label, asked)
    if field.kind == describe.COUNT:
        return FormField(CountForm, field.label)
    if field.kind == describe.MONEY:
        return FormField(MoneyForm, field.label)
    if field.kind == describe.ORGANISATIONS:
        part = PartnerForm if field.codes else OrganiserForm
        return FieldList(FormField(part, N_("Organisation")), field.label, max_entries=100)
    if field.kind == describe.ROWS:
        return FieldList(FormField(_row_form(field), field.label), field.label, max_entries=100)
    return StringField(field.label, asked)


def _row_form(field: Field) -> type[Part]:
    class RowForm(Part):
        pass

    for part in field.fields:
        setattr(RowForm, part.key, _input(part))
    return RowForm


def _offer(field: Field, made: Any) -> None:
    """The choices in the reader's language."""
    blank = ("", "–")
    if field.kind == describe.CODE and field.codes:
        made.choices = [blank, *field.codes.choices(current())]
    elif field.kind == describe.CODES and field.codes:
        made.choices = field.codes.choices(current())
    elif field.kind in {describe.COUNT, describe.MONEY}:
        made.form.mark.choices = [("", _("Counted")), *MARKS.choices(current())]
        if field.kind == describe.MONEY:
            made.form.currency.choices = CURRENCIES.choices(current())
    elif field.kind == describe.ORGANISATIONS and field.codes:
        for entry in made:
            entry.form.role.choices = [blank, *field.codes.choices(current())]
    elif field.kind == describe.ROWS:
        for entry in made:
            for part in field.fields:
                _offer(part, entry.form[part.key])


def shown(fields: Iterable[Field], data: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as they are typed."""
    kinds = {field.key: field for field in fields}
    return {key: _typed_value(kinds[key], value) if key in kinds else value for key, value in data.items()}


def _typed_value(field: Field, value: Any) -> Any:
    if field.kind == describe.DATE:
        return "/".join(reversed(value.split("-")))
    if field.kind == describe.TEXTS:
        return "\n".join(value)
    if field.kind == describe.TAGS:
        return ", ".join(value)
    if field.kind == describe.SHARE:
        return f"{float(value) * 100:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    if field.kind == describe.MONEY:
        return {**value, "amount": value["amount"].replace(".", ",")}
    if field.kind == describe.ROWS:
        return [shown(field.fields, row) for row in value]
    return value


def typed(register: Register, form: BaseForm) -> dict[str, Any]:
    """What was typed, by the register's keys, as ``reading.read`` takes it."""
    return {field.key: _value(field, form[field.key]) for field in register.fields}


def _value(field: Field, made: Any) -> Any:
    if field.kind in {describe.COUNT, describe.MONEY}:
        return None if is_blank(dict(made.form.data, currency=None)) else dict(made.form.data)
    if field.kind == describe.ORGANISATIONS:
        return [entry.form.data for entry in made]
    if field.kind == describe.ROWS:
        return [{part.key: _value(part, entry.form[part.key]) for part in field.fields} for entry in made]
    if field.kind == describe.TEXTS:
        return (made.data or "").splitlines()
    if field.kind == describe.TAGS:
        return (made.data or "").split(",")
    return made.data or None


def version_of(form: Any) -> int:
    """The version that was shown; 0, which no record has, when the field was tampered with."""
    text = str(form.version.data or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def place(form: Any, errors: Iterable[FieldError]) -> None:
    """Put each complaint beside its field; one that has none goes to the head of the form."""
    for error in errors:
        field = _field_of(form, error.field.split("."))
        if field is None:
            form.form_errors = [*form.form_errors, error.message]
        elif error.message not in field.errors:
            field.errors = [*field.errors, error.message]


def _field_of(form: Any, path: list[str]) -> Any:
    """The field at a path; for a group or a list as a whole, its first field."""
    name, *rest = path if path and path[0] else [next(iter(form)).short_name]
    if name not in form:
        return None
    field = form[name]
    if isinstance(field, FieldList):
        number = int(rest[0]) if rest and rest[0].isdecimal() else 0
        filled = [entry for entry in field if not _is_empty(entry.form)] or list(field)
        if number >= len(filled):
            return None
        field.errors = [*field.errors, {}]  # a list without errors of its own is passed over by the summary
        return _field_of(filled[number].form, rest[1:] or [""])
    return _field_of(field.form, rest or [""]) if isinstance(field, FormField) else field


def _is_empty(form: Any) -> bool:
    """Whether nothing was typed; an unticked box and a currency alone are nothing."""
    return all(
        _is_empty(each.form) if isinstance(each, FormField) else each.data is False or is_blank(each.data)
        for each in form
        if each.short_name != "currency"
    )


def choices_of(field: Field) -> list[tuple[str, str]]:
    """The codes of a filter, and none."""
    return [("", _("Any")), *(field.codes.choices(current()) if field.codes else ())]


def readable_month(text: str) -> str | None:
    """A month of an address, ``YYYY-MM``, or None."""
    try:
        part = part_date(text)
    except ValueError:
        return None
    return part if len(part) == 7 else None
