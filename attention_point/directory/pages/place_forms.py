"""The form of a place. It checks nothing: ``validation/`` checks a place, whether a page or a file brings it."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)

from attention_point.directory.forms import SPARE_ENTRIES, DayField, NumberField, read_form_values
from attention_point.directory.labels import APPOINTMENT_LABELS, FREE_LABELS, HOLIDAY_LABELS, WEEKDAY_LABELS
from attention_point.directory.snapshot import OpeningHours, PlaceRow
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import FieldError
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm, PlainForm, Required

BILINGUAL_FIELDS = ("name", "address", "landmark", "hours_note", "appointment_note", "cost")
_OTHER_FIELDS = (
    *("neighbourhood", "municipality", "holidays", "appointment", "phone", "whatsapp", "email", "website", "services"),
    *("latitude", "longitude", "source", "order", "verified", "review_on", "valid_from", "valid_to"),
)
# One tap for the week in which most places are open, in the place of five.
_WORKING_WEEK, _WORKING_DAYS = "working-week", ("1", "2", "3", "4", "5")
# Only the office fills them in.
OFFICE_FIELDS = ("order", "source", "verified", "review_on", "confirmed_today")

# Those that the page folds.
FOLDED_FIELDS = (
    *("name", "hours_note", "appointment_note", "cost", "email", "website", "latitude", "longitude", "services"),
    *("valid_from", "valid_to"),
)


class OptionalTextForm(PlainForm):
    """A text in both languages; without English it stands in Spanish in both, as an address does."""

    es = StringField(N_("In Spanish"))
    en = StringField(N_("In English"))


class OpeningForm(PlainForm):
    """From when to when a place is open, on the weekdays that have the same hours."""

    weekdays = SelectMultipleField(N_("Days"), validate_choice=False)
    opens_at = StringField(N_("Opens at"))
    closes_at = StringField(N_("Closes at"))


class PlaceForm(BaseForm):
    """A place. ``version`` is that of the row shown."""

    version = HiddenField()
    name = FormField(OptionalTextForm, N_("Name of the place"))
    address = FormField(OptionalTextForm, N_("Address"))
    landmark = FormField(OptionalTextForm, N_("Landmark"))
    neighbourhood = StringField(N_("Neighbourhood"))
    municipality = SelectField(N_("Municipality"), validate_choice=False)
    hours = FieldList(FormField(OpeningForm), max_entries=8)
    hours_note = FormField(OptionalTextForm, N_("Note on the hours"))
    holidays = RadioField(N_("On public holidays"), validate_choice=False)
    appointment = RadioField(N_("Appointment"), validate_choice=False)
    appointment_note = FormField(OptionalTextForm, N_("How to get an appointment"))
    is_free = RadioField(N_("Cost"), validate_choice=False)
    cost = FormField(OptionalTextForm, N_("What costs how much"))
    phone = StringField(N_("Telephone"))
    whatsapp = StringField(N_("WhatsApp"))
    email = StringField(N_("E-mail"))
    website = StringField(N_("Website"))
    services = SelectMultipleField(N_("Services given here"), validate_choice=False)
    latitude = StringField(N_("Latitude"))
    longitude = StringField(N_("Longitude"))
    source = StringField(N_("Source of the data"))
    order = NumberField(N_("Order"))
    verified = BooleanField(N_("Checked against its source"))
    review_on = DayField(N_("Next review"))
    valid_from = DayField(N_("First day"), [Required()])
    valid_to = DayField(N_("Last day"))
    confirmed_today = BooleanField(N_("I confirmed it with the entity today"))

    def describe_further_facts(self) -> dict[str, bool]:
        """Whether the folded part of the page holds something, or something to correct."""
        names = (*FOLDED_FIELDS, *(name for name in OFFICE_FIELDS if name in self))
        return {
            "is_filled": any(_is_filled(self[name]) for name in FOLDED_FIELDS if name != "valid_from"),
            "has_errors": any(self[name].errors for name in names),
        }


def _is_filled(field: Field) -> bool:
    return field.form.is_filled if isinstance(field, FormField) else bool(field.data)


def build_place_form(row: PlaceRow | None, services: Iterable[tuple[str, str]]) -> PlaceForm:
    """Build the form with its choices in the reader's language.

    ``row`` is the place to edit, ``services`` pairs of code and name of what its entity offers.
    """
    form = PlaceForm(data=build_form_values(row) if row else {"order": 1})
    form.municipality.choices = [("", ""), *get_code_list("municipality").form_choices(current_language())]
    for field, choices in (
        (form.holidays, HOLIDAY_LABELS),
        (form.appointment, APPOINTMENT_LABELS),
        (form.is_free, FREE_LABELS),
    ):
        field.choices = [(code, _(label)) for code, label in choices.items()]
    form.services.choices = list(services)
    if not form.is_submitted():
        for _spare in range(SPARE_ENTRIES - min(len(form.hours), SPARE_ENTRIES - 1)):
            form.hours.append_entry()
    for entry in form.hours:
        days = [(str(number), _(label)) for number, label in WEEKDAY_LABELS.items()]
        entry.form.weekdays.choices = [(_WORKING_WEEK, _("Monday to Friday")), *days]
    return form


def build_form_values(row: PlaceRow) -> dict[str, Any]:
    """The values of a place as the form takes them."""
    values = {name: getattr(row, name) for name in (*BILINGUAL_FIELDS, *_OTHER_FIELDS)}
    values["hours"] = [*_group_openings(row.hours)]
    values["is_free"] = "" if row.is_free is None else "yes" if row.is_free else "no"
    for name in BILINGUAL_FIELDS:
        text = values[name]
        # An English text that says the same is not shown twice.
        values[name] = {"es": text["es"], "en": text["en"] if text["en"] != text["es"] else ""} if text else {}
    values["version"] = row.version
    return values


def _group_openings(openings: Iterable[OpeningHours]) -> Iterator[dict[str, Any]]:
    """One entry for all days with the same hours."""

    def get_times(opening: OpeningHours) -> tuple[str, str]:
        return f"{opening.opens_at:%H:%M}", f"{opening.closes_at:%H:%M}"

    for (opens_at, closes_at), group in groupby(sorted(openings, key=get_times), key=get_times):
        days = [str(opening.weekday) for opening in group]
        is_whole_week = set(_WORKING_DAYS).issubset(days)
        weekdays = [_WORKING_WEEK, *(day for day in days if day not in _WORKING_DAYS)] if is_whole_week else days
        yield {"weekdays": weekdays, "opens_at": opens_at, "closes_at": closes_at}


def read_place_values(form: PlaceForm) -> dict[str, Any]:
    """The typed values with the keys that a place has in a file; blank fields are left out."""
    values = read_form_values(form)
    for name in BILINGUAL_FIELDS:
        text = values.get(name)
        if text:
            values[name] = {"es": text.get("es", ""), "en": text.get("en") or text.get("es", "")}
    values["hours"] = [
        {
            # Hours without a day: the day is what is missing, and is said to be so.
            **({"weekday": int(weekday) if weekday.isdecimal() else weekday} if weekday else {}),
            **{name: entry[name] for name in ("opens_at", "closes_at") if name in entry},
        }
        for entry in values.get("hours", ())
        for weekday in _list_weekdays(entry.get("weekdays", ())) or ("",)
    ]
    if "is_free" in values:
        values["is_free"] = {"yes": True, "no": False}.get(values["is_free"], values["is_free"])
    for name in ("latitude", "longitude"):
        if name in values:
            values[name] = values[name].replace(",", ".")
    return values


def _list_weekdays(chosen: Iterable[str]) -> list[str]:
    """The days of an entry, those of the working week one by one, each once."""
    return sorted({day for code in chosen for day in (_WORKING_DAYS if code == _WORKING_WEEK else (code,))})


def show_place_errors(form: PlaceForm, errors: Iterable[FieldError]) -> None:
    """Put each error beside its field; an opening stands in the form with all days that have its hours."""
    counts = [len(_list_weekdays(entry.form.weekdays.data or ())) or 1 for entry in form.hours if entry.form.is_filled]
    entries = [index for index, count in enumerate(counts) for _weekday in range(count)]
    located = []
    for error in errors:
        match = re.fullmatch(r"hours\.(\d+)\.(\w+)", error.field)
        if match and int(match[1]) < len(entries):
            name = {"weekday": "weekdays"}.get(match[2], match[2])
            located.append(FieldError(f"hours.{entries[int(match[1])]}.{name}", error.message))
        else:
            located.append(error)
    # One mistake of an entry would be said once for each of its days.
    form.show_field_errors(dict.fromkeys(located))
