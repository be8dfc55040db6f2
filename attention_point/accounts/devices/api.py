"""``POST /api/v1/devices/enrol``: a program exchanges its enrolment code for the token of its device."""

from typing import Annotated
from uuid import UUID

from flask import Blueprint, Response, request
from pydantic import BaseModel, ConfigDict, StringConstraints

from attention_point.accounts.devices import services
from attention_point.foundation.access import public
from attention_point.foundation.text_fields import SINGLE_LINE
from attention_point.foundation.validation import parse_object
from attention_point.foundation.web.json_bodies import build_json_response, read_json_body
from attention_point.foundation.web.openapi import document_operation
from attention_point.foundation.web.transactions import current_database

blueprint = Blueprint("devices_api", __name__, url_prefix="/api/v1/devices")


class EnrolmentRequest(BaseModel):
    """The enrolment code, as it was shown once."""

    # An error of pydantic must not carry the code into a log.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    code: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=50), SINGLE_LINE]


class _ResponseBody(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EnrolmentResponse(_ResponseBody):
    """The token of the device, which is sent once, and what the device is. ``point`` is the point's code."""

    token: str
    id: UUID
    name: str
    point: str
    kind: str


@blueprint.post("/enrol")
@public
@document_operation(
    "Exchange an enrolment code for the token of the device, once",
    {201: EnrolmentResponse},
    body=EnrolmentRequest,
    errors=(422, 429),
)
def enrol() -> Response:
    """Send the token. Nobody can have it sent again: a device that lost its token needs a new code."""
    code = parse_object(EnrolmentRequest, read_json_body()).code
    enrolment = services.enrol_device(current_database(), code, request.remote_addr or "")
    device = enrolment.device
    body = {
        "token": enrolment.token,
        "id": device.id,
        "name": device.name,
        "point": device.point,
        "kind": device.role,
    }
    return build_json_response(body, 201)
