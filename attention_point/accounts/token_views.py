"""The administrator's pages of programs' tokens."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.accounts import queries, services
from attention_point.accounts.forms import SCOPE_NAMES, TokenForm, complain, show
from attention_point.foundation.access import requires
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, Invalid
from attention_point.foundation.web.transactions import actor, db, reader

blueprint = Blueprint("tokens", __name__, url_prefix="/accounts/tokens")


@blueprint.get("", endpoint="listing")
@requires("accounts.manage")
def list_tokens() -> str:
    """Every token."""
    entities = queries.entity_names(db())
    return render_template(
        "accounts/tokens.html", tokens=queries.tokens(db()), scope_names=SCOPE_NAMES, entities=entities
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires("accounts.manage")
def add() -> Any:
    """Add a token; its secret is on the reply and nowhere else."""
    form = TokenForm(entities=queries.entity_names(reader()))
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


@blueprint.post("/<uuid:token_id>/revoke")
@requires("accounts.manage")
def revoke(token_id: UUID) -> Response:
    """Revoke a token at once."""
    services.revoke_token(db(), actor(), token_id)
    flash(_("The token is revoked."), "success")
    return redirect(url_for("tokens.listing"))
