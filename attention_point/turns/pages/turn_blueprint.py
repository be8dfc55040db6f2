"""The blueprint of the pages of turns, and what its views have in common."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory_queries
from attention_point.directory.snapshot import PointRow
from attention_point.foundation.errors import Conflict, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.turns.desks.room_state import find_desk_of_today
from attention_point.turns.models import Desk

blueprint = Blueprint("turns", __name__, url_prefix="/turns")


def find_own_desk(session: Session) -> Desk | None:
    """The desk at which the reader works today; None for who has not chosen one."""
    return find_desk_of_today(session, current_actor())


def choose_point(session: Session) -> PointRow | None:
    """The point whose room is shown: that of the reader's desk, that of the address, or the first one."""
    desk = find_own_desk(session)
    points = directory_queries.list_points(session)
    code = desk.point if desk else request.args.get("point")
    return next((point for point in points if point.code == code), points[0] if points else None)


def lead_to_queue() -> Response:
    """The way back to the queue, by GET; to the desks for who configures the room and calls nobody."""
    return redirect(url_for("turns.show_queue" if current_actor().may("turns.call") else "turns.list_desks"), 303)


def take_step(step: Callable[[Desk], str | None]) -> Response:
    """Do something from the reader's desk, say what came of it, and lead back to the queue.

    What cannot be done (somebody else was faster, a second tap, a page that was old) is a sentence, not an error page.
    """
    desk = find_own_desk(db_session())
    if request.form.get("_resumed"):  # the button of a session that had ended: it is seen again before it is pressed
        flash(_("You are signed in again. Look at the queue before you go on."), "info")
    elif desk is None:
        flash(_("Choose your desk first."), "warning")
    else:
        try:
            message = step(desk)
        except (Conflict, NotFound) as error:
            flash(error.message, "warning")
        else:
            if message:
                flash(message, "success")
    return lead_to_queue()
