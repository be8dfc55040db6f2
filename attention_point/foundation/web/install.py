"""Puts the web layer on an application, in the order in which it must act."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import structlog
from flask import Flask, session
from flask.globals import app_ctx, request_ctx
from flask_wtf.csrf import CSRFProtect
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response

from attention_point.foundation import language
from attention_point.foundation.access import public
from attention_point.foundation.feature import MenuItem
from attention_point.foundation.settings import Settings
from attention_point.foundation.web import errors, gate, headers, health, openapi, templating, transactions
from attention_point.foundation.web.client_address import behind_proxies
from attention_point.foundation.web.cookies import Cookies

LIMIT = 2 * 1024 * 1024
LANGUAGE_COOKIE = "language"
log = structlog.get_logger("web")


def install(
    app: Flask, settings: Settings, menu: tuple[MenuItem, ...], user: gate.Identify, program: gate.Identify
) -> None:
    """Sessions, gate, CSRF, headers, errors, templates."""
    app.config.update(
        MAX_CONTENT_LENGTH=LIMIT,
        MAX_FORM_MEMORY_SIZE=LIMIT,
        MAX_FORM_PARTS=1000,
        WTF_CSRF_CHECK_DEFAULT=False,  # the gate has the token checked, once it knows who asks
        WTF_CSRF_TIME_LIMIT=None,  # a form lives as long as its session
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which our own pages never send; the gate asks Sec-Fetch-Site
        SESSION_COOKIE_NAME="__Host-session" if settings.secure else "session",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SEND_FILE_MAX_AGE_DEFAULT=headers.YEAR,
        PREFERRED_URL_SCHEME="https" if settings.secure else "http",
    )
    templating.register(app, settings, menu)  # before CSRFProtect, which makes the environment with its options
    app.session_interface = Cookies()
    app.ensure_sync = _plain  # type: ignore[method-assign, assignment]
    app.before_request(_speak)
    gate.register(app, user, program, CSRFProtect(app).protect)
    headers.register(app, settings)
    app.after_request(_log)
    app.after_request(_settle)  # after_request functions run last to first: the commit comes before all else
    transactions.register(app)
    errors.register(app)
    health.register(app)
    openapi.register(app)
    public(app.view_functions["static"])
    app.wsgi_app = behind_proxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign, assignment]


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """No view or hook is ``async``, so Flask need not look at each of them at each request."""
    return function


@lru_cache(maxsize=64)
def _best(accepted: str) -> str:
    return parse_accept_header(accepted, LanguageAccept).best_match(list(language.LANGUAGES)) or "es"


def _speak() -> None:
    app_ctx.g.started = time.perf_counter()
    asked = request_ctx.request
    if errors.wants_json(asked):
        language.use(_best(asked.headers.get("Accept-Language", "")))
    else:
        language.use(asked.cookies.get(LANGUAGE_COOKIE, "es"))


def _settle(response: Response) -> Response:
    try:
        transactions.settle(response)
    except Exception as error:
        session.pop("_flashes", None)  # they say that it was done
        return errors.fail(error)
    return response


def _log(response: Response) -> Response:
    """One line a request: the route's pattern, never the address, which may carry what somebody typed."""
    asked = request_ctx.request
    if asked.endpoint != "static":
        now = time.perf_counter()
        log.info(
            "request",
            method=asked.method,
            route=asked.url_rule.rule if asked.url_rule else "None",
            status=response.status_code,
            milliseconds=round((now - app_ctx.g.get("started", now)) * 1000, 1),
        )
    return response
