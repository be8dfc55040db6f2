"""The visits API: what a program may do with a token of scope ``intake``."""

from uuid import UUID

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from attention_point.foundation.access import requires_scope
from attention_point.foundation.codelists import codelist
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid
from attention_point.foundation.web import actor, db
from attention_point.foundation.web.bodies import json_body, json_reply
from attention_point.foundation.web.openapi import documented
from attention_point.intake import queries
from attention_point.intake.answers import Candidates, VisitAnswer, VisitReceipt
from attention_point.intake.draft import VisitDraft
from attention_point.intake.reading import read_draft
from attention_point.intake.services import record_visit
from attention_point.people import search as people_search

blueprint = Blueprint("visits_api", __name__, url_prefix="/api/v1")


@blueprint.post("/visits")
@requires_scope("intake")
@documented("Record a visit", {201: VisitAnswer, 200: VisitAnswer}, body=VisitDraft, errors=(404, 409))
def record() -> Response:
    """Record a visit: 201 first, 200 with the same body on replay, 409 for another visit under the same id."""
    draft = read_draft(json_body())
    receipt = record_visit(db(), actor(), draft)
    return json_reply(receipt.answer, 201 if receipt.first else 200)


@blueprint.get("/visits/<uuid:visit>")
@requires_scope("intake")
@documented("A visit's receipt", {200: VisitReceipt}, errors=(404, 409))
def receipt(visit: UUID) -> Response:
    """A visit's receipt, with its referrals as they stand now."""
    return jsonify(queries.receipt(db(), queries.visible(db(), actor(), visit)))


@blueprint.get("/people")
@requires_scope("intake")
@documented(
    "Who may be meant by a document or a name; kept in the journal",
    {200: Candidates},
    query={
        "document": "A document as TYPE:NUMBER",
        "name": "Names and surnames, if no document is given",
        "birth_year": "The year of birth, with a name",
    },
    errors=(422,),
)
def candidates() -> Response:
    """Who may be meant by a document or a name; kept in the journal as a reading."""
    document, name = request.args.get("document", ""), request.args.get("name", "").strip()
    if document:
        found = _by_document(document)
    elif name:
        found = people_search.search_name(db(), actor(), name[:120], _year(request.args.get("birth_year", "")))
    else:
        sentence = _("Search by document or by name.")
        raise Invalid(sentence, (FieldError("document", sentence),))
    shown = [{"id": str(each.id), **_shown(each.record)} for each in found if not each.damaged]
    damaged = [str(each.id) for each in found if each.damaged]
    return jsonify({"candidates": shown, **({"damaged": damaged} if damaged else {})})


def _by_document(text: str) -> list[people_search.Candidate]:
    written, _colon, number = text.partition(":")
    kind = codelist("document_types").alias(written)
    try:
        if kind is None or not number.strip():
            raise ValueError("no document")
        return people_search.search_document(db(), actor(), kind, number)
    except ValueError:
        sentence = _("Write the document as TYPE:NUMBER.")
        raise Invalid(sentence, (FieldError("document", sentence),)) from None


def _year(text: str) -> int | None:
    if not text:
        return None
    if not (text.isdecimal() and len(text) == 4 and 1850 <= int(text) <= 2200):
        sentence = _("The year of birth has four digits.")
        raise Invalid(sentence, (FieldError("birth_year", sentence),))
    return int(text)


def _shown(record: dict) -> dict:
    fields = ("given_names", "surname_1", "surname_2", "birth_date", "documents")
    return {field: record.get(field) for field in fields}
