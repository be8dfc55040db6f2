"""The referrals API: what a program of an entity may do with a token of scope ``referrals``."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, request, url_for
from werkzeug.wrappers import Response

from attention_point.foundation import clock, journal
from attention_point.foundation.access import requires_scope
from attention_point.foundation.codelists import codelist
from attention_point.foundation.damage import DAMAGED
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid
from attention_point.foundation.web import actor, db
from attention_point.foundation.web.bodies import json_body
from attention_point.foundation.web.listing import SIZE
from attention_point.foundation.web.openapi import documented
from attention_point.portal import queries
from attention_point.portal.answers import EntityReferral, EntityReferrals
from attention_point.portal.reading import AnswerBody, read_answer
from attention_point.referrals import services, words

blueprint = Blueprint("referrals_api", __name__, url_prefix="/api/v1")


@blueprint.get("/referrals")
@requires_scope("referrals")
@documented(
    "The entity's own referrals, newest first",
    {200: EntityReferrals},
    query={
        "state": "A code of the list of referral states",
        "restricted": "1 for the restricted ones alone, which ordinary lists leave out",
        "before": "The last id of the page before",
    },
    errors=(422,),
)
def listing() -> Response:
    """The entity's own referrals, newest first, a page at a time; restricted ones with ``restricted=1`` alone."""
    asked: dict[str, Any] = {name: request.args[name] for name in ("state", "restricted") if request.args.get(name)}
    restricted = _yes(asked.get("restricted", "0"))
    found = queries.inbox(db(), actor(), _states(asked.get("state")), _before(), SIZE, restricted=restricted)
    journal.record(
        db(), actor(), "referral.list", "entity", actor().entity,
        restricted=restricted, found=[str(each.referral.id) for each in found.items],
    )  # fmt: skip
    following = url_for(".listing", **asked, before=found.before) if found.before else None
    opened = [_item(each) for each in found.items if isinstance(each, queries.OpenCase)]
    damaged = [_damaged_item(each) for each in found.items if each.referral.damaged]
    return jsonify({"referrals": opened, "next": following, **({"damaged": damaged} if damaged else {})})


@blueprint.post("/referrals/<uuid:referral>/answer")
@requires_scope("referrals")
@documented("Answer a referral", {200: EntityReferral}, body=AnswerBody, errors=(404, 409))
def answer(referral: UUID) -> Response:
    """Answer one referral; the same answer again gives the same reply, a late one 409 with ``differences``."""
    queries.own_entity(actor())
    changed = services.answer_for_entity(db(), actor(), referral, read_answer(json_body()))
    journal.record(db(), actor(), "referral.view", "referral", referral, restricted=changed.restricted)
    return jsonify(_item(queries.open_cases(db(), [changed])[0]))


def _states(asked: str | None) -> tuple[str, ...]:
    states = codelist("referral_states")
    if asked is None:
        return tuple(each.code for each in states)
    if not states.has(asked):
        raise _wrong("state", _("This code does not exist."))
    return (asked,)


def _before() -> UUID | None:
    text = request.args.get("before")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise _wrong("before", _("This is not a valid identifier.")) from None


def _yes(text: str) -> bool:
    if text not in {"0", "1"}:
        raise _wrong("restricted", _("Write 1 for yes or 0 for no."))
    return text == "1"


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError(field, sentence),))


def _damaged_item(case: queries.Case) -> dict[str, Any]:
    found = case.referral
    return {
        "id": str(found.id),
        "state": found.state,
        "version": found.version,
        "created_at": clock.local(found.created_at).isoformat(timespec="seconds"),
        "message": _(DAMAGED),
    }


def _item(case: queries.OpenCase) -> dict[str, Any]:
    found = case.referral
    return {
        "id": str(found.id),
        "reference": case.reference,
        "service": found.service,
        "entity": found.entity,
        "state": found.state,
        "version": found.version,
        "created_at": clock.local(found.created_at).isoformat(timespec="seconds"),
        "urgent": found.urgent,
        "mandatory": found.mandatory,
        "reason": words.reason(found),
        "person": dict(case.person),
        **({"incomplete": True} if case.incomplete else {}),
    }
