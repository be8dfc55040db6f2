"""The API of devices: the key of their point, and the outbox that takes what they kept without network."""

from datetime import timedelta
from typing import Annotated, Any

from flask import Blueprint, Response, request
from pydantic import BaseModel, ConfigDict, Field

from attention_point.accounts.sign_in import sessions
from attention_point.foundation.access import Actor, requires_device
from attention_point.foundation.errors import AppError, Invalid, NotFound, TooManyTries
from attention_point.foundation.language import gettext as _
from attention_point.foundation.validation import parse_object
from attention_point.foundation.web import current_actor, current_settings
from attention_point.foundation.web.json_bodies import build_json_response, read_json_body
from attention_point.foundation.web.openapi import ErrorBody, FieldErrorBody, document_operation
from attention_point.foundation.web.transactions import current_database
from attention_point.sync.models import PointKey
from attention_point.sync.outbox import point_keys
from attention_point.sync.outbox.receiving import Envelope, Outcome, Sender, receive_captures
from attention_point.sync.outbox.tickets import SessionLimits

blueprint = Blueprint("outbox_api", __name__, url_prefix="/api/v1")
BODY_LIMIT = 300 * 1024
"""Bytes of one capture: the largest form with everything around it."""
MAXIMUM_BATCH = 10
"""Captures of one request: their transaction holds SQLite's one lock for some 40 ms, which a desk may wait for."""


class _ResponseBody(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PointKeyResponse(_ResponseBody):
    """The key to which the devices of a point seal. ``public`` is base64 of 32 bytes (X25519)."""

    id: str
    public: str


class CaptureReceipt(_ResponseBody):
    """What became of a capture: ``recorded``, ``review`` (it waits for a person), ``refused`` or ``discarded``."""

    id: str
    sequence: int
    state: str
    reference: str | None = None
    visit: str | None = None
    turn: str | None = None
    code: str | None = None
    warnings: list[FieldErrorBody] = []
    received_at: str


class CaptureRefusal(ErrorBody):
    """Why a capture is refused. What was refused is kept; its receipt stands there alone, and field by field.

    A request that is none, or whose id another capture has, has no receipt.
    """

    id: str | None = None
    sequence: int | None = None
    state: str | None = None
    reference: str | None = None
    visit: str | None = None
    turn: str | None = None
    code: str | None = None
    warnings: list[FieldErrorBody] = []
    received_at: str | None = None
    receipt: CaptureReceipt | None = None


class CaptureBatch(BaseModel):
    """Captures that a device sends in one request, each with the fields of a single one."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    captures: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAXIMUM_BATCH)]


class CaptureResult(_ResponseBody):
    """What became of one of them: ``status``, ``receipt`` and refusal are those of a capture that is sent alone."""

    status: int
    receipt: CaptureReceipt | None = None
    error: str | None = None
    message: str | None = None
    fields: list[FieldErrorBody] = []
    retry_after: int | None = None


class CaptureResults(_ResponseBody):
    """The results in the order of the captures."""

    results: list[CaptureResult]


@blueprint.get("/points/<string(maxlength=60):point>/key")
@requires_device("outbox.send")
@document_operation("The public key to which the devices of a point seal", {200: PointKeyResponse}, errors=(404,))
def show_point_key(point: str) -> Response:
    """Send the key of the device's own point."""
    if point != current_actor().point:
        raise NotFound(_("There is no such point."))
    return build_json_response(describe_key(find_or_create_key(point)))


def find_or_create_key(point: str) -> PointKey:
    """The current key of a point. The first device of a new point has it made, in a transaction of its own."""
    with current_database().read_session() as session:
        key = point_keys.find_usable_key(session, point)
    if key is None:
        with current_database().write_session() as session:
            key = point_keys.get_or_create_key(session, point)
    return key


def describe_key(key: PointKey) -> dict[str, str]:
    """A key as devices get it."""
    return {"id": str(key.id), "public": point_keys.encode_public_key(key)}


@blueprint.post("/outbox")
@requires_device("outbox.send")
@document_operation(
    "Send what the device kept without network, once",
    {201: CaptureReceipt, 200: CaptureReceipt},
    body=Envelope,
    errors=(409, 429),
    refusal=CaptureRefusal,
)
def add_capture() -> Response:
    """Receive a capture: 201 first, 200 with the same receipt for a replay, 409 for another one with the same id.

    One that is refused is kept too; its reply says why and carries the receipt.
    """
    envelope = parse_object(Envelope, read_json_body())
    (outcome,) = receive_captures(current_database(), read_sender(), [envelope])
    if outcome.error is None:
        return build_json_response(outcome.receipt, _find_status(outcome))
    if not outcome.receipt:
        raise outcome.error
    refusal = {**_describe_error(outcome.error), **outcome.receipt, "receipt": outcome.receipt}
    return build_json_response(refusal, _find_status(outcome))


add_capture.body_limit = BODY_LIMIT  # type: ignore[attr-defined]


@blueprint.post("/outbox/batch")
@requires_device("outbox.send")
@document_operation(
    "Send some of what the device kept without network, each once", {200: CaptureResults}, body=CaptureBatch
)
def add_captures() -> Response:
    """Receive up to ten captures. Each has its own receipt or its own refusal, whatever becomes of the others."""
    parsed_items = [_parse_envelope(item) for item in parse_object(CaptureBatch, read_json_body()).captures]
    envelopes = [item for item in parsed_items if isinstance(item, Envelope)]
    outcomes = iter(receive_captures(current_database(), read_sender(), envelopes))
    results = [
        _describe_result(next(outcomes) if isinstance(item, Envelope) else Outcome({}, is_new=False, error=item))
        for item in parsed_items
    ]
    return build_json_response({"results": results})


add_captures.body_limit = 2 * BODY_LIMIT  # type: ignore[attr-defined]


def _parse_envelope(item: dict[str, Any]) -> Envelope | Invalid:
    try:
        return parse_object(Envelope, item)
    except Invalid as error:
        return error


def read_sender() -> Sender:
    """Who sends the request."""
    # A program has no cookie of a session; whoever sends a token is not asked for one.
    is_program = "Authorization" in request.headers
    find_signed_in = _find_nobody if is_program else sessions.find_signed_in_actor
    return Sender(current_actor(), is_program, find_signed_in, read_session_limits())


def _find_nobody() -> Actor | None:
    return None


def read_session_limits() -> SessionLimits:
    """How long a session lasts by the settings."""
    settings = current_settings()
    return SessionLimits(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


def _describe_result(outcome: Outcome) -> dict[str, Any]:
    receipt = {"receipt": outcome.receipt} if outcome.receipt else {}
    error = _describe_error(outcome.error) if outcome.error else {}
    return {"status": _find_status(outcome), **receipt, **error}


def _find_status(outcome: Outcome) -> int:
    if outcome.error is not None:
        return outcome.error.status
    return 201 if outcome.is_new else 200


def _describe_error(error: AppError) -> dict[str, Any]:
    body: dict[str, Any] = {"error": error.code, "message": error.message}
    if isinstance(error, Invalid):
        body["fields"] = [{"field": item.field, "message": item.message} for item in error.field_errors]
    if isinstance(error, TooManyTries):
        body["retry_after"] = error.retry_after
    return body
