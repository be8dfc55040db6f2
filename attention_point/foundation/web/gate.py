"""The gate: a request passes only by its view's own declaration."""

from collections.abc import Callable

from flask import Flask, Request, g, request
from flask.globals import app_ctx, request_ctx

from attention_point.foundation.access import Access, Actor, access_of
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Forbidden, Unauthenticated
from attention_point.foundation.web.transactions import SAFE

Identify = Callable[[], Actor | None]


def register(app: Flask, user: Identify, program: Identify) -> None:
    """``user`` finds the signed-in person of a request, ``program`` the owner of its bearer token."""

    @app.before_request
    def _pass() -> None:
        app_ctx.g.actor = None
        asked = request_ctx.request
        if asked.endpoint is None:
            return  # no such page: the error page says so
        access = access_of(app.view_functions[asked.endpoint])
        if access is None:
            raise Forbidden(_("This page has no access rule, so nobody may open it."))
        _refuse_foreign_origin(asked)
        if access.public:
            if not access_is_static():
                g.actor = user()
            return
        _identify(access, user, program)


def access_is_static() -> bool:
    """Whether the request is for a style sheet or the like, for which nobody need be looked up."""
    return request.endpoint in {"static", "healthz"}


def _identify(access: Access, user: Identify, program: Identify) -> None:
    found = program() if access.scope else user()
    if found is None:
        raise Unauthenticated(
            _("A valid token is needed.") if access.scope else _("Sign in to continue."),
        )
    app_ctx.g.actor = found  # a refusal's page is that of somebody who is signed in
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
