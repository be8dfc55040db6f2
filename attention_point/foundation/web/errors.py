"""Every failure as a page or as JSON, in the reader's language; logged by place and kind, never by content."""

import sqlite3
import traceback
from dataclasses import asdict

import structlog
from flask import Flask, Request, current_app, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from attention_point.foundation.damage import note_damage
from attention_point.foundation.database.engine import BUSY, is_busy
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Busy, Conflict, Invalid, Refusal, TooMany, Unauthenticated
from attention_point.foundation.vault_error import VaultError
from attention_point.foundation.web.transactions import reader

log = structlog.get_logger("web")

# Codes of our own: the phrases of HTTPStatus change with the version of Python.
ANSWERS = {
    400: ("bad_request", N_("The request could not be understood.")),
    403: ("forbidden", N_("You may not do this.")),
    404: ("not_found", N_("There is no such page.")),
    405: ("method_not_allowed", N_("This address does not accept that kind of request.")),
    413: ("too_large", N_("What was sent is too large: at most 2 MB.")),
    415: ("unsupported_media_type", N_("This kind of content is not accepted here.")),
    500: ("failed", N_("Something failed on our side. Nothing was saved by this request.")),
}


def register(app: Flask) -> None:
    """One handler a kind; the first that fits."""
    app.register_error_handler(Refusal, refuse)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, fail)


def wants_json(asked: Request | None = None) -> bool:
    """Whether the one who asks is a program."""
    path = (asked or request).path
    return path.startswith("/api/") or path == "/healthz"


def refuse(refusal: Refusal) -> Response:
    """A refusal's reply. For a missing session ``accounts`` has a better one: sign in and go on where one was."""
    if isinstance(refusal, Unauthenticated) and not wants_json():
        resume = _resume()
        if resume is not None:
            return resume
    response = _reply(refusal.status, refusal.code, refusal.message, refusal)
    if isinstance(refusal, TooMany | Busy):
        response.headers["Retry-After"] = str(refusal.retry_after)
    if isinstance(refusal, Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _resume() -> Response | None:
    hook = current_app.extensions.get("resume")
    return hook() if hook else None


def _stale_form(_error: CSRFError) -> Response:
    return _reply(403, "stale_form", _("This form is no longer valid. Go back, reload the page and send it again."))


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    code, message = ANSWERS.get(status) or ANSWERS[500 if status >= 500 else 400]
    response = _reply(status, code, _(message))
    for name, value in error.get_headers():
        if name.lower() in {"allow", "location", "retry-after"}:
            response.headers[name] = value
    return response


def fail(error: Exception) -> Response:
    """An error of the program or of the machine: its place is logged, its words (which may hold data) are not."""
    if isinstance(error, Refusal):
        return refuse(error)
    if isinstance(error, VaultError):
        return _sealed(error)
    if is_busy(error):
        return refuse(Busy(_(BUSY)))
    _note(error)
    if isinstance(error, OperationalError | sqlite3.OperationalError):  # the driver's own while it connects
        return refuse(Busy(_("The database does not answer. Nothing was saved; try again in a moment.")))
    return _reply(500, *_failed())


def _failed() -> tuple[str, str]:
    code, message = ANSWERS[500]
    return code, _(message)


def _note(error: Exception) -> None:
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    log.error(
        "failed",
        kind=type(error).__name__,
        route=str(request.url_rule),
        at=[f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames],
    )


def _sealed(error: VaultError) -> Response:
    """The reply where the one record that was asked for does not open; ``transactions.settle`` writes the journal.

    409: neither the request nor the program is at fault, and sending it again changes nothing.
    """
    note_damage(reader(), error)
    return _reply(
        409, "sealed", _("This record does not open: nothing of it was shown or saved. The event is in the journal.")
    )


def _reply(status: int, code: str, message: str, refusal: Refusal | None = None) -> Response:
    if wants_json():
        body: dict[str, object] = {"error": code, "message": message}
        if isinstance(refusal, Invalid):
            body["fields"] = [{"field": each.field, "message": each.message} for each in refusal.fields]
        if isinstance(refusal, Conflict):
            body["differences"] = [asdict(each) for each in refusal.differences]
        response: Response = jsonify(body)
    else:
        response = _page(status, code, message, refusal)
    response.status_code = status
    return response


def _back() -> str:
    """Where what was sent came from: its own address if that can be opened, else the nearest one above it."""
    here = current_app.url_map.bind_to_environ(request.environ)
    path = request.path.rstrip("/")
    while path and not here.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path


def _page(status: int, code: str, message: str, refusal: Refusal | None) -> Response:
    try:
        page = render_template(
            "errors/error.html",
            status=status,
            code=code,
            message=message,
            back=_back() if status == 409 or code == "stale_form" else "",
            differences=refusal.differences if isinstance(refusal, Conflict) else (),
            fields=refusal.fields if isinstance(refusal, Invalid) else (),
        )
    except Exception as error:  # otherwise the server would log it with its words
        _note(error)
        return Response(message, mimetype="text/plain")
    return Response(page, mimetype="text/html")
