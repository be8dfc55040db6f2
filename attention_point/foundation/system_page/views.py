"""The page of the system."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.foundation.access import requires
from attention_point.foundation.doctor import StatusLine
from attention_point.foundation.journal.queries import find_head_moment, get_head
from attention_point.foundation.language import gettext as _
from attention_point.foundation.system_page.confirmations import (
    CONFIRMATIONS,
    find_last_confirmed,
    is_due,
    record_confirmation,
)
from attention_point.foundation.web.pagination import parse_row_number
from attention_point.foundation.web.transactions import current_actor, current_settings, db_session

blueprint = Blueprint("system", __name__, url_prefix="/system")


@blueprint.get("")
@requires("system.view")
def show_system() -> str:
    """Show what each room says of the installation: first what somebody must do, then all the rest."""
    session, settings = db_session(), current_settings()
    lines: list[StatusLine] = [
        line for list_status in current_app.extensions["status"] for line in list_status(session, settings)
    ]
    confirmations = [(entry, find_last_confirmed(session, entry)) for entry in CONFIRMATIONS]
    head_seq, head_hash = get_head(session)
    return render_template(
        "system/system.html",
        urgent_lines=[line for line in lines if line.advice],
        lines=lines,
        head_seq=head_seq,
        head_hash=head_hash,
        head_at=find_head_moment(session),
        confirmations=[(entry, last, is_due(entry, last) and not settings.demo) for entry, last in confirmations],
    )


@blueprint.post("/confirmations/<string(maxlength=20):confirmation>")
@requires("system.view")
def confirm_by_hand(confirmation: str) -> Response:
    """Note that somebody did by hand what the program cannot see."""
    record_confirmation(db_session(), current_actor(), confirmation, request.args.get("head", type=parse_row_number))
    flash(_("Noted."))
    return redirect(url_for("system.show_system"))
