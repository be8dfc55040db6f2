"""The administrator's pages of the tokens of programs."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.accounts import queries, services
from attention_point.accounts.forms import SCOPE_LABELS, TokenForm, show_error
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Conflict, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.transactions import current_actor, db_session, read_session

blueprint = Blueprint("tokens", __name__, url_prefix="/accounts/tokens")


@blueprint.get("")
@requires("accounts.manage")
def list_tokens() -> str:
    """List every token, also the revoked ones."""
    entities = queries.list_entity_names(db_session())
    return render_template(
        "accounts/tokens.html", tokens=queries.list_tokens(db_session()), scope_names=SCOPE_LABELS, entities=entities
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires("accounts.manage")
def add_token() -> Any:
    """Add a token. Its secret stands on the reply and nowhere else."""
    form = TokenForm(entities=queries.list_entity_names(read_session()))
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            name = form.name.data or ""
            try:
                secret = services.add_token(db_session(), current_actor(), name, form.scope.data, form.entity.data)
            except (Invalid, Conflict) as error:
                status = show_error(error, form)
            else:
                return render_template("accounts/token-added.html", name=name, secret=secret), 201
    return render_template("accounts/new-token.html", form=form), status


@blueprint.post("/<uuid:token_id>/revoke")
@requires("accounts.manage")
def revoke_token(token_id: UUID) -> Response:
    """Revoke a token; the next request of its program is refused."""
    services.revoke_token(db_session(), current_actor(), token_id)
    flash(_("The token is revoked."), "success")
    return redirect(url_for("tokens.list_tokens"))
