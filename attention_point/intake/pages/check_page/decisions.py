"""The decisions of the check page: what its fields are called, and what they make of a draft.

Each begins with what it says and the number of the person, and most end with the code of a service. So
``decision-0-EMP-SENA`` is ``refer`` or ``decline``, ``entity-…`` the chosen entity, ``reason-…`` why not. A
``suggested-0`` is a service that the page showed, an ``add-0`` one that the agent added (``service:entity``), and
``extra-0-sena`` the data that an entity gets only because the person asks for it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from werkzeug.datastructures import MultiDict

from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.intake.form.consent_questions import build_referral_consents
from attention_point.intake.pages.check_page.checked_people import CheckedPerson
from attention_point.routing.rule_types import Suggestion

DECISION, ENTITY, REASON, EXTRA, SUGGESTED, ADD = "decision", "entity", "reason", "extra", "suggested", "add"
REFER, DECLINE = "refer", "decline"
_FIELD_NAME = re.compile(f"(?:{'|'.join((DECISION, ENTITY, REASON, EXTRA, SUGGESTED, ADD))})-[0-9]+(?:-.+)?")
Fields = MultiDict[str, str]


def is_decision(name: str) -> bool:
    """Whether a field of this name belongs to the check page."""
    return bool(_FIELD_NAME.fullmatch(name))


def read_person_number(name: str) -> int | None:
    """The number of the person to whom a field of the check page belongs; None for another field."""
    return int(name.split("-", 2)[1]) if is_decision(name) else None


def name_field(kind: str, number: int, service: str = "") -> str:
    """The name of a field of the check page."""
    return f"{kind}-{number}-{service}" if service else f"{kind}-{number}"


def list_added_services(fields: Fields, number: int) -> dict[str, str]:
    """The services that the agent added for a person, each with its entity."""
    pairs = [value.partition(":") for value in fields.getlist(name_field(ADD, number)) if value]
    return {service: entity for service, _colon, entity in pairs}


def add_decisions(person: CheckedPerson, fields: Fields) -> dict[str, Any]:
    """The payload of a person's draft with the decisions. Raises as ``decide_payload``."""
    return decide_payload(person.number, person.payload, fields)


def decide_payload(number: int, payload: dict[str, Any], fields: Fields) -> dict[str, Any]:
    """The payload of the person of a number with the decisions. Raises Invalid when one was left undecided.

    "Refer" is the person's consent to that entity, under the text that the form names and the page showed.
    """
    added_services = list_added_services(fields, number)
    services = [*fields.getlist(name_field(SUGGESTED, number)), *added_services]
    decisions = {service: fields.get(name_field(DECISION, number, service)) for service in services}
    _require_decisions(number, decisions)
    referred_entities = {
        service: fields.get(name_field(ENTITY, number, service)) or added_services.get(service, "")
        for service, value in decisions.items()
        if value == REFER
    }
    return {
        **payload,
        "refer": list(referred_entities),
        "entities": referred_entities,
        "declined": [
            {"service": service, "reason": fields.get(name_field(REASON, number, service)) or None}
            for service in _list_declined(number, fields)
        ],
        "consents": [
            *payload["consents"],
            *build_referral_consents(referred_entities.values(), fields, f"{EXTRA}-{number}-"),
        ],
    }


def _require_decisions(number: int, decisions: dict[str, str | None]) -> None:
    # Every suggestion must be decided: a referral that is forgotten hurts somebody, and nobody notices.
    message = _("Decide whether to refer.")
    undecided = tuple(
        FieldError(name_field(DECISION, number, service), message)
        for service, value in decisions.items()
        if value not in {REFER, DECLINE}
    )
    if undecided:
        raise Invalid(message, undecided)


def _list_declined(number: int, fields: Fields) -> list[str]:
    # A service that the agent added and did not refer to is as if it had never been added.
    added_services = list_added_services(fields, number)
    return [
        service
        for service in dict.fromkeys(fields.getlist(name_field(SUGGESTED, number)))
        if fields.get(name_field(DECISION, number, service)) == DECLINE and service not in added_services
    ]


def list_for_refer_all(suggestions: Iterable[Suggestion]) -> list[str]:
    """The services that one tap refers to together. What is confidential or closed is always decided by itself."""
    return [suggestion.service for suggestion in suggestions if not (suggestion.restricted or suggestion.closed)]


def refer_all(fields: Fields, number: int, services: Iterable[str]) -> None:
    """Decide that a person is referred to these services, whatever was decided before."""
    for service in services:
        fields[name_field(DECISION, number, service)] = REFER


def place_field_errors(error: Invalid, number: int, fields: Fields) -> Iterator[tuple[str, str]]:
    """Each error with the field of the page at which it stands."""
    # The draft counts its declined suggestions; the page names each field by its service.
    declined = _list_declined(number, fields)
    for field_error in error.field_errors:
        part, _dot, rest = field_error.field.partition(".")
        index = rest.partition(".")[0]
        is_decline_reason = part == "declined" and index.isdecimal() and int(index) < len(declined)
        field = name_field(REASON, number, declined[int(index)]) if is_decline_reason else field_error.field
        yield field, field_error.message
