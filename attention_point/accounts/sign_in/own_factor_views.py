"""The pages of one's own second step: what proves it, adding and removing a device, recovery codes.

Whoever finds an open session must not add a device of their own: a change needs a sign-in of the last half hour.
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.accounts import queries as account_queries
from attention_point.accounts.forms import add_form_error
from attention_point.accounts.second_factor import passkeys, queries, records, rules, services
from attention_point.accounts.second_factor.forms import AppCodeForm, PasskeyForm
from attention_point.accounts.services import hash_secret
from attention_point.accounts.sign_in import sessions
from attention_point.accounts.sign_in.current_site import find_current_site
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Conflict, Forbidden, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import build_qr_code_path
from attention_point.foundation.web.transactions import current_actor, current_settings, db_session, read_session

blueprint = Blueprint("own_factors", __name__, url_prefix="/account/second-step")


@blueprint.get("")
@requires("account.own")
def show_factors() -> str:
    """Show what proves the second step of the own account, and what can be added."""
    account = account_queries.get_account(read_session(), current_actor().id)
    factors = queries.list_factors(read_session(), account.id)
    return render_template(
        "accounts/second-factor/own.html",
        factors=[factor for factor in factors if factor.kind != services.CODES],
        codes_left=services.count_codes_left(read_session(), account.id),
        is_needed=_is_needed(),
        is_secured=account.second_factor_at is not None,
        may_change=sessions.has_signed_in_recently(),
        takes_passkeys=find_current_site() is not None,
    )


@blueprint.post("/app/begin")
@requires("account.own")
def begin_app() -> Response:
    """Begin to add an application of codes."""
    services.begin_app(db_session(), _require_recent_sign_in(), _hash_own_token())
    return redirect(url_for("own_factors.add_app"), 303)


@blueprint.route("/app", methods=["GET", "POST"])
@requires("account.own")
def add_app() -> Any:
    """Show the square that the application reads, and take its first code."""
    account_id, form, status = _require_recent_sign_in(), AppCodeForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                codes = services.confirm_app(db_session(), current_actor(), form.code.data or "", _hash_own_token())
                return _reply_with_codes(codes, _("The application is added."))
            except Invalid as error:
                form.show_field_errors(error.field_errors)
    secret = services.read_app_secret(read_session(), account_id, _hash_own_token())
    # Confirmed meanwhile in another tab, say: a secret in use is never shown again.
    if secret is None:
        return redirect(url_for("own_factors.show_factors"))
    email = account_queries.get_account(read_session(), account_id).email
    return render_template(
        "accounts/second-factor/app.html",
        form=form,
        secret=rules.group_secret(secret),
        qr_code=build_qr_code_path(rules.build_app_address(secret, email, _("Attention point"))),
    ), status


@blueprint.post("/passkey/begin")
@requires("account.own")
def begin_passkey() -> Response:
    """Begin to add a passkey."""
    services.begin_passkey(db_session(), _require_recent_sign_in(), _hash_own_token())
    return redirect(url_for("own_factors.add_passkey"), 303)


@blueprint.route("/passkey", methods=["GET", "POST"])
@requires("account.own")
def add_passkey() -> Any:
    """Let the browser make a passkey, and take its reply."""
    account_id, form, status, site = _require_recent_sign_in(), PasskeyForm(), 200, find_current_site()
    if site is None:
        return redirect(url_for("own_factors.show_factors"))
    if request.method == "POST":
        try:
            reply = form.credential.data or ""
            codes = services.confirm_passkey(db_session(), current_actor(), site, reply, _hash_own_token())
            return _reply_with_codes(codes, _("The passkey is added."))
        except Invalid as error:
            status = error.status
            add_form_error(form, error.message)
    challenge = services.read_passkey_challenge(read_session(), account_id, _hash_own_token())
    if challenge is None:
        return redirect(url_for("own_factors.show_factors"))
    return render_template(
        "accounts/second-factor/passkey.html", form=form, options=_build_options(site, account_id, challenge)
    ), status


def _build_options(site: passkeys.Site, account_id: UUID, challenge: bytes) -> str:
    session = read_session()
    account = account_queries.get_account(session, account_id)
    factors = queries.list_factors(session, account_id)
    existing = [passkey for _factor, passkey in records.list_passkeys(session, factors)]
    return passkeys.build_creation_options(site, account.id, account.email, account.name, challenge, existing)


@blueprint.post("/codes")
@requires("account.own")
def renew_codes() -> Any:
    """Make new recovery codes, which stand on the reply and nowhere else."""
    _require_recent_sign_in()
    return _reply_with_codes(services.renew_codes(db_session(), current_actor()), "")


@blueprint.post("/<uuid:factor_id>/remove")
@requires("account.own")
def remove_factor(factor_id: UUID) -> Response:
    """Remove a passkey or the application."""
    _require_recent_sign_in()
    try:
        services.remove_factor(db_session(), current_actor(), factor_id, is_needed=_is_needed())
        flash(_("It is removed, and opens your account no longer."), "success")
    except Conflict as error:
        flash(error.message, "warning")
    return redirect(url_for("own_factors.show_factors"), 303)


def _reply_with_codes(codes: list[str], done: str) -> Any:
    """Show recovery codes this once; without any, lead back with the sentence that says what was done."""
    # They exist only with the account's first device; a second one keeps those that its owner wrote down.
    if codes:
        return render_template("accounts/second-factor/codes.html", codes=codes, done=done), 201
    flash(done, "success")
    return redirect(url_for("own_factors.show_factors"), 303)


def _is_needed() -> bool:
    return rules.needs_second_factor(current_actor().role, current_settings().second_factor)


def _require_recent_sign_in() -> UUID:
    """The id of the own account. Raises Forbidden if the sign-in is older than half an hour."""
    account_id = current_actor().id
    if account_id is None or not sessions.has_signed_in_recently():
        raise Forbidden(_("Sign in again to change your second step: 'My account' has the button."), code="old_sign_in")
    return account_id


def _hash_own_token() -> bytes:
    return hash_secret(sessions.find_session_token() or "")
