"""The decisions on what a corrected visit suggests and the person was not asked: a new service, or another entity."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from attention_point.directory import queries as directory_queries
from attention_point.directory.privacy.authorisations import describe_authorisation
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import AppError, FieldError, Invalid
from attention_point.foundation.language import current_language, translate_stored_message
from attention_point.foundation.language import gettext as _
from attention_point.intake.corrections import changes, stored_drafts
from attention_point.intake.corrections.referral_changes import PlanChange
from attention_point.intake.corrections.requests import CorrectionRequest
from attention_point.intake.form.consent_questions import build_referral_consents
from attention_point.intake.queries import DecryptedVisit
from attention_point.people import records as people_records
from attention_point.routing.rule_types import Suggestion

DECISION_PREFIX, REASON_PREFIX, EXTRA_PREFIX = "decision-", "reason-", "extra-"
REFER, DECLINE = "refer", "decline"


def find_plan_change(
    session: Session, actor: Actor, visit: DecryptedVisit, fields: Mapping[str, Any]
) -> PlanChange | None:
    """What the visit, corrected so, suggests otherwise than it is recorded; without ``fields``, what it does since its
    person was corrected. None where nothing is. Raises Invalid for a wrong field.
    """
    person = people_records.open_chosen_person(session, visit.person_id)
    stored_payload = stored_drafts.build_stored_payload(visit, person.record)
    draft = stored_drafts.merge_correction(stored_payload, fields, person.id)
    request = CorrectionRequest(fields, "")
    correction = changes.build_correction(visit, person, stored_payload, draft, request, "", actor)
    try:
        plan_change = changes.plan_correction(session, correction)
    except Invalid:
        if correction.is_planned:
            raise
        return None  # a note can be corrected where a code of before is no longer one
    return plan_change if plan_change.is_plan_changed or plan_change.suggestions_to_decide else None


def look_for_plan_change(
    session: Session, actor: Actor, visit: DecryptedVisit, fields: Mapping[str, Any]
) -> PlanChange | None:
    """As ``find_plan_change``, for a page that is only shown: what is wrong with a field is told when it is sent."""
    with suppress(AppError):
        return find_plan_change(session, actor, visit, fields)
    return None


def describe_suggestions(session: Session, suggestions: Sequence[Suggestion]) -> list[dict[str, Any]]:
    """Suggestions with their names in the reader's language."""
    services = directory_queries.get_services_by_code(session)
    entities, language = directory_queries.get_entities_by_code(session), current_language()
    return [
        {
            **suggestion._asdict(),
            "code": suggestion.service,
            "service": services[suggestion.service].name[language],
            "entity_code": suggestion.entity,
            "entity": entities[suggestion.entity].name[language],
            # What goes there, and why, is told before the person says yes.
            "authorisation": describe_authorisation(session, suggestion.entity, suggestion.service),
            "reason": translate_stored_message(suggestion.reason.msgid, suggestion.reason.params),
        }
        for suggestion in suggestions
    ]


def add_decisions(
    session: Session,
    visit: DecryptedVisit,
    fields: Mapping[str, Any],
    change: PlanChange | None,
    posted: MultiDict[str, str],
) -> dict[str, Any]:
    """The corrected fields with the decisions of the page. Raises Invalid where a suggestion was left undecided.

    "Refer: the person says yes" is the consent to that entity, under today's text.
    """
    suggestions = change.suggestions_to_decide if change else ()
    decisions = {
        suggestion.service: REFER if suggestion.mandatory else posted.get(DECISION_PREFIX + suggestion.service)
        for suggestion in suggestions
    }
    message = _("Decide whether to refer.")
    undecided = [service for service, decision in decisions.items() if decision not in {REFER, DECLINE}]
    if undecided:
        raise Invalid(message, tuple(FieldError(DECISION_PREFIX + service, message) for service in undecided))
    if not decisions:
        return dict(fields)
    referred = [suggestion for suggestion in suggestions if decisions[suggestion.service] == REFER]
    declined = [
        {"service": service, "reason": posted.get(REASON_PREFIX + service) or None}
        for service, decision in decisions.items()
        if decision == DECLINE
    ]
    decided: dict[str, Any] = {
        "declined": [
            *(entry for entry in visit.record.get("declined") or () if entry["service"] not in decisions),
            *declined,
        ],
        "consents": [*(fields.get("consents") or ()), *_build_referral_consents(session, referred, posted)],
    }
    if visit.record.get("refer") is not None:
        earlier_services = [service for service in visit.record["refer"] if service not in decisions]
        decided["refer"] = [*earlier_services, *(suggestion.service for suggestion in referred)]
    return {**fields, **decided}


def _build_referral_consents(
    session: Session, referred: Sequence[Suggestion], posted: MultiDict[str, str]
) -> list[dict[str, Any]]:
    consent_text = directory_queries.find_consent_text(session, clock.today())
    # A mandatory path protects a child, with or without consent.
    entities = [suggestion.entity for suggestion in referred if not suggestion.mandatory]
    consents = build_referral_consents(entities, posted, EXTRA_PREFIX)
    shown_text = {"text_version": consent_text.version if consent_text else "", "language": current_language()}
    return [{**consent, **shown_text} for consent in consents]
