"""The gate: a request passes only by its view's own declaration."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from flask.globals import app_ctx, request_ctx
from werkzeug.datastructures import ImmutableMultiDict

from attention_point import texts
from attention_point.foundation.access import Access, Actor, access_of
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Forbidden, Invalid, NotFound, Unauthenticated
from attention_point.foundation.web.transactions import SAFE

Identify = Callable[[], Actor | None]


def register(app: Flask, user: Identify, program: Identify, check_form_token: Callable[[], None]) -> None:
    """``user`` finds the signed-in person of a request, ``program`` the owner of its bearer token."""

    @app.before_request
    def _pass() -> None:
        held, asked = app_ctx.g, request_ctx.request
        held.actor = None
        if not texts.is_fit(asked.path):
            raise NotFound(_("There is no such page."))
        if asked.endpoint is None:
            return  # no such page: the error page says so
        view = app.view_functions[asked.endpoint]
        access = access_of(view)
        if access is None:
            raise Forbidden(_("This page has no access rule, so nobody may open it."))
        _refuse_foreign_origin(asked)
        # Said before anything reads the body: a view that takes files may be sent one.
        asked.max_content_length = getattr(view, "body_limit", app.config["MAX_CONTENT_LENGTH"])
        if not access.public:
            _identify(access, held, user, program)
        elif asked.endpoint not in UNASKED:
            held.actor = user()
        if asked.query_string:
            _hold_query_to_rule(asked)
        if not access.scope:  # programs carry a bearer token, never a cookie
            check_form_token()


UNASKED = frozenset({"static", "healthz"})
"""For a style sheet or the like nobody need be looked up."""


def _identify(access: Access, held: Any, user: Identify, program: Identify) -> None:
    found = program() if access.scope else user()
    if found is None:
        raise Unauthenticated(
            _("A valid token is needed.") if access.scope else _("Sign in to continue."),
        )
    held.actor = found  # a refusal's page is that of somebody who is signed in
    if access.scope and found.role != access.scope:
        raise Forbidden(_("The token does not have this scope."))
    if access.permission and not found.may(access.permission):
        raise Forbidden(_("Your role does not allow this."))


def _refuse_foreign_origin(asked: Request) -> None:
    """A second wall beside the CSRF token: browsers say where an unsafe request comes from (ASVS 3.5.1)."""
    if asked.method in SAFE:
        return
    if asked.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden(_("The request came from another site."), code="foreign_origin")


def _hold_query_to_rule(asked: Request) -> None:
    """The values of the address in their normal form. Raises Invalid, naming each that holds an unfit character."""
    given = list(asked.args.items(multi=True))
    unfit = dict.fromkeys(name for name, value in given if not (texts.is_fit(name) and texts.is_fit(value)))
    if unfit:
        raise Invalid(_("Some fields need attention."), tuple(_unfit_value(texts.show_unfit(name)) for name in unfit))
    asked.args = ImmutableMultiDict((name, texts.normalise(value)) for name, value in given)


def _unfit_value(name: str) -> FieldError:
    return FieldError(name, _("There is an invisible or control character in '%(name)s'. Type it again.", name=name))
