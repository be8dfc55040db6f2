"""What is done with turns, each action in the caller's transaction.

Who finishes a turn in the transaction of something else (a visit) calls ``steps.lock_turn`` before everything.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import Conflict, Invalid, TooManyTries
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import get_vault
from attention_point.turns import codes, queries, rules, steps
from attention_point.turns.details import TurnDetails, note_device_time, seal_details
from attention_point.turns.entity_queues import name_queue, open_desk_entity
from attention_point.turns.models import Desk, Turn
from attention_point.turns.priority.samples import merge_samples
from attention_point.turns.queries import WaitingTurn

_FULL_ROOM_SECONDS = 60  # after which a device asks again


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A turn as it is given. A device without network adds when it did so, and the code that it printed."""

    id: UUID
    point: str
    details: TurnDetails = TurnDetails()
    channel: str = "door"
    issued_at: datetime | None = None
    code: str | None = None


class CreatedTurn(NamedTuple):
    """The turn, how many who arrived earlier still wait, and whether it was created (False for a replay)."""

    turn: Turn
    ahead: int
    created: bool


def create_turn(session: Session, actor: Actor, new_turn: NewTurn) -> CreatedTurn:
    """Give a turn. Sent again, it is the same turn, whatever has become of it.

    The time of a device counts if it can be true (``rules.choose_given_moment``). A device's code that another turn of
    the day has is replaced, and the details say so. Raises Conflict with the code ``id_taken`` for another turn under
    the same id, ``day_full`` after the 9,990th turn of a day, Invalid, and TooManyTries for a device while
    ``rules.MOST_WAITING`` turns wait.
    """
    if new_turn.channel not in rules.CHANNELS:
        raise ValueError(f"no channel {new_turn.channel}")
    # A tablet that lost the reply sends the turn again, perhaps while the first request is still under way.
    lock_for_transaction(session, new_turn.id)
    fingerprints = compute_fingerprints(session, new_turn)
    stored_turn = session.get(Turn, new_turn.id)
    if stored_turn is not None:
        return _replay_turn(session, actor, stored_turn, new_turn, fingerprints)
    now = clock.now()
    check_point(session, new_turn.point, clock.local_day(now))
    if actor.kind == "device" and queries.count_waiting(session, new_turn.point) >= rules.MOST_WAITING:
        raise TooManyTries(_("Too many turns wait. Ask for a turn at the door."), _FULL_ROOM_SECONDS)
    turn = _build_turn(session, new_turn, now)
    turn.fingerprint = fingerprints[0]
    session.add(turn)
    session.flush()
    journal.record(session, actor, "turn.create", "turn", turn.id, point=turn.point, channel=turn.channel)
    return CreatedTurn(turn, queries.count_ahead(session, turn), True)


def call_next_turn(session: Session, actor: Actor, desk_id: UUID) -> Turn | None:
    """Call the turn whose place it is to a desk; None where nobody waits for it.

    Raises Conflict with the code ``desk_busy`` while the desk has a turn, so that a second tap calls nobody, and as
    ``call_turn``.
    """
    desk = steps.get_working_desk(session, actor, desk_id)
    # Held from the choice to the call: two desks would choose the same turn, and the pattern would count one call.
    steps.lock_point(session, desk.point)
    current = queries.find_turn_at_desk(session, desk.id)
    if current is not None:
        message = _("This desk has turn %(code)s. Finish it, transfer it or mark it absent first.", code=current.code)
        raise Conflict(message, code="desk_busy")
    waiting_turns = list_callable_turns(session, desk)
    return call_turn(session, actor, waiting_turns[0].id, desk_id) if waiting_turns else None


def list_callable_turns(session: Session, desk: Desk) -> list[WaitingTurn]:
    """The turns that a desk may call, in their order: all but those that were sent to somebody at another desk."""
    waiting_turns = queries.list_waiting_turns(session, desk.point, open_desk_entity(session, desk))
    occupied = select(Desk.id).where(Desk.point == desk.point, Desk.occupant_tag.is_not(None), Desk.is_active)
    # A turn that was sent to a desk whose agent went home must not wait for ever.
    occupied_ids = set(session.scalars(occupied)) - {desk.id}
    return [turn for turn in waiting_turns if turn.desk_id not in occupied_ids]


