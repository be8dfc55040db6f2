"""The desk's form: the draft's fields as an agent types them on a tablet, and the way between the two.

The form checks nothing itself; the draft does, once for every channel. An error of the draft comes back beside its
field, and what was typed stays as it was typed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from wtforms import (
    Field,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from attention_point.directory.privacy.privacy_notice import ASKED_PURPOSES
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import FieldError
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.typed_dates import parse_date, parse_local_time
from attention_point.foundation.web.forms import BaseForm, PlainForm
from attention_point.intake.form.consent_questions import PURPOSE_LABELS, build_consents
from attention_point.intake.form.long_lists import LongListField, describe_unknown_name, find_code_by_name
from attention_point.intake.form.situation_questions import (
    FOLDED_FACTS,
    SituationFields,
    read_facts,
    set_fact_choices,
)
from attention_point.intake.form.typed_values import (
    drop_blank_values,
    format_typed_date,
    parse_number,
    read_birth,
)
from attention_point.people.phones import format_phone
from attention_point.person_fields import ASKED_FIELDS, PersonField

DOCUMENT_SLOTS = 3  # few people carry more; the draft takes ten, and a record with more gets as many slots
# The pattern of a number that has no letters: "[1-9]\\d{2,9}", "\\d{15}".
_DIGITS_ALONE = re.compile(r"(\[1-9\])?\\d\{[\d,]+\}")
Choices = dict[str, str]
TYPED_FIELDS = tuple(field for field in ASKED_FIELDS if field.control != "parts")
DISABILITY_QUESTIONS = ("seeing", "hearing", "walking", "remembering", "self_care", "communicating")
# Shown first until there are counts of what people carry.
USUAL_DOCUMENT_TYPES = ("DE", "PA", "PT", "CC")


class DocumentForm(PlainForm):
    """One identity document."""

    type = SelectField(N_("Type of document"), validate_choice=False)
    number = StringField(N_("Number"))
    expires = StringField(N_("Valid until"))


def _build_control(field: PersonField) -> Any:
    if field.control == "radios":
        return RadioField(field.label, validate_choice=False)
    if field.control == "long_list":
        return LongListField(field.label, str(field.code_list))
    return SelectField(field.label, validate_choice=False) if field.code_list else StringField(field.label)


class PersonForm(BaseForm):
    """The questions about the person that have one control each, as ``person_fields.py`` declares them."""


for _field in TYPED_FIELDS:
    # WTForms' own way to compose a form: https://wtforms.readthedocs.io/en/stable/specific_problems/
    setattr(PersonForm, _field.name, _build_control(_field))


class GroupState(NamedTuple):
    """What the title of a folded group says: whether something is filled, and whether something is wrong."""

    is_filled: bool
    has_errors: bool


class VisitForm(PersonForm, SituationFields):
    """All of one visit. ``set_choices`` puts the day's choices in.

    ``frequent_needs`` and ``frequent_document_types`` are the codes that the form shows before the others.
    """

    frequent_needs: tuple[str, ...] = ()
    # Which needs make a question matter; a form that shows every question, as that of a correction, has none.
    needs_by_fact: Mapping[str, Sequence[str]] = {}
    frequent_document_types: tuple[str, ...] = USUAL_DOCUMENT_TYPES

    id = HiddenField()
    person_id = HiddenField()
    # Of the following the page carries what is filled alone: a blank one costs the slow line its bytes.
    # "<person>:<version>": the record that filled the form, so that a field that was emptied is known from one never
    # shown. It counts for this person alone.
    record_version = StringField()
    # The values of the record that filled the form, as JSON: what was not touched stays as a colleague writes it.
    page_values = StringField()
    allowed_before = StringField()
    asked_on = StringField()  # the day for which the questions were chosen, if it is another one than today
    different_from = HiddenField()
    text_version = HiddenField()
    # The reserved reference on a slip that was printed without network.
    reference = HiddenField()
    # Written by the part of the page that shows the text, so that it says in which language the person heard it.
    text_language = StringField()
    # The turn that is attended, and the language of who has it: "en" prints the slip in English too.
    turn = StringField()
    speaks = StringField()
    point = SelectField(N_("Attention point"), validate_choice=False)
    attended_on = StringField(N_("Date of the visit"))
    attended_time = StringField(N_("Time of the visit"))
    arrived_time = StringField(N_("Time of arrival"))
    documents = FieldList(FormField(DocumentForm), min_entries=DOCUMENT_SLOTS, max_entries=10)
    seeing = SelectField(N_("Difficulty seeing, even with glasses"), validate_choice=False)
    hearing = SelectField(N_("Difficulty hearing, even with a hearing aid"), validate_choice=False)
    walking = SelectField(N_("Difficulty walking or climbing steps"), validate_choice=False)
    remembering = SelectField(N_("Difficulty remembering or concentrating"), validate_choice=False)
    self_care = SelectField(N_("Difficulty washing or dressing"), validate_choice=False)
    communicating = SelectField(N_("Difficulty understanding or being understood"), validate_choice=False)
    adults = StringField(N_("Adults who came along"))
    children = StringField(N_("Children who came along"))
    accompanied_by = RadioField(N_("If the person is a child: who comes with them?"), validate_choice=False)
    vulnerabilities = SelectMultipleField(N_("Situations to take into account"), validate_choice=False)
    needs = SelectMultipleField(N_("What the person needs"), validate_choice=False)
    attention = RadioField(PURPOSE_LABELS["attention"], validate_choice=False)
    contact = RadioField(PURPOSE_LABELS["contact"], validate_choice=False)
    research = RadioField(PURPOSE_LABELS["research"], validate_choice=False)
    notes = TextAreaField(N_("Notes"))

    def find_field(self, path: str) -> Field | None:
        """The field at a path of the draft; the draft's groups (``person``, ``household``…) are none in the form."""
        parts = [part for part in path.split(".") if part not in {"person", "household", "facts", "disability"}]
        if parts[:1] in ([], ["id"]) or (parts[0] == "documents" and len(parts) < 3):
            return None
        # An age is typed into the box of the birth date.
        names = {"attended_at": "attended_on", "arrived_at": "arrived_time", "age": "birth_date"}
        name = names.get(parts[0], parts[0])
        return super().find_field(".".join([name, *parts[1:]]))

    def show_field_errors(self, field_errors: Iterable[FieldError]) -> None:
        """Put each error beside its field; a name that a long list does not have gets the nearest names offered."""
        super().show_field_errors(
            replace(error, message=describe_unknown_name(field.list_name, field.data or ""))
            if isinstance(field := self.find_field(error.field), LongListField)
            else error
            for error in field_errors
        )

    def describe_group(self, *names: str) -> GroupState:
        """The state of a folded group that holds these fields."""
        fields = [self[name] for name in names]
        return GroupState(any(map(_is_filled, fields)), any(field.errors for field in fields))

    def describe_documents(self) -> GroupState:
        """The state of the group that holds the end of the first document's validity, and the other documents."""
        fields = [self.documents[0].form.expires, *self.documents.entries[1:]]
        return GroupState(any(map(_is_filled, fields)), any(field.errors for field in fields))

    def name_needs_that_ask(self, fact: str) -> str:
        """The needs of which a fact decides something, as the page's script takes a condition."""
        return f"needs={'|'.join(self.needs_by_fact.get(fact, ())) or '-'}"  # no need is called "-"

    def name_folded_facts(self) -> str:
        """The folded facts that decide something, each with its needs, as the page's script takes them."""
        return ";".join(
            f"{fact}={'|'.join(self.needs_by_fact[fact])}" for fact in FOLDED_FACTS if fact in self.needs_by_fact
        )

    @property
    def keypads(self) -> dict[str, str]:
        """The keyboard for the number of each type of document: the keypad where it has digits alone."""
        return {
            code.code: "numeric" if _DIGITS_ALONE.fullmatch(code.attributes.get("pattern", "")) else "text"
            for code in get_code_list("document_types")
        }


