"""The steps of a turn's life: its row is locked, the actor's desk is checked, and the journal gets an entry.

Everybody locks in this order: the point, the row of a turn, the row of a desk, the journal. Who finishes a turn in the
transaction of something else (a visit) calls ``lock_turn`` before everything.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import Conflict, Forbidden, NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.turns import queries, rules
from attention_point.turns.entity_queues import list_occupant_tags, name_queue, open_desk_entity
from attention_point.turns.models import Desk, Turn
from attention_point.turns.priority import past_days

TAKEN = "turn_taken"
_STATE_MESSAGES = {
    rules.WAITING: N_("Turn %(code)s is waiting: call it first."),
    rules.CALLED: N_("Turn %(code)s is called already."),
    rules.STARTED: N_("Turn %(code)s is being served already."),
    rules.FINISHED: N_("Turn %(code)s is finished."),
    rules.ABSENT: N_("Turn %(code)s did not come when it was called. Call it again or return it to the queue."),
    rules.CLOSED: N_("Turn %(code)s is closed."),
}


class Step(NamedTuple):
    """A turn with its row locked; ``is_repeated`` if the action was done already and nothing is to be written."""

    turn: Turn
    is_repeated: bool


def lock_point(session: Session, point: str) -> None:
    """Let one transaction after another number and choose the turns of a point."""
    lock_for_transaction(session, hashlib.sha256(f"turns/{point}".encode()).digest())


def lock_turn(session: Session, turn_id: UUID) -> Turn:
    """Lock a turn until the transaction ends, and return it as it stands now. Raises NotFound."""
    turn = session.get(Turn, turn_id, with_for_update=True, populate_existing=True)
    if turn is None:
        raise NotFound(_(queries.TURN_UNKNOWN))
    return turn


def get_working_desk(session: Session, actor: Actor, desk_id: UUID) -> Desk:
    """The desk, if this actor may call turns to it. Raises NotFound, Forbidden, and Conflict ``desk_taken``."""
    desk = queries.read_desk(session, desk_id)
    if not desk.is_active:
        raise NotFound(_(queries.DESK_UNKNOWN))
    is_own_kind = actor.entity == open_desk_entity(session, desk) or actor.may("turns.configure")
    if not is_own_kind and (actor.kind == "account" or actor.entity is not None):
        raise Forbidden(_("This desk is another entity’s."))
    if actor.kind == "account" and desk.occupant_tag not in (None, *list_occupant_tags(session, actor)):
        raise build_desk_taken_error(desk)
    return desk


def build_desk_taken_error(desk: Desk) -> Conflict:
    """The refusal of a desk at which somebody else works."""
    return Conflict(_("Somebody else works at desk %(desk)s.", desk=desk.name), code="desk_taken")


def put_back(session: Session, actor: Actor, turn_id: UUID) -> None:
    """Let a called turn wait again, because whoever called it leaves the desk."""
    turn = lock_turn(session, turn_id)
    if turn.state == rules.CALLED:
        turn.state, turn.desk_id = rules.WAITING, None
        write_step(session, actor, turn, "turn.return")


def begin_step(session: Session, actor: Actor, turn_id: UUID, action: str, desk_id: UUID | None) -> Step:
    """Lock a turn and check that the actor may do this with it now. Raises Conflict, Forbidden, NotFound."""
    turn = lock_turn(session, turn_id)
    if actor.kind == "device":  # it gives turns; what becomes of them is for people and their programs
        raise Forbidden(_("A device does nothing with turns that were given."))
    # An entity acts on the turns that were sent to it; the point's people may take back what they sent by mistake.
    if actor.entity is not None and turn.queue != name_queue(session, actor.entity, turn.day):
        raise Forbidden(_("This turn is another entity’s."))
    if desk_id is not None:
        get_working_desk(session, actor, desk_id)
    own_desk_id = desk_id or _find_own_desk_id(session, actor, turn)
    is_at_own_desk = turn.desk_id == own_desk_id
    if turn.state in rules.AT_A_DESK and not is_at_own_desk:
        raise _build_taken_error(session, turn)
    if rules.is_legal_step(action, turn.state):
        return Step(turn, False)
    # A second tap, or a reply that was lost: the same desk asks for what it has already.
    if action in rules.REPEATABLE and turn.state == rules.STEPS[action][1] and is_at_own_desk:
        return Step(turn, True)
    raise Conflict(_(_STATE_MESSAGES[turn.state], code=turn.code), code="turn_state")


def _find_own_desk_id(session: Session, actor: Actor, turn: Turn) -> UUID | None:
    if actor.may("turns.configure"):  # who leads the room acts at any desk, and so does the system
        return turn.desk_id
    desk = queries.find_desk_of_actor(session, actor)
    if desk is None and actor.kind != "account":  # a program may run all desks without working at any
        return turn.desk_id
    return desk.id if desk else None


def _build_taken_error(session: Session, turn: Turn) -> Conflict:
    desk = session.get(Desk, turn.desk_id) if turn.desk_id else None
    message = _("Desk %(desk)s has turn %(code)s.", desk=desk.name if desk else "–", code=turn.code)
    return Conflict(message, code=TAKEN)


def take_step(
    session: Session, actor: Actor, turn_id: UUID, action: str, journal_action: str, desk_id: UUID | None, **values: Any
) -> Turn:
    """Move a turn to the state to which the action leads, with further values of its columns."""
    step = begin_step(session, actor, turn_id, action, desk_id)
    if not step.is_repeated:
        step.turn.state = rules.STEPS[action][1]
        for name, value in values.items():
            setattr(step.turn, name, value)
        write_step(session, actor, step.turn, journal_action)
    return step.turn


def end_turn(
    session: Session,
    actor: Actor,
    turn_id: UUID,
    action: str,
    journal_action: str,
    desk_id: UUID | None,
    reason: str | None = None,
) -> Turn:
    """Move a turn to its last state, and destroy what the visitor said."""
    step = begin_step(session, actor, turn_id, action, desk_id)
    if not step.is_repeated:
        if action == rules.FINISH and step.turn.started_at is None:
            # Nobody tapped "start": the visitor was attended from the call on, or the length would be lost.
            step.turn.started_at = step.turn.called_at
        step.turn.state, step.turn.closing_reason = rules.STEPS[action][1], reason
        destroy_details(session, step.turn, clock.now())
        write_step(session, actor, step.turn, journal_action, **({"reason": reason} if reason else {}))
    return step.turn


def destroy_details(session: Session, turn: Turn, now: datetime) -> None:
    """Empty everything that could tell what the visitor said. A sample that names no turn is kept for simulations."""
    past_days.keep_turn(session, turn, queries.read_turn_details(session, turn).preferential, now)
    # The fingerprint too: whoever has the keyring could try out which of the few possible answers it belongs to.
    turn.ended_at, turn.sealed, turn.fingerprint = now, None, None


def write_step(session: Session, actor: Actor, turn: Turn, journal_action: str, **detail: Any) -> None:
    """Write the row, then the journal entry, whose details are those that have a value."""
    session.flush()  # the row before the head of the journal
    journal.record(session, actor, journal_action, "turn", turn.id, **{k: v for k, v in detail.items() if v})


def find_target_desk(session: Session, turn: Turn, desk_id: UUID | None, entity: str | None) -> Desk | None:
    """The desk to which a turn goes: a named one, or one of an entity; None for any of the point. Raises NotFound."""
    desks: Sequence[Desk] = [desk for desk in queries.list_point_desks(session, turn.point) if desk.is_active]
    if desk_id is not None:
        desks = [desk for desk in desks if desk.id == desk_id]
    elif entity is not None:
        desks = [desk for desk in desks if open_desk_entity(session, desk) == entity]
    if not desks and (desk_id or entity):
        raise NotFound(_(queries.DESK_UNKNOWN))
    return desks[0] if desks else None
