"""The forms of corrections: the fields of the desk's form, filled with what is recorded, and why it is corrected.

Only what was changed on the page is corrected: the typed values are compared with those that the page showed, which
it carries along (``page_values``). What a colleague saved meanwhile stands, unless this agent changed the same field.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from wtforms import HiddenField, RadioField, StringField

from attention_point.directory import queries as directory_queries
from attention_point.directory.privacy.privacy_notice import ASKED_PURPOSES
from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm
from attention_point.intake.corrections.requests import MAXIMUM_REASON_LENGTH
from attention_point.intake.corrections.stored_drafts import ASKED_NAMES
from attention_point.intake.draft import Household
from attention_point.intake.draft_types.parts import SituationFacts
from attention_point.intake.form import companions, visit_form
from attention_point.intake.form.family_payloads import read_guardian
from attention_point.intake.form.merged_fields import is_same, merge_documents, merge_entries, read_page_values
from attention_point.intake.form.situation_questions import list_addressees, list_needs

_STORED_DATE = re.compile(r"\d{4}(-\d\d){0,2}")
# Parts of a draft of which a correction names single fields.
_GROUPS = ("household", "facts")
# The page sends ticked codes in the order of its boxes; another order is no correction.
_LISTS_OF_CODES = ("needs", "vulnerabilities")

FACT_NAMES = tuple(name for name in SituationFacts.model_fields if hasattr(visit_form.VisitForm, name))
HOUSEHOLD_NAMES = tuple(name for name in Household.model_fields if hasattr(visit_form.VisitForm, name))
GUARDIAN_NAMES = ("guardian_name", "guardian_relation", "guardian_document_type", "guardian_document_number")
CONSENT_NAMES = tuple(name for name in ASKED_PURPOSES if name in visit_form.VisitForm.__dict__)
_VISIT_NAMES = {
    *GUARDIAN_NAMES,
    *("needs", "attended_on", "attended_time", "arrived_time", "point", "vulnerabilities", "notes"),
    *FACT_NAMES,
    *HOUSEHOLD_NAMES,
    *CONSENT_NAMES,
}
"""The fields that the page of a visit shows. What it does not show cannot have been emptied there."""
_OWN_NAMES = {"csrf_token", "documents", "reason", "reason_text", "version", "page_values"}
# The fields of the form for a part of a draft that has another name or several fields.
_FIELDS_OF_PARTS = {
    "age": ("birth_date",),
    "attended_at": ("attended_on", "attended_time"),
    "arrived_at": ("arrived_time",),
    "guardian": GUARDIAN_NAMES,
    "disability": visit_form.DISABILITY_QUESTIONS,
}


class ReasonForm(BaseForm):
    """Why something is corrected or annulled: one of the usual reasons, or the agent's own words."""

    version = HiddenField()
    reason = RadioField(N_("Why"), validate_choice=False)
    reason_text = StringField(N_("Another reason, in your words"))

    def read_reason(self) -> str:
        """The agent's own words, or the code of the reason. Raises Invalid where there is neither."""
        reason = (self.reason_text.data or "").strip() or self.reason.data or ""
        if not reason:
            raise Invalid.of_field("reason", _("Say why."))
        if len(reason) > MAXIMUM_REASON_LENGTH:
            raise Invalid.of_field(
                "reason_text", _("At most %(max_length)s characters.", max_length=MAXIMUM_REASON_LENGTH)
            )
        return reason


class VisitCorrectionForm(ReasonForm, visit_form.VisitForm, companions.GuardianFields):
    """The desk's form with the reason of the correction. Its error of a field of the draft stands beside the field.

    ``page_values`` are those with which the page was filled, as JSON.
    """

    page_values = HiddenField()

    def find_field(self, path: str) -> Any:
        """The field at a path of the draft, or one of the reason."""
        name = path.replace(".", "_")
        return self[name] if name in {"reason", "reason_text", *GUARDIAN_NAMES} else super().find_field(path)


def set_reasons(form: ReasonForm, list_name: str, default_reason: str = "", omitted_reason: str = "") -> None:
    """Offer the reasons of a code list, but for one, with the usual one chosen."""
    reasons = get_code_list(list_name).form_choices(current_language(), clock.today())
    form.reason.choices = [(code, label) for code, label in reasons if code not in {"", omitted_reason}]
    if form.reason.data in (None, "None", "") and default_reason and not form.is_submitted():
        form.reason.data = default_reason


def set_form_choices(session: Session, form: VisitCorrectionForm) -> VisitCorrectionForm:
    """Put the reader's words and the choices of the directory into the form."""
    language, day = current_language(), clock.today()
    choices = {
        "needs": list_needs(session, day),
        "points": {entry.code: entry.name[language] for entry in directory_queries.list_points(session)},
        "entities": list_addressees(session, day),
    }
    visit_form.set_choices(form, choices, day)
    companions.set_guardian_choices(form, day)
    return form


