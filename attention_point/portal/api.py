"""The referrals API, for the programs of an entity: tokens of the scope ``referrals``."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, request, url_for
from werkzeug.wrappers import Response

from attention_point.foundation import clock
from attention_point.foundation.access import requires_scope
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.damage_notes import DAMAGED_RECORD_MESSAGE
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.json_bodies import read_json_body
from attention_point.foundation.web.openapi import document_operation
from attention_point.foundation.web.pagination import PAGE_SIZE
from attention_point.portal import queries
from attention_point.portal.request_bodies import AnswerBody, read_answer
from attention_point.portal.response_bodies import EntityReferral, EntityReferrals
from attention_point.referrals import descriptions, services
from attention_point.referrals.queries import ListedReferral

blueprint = Blueprint("referrals_api", __name__, url_prefix="/api/v1")


@blueprint.get("/referrals")
@requires_scope("referrals")
@document_operation(
    "The entity's own referrals, newest first",
    {200: EntityReferrals},
    query={
        "state": "A code of the list of referral states",
        "restricted": "1 for the restricted ones alone, which ordinary lists leave out",
        "before": "The last id of the page before",
    },
    errors=(422,),
)
def list_referrals() -> Response:
    """List the entity's own referrals, newest first, a page at a time. ``restricted=1`` lists only restricted ones."""
    arguments: dict[str, Any] = {name: request.args[name] for name in ("state", "restricted") if request.args.get(name)}
    restricted = arguments.get("restricted", "0")
    if restricted not in {"0", "1"}:
        raise _build_invalid_error("restricted", _("Write 1 for yes or 0 for no."))
    states, before = _read_states(arguments.get("state")), _read_before()
    batch = queries.list_inbox(db_session(), current_actor(), states, before, PAGE_SIZE, restricted=restricted == "1")
    page: dict[str, Any] = {
        "referrals": [
            _build_referral_item(item) for item in batch.items if isinstance(item, queries.DecryptedDisclosure)
        ],
        "next": url_for(".list_referrals", **arguments, before=batch.next_before) if batch.next_before else None,
    }
    damaged_items = [_build_damaged_item(item.referral) for item in batch.items if item.referral.damaged]
    return jsonify({**page, "damaged": damaged_items} if damaged_items else page)


@blueprint.post("/referrals/<uuid:referral>/answer")
@requires_scope("referrals")
@document_operation("Answer a referral", {200: EntityReferral}, body=AnswerBody, errors=(404, 409))
def answer_referral(referral: UUID) -> Response:
    """Answer one referral. The same answer sent again gets the same reply, a late one 409 with ``differences``."""
    queries.require_own_entity(current_actor())
    answer = read_answer(read_json_body())
    answered_referral = services.answer_for_entity(db_session(), current_actor(), referral, answer)
    return jsonify(_build_referral_item(queries.view_referral(db_session(), current_actor(), answered_referral)))


def _read_states(requested_state: str | None) -> tuple[str, ...]:
    states = get_code_list("referral_states")
    # Without a state, referrals in all of them.
    if requested_state is None:
        return tuple(entry.code for entry in states)
    if not states.has_code(requested_state):
        raise _build_invalid_error("state", _("This code does not exist."))
    return (requested_state,)


def _read_before() -> UUID | None:
    text = request.args.get("before")
    try:
        # Ids sort by time (UUIDv7), so the id of the last referral says where the next page begins.
        return UUID(text) if text else None
    except ValueError:
        raise _build_invalid_error("before", _("This is not a valid identifier.")) from None


def _build_invalid_error(field: str, message: str) -> Invalid:
    return Invalid(message, (FieldError(field, message),))


def _build_damaged_item(referral: ListedReferral) -> dict[str, Any]:
    return {
        "id": str(referral.id),
        "state": referral.state,
        "version": referral.version,
        "created_at": clock.to_local_time(referral.created_at).isoformat(timespec="seconds"),
        "message": _(DAMAGED_RECORD_MESSAGE),
    }


def _build_referral_item(disclosure: queries.DecryptedDisclosure) -> dict[str, Any]:
    referral = disclosure.referral
    return {
        "id": str(referral.id),
        "reference": disclosure.reference,
        "service": referral.service,
        "entity": referral.entity,
        "state": referral.state,
        "version": referral.version,
        "created_at": clock.to_local_time(referral.created_at).isoformat(timespec="seconds"),
        "urgent": referral.urgent,
        "mandatory": referral.mandatory,
        "reason": descriptions.describe_reason(referral),
        "person": dict(disclosure.person),
        # There only if something is missing, so that programs made before this field read the rest as ever.
        **({"incomplete": True} if disclosure.incomplete else {}),
        **({"appointment": asdict(referral.appointment)} if referral.appointment else {}),
    }
