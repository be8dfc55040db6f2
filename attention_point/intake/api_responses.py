"""What the visits API answers: the bodies that it describes, to which tests hold every answer, and their making."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import translate_stored_message
from attention_point.foundation.text_fields import FOLDED_LINE
from attention_point.intake import queries
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.decrypted_referrals import DamagedReferral, ListedReferral


class _ResponseBody(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SuggestedService(_ResponseBody):
    """A service that answers a need, and why. ``mandatory``: it is followed unless a reason says otherwise."""

    need: str
    service: str
    entity: str
    mandatory: bool
    urgent: bool
    reason: str


class CreatedReferral(_ResponseBody):
    """A referral of the visit; ``state`` is a code of the list of referral states.

    ``service`` is null where the sealed record of the referral does not open.
    """

    id: UUID
    service: str | None
    entity: str
    state: str


class VisitWarning(_ResponseBody):
    """A warning that the agent may confirm, about one field of the draft."""

    field: str
    message: str


class VisitResponse(_ResponseBody):
    """The answer to a recorded visit; a replay gets the same."""

    id: UUID
    reference: str
    received_at: AwareDatetime
    suggestions: list[SuggestedService]
    referrals: list[CreatedReferral]
    warnings: list[VisitWarning]


class VisitReceipt(_ResponseBody):
    """A visit's receipt, with its referrals as they stand now; no personal field.

    ``state`` is ``recorded``, ``corrected`` or ``void``; ``version`` grows with every correction.
    """

    id: UUID
    reference: str
    state: Literal["recorded", "corrected", "void"]
    version: int
    received_at: AwareDatetime
    referrals: list[CreatedReferral]


class PersonReceipt(_ResponseBody):
    """The receipt of a person's correction; no personal field. ``version`` grows with every change of the record."""

    id: UUID
    state: Literal["corrected"]
    version: int


class DocumentOnFile(_ResponseBody):
    """An identity document on file."""

    type: str
    number: str | None = None
    expires: date | None = None


class PeopleSearchRequest(BaseModel):
    """What to search for: a document with or without its type, names, a telephone, a reference or a slip's code."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, FOLDED_LINE]


class PersonFoundResponse(_ResponseBody):
    """Somebody whom the search found, and by what.

    ``other_document_type``: the number is on file under another type of document than the one that was sent.
    """

    id: UUID
    match: Literal["document", "name", "phone", "reference", "code"]
    given_names: str | None
    surname_1: str | None
    surname_2: str | None
    birth_date: str | None
    documents: list[DocumentOnFile] | None
    other_document_type: bool = False


class PeopleSearchResponse(_ResponseBody):
    """The people who may be meant, best first, at most 20. ``more``: others fit as well; send more of the name.

    ``damaged``: ids of those whose records do not open. ``unasked``: what could not be looked for; while there is any,
    an empty list does not say that the person is not on file.
    """

    people: list[PersonFoundResponse]
    more: bool
    damaged: list[UUID] = []
    unasked: list[
        Literal[
            "name-alone",
            "exact-names-only",
            "names-loading",
            "tags-incomplete",
            "short-number",
            "whole-numbers-only",
            "damaged-records",
        ]
    ] = []


def build_response(
    visit_id: UUID,
    reference: str,
    received_at: datetime,
    record: Mapping[str, Any],
    referrals: Iterable[tuple[UUID, str | None, str, str]],
) -> dict[str, Any]:
    """The contract's answer to a visit; ``referrals`` are the id, the service, the entity and the state of each."""
    return {
        "id": str(visit_id),
        "reference": reference,
        "received_at": _format_moment(received_at),
        "suggestions": [
            {
                "need": suggestion["need"],
                "service": suggestion["service"],
                "entity": suggestion["entity"],
                "mandatory": suggestion["mandatory"],
                "urgent": suggestion["urgent"],
                "reason": translate_stored_message(*suggestion["reason"]),
            }
            for suggestion in record["suggestions"]
        ],
        "referrals": [_build_referral(*referral) for referral in referrals],
        "warnings": translate_warnings(record),
    }


def translate_warnings(record: Mapping[str, Any]) -> list[dict[str, str]]:
    """The warnings of a visit's record in the reader's language, each with its ``field`` and ``message``."""
    return [
        {"field": field, "message": translate_stored_message(message, values)}
        for field, message, values in record["warnings"]
    ]


def build_stored_response(session: Session, visit_id: UUID) -> dict[str, Any]:
    """The answer to a visit that is recorded already, with its referrals as they are now. Raises NotFound."""
    visit = queries.find_visit(session, visit_id)
    if visit is None:
        raise NotFound(_("There is no such visit."))
    referrals = [
        (referral.id, _find_service_code(referral), referral.entity, referral.state)
        for referral in referral_queries.list_referrals_of_visit(session, visit_id)
    ]
    return build_response(visit.id, visit.reference, visit.received_at, visit.record, referrals)


def build_receipt(session: Session, visit: queries.DecryptedVisit) -> dict[str, Any]:
    """A visit's receipt: reference, state, referrals as they stand now; no personal field."""
    return {
        "id": str(visit.id),
        "reference": visit.reference,
        "state": visit.state,
        "version": visit.version,
        "received_at": _format_moment(visit.received_at),
        "referrals": [
            _build_referral(referral.id, _find_service_code(referral), referral.entity, referral.state)
            for referral in referral_queries.list_referrals_of_visit(session, visit.id)
        ],
    }


def _format_moment(moment: datetime) -> str:
    return clock.to_local_time(moment).isoformat(timespec="seconds")


def _build_referral(referral_id: UUID, service: str | None, entity: str, state: str) -> dict[str, Any]:
    return {"id": str(referral_id), "service": service, "entity": entity, "state": state}


def _find_service_code(referral: ListedReferral) -> str | None:
    # The service stands in the sealed record: an entity's inbox in clear would tell why somebody came.
    return None if isinstance(referral, DamagedReferral) else referral.service