FIELD_CODE_LISTS = {
    **{field.name: str(field.code_list) for field in TYPED_FIELDS if field.control in {"radios", "select"}},
    "accompanied_by": "accompanied_by",
    **dict.fromkeys(DISABILITY_QUESTIONS, "disability_levels"),
}


def _is_filled(field: Any) -> bool:
    if isinstance(field, FieldList | FormField):
        return any(map(_is_filled, field))
    return field.data not in (None, "", "None", [], False)


def set_choices(form: VisitForm, choices: Mapping[str, Choices], day: date) -> VisitForm:
    """Put the reader's words and the day's choices in. ``choices`` has needs, points and entities of the directory."""
    for name, list_name in FIELD_CODE_LISTS.items():
        field: Any = form[name]
        field.choices = _add_blank_choice(field, dict(get_code_list(list_name).form_choices(current_language(), day)))
    form.vulnerabilities.choices = dict(get_code_list("vulnerabilities").form_choices(current_language(), day))
    for name in ASKED_PURPOSES:
        field = form[name]
        field.choices = {"yes": _("Yes"), "no": _("No")}
    # Marked as required for the reader; the draft is what requires it.
    form.needs.choices, form.needs.flags.required = choices["needs"], True
    form.point.choices = choices["points"]
    set_fact_choices(form, choices["entities"])
    for entry in form.documents:
        for field in entry.form:
            field.label.text = _(field.label.text)
        entry.form.type.choices = {"": "", **dict(get_code_list("document_types").form_choices(current_language()))}
    return form


