"""The desk's form: the draft's fields as an agent types them on a tablet, and the way between the two.

The form checks nothing itself; the draft does, once for every channel. What the draft complains of comes back beside
the field, and what was typed stays as it was typed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from markupsafe import Markup, escape
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
from wtforms.widgets import Select

from attention_point import texts
from attention_point.foundation import clock
from attention_point.foundation.codelists import codelist
from attention_point.foundation.language import N_, current
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError
from attention_point.foundation.web.forms import BaseForm

SLOTS = 3
Choices = dict[str, str]
PURPOSES = ("attention", "statistics", "research")
PERSON = (
    "given_names",
    "surname_1",
    "surname_2",
    "birth_date",
    "sex",
    "nationality",
    "phone",
    "municipality",
    "origin",
    "population",
    "status",
    "intention",
    "ethnicity",
    "education",
    "gender",
)
NUMBERS = ("ethnicity", "education")
QUESTIONS = ("seeing", "hearing", "walking", "remembering", "self_care", "communicating")
_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")


@dataclass(frozen=True, slots=True)
class Option:
    """A line of a list, as it is drawn."""

    code: str
    words: str
    chosen: bool = False

    def __html__(self) -> str:
        selected = " selected" if self.chosen else ""
        return f'<option value="{escape(self.code)}"{selected}>{escape(self.words)}</option>'


class LongSelect(Select):
    """A list of hundreds: its options are written once a language, for an agent waits for this page all day."""

    def __init__(self, codes: str) -> None:
        super().__init__()
        self._codes = codes

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        words, options = _options(self._codes, current())
        if field.data in words:
            plain, chosen = (escape(Option(field.data, words[field.data], each)) for each in (False, True))
            before, _plain, after = options.partition(plain)
            options = before + chosen + after
        frame, close = super().__call__(field, **attributes), len("</select>")  # a frame only: the field has no choices
        return frame[:-close] + options + frame[-close:]


@cache
def _options(codes: str, language: str) -> tuple[Choices, Markup]:
    words = dict(codelist(codes).choices(language))
    return words, escape("").join(escape(Option(*each)) for each in [("", ""), *words.items()])


class DocumentForm(Form):
    """One identity document."""

    type = SelectField(N_("Type of document"), validate_choice=False)
    number = StringField(N_("Number"))
    expires = StringField(N_("Valid until"))


class DeskForm(BaseForm):
    """All of one visit. ``prepare`` puts the day's choices in."""

    id = HiddenField()
    person_id = HiddenField()
    different_from = HiddenField()
    text_version = HiddenField()
    point = SelectField(N_("Attention point"), validate_choice=False)
    attended_on = StringField(N_("Date of the attention"))
    attended_time = StringField(N_("Time of the attention"))
    arrived_time = StringField(N_("Time of arrival"))
    given_names = StringField(N_("Given names"))
    surname_1 = StringField(N_("First surname"))
    surname_2 = StringField(N_("Second surname"))
    birth_date = StringField(N_("Birth date"))
    sex = RadioField(N_("Sex"), validate_choice=False)
    nationality = SelectField(N_("Nationality"), validate_choice=False, widget=LongSelect("nationality"))
    documents = FieldList(FormField(DocumentForm), min_entries=SLOTS, max_entries=10)
    phone = StringField(N_("Phone"))
    municipality = SelectField(
        N_("Municipality where the person lives"), validate_choice=False, widget=LongSelect("municipality")
    )
    origin = SelectField(N_("State of origin in Venezuela"), validate_choice=False)
    population = RadioField(N_("Population"), validate_choice=False)
    status = SelectField(N_("Migration status"), validate_choice=False)
    intention = SelectField(N_("What the person wants to do"), validate_choice=False)
    education = SelectField(N_("Education completed"), validate_choice=False)
    ethnicity = SelectField(N_("Ethnic group"), validate_choice=False)
    gender = SelectField(N_("Gender identity"), validate_choice=False)
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
    child_born_in_colombia_without_note = BooleanField(
        N_("A child born in Colombia to Venezuelan parents has no nationality note on the birth record")
    )
    complained_of = SelectField(N_("Entity complained of"), validate_choice=False)
    attention = RadioField(N_("To serve you today"), validate_choice=False)
    statistics = RadioField(N_("Statistics"), validate_choice=False)
    research = RadioField(N_("University research"), validate_choice=False)
    notes = TextAreaField(N_("Notes"))


LISTS = {
    "sex": "sex",
    "population": "population",
    "status": "status",
    "intention": "intention",
    "education": "education",
    "ethnicity": "ethnicity",
    "gender": "gender",
    "accompanied_by": "accompanied_by",
    "origin": "origin",
    **dict.fromkeys(QUESTIONS, "disability_levels"),
}


def prepare(form: DeskForm, choices: Mapping[str, Choices], on: date) -> DeskForm:
    """Put the reader's words and the day's choices in. ``choices`` has needs, points and entities of the directory."""
    for name, codes in LISTS.items():
        form[name].choices = _with_blank(form[name], dict(codelist(codes).choices(current(), on)))
    form.nationality.choices, form.municipality.choices = {}, {}
    form.vulnerabilities.choices = dict(codelist("vulnerabilities").choices(current(), on))
    for name in PURPOSES:
        form[name].choices = {"yes": _("Yes"), "no": _("No")}
    form.needs.choices, form.needs.flags.required = choices["needs"], True
    form.point.choices = choices["points"]
    form.complained_of.choices = {"": "", **choices["entities"]}
    for entry in form.documents:
        for field in entry.form:
            field.label.text = _(field.label.text)
        entry.form.type.choices = {"": "", **dict(codelist("document_types").choices(current()))}
    return form


