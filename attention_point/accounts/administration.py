"""The administrator's pages: accounts and tokens."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.accounts import passwords, queries, services
from attention_point.accounts.forms import ROLE_NAMES, SCOPE_NAMES, AccountForm, TokenForm, complain, show
from attention_point.foundation.access import requires
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, Invalid
from attention_point.foundation.web.transactions import actor, db

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")


@blueprint.get("")
@requires("accounts.manage")
def listing() -> str:
    """Every account."""
    return render_template("accounts/listing.html", accounts=queries.accounts(db()), role_names=ROLE_NAMES)


@blueprint.route("/new", methods=["GET", "POST"])
@requires("accounts.manage")
def add() -> Any:
    """Add an account; its one-time password is on the reply and nowhere else."""
    form = AccountForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                return render_template("accounts/added.html", invitation=_add(form)), 201
            except Invalid as refusal:
                show(refusal, form)
            except Conflict as refusal:
                complain(form, refusal.message)
                status = refusal.status
    return render_template("accounts/new.html", form=form), status


def _add(form: AccountForm) -> services.Invitation:
    new = services.NewAccount(
        email=form.email.data or "",
        name=form.name.data or "",
        role=form.role.data,
        entity=form.entity.data,
        language=form.language.data,
    )
    email = services.check_account(new)
    password = passwords.one_time()
    password_hash = passwords.hashed(password)
    services.add_user(db(), actor(), new, password_hash)
    return services.Invitation(email, password)


@blueprint.post("/<uuid:account_id>/disable")
@requires("accounts.manage")
def disable(account_id: UUID) -> Response:
    """Disable an account; its sessions end at once."""
    services.disable_user(db(), actor(), account_id)
    flash(_("The account is disabled and its sessions are ended."), "success")
    return redirect(url_for("accounts.listing"))


@blueprint.get("/tokens")
@requires("accounts.manage")
def tokens() -> str:
    """Every token."""
    return render_template("accounts/tokens.html", tokens=queries.tokens(db()), scope_names=SCOPE_NAMES)


@blueprint.route("/tokens/new", methods=["GET", "POST"])
@requires("accounts.manage")
def add_token() -> Any:
    """Add a token; its secret is on the reply and nowhere else."""
    form = TokenForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                name = form.name.data or ""
                secret = services.add_token(db(), actor(), name, form.scope.data, form.entity.data)
                return render_template("accounts/token-added.html", name=name, secret=secret), 201
            except Invalid as refusal:
                show(refusal, form)
            except Conflict as refusal:
                complain(form, refusal.message)
                status = refusal.status
    return render_template("accounts/new-token.html", form=form), status


@blueprint.post("/tokens/<uuid:token_id>/revoke")
@requires("accounts.manage")
def revoke_token(token_id: UUID) -> Response:
    """Revoke a token at once."""
    services.revoke_token(db(), actor(), token_id)
    flash(_("The token is revoked."), "success")
    return redirect(url_for("accounts.tokens"))
