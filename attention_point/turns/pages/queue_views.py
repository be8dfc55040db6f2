"""The queue: who waits, the one big button, and what is done with the turn that was called."""

from typing import Any
from uuid import UUID

from flask import flash, jsonify, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Conflict
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import read_posted_fields
from attention_point.foundation.web.transactions import read_session
from attention_point.turns import queries, rules, services, steps
from attention_point.turns.desks.room_state import count_words
from attention_point.turns.models import Desk
from attention_point.turns.pages import queue_entries
from attention_point.turns.pages.desk_choices import list_desk_choices
from attention_point.turns.pages.turn_blueprint import blueprint, choose_point, find_own_desk, take_step


@blueprint.get("")
@requires("turns.call")
def show_queue() -> str:
    """Show who waits, in the order of the calls, and the turn that this desk has."""
    # The reading session: a page that many tablets open every minute must not keep others from recording.
    session, actor = read_session(), current_actor()
    point, desk = choose_point(session), find_own_desk(session)
    values: dict[str, Any] = {"own": None, "waiting": [], "absent": [], "elsewhere": [], "waiting_words": ""}
    if point:
        values |= _build_queue(session, point.code, desk)
        values["queue_tag"] = queue_entries.build_queue_tag(session, point.code, actor.entity)
        values["desk_choices"] = [] if desk else list_desk_choices(session, actor)
    return render_template("turns/queue.html", point=point, desk=desk, now=clock.now(), **values)


@blueprint.get("/queue.json")
@requires("turns.call")
def send_queue() -> Response:
    """Send the mark by which the page's script sees that something changed. It names no turn."""
    point = choose_point(read_session())
    tag = queue_entries.build_queue_tag(read_session(), point.code, current_actor().entity) if point else ""
    return jsonify(tag=tag)


@blueprint.post("/call")
@requires("turns.call")
def call_next_turn() -> Response:
    """Call whoever is next to the reader's desk."""
    return take_step(_call_next)


@blueprint.post("/<uuid:turn>/call")
@requires("turns.call")
def call_turn(turn: UUID) -> Response:
    """Call a turn out of the order; the next one where another desk was faster."""
    return take_step(lambda desk: _call_chosen(desk, turn))


@blueprint.post("/<uuid:turn>/recall")
@requires("turns.call")
def recall_turn(turn: UUID) -> Response:
    """Call once more."""

    def recall(_desk: Desk) -> str:
        code = services.recall_turn(db_session(), current_actor(), turn).code
        return _("Turn %(code)s was called again.", code=code)

    return take_step(recall)


@blueprint.post("/<uuid:turn>/absent")
@requires("turns.call")
def mark_absent(turn: UUID) -> Response:
    """Note that nobody came; with ``then=call`` the next one is called at once."""

    def mark(desk: Desk) -> str:
        code = services.mark_absent(db_session(), current_actor(), turn).code
        message = _("Turn %(code)s can be brought back until the day is closed.", code=code)
        return f"{message} {_call_next(desk)}" if read_posted_fields().get("then") == "call" else message

    return take_step(mark)


@blueprint.post("/<uuid:turn>/return")
@requires("turns.call")
def return_turn(turn: UUID) -> Response:
    """Put somebody who came back into the queue."""

    def put_back(_desk: Desk) -> str:
        code = services.return_turn(db_session(), current_actor(), turn).code
        return _("Turn %(code)s is in the queue again, with the time since it was given.", code=code)

    return take_step(put_back)


@blueprint.post("/<uuid:turn>/begin")
@requires("turns.call")
def begin_turn(turn: UUID) -> Response:
    """Note that the person is here, for a desk that fills in no form, as an entity's."""

    def begin(_desk: Desk) -> None:
        services.start_turn(db_session(), current_actor(), turn)

    return take_step(begin)


@blueprint.post("/<uuid:turn>/finish")
@requires("turns.call")
def finish_turn(turn: UUID) -> Response:
    """End a turn that was attended without a form."""

    def finish(_desk: Desk) -> str:
        code = services.finish_turn(db_session(), current_actor(), turn).code
        return _("Turn %(code)s is finished.", code=code)

    return take_step(finish)


def _call_next(desk: Desk) -> str:
    # The service holds the point's lock: two desks that ask at the same moment get two turns.
    turn = services.call_next_turn(db_session(), current_actor(), desk.id)
    if turn is None:
        return _("Nobody is waiting for this desk.")
    return _("Turn %(code)s was called.", code=turn.code)


def _call_chosen(desk: Desk, turn_id: UUID) -> str:
    # A second tap, or a page that was old: nobody else is called while this desk has a turn. Locked, or two taps on two
    # people would call both, and the desk would see one of them.
    steps.lock_point(db_session(), desk.point)
    current = queries.find_turn_at_desk(db_session(), desk.id)
    if current and current.id != turn_id:
        raise Conflict(_("This desk has turn %(code)s already.", code=current.code), code="desk_busy")
    try:
        called = services.call_turn(db_session(), current_actor(), turn_id, desk.id)
    except Conflict as conflict:
        if conflict.code != steps.TAKEN:
            raise
        flash(conflict.message, "warning")
        # The agent is free, and somebody waits: she need not press a second button.
        return _call_next(desk)
    return _("Turn %(code)s was called.", code=called.code)


def _build_queue(session: Session, point: str, desk: Desk | None) -> dict[str, Any]:
    entity = current_actor().entity
    # Without a desk all that wait are shown; at a desk those that it may call, or the button would say something else.
    waiting_turns = (
        services.list_callable_turns(session, desk) if desk else queries.list_waiting_turns(session, point, entity)
    )
    called_entries = queue_entries.list_called_entries(session, point, entity, desk.id if desk else None)
    at_desks = [entry for entry in called_entries if entry.state != rules.ABSENT]
    return {
        "waiting": queue_entries.list_waiting_entries(session, waiting_turns),
        "waiting_words": count_words(len(waiting_turns)),
        "absent": [entry for entry in called_entries if entry.state == rules.ABSENT],
        # Of several that a desk may have after a transfer, the one that was called last is worked on.
        "own": next((entry for entry in reversed(at_desks) if desk and entry.turn.desk_id == desk.id), None),
        "elsewhere": [entry for entry in at_desks if not desk or entry.turn.desk_id != desk.id],
    }
