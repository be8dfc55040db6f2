"""Headers on every reply: a strict content policy, no sniffing, no framing, no caching of pages."""

import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, g, request
from flask.globals import app_ctx
from werkzeug.wrappers import Response

from attention_point.foundation.settings import Settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STRICT = {
    "Content-Security-Policy": POLICY.format(scripts="'none'"),
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
YEAR = 31_536_000
# For who reads public data from a page of another site.
OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


def csp_nonce() -> str:
    """The nonce of this reply's scripts."""
    held = app_ctx.g
    if "csp_nonce" not in held:
        held.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = held.csp_nonce
    return nonce


def open_to_all(cache_control: str) -> None:
    """Let anybody keep this reply, if it is a success: for what is published, the same for whoever asks."""
    g.open_to_all = cache_control


def register(app: Flask, settings: Settings) -> None:
    """Put the headers on every reply: what it does not say of itself is as strict as can be."""

    strict = list(STRICT.items())
    if settings.secure:
        strict.append(("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains"))

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        if response.mimetype == "text/html":
            headers["Content-Security-Policy"] = POLICY.format(scripts=f"'nonce-{csp_nonce()}'")
        if "open_to_all" in app_ctx.g and response.status_code in {200, 304}:
            headers.update({**OPEN, "Cache-Control": g.open_to_all})
        elif "Cache-Control" in headers and request.endpoint != "static":
            del headers["Cache-Control"]  # Flask says of a file that a copy may be kept
        return response

    application = app.wsgi_app

    def _with_strict(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *failed: Any) -> Callable[[bytes], object]:
            said = {name for name, _value in headers}
            return start_response(status, headers + [pair for pair in strict if pair[0] not in said], *failed)

        return application(environ, start)

    app.wsgi_app = _with_strict  # type: ignore[method-assign]
