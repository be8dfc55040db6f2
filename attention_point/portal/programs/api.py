"""The referrals API, for the programs of an entity: tokens of the scope ``referrals``."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, request, url_for
from werkzeug.wrappers import Response

from attention_point.foundation.access import requires_scope
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.json_bodies import read_json_body
from attention_point.foundation.web.openapi import QueryParameter, document_operation
from attention_point.foundation.web.pagination import PAGE_SIZE
from attention_point.portal import queries
from attention_point.portal.programs.items import build_damaged_item, build_detailed_item, build_referral_item
from attention_point.portal.programs.listing import ListFilter, list_for_program
from attention_point.portal.programs.request_bodies import AnswerBody, read_answer
from attention_point.portal.programs.response_bodies import DetailedReferral, EntityReferral, EntityReferrals
from attention_point.referrals import rules, services

blueprint = Blueprint("referrals_api", __name__, url_prefix="/api/v1")
_STATES = (*rules.OPEN_STATES, *rules.ANSWERED_STATES)
_UUID_SCHEMA = {"type": "string", "format": "uuid"}


@blueprint.get("/referrals")
@requires_scope("referrals")
@document_operation(
    "The entity's own referrals, newest first; with `after`, oldest first",
    {200: EntityReferrals},
    query={
        "state": QueryParameter("Those in this state alone", {"type": "string", "enum": list(_STATES)}),
        "restricted": QueryParameter(
            "1 for the restricted ones alone, which ordinary lists leave out", {"type": "string", "enum": ["0", "1"]}
        ),
        "service": QueryParameter("Those of this service alone: its code", {"type": "string", "maxLength": 40}),
        "day": QueryParameter("Those made on this day alone", {"type": "string", "format": "date"}),
        "before": QueryParameter("The last id of the page before, newest first", _UUID_SCHEMA),
        "after": QueryParameter(
            "The last id that is known, oldest first: a program that has all up to it gets what came since",
            _UUID_SCHEMA,
        ),
    },
    errors=(422,),
)
def list_referrals() -> Response:
    """List the entity's own referrals, a page at a time. ``restricted=1`` lists only restricted ones.

    A page may hold fewer than others where few fit the filters: ``next`` alone says whether there are more.
    """
    list_filter = _read_filter()
    batch = list_for_program(db_session(), current_actor(), list_filter, PAGE_SIZE)
    names = ("state", "restricted", "service", "day")
    arguments: dict[str, Any] = {name: request.args[name] for name in names if request.args.get(name)}
    next_page = {"after" if list_filter.after else "before": str(batch.next_before)}
    page: dict[str, Any] = {
        "referrals": [
            build_referral_item(item) for item in batch.items if isinstance(item, queries.DecryptedDisclosure)
        ],
        "next": url_for(".list_referrals", **arguments | next_page) if batch.next_before else None,
    }
    damaged_items = [build_damaged_item(item.referral) for item in batch.items if item.referral.damaged]
    return jsonify({**page, "damaged": damaged_items} if damaged_items else page)


@blueprint.get("/referrals/<uuid:referral>")
@requires_scope("referrals")
@document_operation("One referral with its messages and terms", {200: DetailedReferral}, errors=(404, 409))
def show_referral(referral: UUID) -> Response:
    """Send one referral. Reading it is not opening it: a person may not have seen it yet (``/seen``)."""
    return jsonify(build_detailed_item(db_session(), queries.get_own_referral(db_session(), current_actor(), referral)))


@blueprint.post("/referrals/<uuid:referral>/seen")
@requires_scope("referrals")
@document_operation("Note that somebody of the entity opened a referral", {200: DetailedReferral}, errors=(404, 409))
def mark_seen(referral: UUID) -> Response:
    """Mark a referral and its messages as seen, as its page does. Again changes nothing."""
    queries.require_own_entity(current_actor())
    services.mark_referral_seen(db_session(), current_actor(), referral)
    return jsonify(build_detailed_item(db_session(), queries.get_own_referral(db_session(), current_actor(), referral)))


@blueprint.post("/referrals/<uuid:referral>/answer")
@requires_scope("referrals")
@document_operation(
    "Answer a referral; the state `seen` with a reason opens an answered one again",
    {200: EntityReferral},
    body=AnswerBody,
    errors=(404, 409),
)
def answer_referral(referral: UUID) -> Response:
    """Answer one referral. The same answer sent again gets the same reply, a late one 409 with ``differences``."""
    queries.require_own_entity(current_actor())
    answer = read_answer(read_json_body())
    answered_referral = services.answer_for_entity(db_session(), current_actor(), referral, answer)
    return jsonify(build_referral_item(queries.view_referral(db_session(), current_actor(), answered_referral)))


def _read_filter() -> ListFilter:
    state, restricted = request.args.get("state"), request.args.get("restricted") or "0"
    if restricted not in {"0", "1"}:
        raise Invalid.of_field("restricted", _("Write 1 for yes or 0 for no."))
    if state and not get_code_list("referral_states").has_code(state):
        raise Invalid.of_field("state", _("This code does not exist."))
    before, after = _read_id("before"), _read_id("after")
    if before and after:
        raise Invalid.of_field("after", _("Write either before or after."))
    # Without a state, referrals in all of them.
    states = (state,) if state else tuple(entry.code for entry in get_code_list("referral_states"))
    return ListFilter(states, restricted == "1", request.args.get("service") or None, _read_day(), after, before)


def _read_id(name: str) -> UUID | None:
    text = request.args.get(name)
    try:
        # Ids sort by time (UUIDv7), so the id of the last referral says where the next page begins.
        return UUID(text) if text else None
    except ValueError:
        raise Invalid.of_field(name, _("This is not a valid identifier.")) from None


def _read_day() -> date | None:
    text = request.args.get("day")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid.of_field("day", _("Write the day as 2026-03-17.")) from None
