"""Puts the web layer on an application, in the order in which its parts must act."""

import time
from collections.abc import Callable

import structlog
from flask import Flask, g, request, session
from werkzeug.wrappers import Response

from attention_point.foundation import language
from attention_point.foundation.access import Actor, public
from attention_point.foundation.feature import MenuItem
from attention_point.foundation.settings import Settings
from attention_point.foundation.web import code_list_files, error_pages, health, openapi, templating, transactions
from attention_point.foundation.web.delivery import compression
from attention_point.foundation.web.delivery.single_trip import follow_own_redirects
from attention_point.foundation.web.security import access_check, form_tokens, response_headers
from attention_point.foundation.web.security.client_address import trust_proxies
from attention_point.foundation.web.security.session_cookies import SessionCookies

MAX_BODY_BYTES = 2 * 1024 * 1024
LANGUAGE_COOKIE = "language"
log = structlog.get_logger("web")


def install_web_layer(
    app: Flask,
    settings: Settings,
    menu: tuple[MenuItem, ...],
    find_user: access_check.FindActor,
    find_program: access_check.FindActor,
    find_device: Callable[[], Actor] = access_check.refuse_device,
) -> None:
    """Add sessions, access check, form tokens, headers, error pages and templates to an application."""
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=1000,
        WTF_CSRF_METHODS={"POST", "PUT", "PATCH", "DELETE"},
        WTF_CSRF_TIME_LIMIT=None,  # a form lives as long as its session
        SESSION_COOKIE_NAME="__Host-session" if settings.uses_https else "session",
        SESSION_COOKIE_SECURE=settings.uses_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PREFERRED_URL_SCHEME="https" if settings.uses_https else "http",
    )
    templating.register_templating(app, settings, menu)
    app.session_interface = SessionCookies()
    app.before_request(_begin_request)
    access_check.register_access_check(app, find_user, find_program, find_device, form_tokens.check_form_token)
    # Flask calls after_request functions from the last to the first: the commit comes before all else, for a commit
    # that fails changes the reply. What is sent is compressed at the very end.
    compression.register_compression(app)
    response_headers.register_headers(app, settings)
    app.after_request(_log_request)
    app.after_request(_finish_transaction)
    transactions.register_session_cleanup(app)
    error_pages.register_error_handlers(app)
    health.register_health_page(app)
    code_list_files.register_code_list_files(app)
    openapi.register_openapi_page(app)
    public(app.view_functions["static"])
    # Inside of it, for the page of a form has the address of the form's visitor.
    own_app = follow_own_redirects(app.wsgi_app)
    app.wsgi_app = trust_proxies(own_app, settings.trusted_proxies)  # type: ignore[method-assign, assignment]


def _begin_request() -> None:
    g.started = time.perf_counter()
    if error_pages.wants_json():
        chosen_language = request.accept_languages.best_match(language.LANGUAGES, "es")
    else:
        chosen_language = request.cookies.get(LANGUAGE_COOKIE, "es")
    language.set_language(chosen_language)


def _finish_transaction(response: Response) -> Response:
    try:
        transactions.finish_transaction(response)
    except Exception as error:
        session.pop("_flashes", None)  # their sentences say that it was done
        return error_pages.respond_to_exception(error)
    return response


def _log_request(response: Response) -> Response:
    """Log one line for each request: the route's pattern, never the address, which may hold what somebody typed.

    A page that must not be told from another one puts that one's into ``g.logged_route``.
    """
    if request.endpoint != "static":
        now = time.perf_counter()
        log.info(
            "request",
            method=request.method,
            route=g.get("logged_route") or str(request.url_rule),
            status=response.status_code,
            milliseconds=round((now - g.get("started", now)) * 1000, 1),
        )
    return response
