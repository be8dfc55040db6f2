"""The API of corrections, for programs with a token of the scope ``intake``.

Of a correction, a given field replaces the old one, null empties it, and what is left out stays. The same body sent
again changes nothing; where another correction followed, and the body names no version, it is refused.
"""

from typing import Annotated, Any
from uuid import UUID

from flask import Blueprint, jsonify
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictInt, StringConstraints
from werkzeug.wrappers import Response

from attention_point.foundation.access import requires_scope
from attention_point.foundation.language import N_
from attention_point.foundation.text_fields import SINGLE_LINE
from attention_point.foundation.validation import parse_object
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.json_bodies import read_json_body
from attention_point.foundation.web.openapi import document_operation
from attention_point.intake import queries
from attention_point.intake.api_responses import PersonReceipt, VisitReceipt, build_receipt
from attention_point.intake.corrections.person_services import correct_person
from attention_point.intake.corrections.requests import MAXIMUM_REASON_LENGTH, CorrectionRequest
from attention_point.intake.corrections.services import annul_visit, correct_visit
from attention_point.intake.draft import MAXIMUM_VERSION
from attention_point.people import queries as people_queries

blueprint = Blueprint("corrections_api", __name__, url_prefix="/api/v1")

NOT_AN_OBJECT = N_("The correction must be a JSON object.")
Reason = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=MAXIMUM_REASON_LENGTH), SINGLE_LINE]
Version = Annotated[StrictInt, Field(ge=1, le=MAXIMUM_VERSION)]
Fields = dict[str, JsonValue]


class _RequestBody(BaseModel):
    # An error of pydantic must not carry what was corrected into a log.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    reason: Reason
    version: Version | None = None


class VisitCorrectionBody(_RequestBody):
    """``draft`` holds the corrected fields of a visit's draft. Consents replace those of the same purpose.

    ``version`` is that of the receipt that the program read; with it, a visit that was changed since is a conflict.
    """

    draft: Fields


class VoidBody(_RequestBody):
    """Why a visit is annulled."""


class PersonCorrectionBody(_RequestBody):
    """``person`` holds the corrected fields of a draft's person; documents replace all documents on file."""

    person: Fields


@blueprint.post("/visits/<uuid:visit>/corrections")
@requires_scope("intake")
@document_operation("Correct a visit", {200: VisitReceipt}, body=VisitCorrectionBody, errors=(404, 409))
def correct_recorded_visit(visit: UUID) -> Response:
    """Correct a visit: its counts and its referrals follow. Answers with the new receipt."""
    body = parse_object(VisitCorrectionBody, read_json_body(), NOT_AN_OBJECT)
    correct_visit(db_session(), current_actor(), visit, CorrectionRequest(body.draft, body.reason, body.version))
    return _build_receipt(visit)


@blueprint.post("/visits/<uuid:visit>/void")
@requires_scope("intake")
@document_operation("Annul a visit", {200: VisitReceipt}, body=VoidBody, errors=(404, 409))
def annul_recorded_visit(visit: UUID) -> Response:
    """Annul a visit: it counts no more, and its open referrals are withdrawn. Answers with the new receipt."""
    body = parse_object(VoidBody, read_json_body(), NOT_AN_OBJECT)
    annul_visit(db_session(), current_actor(), visit, CorrectionRequest({}, body.reason, body.version))
    return _build_receipt(visit)


@blueprint.post("/people/<uuid:person>/corrections")
@requires_scope("intake")
@document_operation("Correct a person", {200: PersonReceipt}, body=PersonCorrectionBody, errors=(404, 409))
def correct_person_on_file(person: UUID) -> Response:
    """Correct somebody on file without a visit. Answers without any personal field."""
    body = parse_object(PersonCorrectionBody, read_json_body(), NOT_AN_OBJECT)
    request = CorrectionRequest(body.person, body.reason, body.version)
    correct_person(db_session(), current_actor(), person, request)
    row: Any = people_queries.find_sealed_person(db_session(), person)
    return jsonify({"id": str(person), "state": "corrected", "version": row.version})


def _build_receipt(visit_id: UUID) -> Response:
    # A correction may make a visit restricted; whoever corrected it sees what became of it.
    visit = queries.find_visit(db_session(), visit_id)
    if visit is None:  # opened in this transaction already
        raise AssertionError
    return jsonify(build_receipt(db_session(), visit))