def call_turn(session: Session, actor: Actor, turn_id: UUID, desk_id: UUID) -> Turn:
    """Call a turn to a desk. The same desk may send it twice: it is called once.

    The journal gets how many who arrived earlier were passed over, never why. Raises Conflict: ``turn_taken`` for a
    turn that another desk has, ``turn_state`` for one that has ended; NotFound, Forbidden.
    """
    desk = steps.get_working_desk(session, actor, desk_id)
    step = steps.begin_step(session, actor, turn_id, rules.CALL, desk.id)
    turn, now = step.turn, clock.now()
    if step.is_repeated:
        return turn
    if (turn.point, turn.queue) != (desk.point, name_queue(session, open_desk_entity(session, desk), turn.day)):
        raise Conflict(_("Turn %(code)s waits for other desks.", code=turn.code), code="other_queue")
    jumped = queries.count_ahead(session, turn)
    turn.state, turn.desk_id, turn.calls, turn.called_at = rules.CALLED, desk.id, turn.calls + 1, now
    # The wait ends with the first call, however often somebody has to be called again.
    turn.first_called_at = turn.first_called_at or now
    steps.write_step(session, actor, turn, "turn.call", desk=desk.id, **({"jumped": jumped} if jumped else {}))
    return turn


def recall_turn(session: Session, actor: Actor, turn_id: UUID, desk_id: UUID | None = None) -> Turn:
    """Call a turn once more to the desk that has it: it comes first on the screen again."""
    turn = steps.begin_step(session, actor, turn_id, rules.RECALL, desk_id).turn
    turn.calls, turn.called_at = turn.calls + 1, clock.now()
    steps.write_step(session, actor, turn, "turn.recall", desk=turn.desk_id)
    return turn


def mark_absent(session: Session, actor: Actor, turn_id: UUID, desk_id: UUID | None = None) -> Turn:
    """Note that nobody came. The turn can be called again or returned until the day closes."""
    return steps.take_step(session, actor, turn_id, rules.MARK_ABSENT, "turn.absent", desk_id)


def return_turn(session: Session, actor: Actor, turn_id: UUID) -> Turn:
    """Put an absent turn back into the queue, with its arrival as it was."""
    turn = steps.begin_step(session, actor, turn_id, rules.RETURN, None).turn
    turn.state, turn.desk_id = rules.WAITING, None
    steps.write_step(session, actor, turn, "turn.return")
    return turn


def transfer_turn(
    session: Session,
    actor: Actor,
    turn_id: UUID,
    desk_id: UUID | None = None,
    entity: str | None = None,
    from_desk_id: UUID | None = None,
) -> Turn:
    """Let a turn wait again: for one desk, for the desks of an entity, or for any of the point's own.

    Its arrival stays, so it does not wait from the start. A turn sent to a desk at which nobody works is called by any.
    Raises as ``call_turn``, and NotFound for an entity without a desk at the point.
    """
    turn = steps.begin_step(session, actor, turn_id, rules.TRANSFER, from_desk_id).turn
    desk = steps.find_target_desk(session, turn, desk_id, entity)
    # Whoever calls it next reads how often they called, and not that the visitor did not come the first time.
    turn.state, turn.started_at, turn.calls = rules.WAITING, None, 0
    turn.desk_id = desk.id if desk and desk_id else None
    turn.queue = name_queue(session, open_desk_entity(session, desk) if desk and desk_id else entity, turn.day)
    # Not to which entity: the journal stands in clear.
    steps.write_step(session, actor, turn, "turn.transfer", desk=turn.desk_id)
    return turn


def start_turn(session: Session, actor: Actor, turn_id: UUID, desk_id: UUID | None = None) -> Turn:
    """Note that the visitor is at the desk."""
    return steps.take_step(session, actor, turn_id, rules.START, "turn.start", desk_id, started_at=clock.now())


def finish_turn(session: Session, actor: Actor, turn_id: UUID, desk_id: UUID | None = None) -> Turn:
    """End a turn that was served, and destroy what the visitor said."""
    return steps.end_turn(session, actor, turn_id, rules.FINISH, "turn.finish", desk_id)


def close_turn(session: Session, actor: Actor, turn_id: UUID, reason: str) -> Turn:
    """End a turn that was not served, with a code of ``CLOSING_REASONS``, and destroy what the visitor said."""
    if reason not in rules.CLOSING_REASONS:
        raise ValueError(f"no closing reason {reason}")
    return steps.end_turn(session, actor, turn_id, rules.CLOSE, "turn.close", None, reason)


