"""Makes a page or JSON of every failure, in the reader's language. The log gets its place and kind, never its words."""

import sqlite3
from dataclasses import asdict

import structlog
from flask import Flask, current_app, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.database.engine import describe_failure, is_busy_error, is_taken_error
from attention_point.foundation.errors import (
    AppError,
    Busy,
    Conflict,
    DeviceRefused,
    Invalid,
    TooManyTries,
    Unauthenticated,
    VaultError,
    list_code_places,
)
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.transactions import read_session

log = structlog.get_logger("web")

# Codes of our own: the phrases of HTTPStatus change with the version of Python, and programs rely on codes.
STATUS_MESSAGES = {
    400: ("bad_request", N_("The request could not be understood.")),
    403: ("forbidden", N_("You may not do this.")),
    404: ("not_found", N_("There is no such page.")),
    405: ("method_not_allowed", N_("This address does not accept that kind of request.")),
    413: ("too_large", N_("The request is too large: the limit is 2 MB.")),
    415: ("unsupported_media_type", N_("This kind of content is not accepted here.")),
    500: ("failed", N_("Something failed on our side. Nothing was saved by this request.")),
}


def register_error_handlers(app: Flask) -> None:
    """Add one handler for each kind of error."""
    app.register_error_handler(AppError, respond_to_app_error)
    app.register_error_handler(CSRFError, _respond_to_stale_form)
    app.register_error_handler(HTTPException, _respond_to_http_error)
    app.register_error_handler(Exception, respond_to_exception)


def wants_json() -> bool:
    """Return whether a program sent the request, and not a browser."""
    path = request.path
    return path.startswith(("/api/", "/hsds/")) or path == "/healthz"


def respond_to_app_error(error: AppError) -> Response:
    """Return the reply for a refusal. For a missing session ``accounts`` has a better one: sign in and go on."""
    better_response = _build_unauthenticated_response(error) if isinstance(error, Unauthenticated) else None
    if better_response is not None:
        return better_response
    response = _build_response(error.status, error.code, error.message, error)
    if isinstance(error, TooManyTries | Busy):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _build_unauthenticated_response(error: Unauthenticated) -> Response | None:
    """Return the page of ``accounts`` for a missing session or device: sign in and go on, or enrol the device."""
    if wants_json():
        return None
    name = "enrol" if isinstance(error, DeviceRefused) else "resume"
    build_response = current_app.extensions.get(name)
    response: Response | None = build_response(error) if build_response else None
    return response


def _respond_to_stale_form(_error: CSRFError) -> Response:
    return _build_response(
        403, "stale_form", _("This form is no longer valid. Go back, reload the page and send it again.")
    )


def _respond_to_http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    code, message = STATUS_MESSAGES.get(status) or STATUS_MESSAGES[500 if status >= 500 else 400]
    response = _build_response(status, code, _(message))
    for name, value in error.get_headers():
        if name.lower() in {"allow", "location", "retry-after"}:
            response.headers[name] = value
    return response


def respond_to_exception(error: Exception) -> Response:
    """Return the reply for any error. An unexpected one is logged without its words, which may hold data."""
    if isinstance(error, AppError):
        return respond_to_app_error(error)
    if isinstance(error, VaultError):
        return _respond_to_vault_error(error)
    if is_busy_error(error):
        return respond_to_app_error(Busy(describe_failure(error)))
    _log_exception(error)
    # The driver's own while it connects; a key that is taken is logged, for where it comes back the fault is ours.
    if isinstance(error, OperationalError | sqlite3.OperationalError) or is_taken_error(error):
        return respond_to_app_error(Busy(describe_failure(error)))
    code, message = STATUS_MESSAGES[500]
    return _build_response(500, code, _(message))


def _log_exception(error: Exception) -> None:
    log.error("failed", kind=type(error).__name__, route=str(request.url_rule), at=list_code_places(error))


def _respond_to_vault_error(error: VaultError) -> Response:
    """Return the reply where the requested record does not open. ``finish_transaction`` writes it to the journal."""
    # 409: neither the request nor the program is at fault, and sending the request again changes nothing.
    note_damage(read_session(), error)
    return _build_response(
        409,
        "sealed",
        _("This record cannot be opened: none of it was shown or saved. The journal has an entry about it."),
    )


def _build_response(status: int, code: str, message: str, app_error: AppError | None = None) -> Response:
    if wants_json():
        body: dict[str, object] = {"error": code, "message": message}
        if isinstance(app_error, Invalid):
            body["fields"] = [{"field": item.field, "message": item.message} for item in app_error.field_errors]
        if isinstance(app_error, Conflict):
            body["differences"] = [asdict(item) for item in app_error.differences]
        response: Response = jsonify(body)
    else:
        response = _render_error_page(status, code, message, app_error)
    response.status_code = status
    return response


def _find_return_path() -> str:
    """Return the page from which the form was sent: its own address if it has a page, else the nearest one above."""
    url_adapter = current_app.url_map.bind_to_environ(request.environ)
    path = request.path.rstrip("/")
    while path and not url_adapter.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path


def _render_error_page(status: int, code: str, message: str, app_error: AppError | None) -> Response:
    try:
        page = render_template(
            "errors/error.html",
            status=status,
            code=code,
            message=message,
            return_path=_find_return_path() if status == 409 or code == "stale_form" else "",
            differences=app_error.differences if isinstance(app_error, Conflict) else (),
            field_errors=app_error.field_errors if isinstance(app_error, Invalid) else (),
        )
    except Exception as error:  # otherwise the server would log it with its words
        _log_exception(error)
        return Response(message, mimetype="text/plain")
    return Response(page, mimetype="text/html")
