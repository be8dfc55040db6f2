"""A recorded visit as the draft that it would be today, and that draft with the fields of a correction.

Of a correction, a given field replaces the old one, null empties it, and what is left out stays.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from attention_point.foundation import clock
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.intake.consents.consent_rules import NAMING_FIELDS
from attention_point.intake.draft import MAXIMUM_DOCUMENTS, Consent, VisitDraft, read_draft
from attention_point.intake.draft_types.parts import DocumentDraft
from attention_point.intake.queries import DecryptedVisit
from attention_point.person_fields import ASKED_FIELDS

ASKED_NAMES = tuple(field.name for field in ASKED_FIELDS)
CHOICE_NAMES = ("id", "new", "version")
# Groups of fields: a correction may name some of their fields only.
_GROUPS = ("household", "facts")
OTHER_PERSON = N_("A correction does not say who came: annul the visit and record it for the other person.")
UNALLOWED_IDENTITY = N_(
    "The person did not say yes to being put on file: no name, document or telephone is kept. Ask, and correct the "
    "answer in the visit first."
)
OTHER_VISIT = N_("This is not the identifier of the visit that is corrected.")


def build_stored_payload(visit: DecryptedVisit, record: Mapping[str, Any]) -> dict[str, Any]:
    """The draft of a recorded visit as a JSON object; ``record`` is that of its person now."""
    stated = {name: visit.record[name] for name in VisitDraft.model_fields if name in visit.record}
    # With each consent the digest of its text is sealed, which no draft states.
    consents = [
        {name: value for name, value in consent.items() if name in Consent.model_fields}
        for consent in stated.get("consents", ())
    ]
    relation = {name: value for name, value in visit.record.items() if name == "relation"}
    return {
        **stated,
        "consents": consents,
        "id": str(visit.id),
        "point": visit.point,
        "attended_at": clock.to_local_time(visit.attended_at).isoformat(),
        "person": {"id": str(visit.person_id), **relation, **select_asked_fields(record)},
    }


def read_documents(person_fields: Any) -> list[dict[str, Any]]:
    """The documents that a correction puts on file, as they will stand there; the draft refuses those that are none."""
    documents = person_fields.get("documents") if isinstance(person_fields, Mapping) else None
    read: list[dict[str, Any]] = []
    for document in documents[:MAXIMUM_DOCUMENTS] if isinstance(documents, list) else ():
        with suppress(ValidationError):
            read.append(DocumentDraft.model_validate(document).model_dump(mode="json", exclude_none=True))
    return read


def read_family(fields: Mapping[str, Any]) -> UUID | None:
    """The family to which a correction moves the visit; None where it names none."""
    try:
        return UUID(fields["family"])
    except (KeyError, TypeError, ValueError, AttributeError):  # the draft says what is wrong with it
        return None


def select_asked_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a record that a person is asked."""
    return {name: record[name] for name in ASKED_NAMES if record.get(name) is not None}


def merge_correction(
    stored_payload: Mapping[str, Any], corrected_fields: Mapping[str, Any], person_id: UUID
) -> VisitDraft:
    """The corrected draft. Raises Invalid, naming each wrong field."""
    payload = dict(stored_payload)
    for name, value in corrected_fields.items():
        if name == "person":
            payload[name] = merge_person(payload[name], value, person_id)
        elif name in _GROUPS and isinstance(value, Mapping):
            payload[name] = replace_fields(payload.get(name) or {}, value)
        elif name == "consents" and isinstance(value, list):
            payload[name] = _merge_consents(payload.get(name) or [], value)
        else:
            payload = replace_fields(payload, {name: value})
    if str(payload.get("id")) != stored_payload["id"]:
        raise Invalid(_(OTHER_VISIT), (FieldError("id", _(OTHER_VISIT)),))
    return read_draft(payload)


def _merge_consents(consents: list[Any], corrected_consents: list[Any]) -> list[Any]:
    # By purpose: who corrects the answer about research takes back no consent to a referral. Null takes one away.
    purposes = [consent.get("purpose") for consent in corrected_consents if isinstance(consent, Mapping)]
    stated_consents = [
        consent
        for consent in corrected_consents
        if not (isinstance(consent, Mapping) and "granted" in consent and consent["granted"] is None)
    ]
    return [consent for consent in consents if consent["purpose"] not in purposes] + stated_consents


def merge_person(record: Mapping[str, Any], corrected_fields: Any, person_id: UUID) -> Any:
    """The corrected attributes of the person; a value that is no object goes on to the draft, which refuses it."""
    if not isinstance(corrected_fields, Mapping):
        return corrected_fields
    if corrected_fields.get("id") not in (None, str(person_id)):
        raise Invalid(_(OTHER_PERSON), (FieldError("person.id", _(OTHER_PERSON)),))
    stated_fields = {name: value for name, value in corrected_fields.items() if name not in CHOICE_NAMES}
    # An age that is stated takes the place of the birth date, which it may contradict.
    if stated_fields.get("age") is not None and "birth_date" not in stated_fields:
        stated_fields["birth_date"] = None
    return replace_fields(record, stated_fields)


def replace_fields(fields: Mapping[str, Any], corrected_fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with those of a correction; null takes one away."""
    return {name: value for name, value in {**fields, **corrected_fields}.items() if value is not None}


def list_person_changes(draft: VisitDraft, corrected_fields: Any, record: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of the person that a correction changes, each with its new value or None."""
    stated_names = set(corrected_fields) if isinstance(corrected_fields, Mapping) else set()
    if "age" in stated_names:
        stated_names.add("birth_date")
    stated = draft.person_fields
    changes = {name: stated.get(name) or None for name in ASKED_NAMES if name in stated_names}
    return {name: value for name, value in changes.items() if value != (record.get(name) or None)}


def require_identity_basis(changes: Mapping[str, Any], record: Mapping[str, Any], *, is_allowed: bool) -> None:
    """Raise Invalid where a correction would put somebody on file by name who did not say yes to it.

    What identifies and is on file already can be corrected. ``is_allowed``: the person said yes, or a mandatory path
    protects a child.
    """
    if is_allowed or any(record.get(name) for name in NAMING_FIELDS):
        return
    message = _(UNALLOWED_IDENTITY)
    errors = tuple(FieldError(f"person.{name}", message) for name in changes if name in NAMING_FIELDS)
    if errors:
        raise Invalid(message, errors)
