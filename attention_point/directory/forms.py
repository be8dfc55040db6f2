"""Forms of the directory. They check nothing: ``validation/`` checks a row, whether a page or a file brings it.

What was typed stays as it was typed. Errors come back by their dotted path (``papers.0.text.es``).
"""

import re
from datetime import date
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from attention_point.directory.labels import (
    FILTER_LABELS,
    FORM_ORDER_LABELS,
    KIND_LABELS,
    PORTAL_FIELD_LABELS,
    PRINT_FORMAT_LABELS,
)
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm, PlainForm, Required

# How many empty entries a list of the form offers: without JavaScript nobody could add one.
SPARE_ENTRIES = 3
# Fields of the form that are no columns of the row.
_TECHNICAL_FIELDS = frozenset({"csrf_token", "version"})
# As people write days here: 31/12/2026, 31.12.2026, 31-12-2026.
_DAY_PATTERN = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")


class DayField(StringField):
    """A day typed as DD/MM/YYYY. What is no day stays as typed, so that the check of the row names it."""

    def process_data(self, value: Any) -> None:
        self.data = f"{value:%d/%m/%Y}" if isinstance(value, date) else value

    def read_value(self) -> str | None:
        """The day as YYYY-MM-DD, or what was typed instead."""
        text = (self.data or "").strip()
        day_match = _DAY_PATTERN.fullmatch(text)
        return f"{day_match[3]}-{int(day_match[2]):02d}-{int(day_match[1]):02d}" if day_match else text or None


class NumberField(StringField):
    """A whole number."""

    def process_data(self, value: Any) -> None:
        self.data = None if value is None else str(value)

    def read_value(self) -> int | str | None:
        """The number, or what was typed instead."""
        text = (self.data or "").strip()
        # Longer numbers stay text, which the check of the row refuses.
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else text or None


class CodesField(StringField):
    """Codes with commas between them."""

    def process_data(self, value: Any) -> None:
        self.data = ", ".join(value) if isinstance(value, list | tuple) else value

    def read_value(self) -> list[str]:
        """The codes as typed."""
        return re.findall(r"[^\s,;]+", self.data or "")


class ShortTextForm(PlainForm):
    """A short text in both languages."""

    es = StringField(N_("In Spanish"), [Required()])
    en = StringField(N_("In English"), [Required()])


class LongTextForm(PlainForm):
    """A sentence or two in both languages."""

    es = TextAreaField(N_("In Spanish"), [Required()])
    en = TextAreaField(N_("In English"), [Required()])


class AcceptedDocumentForm(PlainForm):
    """A document that the service accepts."""

    type = StringField(N_("Document"), [Required()])
    below_age = NumberField(N_("Only under this age"))
    valid_from = DayField(N_("First day"), [Required()])
    valid_to = DayField(N_("Last day"))
    expired_accepted = BooleanField(N_("Accepted even if expired"))
    verified = BooleanField(N_("Checked against its source"))


class RequirementForm(PlainForm):
    """A requirement: a document to bring."""

    text = FormField(LongTextForm, N_("What the slip says"))
    documents = CodesField(N_("Not printed for whoever showed one of these documents"))
    valid_from = DayField(N_("First day"), [Required()])
    valid_to = DayField(N_("Last day"))
    verified = BooleanField(N_("Checked against its source"))


class ServiceClockForm(PlainForm):
    """The terms of a referral in working days; left empty, those that hold for all."""

    open = NumberField(N_("To open it"))
    answer = NumberField(N_("To answer it"))
    expire = NumberField(N_("Until it expires"))


class LegalBasisForm(PlainForm):
    """A law or the like."""

    text = StringField(N_("Law, decree or resolution"), [Required()])
    verified = BooleanField(N_("Checked against its source"))


class OfferForm(PlainForm):
    """An entity that offers the service."""

    entity = SelectField(N_("Entity"), [Required()], validate_choice=False)
    order = NumberField(N_("Order"), [Required()])
    valid_from = DayField(N_("First day"), [Required()])
    valid_to = DayField(N_("Last day"))
    verified = BooleanField(N_("Checked against its source"))


class EntityForm(BaseForm):
    """An entity. ``version`` is that of the row shown."""

    version = HiddenField()
    code = StringField(N_("Code"), [Required()])
    # ``validate_choice=False`` here and below: the check of the row names a wrong choice.
    kind = RadioField(N_("Kind of entity"), [Required()], validate_choice=False)
    name = FormField(ShortTextForm, N_("Full name"))
    short = FormField(ShortTextForm, N_("Short name"))
    description = FormField(LongTextForm, N_("Purpose"))
    receives_referrals = BooleanField(N_("Receives referrals"))
    verified = BooleanField(N_("Checked against its source"))
    valid_from = DayField(N_("First day"), [Required()])
    valid_to = DayField(N_("Last day"))


