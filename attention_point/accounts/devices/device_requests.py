"""Finds which device sends a request: by its bearer token, or by the cookie of a browser that was enrolled."""

from datetime import timedelta

import structlog
from flask import Flask, after_this_request, make_response, redirect, render_template, request, url_for
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from attention_point.accounts.devices import queries, services
from attention_point.accounts.devices.models import Device
from attention_point.accounts.services import hash_secret
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import Busy, DeviceRefused, Unauthenticated
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.security.response_headers import YEAR_SECONDS
from attention_point.foundation.web.transactions import (
    SAFE_METHODS,
    current_database,
    current_settings,
    read_session,
)

# By whether the public address uses HTTPS: browsers take ``__Host-`` over HTTPS alone (RFC 6265bis §4.1.3).
DEVICE_COOKIE_NAMES = {False: "device", True: "__Host-device"}
# To note each request would be a write for each page, behind SQLite's one writer.
LAST_CONTACT_INTERVAL = timedelta(minutes=1)
_PAGE_TYPES = ("text/html", "application/json", "text/event-stream")
log = structlog.get_logger("devices")


def register_enrolment(app: Flask) -> None:
    """Lead a browser that is no device in force to the page on which it is enrolled."""
    app.extensions["enrol"] = _build_refusal


def find_requesting_device() -> Actor:
    """The device that sends the request, as an actor. Raises DeviceRefused for none in force."""
    row = find_device_row()
    if row is None:
        raise DeviceRefused(_("This device is not enrolled."))
    if row.revoked_at is not None:
        raise DeviceRefused(_("This device was taken out of service."), code="device_revoked")
    now = clock.now()
    # A contact in the future was noted by a wrong clock.
    if row.last_contact_at is None or not timedelta(0) <= now - row.last_contact_at < LAST_CONTACT_INTERVAL:
        _note_contact(row)
    return services.build_device_actor(row)


def find_device_row() -> queries.DeviceRow | None:
    """The device of the request's token, also a revoked one; None for a request without a token of a device."""
    # A program that sends a wrong token must not pass for the browser in which it runs.
    is_program = "Authorization" in request.headers
    token = _read_bearer_token() if is_program else _read_cookie()
    if not token.startswith(services.PROGRAM_PREFIX if is_program else services.TOKEN_PREFIXES):
        return None
    return queries.find_device_by_token(read_session(), hash_secret(token))


def _read_bearer_token() -> str:
    kind, _space, token = request.headers["Authorization"].partition(" ")
    return token if kind.lower() == "bearer" else ""


def _read_cookie() -> str:
    return request.cookies.get(DEVICE_COOKIE_NAMES[current_settings().uses_https], "")


def set_device_cookie_after_request(token: str) -> None:
    """Let this browser be the device from now on."""

    @after_this_request
    def _add_cookie(response: Response) -> Response:
        secure = current_settings().uses_https
        response.set_cookie(
            DEVICE_COOKIE_NAMES[secure],
            token,
            max_age=YEAR_SECONDS,
            secure=secure,
            httponly=True,
            samesite="Lax",
            path="/",
        )
        return response


def _note_contact(row: queries.DeviceRow) -> None:
    """Note that the device was heard of. Pages must open even if nothing can be written, as on a full disk."""
    try:
        with current_database().write_session() as write_session:
            write_session.execute(update(Device).where(Device.id == row.id).values(last_contact_at=clock.now()))
    except (Busy, OperationalError):
        log.warning("contact not noted")


def _build_refusal(error: Unauthenticated) -> Response | None:
    """The page for a browser that is no device in force; None for a script, which gets the error as JSON."""
    # A script that was led to a page would take the page for its answer.
    if request.path.endswith(".json") or request.accept_mimetypes.best_match(_PAGE_TYPES, "text/html") != "text/html":
        response = make_response({"error": error.code, "message": error.message}, error.status)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    # Who was revoked is told so, or would type the old code again and again.
    if request.method in SAFE_METHODS and error.code != "device_revoked":
        return redirect(url_for("devices.enrol"))
    return make_response(
        render_template("devices/refused.html", message=error.message, is_revoked=error.code == "device_revoked"),
        error.status,
    )