def close_day(session: Session, actor: Actor, point: str, day: date) -> int:
    """Close every turn of a day that has not ended, and return how many. Reasons: ``left_over``, ``absent``."""
    steps.lock_point(session, point)
    is_open = Turn.state.not_in(rules.ENDED)
    query = select(Turn).where(Turn.point == point, Turn.day == day, is_open).order_by(Turn.id).with_for_update()
    turns = session.scalars(query.execution_options(populate_existing=True)).all()
    now = clock.now()
    for turn in turns:
        reason = "absent" if turn.state == rules.ABSENT else "left_over"
        turn.state, turn.closing_reason = rules.CLOSED, reason
        steps.destroy_details(session, turn, now)
    merge_samples(session, point, day)
    session.flush()
    for turn in turns:
        journal.record(session, actor, "turn.close", "turn", turn.id, reason=turn.closing_reason)
    return len(turns)


def compute_fingerprints(session: Session, new_turn: NewTurn) -> list[bytes]:
    """Return the keyed digests of what was sent: they tell a repetition from another turn under the same id.

    The first is the one to store; the others are those of the keyring's earlier keys.
    """
    # Not of the code and time: a kiosk that lost the reply gives the same turn once more, without network.
    content = to_json([new_turn.point, new_turn.details])
    return get_vault(session).keyed_digests("turn", content)


def _replay_turn(
    session: Session, actor: Actor, turn: Turn, new_turn: NewTurn, fingerprints: list[bytes]
) -> CreatedTurn:
    # Of a turn that has ended, what was said is gone; what stands in clear is compared.
    is_same = turn.fingerprint in fingerprints if turn.fingerprint else turn.point == new_turn.point
    if not is_same:
        raise Conflict(_("Another turn has this id."), code="id_taken")
    if new_turn.code not in (None, turn.code):
        steps.lock_point(session, turn.point)  # before the turn's row, as everybody does
        _adopt_printed_code(session, actor, steps.lock_turn(session, turn.id), new_turn)
    return CreatedTurn(turn, queries.count_ahead(session, turn) if turn.state == rules.WAITING else 0, False)


def _adopt_printed_code(session: Session, actor: Actor, turn: Turn, new_turn: NewTurn) -> None:
    """Give a turn the code that stands on its visitor's slip, because the kiosk lost the reply with the server's own.

    Once a turn was called its code stays, and the details say what the slip says. Raises Conflict for a second slip.
    """
    details = queries.read_turn_details(session, turn)
    if details.printed_code == new_turn.code or turn.state in rules.ENDED:
        return
    if details.printed_code is not None or turn.channel == "offline":
        raise Conflict(_("Another turn has this id."), code="id_taken")
    device_code = codes.find_free_device_code(session, turn.point, turn.day, new_turn.code)
    if device_code is not None and turn.first_called_at is None:
        turn.number, turn.code = device_code
    else:
        turn.sealed = seal_details(session, turn.id, details.model_copy(update={"printed_code": new_turn.code}))
    turn.channel = "offline"
    steps.write_step(session, actor, turn, "turn.edit", channel=turn.channel)


def check_point(session: Session, code: str, day: date) -> str:
    """Return the code of a point that is open on a day. Raises Invalid."""
    point = directory_queries.find_point(session, code)
    if point is None or not point.is_in_force(day):
        raise Invalid.of_field("point", _("This attention point does not exist."))
    return code


def _build_turn(session: Session, new_turn: NewTurn, now: datetime) -> Turn:
    device_time = new_turn.issued_at
    is_same_day = device_time is not None and clock.local_day(device_time) == clock.local_day(now)
    issued_at, is_clock_wrong = rules.choose_given_moment(device_time, now, is_same_day)
    day = clock.local_day(issued_at)
    steps.lock_point(session, new_turn.point)
    number, code = codes.choose_code(session, new_turn.point, day, new_turn.code)
    details = note_device_time(
        new_turn.details,
        device_time if is_clock_wrong else None,
        new_turn.code if new_turn.code not in (None, code) else None,
    )
    return Turn(
        id=new_turn.id,
        point=new_turn.point,
        day=day,
        number=number,
        code=code,
        state=rules.WAITING,
        channel=new_turn.channel,
        issued_at=issued_at,
        calls=0,
        sealed=seal_details(session, new_turn.id, details),
    )
