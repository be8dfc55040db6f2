"""What the form of somebody on file shows above its questions: what became of the referrals, and needs to repeat; and
what becomes of it when a colleague changes the record meanwhile.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request, url_for

from attention_point.directory import queries as directory_queries
from attention_point.foundation.web import current_actor
from attention_point.foundation.web.transactions import read_session
from attention_point.intake.form.merged_fields import is_same, merge_documents, read_page_values
from attention_point.intake.form.visit_form import (
    DISABILITY_QUESTIONS,
    TYPED_FIELDS,
    VisitForm,
    build_form_values,
    build_payload,
)
from attention_point.intake.pages.unsaved_visits.kept_fields import Fields
from attention_point.people.claim_marks.marks import list_marks_of_person
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.descriptions import list_person_referrals
from attention_point.referrals.services import require_visible_referral


def build_news(person_id: str) -> dict[str, Any]:
    """What the template needs to show what became of the referrals; nothing where nobody on file was chosen."""
    if not _is_id(person_id):
        return {"news": None}
    session, repeated, person = read_session(), request.args.getlist("repeat"), UUID(person_id)
    return {
        "claim_marks": list_marks_of_person(session, person),
        "news": list_person_referrals(session, current_actor(), person),
        "page": request.path,
        "repeat_url": lambda referral: url_for(
            request.endpoint or "", **(request.view_args or {}), repeat=[*repeated, referral]
        ),
        "services": directory_queries.get_services_by_code(session),
        "entities": directory_queries.get_entities_by_code(session),
    }


def list_repeated_needs(person_id: str) -> list[str]:
    """The needs of the person's referrals that the address names. It holds ids: a need may tell of violence."""
    needs = []
    for referral_id in request.args.getlist("repeat", type=UUID):
        referral = referral_queries.find_referral(read_session(), referral_id)
        visible_referral = require_visible_referral(read_session(), current_actor(), referral)
        if str(visible_referral.person_id) == person_id:
            needs.append(visible_referral.record["need"])
    return needs


def add_repeated_needs(fields: Fields) -> None:
    """Put the needs that the address names into a form that is kept."""
    for need in list_repeated_needs(fields.get("person_id", "")):
        if need not in fields.getlist("needs"):
            fields.add("needs", need)


def take_over_untouched(fields: Fields, typed_form: VisitForm, record: Mapping[str, Any]) -> None:
    """Put what is on file now into the fields that still say what the page showed: it is a colleague's, and stands."""
    shown_values = read_page_values(typed_form)
    if shown_values is None:  # somebody who was found by the check page: no record filled this form
        return
    values = build_form_values(record)
    shown_form, current_form = (VisitForm(formdata=None, data=data) for data in (shown_values, values))
    typed, shown = (build_payload(form)["person"] for form in (typed_form, shown_form))
    for name in (field.name for field in TYPED_FIELDS):
        if typed.get(name) == shown.get(name) and (name != "birth_date" or typed.get("age") == shown.get("age")):
            fields[name] = values.get(name, "")
    for name in DISABILITY_QUESTIONS:
        if is_same(shown_form, typed_form, name):
            fields[name] = values.get(name, "")
    documents = merge_documents(shown_form, typed_form, current_form)
    for name in [name for name in fields if name.startswith("documents-")]:
        del fields[name]
    for index, document in enumerate(documents):
        for part, value in document.items():
            fields[f"documents-{index}-{part}"] = value
    fields["page_values"] = json.dumps(values)


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
