"""Forms of the directory. They check nothing: a row is checked once, by ``reading``, whoever brings it: page or file.

What was typed stays as it was typed; complaints come back by their dotted path (``papers.0.text.es``).
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from attention_point.directory.labels import FIELDS, FILTERS, KINDS
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError
from attention_point.foundation.web.forms import BaseForm

SPARE = 3
"""Empty entries offered after those that a list has."""
_OWN = frozenset({"csrf_token", "version"})
_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")


class Asked:
    """Marks a field that cannot be left blank."""

    field_flags = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        """The row's own check says what is missing."""


class DayField(StringField):
    """A day as DD/MM/YYYY; one that is none stays as typed, so that the row's check names it."""

    def process_data(self, value: Any) -> None:
        """Show a date as it is typed."""
        self.data = f"{value:%d/%m/%Y}" if isinstance(value, date) else value

    def value(self) -> str | None:
        """The day as YYYY-MM-DD."""
        typed = (self.data or "").strip()
        found = _DAY.fullmatch(typed)
        return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else typed or None


class CountField(StringField):
    """A whole number."""

    def process_data(self, value: Any) -> None:
        """Show a number as it is typed."""
        self.data = None if value is None else str(value)

    def value(self) -> int | str | None:
        """The number, or what was typed instead."""
        typed = (self.data or "").strip()
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else typed or None


class Part(Form):
    """A form within a form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            field.label.text = _(field.label.text)


class LineForm(Part):
    """A short text in both languages."""

    es = StringField(N_("In Spanish"), [Asked()])
    en = StringField(N_("In English"), [Asked()])


class TextForm(Part):
    """A sentence or two in both languages."""

    es = TextAreaField(N_("In Spanish"), [Asked()])
    en = TextAreaField(N_("In English"), [Asked()])


class DocumentForm(Part):
    """A document that the service accepts."""

    type = StringField(N_("Document"), [Asked()])
    below_age = CountField(N_("Only under this age"))
    valid_from = DayField(N_("First day"), [Asked()])
    valid_to = DayField(N_("Last day"))
    expired_accepted = BooleanField(N_("Accepted even if expired"))
    verified = BooleanField(N_("Checked against its source"))


class PaperForm(Part):
    """What to bring."""

    text = FormField(TextForm, N_("What the slip says"))
    valid_from = DayField(N_("First day"), [Asked()])
    valid_to = DayField(N_("Last day"))
    verified = BooleanField(N_("Checked against its source"))


class BasisForm(Part):
    """A law or the like."""

    text = StringField(N_("Law, decree or resolution"), [Asked()])
    verified = BooleanField(N_("Checked against its source"))


class OfferForm(Part):
    """An entity that offers the service."""

    entity = SelectField(N_("Entity"), [Asked()], validate_choice=False)
    order = CountField(N_("Order"), [Asked()])
    valid_from = DayField(N_("First day"), [Asked()])
    valid_to = DayField(N_("Last day"))
    verified = BooleanField(N_("Checked against its source"))


class EntityForm(BaseForm):
    """An entity. ``version`` is that of the row shown."""

    version = HiddenField()
    code = StringField(N_("Code"), [Asked()])
    kind = RadioField(N_("Kind of entity"), [Asked()], validate_choice=False)
    name = FormField(LineForm, N_("Full name"))
    short = FormField(LineForm, N_("Short name"))
    description = FormField(TextForm, N_("What people go there for"))
    receives_referrals = BooleanField(N_("People are sent there"))
    address = FormField(LineForm, N_("Address"))
    hours = FormField(LineForm, N_("Hours"))
    phone = StringField(N_("Telephone"))
    confirmed_today = BooleanField(N_("I confirmed address, hours and telephone with the entity today"))
    verified = BooleanField(N_("Checked against its source"))
    valid_from = DayField(N_("First day"), [Asked()])
    valid_to = DayField(N_("Last day"))


class ServiceForm(BaseForm):
    """A service with its offers."""

    version = HiddenField()
    code = StringField(N_("Code"), [Asked()])
    need = StringField(N_("Need that it answers"), [Asked()])
    restricted = BooleanField(N_("Restricted: violence or trafficking; hidden from ordinary lists and other entities"))
    name = FormField(LineForm, N_("Full name"))
    description = FormField(TextForm, N_("What people go there for"))
    conditions = FormField(TextForm, N_("Who may use it"))
    documents_none = BooleanField(N_("No paper may be asked for"))
    documents = FieldList(FormField(DocumentForm), max_entries=40)
    papers = FieldList(FormField(PaperForm), max_entries=40)
    legal_basis = FieldList(FormField(BasisForm), max_entries=20)
    fields = SelectMultipleField(N_("Data that the entity sees"), validate_choice=False)
    offers = FieldList(FormField(OfferForm), max_entries=40)
    valid_from = DayField(N_("First day"), [Asked()])
    valid_to = DayField(N_("Last day"))


class ConfirmForm(BaseForm):
    """One button; ``version`` is that of the contact data shown."""

    version = HiddenField()


class SearchForm(Part):
    """Finds entities. Nothing personal, so it may stand in the address."""

    q = StringField(N_("Name or code"))
    state = SelectField(N_("Which ones"), validate_choice=False)


def entity_form(data: dict[str, Any] | None = None) -> EntityForm:
    """The form with the reader's words; ``data`` is the row to edit."""
    form = EntityForm(data=data)
    form.kind.choices = [(kind, _(label)) for kind, label in KINDS.items()]
    if data:
        del form.code
    return form


