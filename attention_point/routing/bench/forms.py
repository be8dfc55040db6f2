"""The form of a case. It is in words: whoever writes a case knows the law and no codes."""

from collections.abc import Iterable, Mapping
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

from attention_point.directory.forms import SPARE_ENTRIES, DayField, NumberField
from attention_point.directory.snapshot import Directory
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm, PlainForm, Required
from attention_point.routing.bench.wording import FACTS

_LISTED_FACTS = ("accompanied_by", "nationality", "population", "status", "intention")
YES_OR_NO_FACTS = (
    "child_with_permit",
    "child_born_in_colombia_without_note",
    "live_birth_certificate",
    "violence_within_72_hours",
    "conflict_victim",
    "in_transit",
    "death_in_family",
)
Choices = list[tuple[str, str]]
MISSING, COMPLETE = "missing", "complete"
# The parts of an expectation that stand in a row of the form, by their key in a file.
_SERVICE_LISTS = ("urgent", "mandatory", "closed")
_SERVICE_PAPERS = ("accept", "reject")


class ShownDocumentForm(PlainForm):
    """A document that the invented person shows."""

    type = SelectField(N_("Document"), validate_choice=False)
    expires = DayField(N_("Last day"))


class ExpectedServiceForm(PlainForm):
    """A service that must be among the suggestions, and how."""

    service = SelectField(N_("Service"), validate_choice=False)
    entity = SelectField(N_("Entity that must answer"), validate_choice=False)
    papers = SelectField(N_("Documents"), validate_choice=False)
    slip = StringField(N_("What to bring must name"))
    tell = StringField(N_("Card or slip must say"))
    accept = SelectMultipleField(N_("Must accept"), validate_choice=False)
    reject = SelectMultipleField(N_("Must not accept"), validate_choice=False)
    urgent = BooleanField(N_("Must be urgent"))
    mandatory = BooleanField(N_("Must be mandatory"))
    closed = BooleanField(N_("Must be said to be closed for this person"))


class ExcludedForm(PlainForm):
    """A service or an entity that must not come up."""

    code = SelectField(N_("Service or entity"), validate_choice=False)


class CaseForm(BaseForm):
    """A case: an invented person on a day, and what the rules must answer. ``version`` is that of the row shown."""

    version = HiddenField()
    who = TextAreaField(N_("The person, in your words"), [Required()])
    date = DayField(N_("Day of the visit"), [Required()])
    date2 = DayField(N_("It must hold on this day too"))
    needs = SelectMultipleField(N_("Asks for"), validate_choice=False)
    age = NumberField(FACTS["age"][0])
    accompanied_by = SelectField(FACTS["accompanied_by"][0], validate_choice=False)
    nationality = SelectField(FACTS["nationality"][0], validate_choice=False)
    population = SelectField(FACTS["population"][0], validate_choice=False)
    status = SelectField(FACTS["status"][0], validate_choice=False)
    intention = SelectField(FACTS["intention"][0], validate_choice=False)
    documents = FieldList(FormField(ShownDocumentForm), max_entries=20)
    vulnerabilities = SelectMultipleField(FACTS["vulnerabilities"][0], validate_choice=False)
    arrived_on = StringField(FACTS["arrived_on"][0])
    entry_stamped = SelectField(FACTS["entry_stamped"][0], validate_choice=False)
    registered_in = SelectField(FACTS["registered_in"][0], validate_choice=False)
    measure_notified_on = DayField(FACTS["measure_notified_on"][0])
    child_with_permit = BooleanField(FACTS["child_with_permit"][0])
    child_born_in_colombia_without_note = BooleanField(FACTS["child_born_in_colombia_without_note"][0])
    live_birth_certificate = BooleanField(FACTS["live_birth_certificate"][0])
    violence_within_72_hours = BooleanField(FACTS["violence_within_72_hours"][0])
    conflict_victim = BooleanField(FACTS["conflict_victim"][0])
    in_transit = BooleanField(FACTS["in_transit"][0])
    death_in_family = BooleanField(FACTS["death_in_family"][0])
    complained_of = SelectField(FACTS["complained_of"][0], validate_choice=False)
    expected = FieldList(FormField(ExpectedServiceForm), max_entries=40)
    excluded = FieldList(FormField(ExcludedForm), max_entries=40)
    extra = TextAreaField(N_("What the slip or the agent must also tell this person"))


