"""The decisions of the check page: what its fields are called, and what they make of a draft.

Each begins with what it says and the number of the person, and most end with the code of a service. So
``decision-0-EMP-SENA`` is ``refer`` or ``decline``, ``entity-…`` the chosen entity, ``reason-…`` why not. A
``suggested-0`` is a service that the page showed, an ``add-0`` one that the agent added (``service:entity``), and
``extra-0-sena`` the data that an entity gets only because the person asks for it. ``open-0-EMP-SENA`` is the entity
that has an open referral for the service already, and ``asked-0`` a service that is not declined without a reason.
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
ASKED = "asked"
OPEN = "open"  # the entity that has an open referral for the service, as the page showed it
REFER, DECLINE = "refer", "decline"
_FIELD_NAME = re.compile(
    f"(?:{'|'.join((DECISION, ENTITY, REASON, EXTRA, SUGGESTED, ADD, ASKED, OPEN))})-[0-9]+(?:-.+)?"
)
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
    _require_reasons(number, decisions, fields)
    referred_entities = {
        service: fields.get(name_field(ENTITY, number, service)) or added_services.get(service, "")
        for service, value in decisions.items()
        if value == REFER
    }
    repeated_reasons = _read_repeated_reasons(number, fields)
    return {
        **payload,
        "refer": list(referred_entities),
        "entities": referred_entities,
        "declined": [
            {"service": service, "reason": _read_decline_reason(number, service, fields)}
            for service in _list_declined(number, fields)
        ],
        **({"repeated": repeated_reasons} if repeated_reasons else {}),
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


def _require_reasons(number: int, decisions: dict[str, str | None], fields: Fields) -> None:
    message = _("This path is mandatory: say why it is not followed.")
    missing = tuple(
        FieldError(name_field(REASON, number, service), message)
        for service in dict.fromkeys(fields.getlist(name_field(ASKED, number)))
        if decisions.get(service) == DECLINE and not _read_decline_reason(number, service, fields)
    )
    if missing:
        raise Invalid(message, missing)


def _read_decline_reason(number: int, service: str, fields: Fields) -> str | None:
    if reason := fields.get(name_field(REASON, number, service)):
        return reason
    # The earlier referral goes on: also on a mandatory path this needs no other reason.
    return _("The earlier referral stays open.") if fields.get(name_field(OPEN, number, service)) else None


def _read_repeated_reasons(number: int, fields: Fields) -> list[dict[str, str | None]]:
    """Why services are referred once more to the entity that has them already. Raises Invalid where nobody says why."""
    reasons = {service: fields.get(name_field(REASON, number, service)) for service in _list_repeated(number, fields)}
    message = _("Write why it is referred once more, or keep the open referral.")
    missing = tuple(
        FieldError(name_field(REASON, number, service), message) for service, reason in reasons.items() if not reason
    )
    if missing:
        raise Invalid(message, missing)
    return [{"service": service, "reason": reason} for service, reason in reasons.items()]


def _list_repeated(number: int, fields: Fields) -> list[str]:
    return [
        service
        for service in dict.fromkeys(fields.getlist(name_field(SUGGESTED, number)))
        if fields.get(name_field(DECISION, number, service)) == REFER
        and fields.get(name_field(OPEN, number, service), "") == fields.get(name_field(ENTITY, number, service))
    ]


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
    # The draft counts those with a reason; the page names each field by its service.
    services = {"declined": _list_declined(number, fields), "repeated": _list_repeated(number, fields)}
    for field_error in error.field_errors:
        part, _dot, rest = field_error.field.partition(".")
        index, listed = rest.partition(".")[0], services.get(part, [])
        has_reason_field = index.isdecimal() and int(index) < len(listed)
        field = name_field(REASON, number, listed[int(index)]) if has_reason_field else field_error.field
        yield field, field_error.message