def service_form(entities: list[tuple[str, str]], data: dict[str, Any] | None = None) -> ServiceForm:
    """The form with the reader's words and the entities to choose from; ``data`` is the row to edit."""
    form = ServiceForm(data=data)
    form.fields.choices = [(name, _(label).capitalize()) for name, label in FIELDS.items()]
    if not form.is_submitted():
        for parts in (form.documents, form.papers, form.legal_basis, form.offers):
            for _spare in range(SPARE):
                parts.append_entry()
    for offer in form.offers:
        offer.form.entity.choices = [("", ""), *entities]
    if data:
        del form.code, form.need, form.restricted
    return form


def search_form(arguments: Any) -> SearchForm:
    """The search as it stands in the address."""
    form = SearchForm(arguments, state="current")
    form.state.choices = [(state, _(label)) for state, label in FILTERS.items()]
    return form


def typed(form: Any) -> dict[str, Any]:
    """What was typed, with the keys of a file's row; blank fields and entries are left out."""
    found = {field.short_name: _value(field) for field in form if field.short_name not in _OWN}
    return {name: value for name, value in found.items() if value not in (None, "", {})}


def version_of(form: EntityForm | ServiceForm | ConfirmForm) -> int:
    """The version that was shown; 0, which no row has, when the field was tampered with."""
    text = form.version.data  # the row's own number where the field was not sent at all
    return int(text) if isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 9 else 0


def place(form: Any, errors: Iterable[FieldError]) -> None:
    """Put each complaint beside its field; one that has none goes to the head of the form."""
    for error in errors:
        field = _field_of(form, error.field.split("."))
        if field is None:
            form.form_errors = [*form.form_errors, error.message]
        elif error.message not in field.errors:
            field.errors = [*field.errors, error.message]


def _value(field: Any) -> Any:
    if isinstance(field, FormField):
        return typed(field.form)
    if isinstance(field, FieldList):
        return [typed(entry.form) for entry in _filled(field)]
    if isinstance(field, DayField | CountField):
        return field.value()
    if isinstance(field, SelectMultipleField):
        return list(field.data or ())
    return field.data.strip() if isinstance(field.data, str) else field.data


def _filled(parts: Any) -> list[Any]:
    """The entries in which something stands."""
    return [entry for entry in parts if any(value is not False for value in typed(entry.form).values())]


def _field_of(form: Any, path: list[str]) -> Any:
    """The field at a path; for a group or a list as a whole, its first field."""
    name, *rest = path if path and path[0] else [next(iter(form)).short_name]
    if name not in form:
        return None
    field = form[name]
    if isinstance(field, FieldList):
        entries, number = _filled(field) or list(field), int(rest[0]) if rest else 0
        if number >= len(entries):
            return None
        field.errors = [*field.errors, {}]  # a list without errors of its own is passed over by the summary
        return _field_of(entries[number].form, rest[1:] or [""])
    return _field_of(field.form, rest or [""]) if isinstance(field, FormField) else field