def build_visit_values(session: Session, payload: Mapping[str, Any]) -> dict[str, Any]:
    """A recorded visit, as a draft, as the form's values; without its person."""
    attended_at = clock.to_local_time(datetime.fromisoformat(payload["attended_at"]))
    household, consents = payload.get("household") or {}, payload.get("consents") or ()
    guardian = payload.get("guardian") or {}
    document = guardian.get("document") or {}
    values = {
        "id": payload["id"],
        "point": payload["point"],
        "attended_on": f"{attended_at:%d/%m/%Y}",
        "attended_time": f"{attended_at:%H:%M}",
        "needs": list(payload.get("needs") or ()),
        "vulnerabilities": list(payload.get("vulnerabilities") or ()),
        "notes": payload.get("notes") or "",
        "guardian_name": guardian.get("name") or "",
        "guardian_relation": guardian.get("relation") or "",
        "guardian_document_type": document.get("type") or "",
        "guardian_document_number": document.get("number") or "",
        "text_version": _find_text_version(session, consents),
        "text_language": next((consent["language"] for consent in consents if consent.get("language")), ""),
        **{name: _write_value(value) for name, value in (payload.get("facts") or {}).items()},
        **{name: _write_value(value) for name, value in household.items()},
        **{consent["purpose"]: "yes" if consent["granted"] else "no" for consent in consents},
    }
    if payload.get("arrived_at"):
        values["arrived_time"] = f"{clock.to_local_time(datetime.fromisoformat(payload['arrived_at'])):%H:%M}"
    return values


def _find_text_version(session: Session, consents: Any) -> str:
    versions = [consent["text_version"] for consent in consents]
    consent_text = directory_queries.find_consent_text(session, clock.today())
    return versions[0] if versions else consent_text.version if consent_text else ""


def _write_value(value: Any) -> Any:
    if isinstance(value, str) and _STORED_DATE.fullmatch(value):
        return visit_form.format_typed_date(value)
    return value if isinstance(value, bool | list) or value is None else str(value)


def fill_form(values: Mapping[str, Any], version: int) -> VisitCorrectionForm:
    """The form as it is first shown, with the values that it carries along."""
    data = {**values, "version": str(version), "page_values": json.dumps(values)}
    return VisitCorrectionForm(formdata=None, data=data)


def take_over_untouched(form: VisitCorrectionForm, values: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Show what is recorded now (``values``) in every field that is not among this agent's ``changes``."""
    shown, current = _build_shown_form(form, values), VisitCorrectionForm(formdata=None, data=values)
    touched = set(_OWN_NAMES - {"documents"})
    for name, change in changes.items():
        if name == "consents":
            touched.update(consent["purpose"] for consent in change)
        elif name in _GROUPS:
            touched.update(change)
        elif name in _FIELDS_OF_PARTS:
            touched.update(part for part in _FIELDS_OF_PARTS[name] if not is_same(shown, form, part))
        elif name in _LISTS_OF_CODES:
            lists = (shown[name].data or (), form[name].data or (), current[name].data or ())
            form[name].data = merge_entries(*lists)
            touched.add(name)
        elif name == "documents":
            documents = merge_documents(shown, form, current)
            current = VisitCorrectionForm(formdata=None, data={**values, "documents": documents})
        else:
            touched.add(name)
    for name, field in current._fields.items():  # a list of entries can only be taken over whole
        if name not in touched:
            form._fields[name] = field
            setattr(form, name, field)
    form.page_values.data = json.dumps(values)


def _build_shown_form(form: VisitCorrectionForm, recorded_values: Mapping[str, Any]) -> VisitCorrectionForm:
    values = read_page_values(form)
    # A page of before, or a program, carries none.
    return VisitCorrectionForm(formdata=None, data=recorded_values if values is None else values)


def read_person_changes(form: VisitCorrectionForm, record: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that were changed on the page: each with its new value, or None where it was emptied."""
    typed = visit_form.build_payload(form)["person"]
    shown_form = _build_shown_form(form, visit_form.build_form_values(record))
    shown = visit_form.build_payload(shown_form)["person"]
    names = (*ASKED_NAMES, "age")
    return {name: typed.get(name) for name in names if typed.get(name) != shown.get(name)}


def read_visit_changes(
    session: Session, form: VisitCorrectionForm, stored_payload: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields of the draft, without the person's, that were changed on the page."""
    shown_form = _build_shown_form(form, build_visit_values(session, stored_payload))
    for field in form:
        if field.short_name not in _VISIT_NAMES | _OWN_NAMES:
            field.data = shown_form[field.short_name].data
    typed = {**visit_form.build_payload(form), "guardian": read_guardian(form)}
    shown = {**visit_form.build_payload(shown_form), "guardian": read_guardian(shown_form)}
    changes: dict[str, Any] = {}
    for name in typed.keys() - {"id", "person"}:
        if name in _GROUPS:
            changed_fields = _list_changed_fields(typed[name], shown[name])
            changes |= {name: changed_fields} if changed_fields else {}
        elif name == "consents":
            changed_consents = _list_changed_consents(typed[name], shown[name])
            changes |= {name: changed_consents} if changed_consents else {}
        elif typed[name] != shown[name] and not (name in _LISTS_OF_CODES and set(typed[name]) == set(shown[name])):
            changes[name] = typed[name]
    return changes


def _list_changed_fields(typed: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    names = typed.keys() | shown.keys()
    return {name: typed.get(name) for name in names if typed.get(name) != shown.get(name)}


def _list_changed_consents(typed: list[dict[str, Any]], shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # By the answers alone: the text that was read, and its language, stay with an answer that stays.
    typed_answers = {consent["purpose"]: consent["granted"] for consent in typed}
    shown_answers = {consent["purpose"]: consent["granted"] for consent in shown}
    changed = [consent for consent in typed if shown_answers.get(consent["purpose"]) != consent["granted"]]
    # Without an answer now: null takes the answer away.
    taken_away = [{"purpose": name, "granted": None} for name in shown_answers if name not in typed_answers]
    return [{**consent, "language": current_language()} for consent in changed] + taken_away
