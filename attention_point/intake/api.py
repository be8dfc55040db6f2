"""The visits API: what a program may do with a token of the scope ``intake``."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from attention_point.foundation.access import requires_scope
from attention_point.foundation.validation import parse_object
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.json_bodies import build_json_response, read_json_body
from attention_point.foundation.web.openapi import document_operation
from attention_point.foundation.web.transactions import read_session
from attention_point.intake import queries
from attention_point.intake.api_responses import (
    PeopleSearchRequest,
    PeopleSearchResponse,
    VisitReceipt,
    VisitResponse,
    build_receipt,
)
from attention_point.intake.draft import VisitDraft, read_program_draft
from attention_point.intake.records import visit_search
from attention_point.intake.services import record_visit
from attention_point.person_fields import ASKED_FIELDS

blueprint = Blueprint("visits_api", __name__, url_prefix="/api/v1")


@blueprint.post("/visits")
@requires_scope("intake")
@document_operation("Record a visit", {201: VisitResponse, 200: VisitResponse}, body=VisitDraft, errors=(404, 409))
def add_visit() -> Response:
    """Record a visit: 201 first, 200 with the same body for a replay, 409 for another visit with the same id."""
    draft = read_program_draft(read_json_body())
    result = record_visit(db_session(), current_actor(), draft)
    return build_json_response(result.response, 201 if result.created else 200)


@blueprint.get("/visits/<uuid:visit>")
@requires_scope("intake")
@document_operation("A visit's receipt", {200: VisitReceipt}, errors=(404, 409))
def show_receipt(visit: UUID) -> Response:
    """A visit's receipt, with its referrals as they stand now."""
    return jsonify(build_receipt(db_session(), queries.get_visible_visit(db_session(), current_actor(), visit)))


@blueprint.post("/people/search")
@requires_scope("intake")
@document_operation(
    "Find people by a document of any type, names, a telephone, a reference or a slip's code; kept in the journal",
    {200: PeopleSearchResponse},
    body=PeopleSearchRequest,
    errors=(422,),
)
def search_people() -> Response:
    """Send the people who may be meant, best first. The journal records who was shown."""
    search_request = parse_object(PeopleSearchRequest, read_json_body())
    # The reading session: a search must not keep others from recording. Its journal entry is written before the reply.
    result = visit_search.search_people(read_session(), current_actor(), search_request.q)
    people = [
        {
            "id": str(person.id),
            "match": person.match,
            **_select_shown_fields(person.record),
            **({"other_document_type": True} if person.is_other_type else {}),
        }
        for person in result.people
        if not person.damaged
    ]
    # A program must not take a person whose record does not open for somebody who is not on file.
    damaged_ids = [str(person.id) for person in result.people if person.damaged]
    return jsonify(
        {
            "people": people,
            "more": result.more,
            **({"damaged": damaged_ids} if damaged_ids else {}),
            **({"unasked": list(result.unasked)} if result.unasked else {}),
        }
    )


def _select_shown_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: record.get(field.name) for field in ASKED_FIELDS if field.searchable}