def _with_blank(field: Any, choices: Choices) -> Choices:
    return choices if isinstance(field, RadioField) else {"": "", **choices}


def payload(form: DeskForm) -> dict[str, Any]:
    """What was typed, in the draft's shape; what cannot be read as a date or number goes on as it is, to be named."""
    person: dict[str, Any] = {name: _typed(form, name) for name in PERSON}
    person["documents"] = [_document(entry.form) for entry in form.documents if _filled(entry.form)]
    person["disability"] = _without_blanks({name: form[name].data for name in QUESTIONS}) or None
    person |= {"id": form.person_id.data} if form.person_id.data else {"new": True}
    household = {"adults": _number(form.adults.data), "children": _number(form.children.data)}
    return {
        "id": form.id.data,
        "point": form.point.data,
        "attended_at": _moment(form.attended_on.data, form.attended_time.data),
        "arrived_at": _moment(form.attended_on.data, form.arrived_time.data) if form.arrived_time.data else None,
        "person": _without_blanks(person),
        "household": _without_blanks({**household, "accompanied_by": form.accompanied_by.data}),
        "vulnerabilities": form.vulnerabilities.data or [],
        "needs": form.needs.data or [],
        "facts": {
            "child_born_in_colombia_without_note": form.child_born_in_colombia_without_note.data,
            "complained_of": form.complained_of.data or None,
        },
        "consents": [
            {"purpose": name, "granted": form[name].data == "yes", "text_version": form.text_version.data}
            for name in PURPOSES
            if form[name].data in {"yes", "no"}
        ],
        "notes": form.notes.data or "",
    }


def _typed(form: DeskForm, name: str) -> Any:
    text = (form[name].data or "").strip()
    if name == "birth_date":
        return _iso(text)
    return _number(text) if name in NUMBERS else text


def _document(form: Any) -> dict[str, Any]:
    return _without_blanks(
        {"type": form.type.data or "", "number": form.number.data, "expires": _iso(form.expires.data)}, "type"
    )


def _filled(form: Any) -> bool:
    return any((field.data or "").strip() for field in form)


def _without_blanks(values: dict[str, Any], *keep: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in keep or value not in (None, "", [])}


def _number(text: str | None) -> Any:
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) < 9 else text or None


def _iso(text: str | None) -> str | None:
    """DD/MM/YYYY as YYYY-MM-DD; anything else as it is, so that the draft names it."""
    text = (text or "").strip()
    found = _DAY.fullmatch(text)
    return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else text or None


def _moment(day: str | None, time: str | None) -> str:
    """The wall clock's day and time as a moment with its zone."""
    text = f"{_iso(day) or ''}T{(time or '').strip() or '00:00'}"
    try:
        return datetime.fromisoformat(text).replace(tzinfo=clock.ZONE).isoformat()
    except ValueError:
        return text


def show(form: DeskForm, fields: Iterable[FieldError]) -> None:
    """Put each complaint beside its field; one that has none goes to the head of the form."""
    for complaint in fields:
        field = _field_of(form, complaint.field)
        if field is None:
            form.form_errors.append(complaint.message)
        elif not {complaint.message, _(texts.UNFIT)} & set(field.errors):  # a date with an unfit sign is no date
            field.errors = (*field.errors, complaint.message)
    # The list of a form's errors takes a part's only when the part itself says that it has some.
    form.documents.errors = [entry.errors for entry in form.documents if entry.errors]


def _field_of(form: DeskForm, path: str) -> Any:
    parts = [part for part in path.split(".") if part not in {"person", "household", "facts", "disability"}]
    if parts[:1] == ["documents"] and len(parts) >= 3 and parts[1].isdecimal():
        filled = [entry.form for entry in form.documents if _filled(entry.form)]
        return getattr(filled[int(parts[1])], parts[2], None) if int(parts[1]) < len(filled) else None
    name = {"attended_at": "attended_on", "arrived_at": "arrived_time"}.get(parts[0], parts[0]) if parts else ""
    return form[name] if name in form and name not in {"id", "documents"} else None


def known_values(record: Mapping[str, Any]) -> dict[str, Any]:
    """A known person's record as the form's values."""
    values: dict[str, Any] = {name: str(record[name]) for name in PERSON if record.get(name) is not None}
    values["birth_date"] = shown_date(record.get("birth_date"))
    values["documents"] = [
        {"type": each["type"], "number": each.get("number", ""), "expires": shown_date(each.get("expires"))}
        for each in record.get("documents", ())
    ]
    values["documents"] += [{}] * (SLOTS - len(values["documents"]))
    values.update(record.get("disability") or {})
    return values


def shown_date(text: str | None) -> str:
    """YYYY-MM-DD as DD/MM/YYYY."""
    return f"{date.fromisoformat(text):%d/%m/%Y}" if text else ""
