"""Choosing the desk at which one works today, leaving it, and configuring the desks of a point."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory_queries
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.transactions import read_session
from attention_point.turns import queries
from attention_point.turns.desks import desk_services, desk_settings
from attention_point.turns.entity_queues import open_desk_entity
from attention_point.turns.models import Desk
from attention_point.turns.pages.forms import DeskForm, build_desk_form
from attention_point.turns.pages.turn_blueprint import blueprint, lead_to_queue


@blueprint.post("/desks/<uuid:desk>/occupy")
@requires("turns.call")
def occupy_desk(desk: UUID) -> Response:
    """Work at this desk from now on."""
    # The page may be older than somebody else's choice.
    try:
        desk_services.occupy_desk(db_session(), current_actor(), desk)
    except (Conflict, NotFound, Forbidden) as error:
        flash(error.message, "warning")
    return lead_to_queue()


@blueprint.post("/desks/leave")
@requires("turns.call")
def leave_desk() -> Response:
    """Leave the reader's desk: a turn that was called there waits again."""
    try:
        desk_services.leave_desk(db_session(), current_actor())
    except Conflict as error:
        flash(error.message, "warning")
    return lead_to_queue()


@blueprint.post("/desks/<uuid:desk>/free")
@requires("turns.configure")
def free_desk(desk: UUID) -> Response:
    """Free a desk that somebody forgot to leave."""
    try:
        desk_services.leave_desk(db_session(), current_actor(), desk)
    except (Conflict, NotFound) as error:
        flash(error.message, "warning")
    return redirect(url_for("turns.list_desks"), 303)


@blueprint.get("/desks")
@requires("turns.configure")
def list_desks() -> str:
    """List the desks of every point, those of entities and those no longer in use too."""
    session, language = read_session(), current_language()
    points = directory_queries.list_points(session)
    return render_template(
        "turns/desks.html",
        desks=[
            (desk, open_desk_entity(session, desk))
            for point in points
            for desk in queries.list_point_desks(session, point.code)
        ],
        point_names={point.code: point.name[language] for point in points},
        entity_names={
            code: entity.name[language] for code, entity in directory_queries.get_entities_by_code(session).items()
        },
    )


@blueprint.route("/desks/new", methods=["GET", "POST"])
@requires("turns.configure")
def add_desk() -> Response | tuple[str, int]:
    """Add a desk to a point."""
    return _show_or_save_form(build_desk_form(read_session()), None)


@blueprint.route("/desks/<uuid:desk>", methods=["GET", "POST"])
@requires("turns.configure")
def edit_desk(desk: UUID) -> Response | tuple[str, int]:
    """Change a desk: its number, whose it is, whether it is in use."""
    row = queries.read_desk(db_session(), desk)
    return _show_or_save_form(build_desk_form(read_session(), row), row)


def _show_or_save_form(form: DeskForm, desk: Desk | None) -> Response | tuple[str, int]:
    status = 200
    if form.is_sent() and not form.validate():
        status = 422
    elif form.is_sent():
        try:
            desk_settings.save_desk(db_session(), current_actor(), desk.id if desk else None, form.read_settings())
        except Invalid as error:
            form.show_field_errors(error.field_errors)
            status = error.status
        except Conflict as error:
            # Somebody is attended there: the form stays as it was typed, to be sent again when the turn has ended.
            form.form_errors = [*form.form_errors, error.message]
            status = error.status
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("turns.list_desks"), 303)
    return render_template("turns/desk_form.html", form=form, desk=desk), status
