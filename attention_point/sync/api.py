"""The API of devices: the key of their point, and the outbox that takes what they kept without network."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request
from pydantic import BaseModel, ConfigDict

from attention_point.accounts.sign_in import sessions
from attention_point.foundation.access import Actor, requires_device
from attention_point.foundation.errors import AppError, Invalid, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.validation import parse_object
from attention_point.foundation.web import current_actor, current_settings
from attention_point.foundation.web.json_bodies import build_json_response, read_json_body
from attention_point.foundation.web.openapi import ErrorBody, FieldErrorBody, document_operation
from attention_point.foundation.web.transactions import current_database
from attention_point.sync.models import PointKey
from attention_point.sync.outbox import point_keys
from attention_point.sync.outbox.receiving import Envelope, Outcome, Sender, receive_capture
from attention_point.sync.outbox.tickets import SessionLimits

blueprint = Blueprint("outbox_api", __name__, url_prefix="/api/v1")
BODY_LIMIT = 300 * 1024
"""Bytes of one capture: the largest form with everything around it."""


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
    outcome = receive_capture(current_database(), read_sender(), parse_object(Envelope, read_json_body()))
    if outcome.error is not None:
        return _build_refusal(outcome, outcome.error)
    return build_json_response(outcome.receipt, 201 if outcome.is_new else 200)


add_capture.body_limit = BODY_LIMIT  # type: ignore[attr-defined]


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


def _build_refusal(outcome: Outcome, error: AppError) -> Response:
    body: dict[str, Any] = {"error": error.code, "message": error.message}
    if isinstance(error, Invalid):
        body["fields"] = [{"field": item.field, "message": item.message} for item in error.field_errors]
    return build_json_response({**body, **outcome.receipt, "receipt": outcome.receipt}, error.status)
