"""What a program does with one referral beside answering it: take back, write, forward; and the entity's reasons."""

from uuid import UUID

from flask import jsonify
from werkzeug.wrappers import Response

from attention_point.directory.privacy.authorisations import describe_authorisation
from attention_point.foundation.access import requires_scope
from attention_point.foundation.errors import Conflict
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.json_bodies import read_json_body
from attention_point.foundation.web.openapi import document_operation
from attention_point.portal import queries, services
from attention_point.portal.programs.api import blueprint
from attention_point.portal.programs.items import build_detailed_item
from attention_point.portal.programs.request_bodies import (
    ForwardBody,
    MessageBody,
    TakeBackBody,
    read_forward,
    read_message,
    read_version,
)
from attention_point.portal.programs.response_bodies import DetailedReferral, ForwardTargets, RejectionReasons
from attention_point.referrals.answers.forwarding import Forwarding, can_forward, list_consent_ways, list_targets
from attention_point.referrals.reasons.queries import list_reason_choices


@blueprint.post("/referrals/<uuid:referral>/take-back")
@requires_scope("referrals")
@document_operation(
    "Take the entity's last answer back, within a day", {200: DetailedReferral}, body=TakeBackBody, errors=(404, 409)
)
def take_back_answer(referral: UUID) -> Response:
    """Take the last answer back to what stood before. Again, with the same version, changes nothing."""
    queries.require_own_entity(current_actor())
    version = read_version(read_json_body())
    # Another entity's does not exist.
    queries.get_own_referral(db_session(), current_actor(), referral)
    _changed, left = services.take_back_answers(db_session(), current_actor(), {referral: version})
    if left:
        raise Conflict(_("This answer can no longer be undone. Reopen the referral instead, and write why."))
    return _send_referral(referral)


@blueprint.post("/referrals/<uuid:referral>/messages")
@requires_scope("referrals")
@document_operation(
    "Write to the attention point about a referral", {200: DetailedReferral}, body=MessageBody, errors=(404, 409)
)
def write_message(referral: UUID) -> Response:
    """Save a message. ``known`` counts the messages that the program knew: the same text after them is stored once."""
    queries.require_own_entity(current_actor())
    body = read_message(read_json_body())
    services.write_message_for_entity(db_session(), current_actor(), referral, body.text, body.known)
    return _send_referral(referral)


@blueprint.get("/referrals/<uuid:referral>/targets")
@requires_scope("referrals")
@document_operation("Where a referral can be forwarded", {200: ForwardTargets}, errors=(404, 409))
def list_forward_targets(referral: UUID) -> Response:
    """List the services of other entities to which the person can go on, and how they may have agreed."""
    disclosure = queries.get_own_referral(db_session(), current_actor(), referral)
    own_referral = disclosure.referral
    is_possible = can_forward(own_referral) and not disclosure.consent_ended
    offers = list_targets(db_session(), own_referral) if is_possible else []
    targets = [{"service": offer.service, "entity": offer.entity} for offer in offers]
    return jsonify({"targets": targets, "consents": list(list_consent_ways(own_referral))})


@blueprint.post("/referrals/<uuid:referral>/forward")
@requires_scope("referrals")
@document_operation(
    "Forward a person to another entity with their consent",
    {200: DetailedReferral},
    body=ForwardBody,
    errors=(404, 409),
)
def forward_referral(referral: UUID) -> Response:
    """Close a referral and make one to another entity. The reply is the closed one."""
    queries.require_own_entity(current_actor())
    body, session, actor = read_forward(read_json_body()), db_session(), current_actor()
    queries.get_own_referral(session, actor, referral)
    authorisation = describe_authorisation(session, body.entity, body.service)
    text_version = authorisation.text_version if authorisation else None
    forwarding = Forwarding(body.service, body.entity, body.consent, body.version, text_version)
    services.forward_referral(session, actor, referral, forwarding)
    return _send_referral(referral)


@blueprint.get("/rejection-reasons")
@requires_scope("referrals")
@document_operation("The reasons for which the entity rejects", {200: RejectionReasons})
def list_rejection_reasons() -> Response:
    """List the codes that an answer may name as ``reason_code``, with their words; ``other`` needs words of its own."""
    choices = list_reason_choices(db_session(), queries.require_own_entity(current_actor()))
    return jsonify({"reasons": [{"code": code, "label": label} for code, label in choices]})


def _send_referral(referral: UUID) -> Response:
    return jsonify(build_detailed_item(db_session(), queries.get_own_referral(db_session(), current_actor(), referral)))
