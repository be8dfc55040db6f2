"""Beginning the form of a visit from a turn. It stands here because the room of turns does not know the form."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from attention_point.foundation.access import requires
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.intake.pages.desk_blueprint import blueprint
from attention_point.intake.pages.unsaved_visits import form_page, turn_of_form
from attention_point.intake.pages.unsaved_visits.kept_fields import save_fields
from attention_point.turns import queries, services


@blueprint.post("/turns/<uuid:turn>/start")
@requires("visits.record")
def start_turn(turn: UUID) -> Response:
    """Note that the person is at the desk, and lead to the form with what is known; a second time, to the same form."""
    session, actor = db_session(), current_actor()
    desk = queries.find_desk_of_actor(session, actor)
    if request.form.get("_resumed") or desk is None:
        flash(_("Choose your desk first.") if desk is None else _("You are signed in again."), "info")
        return redirect(url_for("turns.show_queue"), 303)
    try:
        row = services.start_turn(session, actor, turn, desk.id)
    except (Conflict, NotFound) as error:
        flash(error.message, "warning")
        return redirect(url_for("turns.show_queue"), 303)
    # The turn's row is locked: of two taps the second one finds the form that the first one began.
    drafts = turn_of_form.list_drafts_of_turn(session, actor, turn)
    if drafts:
        return redirect(url_for(".show_form_draft", draft=drafts[0]), 303)
    draft_id = new_id()
    fields = MultiDict(form_page.build_today_values(draft_id))
    fields["point"] = row.point
    turn_of_form.add_turn(session, fields, row)
    save_fields(draft_id, fields)
    return redirect(url_for(".show_form_draft", draft=draft_id), 303)