def _add_blank_choice(field: Any, choices: Choices) -> Choices:
    # Almost every question may stay unanswered: a list begins with a blank line, radios begin with none chosen.
    return choices if isinstance(field, RadioField) else {"": "", **choices}


def build_payload(form: VisitForm) -> dict[str, Any]:
    """The typed values, in the shape of the draft."""
    # What cannot be read as a date or a number goes on as it is: the draft names it, and its error stands at the field.
    person: dict[str, Any] = {field.name: _read_answer(field, form[field.name].data) for field in TYPED_FIELDS}
    person |= read_birth(form.birth_date.data)
    person["documents"] = [_read_document(entry.form) for entry in form.documents if entry.form.is_filled]
    person["disability"] = drop_blank_values({name: form[name].data for name in DISABILITY_QUESTIONS}) or None
    # The desk always says which: its draft never joins somebody on file whom the agent has not seen (decision 15).
    person |= {"id": form.person_id.data} if form.person_id.data else {"new": True}
    shown_person, _colon, version = (form.record_version.data or "").partition(":")
    if form.person_id.data and shown_person == form.person_id.data:
        person["version"] = parse_number(version)
    household = {"adults": parse_number(form.adults.data), "children": parse_number(form.children.data)}
    return {
        "id": form.id.data,
        "point": form.point.data,
        "attended_at": parse_local_time(form.attended_on.data, form.attended_time.data),
        "arrived_at": parse_local_time(form.attended_on.data, form.arrived_time.data)
        if form.arrived_time.data
        else None,
        "person": drop_blank_values(person),
        "household": drop_blank_values({**household, "accompanied_by": form.accompanied_by.data}),
        "vulnerabilities": form.vulnerabilities.data or [],
        "needs": form.needs.data or [],
        "facts": read_facts(form),
        "consents": build_consents(form),
        "notes": form.notes.data or "",
        "turn": form.turn.data or None,
    }


def _read_answer(field: PersonField, typed_text: str | None) -> Any:
    if field.control == "long_list":
        return find_code_by_name(str(field.code_list), typed_text)
    return parse_number(typed_text) if field.is_number else (typed_text or "").strip()


def _read_document(form: Any) -> dict[str, Any]:
    return drop_blank_values(
        {"type": form.type.data or "", "number": form.number.data, "expires": parse_date(form.expires.data)}, "type"
    )


def _format_on_file(field: PersonField, value: Any) -> str:
    if field.control == "birth_date":
        return format_typed_date(value)
    return format_phone(value) if field.control == "phone" else str(value)


def build_form_values(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record of somebody on file as the form's values."""
    values: dict[str, Any] = {
        field.name: _format_on_file(field, record[field.name])
        for field in TYPED_FIELDS
        if record.get(field.name) is not None
    }
    values["documents"] = [
        {
            "type": document["type"],
            "number": document.get("number", ""),
            "expires": format_typed_date(document.get("expires")),
        }
        for document in record.get("documents", ())
    ]
    values["documents"] += [{}] * (DOCUMENT_SLOTS - len(values["documents"]))
    values.update(record.get("disability") or {})
    return values
