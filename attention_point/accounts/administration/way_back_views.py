"""The pages by which two people give an account back to its owner, who lost the device of the second step."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.accounts import queries as account_queries
from attention_point.accounts.forms import show_error
from attention_point.accounts.models import Account
from attention_point.accounts.naming import find_actor_names
from attention_point.accounts.second_factor import queries, way_back
from attention_point.accounts.second_factor.forms import WayBackForm
from attention_point.accounts.second_factor.models import WayBack
from attention_point.foundation.access import requires
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import Conflict, Invalid, NotFound, VaultError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.transactions import current_actor, current_settings, db_session, read_session

blueprint = Blueprint("ways_back", __name__, url_prefix="/ways-back")


@blueprint.route("/accounts/<uuid:account_id>", methods=["GET", "POST"])
@requires("accounts.manage")
def ask_way_back(account_id: UUID) -> Any:
    """Ask for a way back. The first half of the code stands on the reply and nowhere else."""
    account = read_session().get(Account, account_id)
    if account is None:
        raise NotFound(_("There is no such account."))
    form, status = WayBackForm(), 200
    confirming_names = [
        row.name for row in queries.list_confirming_accounts(read_session(), [account_id, current_actor().id])
    ]
    if request.method == "POST":
        status = 422
        if form.validate():
            settings = current_settings()
            site_url = settings.public_url if settings.mail_server else None
            try:
                code = way_back.ask_way_back(
                    db_session(), current_actor(), account_id, form.reason.data or "", site_url
                )
                return _render_half(account, code, is_first=True, confirming_names=confirming_names), 201
            except (Invalid, Conflict) as error:
                status = show_error(error, form)
    return render_template(
        "accounts/second-factor/ask-way-back.html",
        form=form,
        account=account,
        confirming_names=confirming_names,
    ), status


@blueprint.get("")
@requires("accounts.confirm_way_back")
def list_ways_back() -> str:
    """List the ways back that wait for a second person."""
    session = read_session()
    # What is confirmed waits for its owner alone.
    rows = [row for row in queries.list_open_ways_back(session) if row.confirmed_at is None]
    labels = {row.id: f"account:{row.asked_by}" if row.asked_by else "system" for row in rows}
    names = find_actor_names(session, labels.values())
    entries = [
        (row, account_queries.get_account(session, row.account_id), names[labels[row.id]], _read_reason_or_note(row))
        for row in rows
    ]
    return render_template("accounts/second-factor/ways-back.html", entries=entries)


def _read_reason_or_note(row: WayBack) -> str | None:
    try:
        return way_back.read_reason(read_session(), row)
    except VaultError as error:
        note_damage(read_session(), error)
        return None


@blueprint.post("/<uuid:way_back_id>/confirm")
@requires("accounts.confirm_way_back")
def confirm_way_back(way_back_id: UUID) -> Any:
    """Confirm a way back as the second person. The second half of the code stands on the reply and nowhere else."""
    code = way_back.confirm_way_back(db_session(), current_actor(), way_back_id)
    row = db_session().get_one(WayBack, way_back_id)
    account = account_queries.get_account(db_session(), row.account_id)
    return _render_half(account, code, is_first=False, confirming_names=[]), 201


@blueprint.post("/<uuid:way_back_id>/refuse")
@requires("accounts.confirm_way_back")
def refuse_way_back(way_back_id: UUID) -> Response:
    """Refuse a way back: its code opens nothing."""
    way_back.refuse_way_back(db_session(), current_actor(), way_back_id)
    flash(_("It is refused. The account stays closed to whoever has not its device."), "success")
    return redirect(url_for("ways_back.list_ways_back"), 303)


def _render_half(account: Account, code: str, *, is_first: bool, confirming_names: list[str]) -> str:
    return render_template(
        "accounts/second-factor/half-code.html",
        account=account,
        code=code,
        is_first=is_first,
        confirming_names=confirming_names,
        list_url=url_for("accounts.list_accounts" if is_first else "ways_back.list_ways_back"),
    )