class ServiceForm(BaseForm):
    """A service with its offers."""

    version = HiddenField()
    code = StringField(N_("Code"), [Required()])
    need = StringField(N_("Need that it answers"), [Required()])
    restricted = BooleanField(N_("Restricted: violence or trafficking; hidden from ordinary lists and other entities"))
    name = FormField(ShortTextForm, N_("Full name"))
    description = FormField(LongTextForm, N_("Purpose"))
    conditions = FormField(LongTextForm, N_("Eligibility"))
    clock = FormField(ServiceClockForm, N_("Working days for a referral"))
    documents_none = BooleanField(N_("No documents may be requested"))
    # The schemas allow as many entries as these lists do.
    documents = FieldList(FormField(AcceptedDocumentForm), max_entries=40)
    papers = FieldList(FormField(RequirementForm), max_entries=40)
    legal_basis = FieldList(FormField(LegalBasisForm), max_entries=20)
    fields = SelectMultipleField(N_("Data that the entity sees"), validate_choice=False)
    offers = FieldList(FormField(OfferForm), max_entries=40)
    valid_from = DayField(N_("First day"), [Required()])
    valid_to = DayField(N_("Last day"))


class PointForm(BaseForm):
    """The settings of an attention point."""

    version = HiddenField()
    name = FormField(ShortTextForm, N_("Full name"))
    address = FormField(ShortTextForm, N_("Address"))
    hours = FormField(ShortTextForm, N_("Hours"))
    phone = StringField(N_("Telephone"))
    municipality = SelectField(N_("Municipality of the point"), validate_choice=False)
    print_format = RadioField(N_("Paper of the slip"), [Required()], validate_choice=False)
    order = RadioField(N_("What the form asks first"), [Required()], validate_choice=False)
    self_intake = BooleanField(N_("Visitors may type their own data at the kiosk"))
    retention_years = NumberField(N_("Years that data are kept after the last visit"))
    valid_from = DayField(N_("First day"), [Required()])
    valid_to = DayField(N_("Last day"))


class VersionForm(BaseForm):
    """One button; ``version`` is that of the row shown."""

    version = HiddenField()


class EntitySearchForm(PlainForm):
    """The search for entities."""

    q = StringField(N_("Name or code"))
    state = SelectField(N_("Filter by state"), validate_choice=False)


def build_entity_form(data: dict[str, Any] | None = None) -> EntityForm:
    """Build the form with its choices in the reader's language. ``data`` is the row to edit; its code cannot change."""
    form = EntityForm(data=data)
    form.kind.choices = [(kind, _(label)) for kind, label in KIND_LABELS.items()]
    if data:
        del form.code
    return form


def build_service_form(entities: list[tuple[str, str]], data: dict[str, Any] | None = None) -> ServiceForm:
    """Build the form with its choices in the reader's language. ``data`` is the row to edit.

    Code, need and ``restricted`` of an existing service cannot change: referrals and rules refer to them.
    """
    form = ServiceForm(data=data)
    form.fields.choices = [(name, _(label).capitalize()) for name, label in PORTAL_FIELD_LABELS.items()]
    # A form that comes back with errors has the entries that were sent.
    if not form.is_submitted():
        for parts in (form.documents, form.papers, form.legal_basis, form.offers):
            for _spare in range(SPARE_ENTRIES):
                parts.append_entry()
    for offer in form.offers:
        # With a blank choice, for the spare entries.
        offer.form.entity.choices = [("", ""), *entities]
    if data:
        del form.code, form.need, form.restricted
    return form


def build_point_form(data: dict[str, Any]) -> PointForm:
    """Build the form with its choices in the reader's language. ``data`` is the row to edit."""
    form = PointForm(data=data)
    municipalities = get_code_list("municipality").form_choices(current_language())
    form.municipality.choices = [("", ""), *municipalities]
    form.print_format.choices = [(name, _(label)) for name, label in PRINT_FORMAT_LABELS.items()]
    form.order.choices = [(name, _(label)) for name, label in FORM_ORDER_LABELS.items()]
    return form


def build_search_form(arguments: Any) -> EntitySearchForm:
    """Build the search form from the arguments of the address."""
    form = EntitySearchForm(arguments, state="current")
    form.state.choices = [(state, _(label)) for state, label in FILTER_LABELS.items()]
    return form


def read_form_values(form: Any) -> dict[str, Any]:
    """Return the typed values, with the keys that a row has in a file. Blank fields and entries are left out."""
    field_values = {field.short_name: _read_field(field) for field in form if field.short_name not in _TECHNICAL_FIELDS}
    # False stays: an unticked box is an answer.
    return {name: value for name, value in field_values.items() if value not in (None, "", {})}


def _read_field(field: Any) -> Any:
    if isinstance(field, FormField):
        return read_form_values(field.form)
    if isinstance(field, FieldList):
        return [read_form_values(entry.form) for entry in field if entry.form.is_filled]
    if isinstance(field, DayField | NumberField | CodesField):
        return field.read_value()
    if isinstance(field, SelectMultipleField):
        return list(field.data or ())
    return field.data.strip() if isinstance(field.data, str) else field.data