class WindowForm(BaseForm):
    """The days of a window, and whether somebody read them in the law or regulation."""

    valid_from = DayField(N_("First day"), [Required()])
    valid_to = DayField(N_("Last day"))
    verified = BooleanField(N_("Checked against its source"))


class RemoveCaseForm(BaseForm):
    """One button; ``version`` is that of the case shown."""

    version = HiddenField()


def build_case_form(directory: Directory, content: Mapping[str, Any] | None = None) -> CaseForm:
    """Build the form with its choices in the reader's language. ``content`` is that of the case to edit."""
    form = CaseForm(data=_fill_in(content) if content else None)
    if not form.is_submitted():
        for entries in (form.documents, form.expected, form.excluded):
            for _spare in range(SPARE_ENTRIES):
                entries.append_entry()
    _offer_choices(form, directory)
    return form


def read_case_content(form: CaseForm, earlier_content: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The case of a form, of the keys of a file. What no field shows (the words of an advice) stays as it was."""
    expected = [entry.form for entry in form.expected if entry.form.service.data]
    services = [row.service.data for row in expected]
    unseen_content = _keep_unseen(earlier_content or {}, services)
    content: dict[str, Any] = {
        "date": form.date.read_value(),
        "date2": form.date2.read_value(),
        "who": (form.who.data or "").strip(),
        "s": _read_situation(form),
        "want": services,
        "not": [entry.form.code.data for entry in form.excluded if entry.form.code.data],
        "entity": {row.service.data: row.entity.data for row in expected if row.entity.data},
        "miss": {row.service.data: row.papers.data == MISSING for row in expected if row.papers.data},
        "slip": {row.service.data: text for row in expected if (text := (row.slip.data or "").strip())},
        "tell": {row.service.data: words for row in expected if (words := _read_words(row.tell.data))},
        "extra": (form.extra.data or "").strip(),
    }
    for key in _SERVICE_LISTS:
        content[key] = [row.service.data for row in expected if row[key].data]
    for key in _SERVICE_PAPERS:
        content[key] = {row.service.data: list(row[key].data) for row in expected if row[key].data}
    return {**unseen_content, **content}


def _read_words(typed: str | None) -> list[str]:
    return [word for part in (typed or "").split(";") if (word := part.strip())]


def _keep_unseen(content: Mapping[str, Any], services: list[str]) -> dict[str, Any]:
    unseen = {"notices": content.get("notices", [])}
    for key in ("instrument", "say"):
        unseen[key] = {code: value for code, value in content.get(key, {}).items() if code in services}
    return unseen


def _read_situation(form: CaseForm) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "needs": list(form.needs.data or ()),
        "age": form.age.read_value(),
        "documents": [_read_document(entry.form) for entry in form.documents if entry.form.type.data],
        "vulnerabilities": list(form.vulnerabilities.data or ()),
        "arrived_on": (form.arrived_on.data or "").strip(),
        "measure_notified_on": form.measure_notified_on.read_value(),
        "registered_in": form.registered_in.data,
        "complained_of": form.complained_of.data,
        **{name: form[name].data for name in _LISTED_FACTS},
    }
    known_facts = {name: value for name, value in facts.items() if value not in (None, "", [])}
    if form.entry_stamped.data:
        known_facts["entry_stamped"] = form.entry_stamped.data == "yes"
    return known_facts | {name: True for name in YES_OR_NO_FACTS if form[name].data}


def _read_document(form: Any) -> dict[str, Any]:
    expires = form.expires.read_value()
    return {"type": form.type.data, **({"expires": expires} if expires else {})}


def _fill_in(content: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the fields for a case."""
    situation = dict(content.get("s", {}))
    stamped = situation.pop("entry_stamped", None)
    services = dict.fromkeys([*content.get("want", ()), *content.get("entity", {}), *content.get("miss", {})])
    for key in (*_SERVICE_LISTS, *_SERVICE_PAPERS, "slip", "tell"):
        services |= dict.fromkeys(content.get(key, ()))
    return {
        **situation,
        **{key: content.get(key) for key in ("who", "extra")},
        **{key: _write_day(content.get(key)) for key in ("date", "date2")},
        "measure_notified_on": _write_day(situation.get("measure_notified_on")),
        "entry_stamped": "" if stamped is None else "yes" if stamped else "no",
        "documents": [
            {**document, "expires": _write_day(document.get("expires"))} for document in situation.get("documents", ())
        ],
        "expected": [_fill_in_service(content, code) for code in services],
        "excluded": [{"code": code} for code in content.get("not", ())],
    }


def _fill_in_service(content: Mapping[str, Any], code: str) -> dict[str, Any]:
    missing = content.get("miss", {}).get(code)
    row = {
        "service": code,
        "entity": content.get("entity", {}).get(code),
        "papers": "" if missing is None else MISSING if missing else COMPLETE,
        "slip": content.get("slip", {}).get(code),
        "tell": "; ".join(content.get("tell", {}).get(code, ())),
    }
    row |= {key: code in content.get(key, ()) for key in _SERVICE_LISTS}
    return row | {key: content.get(key, {}).get(code, ()) for key in _SERVICE_PAPERS}


def _write_day(value: str | None) -> str | None:
    parts = (value or "").split("-")
    return "/".join(reversed(parts)) if len(parts) == 3 else value


def _offer_choices(form: CaseForm, directory: Directory) -> None:
    language = current_language()
    services = _sort_choices((code, row.name[language]) for code, row in directory.services.items())
    entities = _sort_choices((code, row.short[language]) for code, row in directory.entities.items())
    blank = ("", _("Not stated"))
    for name in _LISTED_FACTS:
        _set_choices(form[name], [blank, *get_code_list(name).form_choices(language)])
    kinds = get_code_list("complained_of_kinds").form_choices(language)
    _set_choices(form.needs, services)
    _set_choices(form.vulnerabilities, get_code_list("vulnerabilities").form_choices(language))
    _set_choices(form.entry_stamped, [blank, ("yes", _("Yes")), ("no", _("No"))])
    _set_choices(form.registered_in, [blank, ("RAMV", "RAMV"), ("RUMV", "RUMV")])
    _set_choices(form.complained_of, [blank, *kinds, *entities])
    _offer_choices_of_rows(form, services, entities)


def _offer_choices_of_rows(form: CaseForm, services: Choices, entities: Choices) -> None:
    lists = (get_code_list("document_types"), get_code_list("case_papers"))
    papers = [("", ""), *(choice for codes in lists for choice in codes.form_choices(current_language()))]
    for document in form.documents:
        _set_choices(document.form["type"], papers)
    for excluded in form.excluded:
        _set_choices(excluded.form["code"], [("", ""), *services, *entities])
    states = [("", _("Either")), (COMPLETE, _("None is missing")), (MISSING, _("One is missing"))]
    for row in form.expected:
        _set_choices(row.form["service"], [("", ""), *services])
        _set_choices(row.form["entity"], [("", _("Any")), *entities])
        _set_choices(row.form["papers"], states)
        for key in _SERVICE_PAPERS:
            _set_choices(row.form[key], papers[1:])


def _set_choices(field: Any, choices: Choices) -> None:
    field.choices = choices


def _sort_choices(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(choices, key=lambda choice: choice[1].casefold())
