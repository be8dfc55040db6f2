"""The gate: a request passes only by the access rule that its view declares."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, g, request
from werkzeug.datastructures import ImmutableMultiDict

from attention_point import texts
from attention_point.foundation.access import AccessRule, Actor, find_access_rule
from attention_point.foundation.errors import DeviceRefused, FieldError, Forbidden, Invalid, NotFound, Unauthenticated
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.transactions import SAFE_METHODS

FindActor = Callable[[], Actor | None]
API_PREFIX = "/api/"
# A style sheet or a list is the same for everybody, and a supervisor asks for health while nobody can be looked up.
ENDPOINTS_WITHOUT_USER = frozenset({"static", "code_list", "healthz"})


def refuse_device() -> Actor:
    """Raise DeviceRefused: for an application that enrols no devices."""
    raise DeviceRefused(_("This device is not enrolled."))


def register_access_check(
    app: Flask,
    find_user: FindActor,
    find_program: FindActor,
    find_device: Callable[[], Actor],
    check_form_token: Callable[[], None],
) -> None:
    """Check every request before its view runs.

    ``find_user`` returns the signed-in account of a request, ``find_program`` the owner of its bearer token.
    ``find_device`` returns the enrolled device that sent it, or raises DeviceRefused.
    """

    @app.before_request
    def _check_request() -> None:
        g.actor = None
        if not texts.is_fit_text(request.path):
            raise NotFound(_("There is no such page."))
        if request.endpoint is None:
            return  # no such page: the error page says so
        view = app.view_functions[request.endpoint]
        access_rule = find_access_rule(view)
        if access_rule is None:
            raise Forbidden(_("This page has no access rule, so nobody may open it."))
        _refuse_foreign_origin()
        # The limit is set before anything reads the body: a view that takes files may be sent one.
        request.max_content_length = getattr(view, "body_limit", app.config["MAX_CONTENT_LENGTH"])
        if access_rule.device:
            _require_device(access_rule, find_device, find_user)
        elif not access_rule.public:
            _require_actor(access_rule, find_user, find_program)
        elif request.endpoint not in ENDPOINTS_WITHOUT_USER:
            g.actor = find_user()
        _normalise_query()
        if _needs_form_token(access_rule):
            check_form_token()


def _require_device(access_rule: AccessRule, find_device: Callable[[], Actor], find_user: FindActor) -> None:
    try:
        g.actor = find_device()
        if not g.actor.may(access_rule.device):
            raise Forbidden(_("This device was enrolled for something else. Ask the person in charge of the point."))
    except (DeviceRefused, Forbidden):
        user = find_user() if access_rule.permission else None
        if user is None or not user.may(access_rule.permission or ""):
            raise
        g.actor = user


def _needs_form_token(access_rule: AccessRule) -> bool:
    """Whether a change needs the token of a form.

    A program carries a bearer token, which no browser sends by itself. A device's page that was loaded without network
    has no token of the session, so its script sends JSON instead, and the browser says from which site: no other site
    can send JSON here, for the browser would ask first and get no leave.
    """
    if access_rule.scope or (access_rule.public and request.path.startswith(API_PREFIX)):
        return False  # nothing is done in the name of somebody's cookie
    if access_rule.device:
        return "Authorization" not in request.headers and not (request.is_json and _names_own_origin())
    return True


def _names_own_origin() -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "")
    # Browsers send the first over TLS and on localhost alone, and the second always.
    return site == "same-origin" if site else urlsplit(origin).netloc == request.host


def _require_actor(access_rule: AccessRule, find_user: FindActor, find_program: FindActor) -> None:
    actor = find_program() if access_rule.scope else find_user()
    if actor is None:
        raise Unauthenticated(_("A valid token is needed.") if access_rule.scope else _("Sign in to continue."))
    g.actor = actor  # before the checks: the page that refuses has the menu of somebody who is signed in
    if access_rule.scope and actor.role != access_rule.scope:
        raise Forbidden(_("The token does not have this scope."))
    if access_rule.permission and not actor.may(access_rule.permission):
        raise Forbidden(_("Your role does not allow this."))


def _refuse_foreign_origin() -> None:
    """Refuse a change that another site asks for, beside the CSRF token: browsers name the origin (ASVS 3.5.1)."""
    is_own_site = request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}
    if request.method not in SAFE_METHODS and not is_own_site:
        raise Forbidden(_("The request came from another site."), code="foreign_origin")


def _normalise_query() -> None:
    """Put the values of the address in their normal form. Raises Invalid with each name that has an unfit character."""
    parameters = list(request.args.items(multi=True))
    unfit_names = dict.fromkeys(
        name for name, value in parameters if not (texts.is_fit_text(name) and texts.is_fit_text(value))
    )
    if unfit_names:
        field_errors = tuple(_build_unfit_error(texts.show_unfit(name)) for name in unfit_names)
        raise Invalid(_("Some fields need attention."), field_errors)
    request.args = ImmutableMultiDict((name, texts.normalise_text(value)) for name, value in parameters)


def _build_unfit_error(name: str) -> FieldError:
    return FieldError(name, _("There is an invisible or control character in '%(name)s'. Type it again.", name=name))
