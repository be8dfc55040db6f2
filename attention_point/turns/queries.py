"""Reading turns and desks. The queue opens what its visitors said; everything else stands in clear."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.database import PreparedStatement, get_single_value
from attention_point.foundation.errors import NotFound, VaultError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.turns.details import TurnDetails, open_details
from attention_point.turns.entity_queues import (
    find_queue_entity,
    list_occupant_tags,
    name_queue,
    open_desk_entity,
)
from attention_point.turns.models import Desk, Turn
from attention_point.turns.priority.policies import find_policy
from attention_point.turns.priority.rules import Policy, QueuedTurn, is_preferential, order_queue
from attention_point.turns.rules import AT_A_DESK, SHOWN_WHEN_CALLED, WAITING

TURN_UNKNOWN = N_("This turn does not exist.")
DESK_UNKNOWN = N_("This desk does not exist.")
# Prepared: every turn that is given or called asks for it.
_COUNT_AHEAD = PreparedStatement(
    select(func.count())
    .select_from(Turn)
    .where(
        Turn.point == bindparam("point"),
        Turn.state == WAITING,
        Turn.day == bindparam("day"),
        Turn.queue.is_not_distinct_from(bindparam("queue")),
        # Of two that came in the same moment, the one with the lower id is first, as in the order of the queue.
        or_(
            Turn.issued_at < bindparam("issued_at"),
            and_(Turn.issued_at == bindparam("issued_at"), Turn.id < bindparam("id")),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class WaitingTurn:
    """A turn of the queue. ``desk_id`` is set by a transfer to a desk.

    ``details`` is empty where it does not open. The policy of the day says what is preferential.
    """

    id: UUID
    code: str
    issued_at: datetime
    entity: str | None
    desk_id: UUID | None
    calls: int
    details: TurnDetails
    is_preferential: bool


@dataclass(frozen=True, slots=True)
class TurnCall:
    """A call as the waiting room sees it: a turn, a desk and a time, and nothing else."""

    code: str
    desk: str
    called_at: datetime


def list_waiting_turns(session: Session, point: str, entity: str | None = None) -> list[WaitingTurn]:
    """The turns of today that wait, in the order in which they will be called.

    Without an entity these are the turns of the point's own desks, with one those of that entity's desks.
    """
    return _list_waiting_in_queue(session, point, name_queue(session, entity, clock.today()))


def _list_waiting_in_queue(session: Session, point: str, queue: str | None) -> list[WaitingTurn]:
    is_in_queue = (Turn.point == point, Turn.day == clock.today(), Turn.queue == queue)
    policy = find_policy(session, point, clock.today())
    turns = session.scalars(select(Turn).where(*is_in_queue, Turn.state == WAITING))
    waiting_turns = {turn.id: _build_waiting_turn(session, turn, policy) for turn in turns}
    was_called = Turn.first_called_at.is_not(None)
    calls_made = session.scalar(select(func.count()).select_from(Turn).where(*is_in_queue, was_called)) or 0
    queued_turns = [QueuedTurn(turn.id, turn.issued_at, turn.is_preferential) for turn in waiting_turns.values()]
    return [waiting_turns[turn.id] for turn in order_queue(queued_turns, calls_made, policy, clock.now())]


def list_all_waiting_turns(session: Session, point: str) -> list[WaitingTurn]:
    """The turns of today that wait at all desks of a point, those of each queue in the order of calling."""
    is_waiting = (Turn.point == point, Turn.day == clock.today(), Turn.state == WAITING)
    queues = session.scalars(select(Turn.queue).where(*is_waiting).distinct()).all()
    return [
        turn
        for queue in sorted(queues, key=lambda tag: tag or "")
        for turn in _list_waiting_in_queue(session, point, queue)
    ]


def count_ahead(session: Session, turn: Turn) -> int:
    """How many turns of the same queue arrived before this one and still wait."""
    columns = ("id", "point", "day", "queue", "issued_at")
    values = {name: getattr(turn, name) for name in columns}
    return int(get_single_value(_COUNT_AHEAD.execute(session, values)))


def count_waiting(session: Session, point: str) -> int:
    """How many turns of today wait at a point, in all its queues."""
    waiting = select(func.count()).where(Turn.point == point, Turn.day == clock.today(), Turn.state == WAITING)
    return session.scalar(waiting) or 0


def list_latest_calls(session: Session, point: str, limit: int) -> list[TurnCall]:
    """The latest calls of today at a point, the latest first.

    A turn stays when it was served or its visitor did not come: whoever was away for a moment finds it. One that waits
    anew, after a transfer, is not there.
    """
    query = (
        select(Turn.code, Desk.name, Turn.called_at)
        .join(Desk, Desk.id == Turn.desk_id)
        .where(Turn.point == point, Turn.day == clock.today(), Turn.state.in_(SHOWN_WHEN_CALLED))
        .order_by(Turn.called_at.desc(), Turn.id.desc())
        .limit(limit)
    )
    return [TurnCall(code, desk, called_at) for code, desk, called_at in session.execute(query) if called_at]


def list_turns(session: Session, point: str, day: date) -> Sequence[Turn]:
    """All turns of a day in the order of arrival."""
    query = select(Turn).where(Turn.point == point, Turn.day == day).order_by(Turn.issued_at, Turn.id)
    return session.scalars(query).all()


def read_turn(session: Session, turn_id: UUID) -> Turn:
    """One turn. Raises NotFound."""
    turn = session.get(Turn, turn_id)
    if turn is None:
        raise NotFound(_(TURN_UNKNOWN))
    return turn


def read_turn_details(session: Session, turn: Turn) -> TurnDetails:
    """What the visitor said; empty once the turn has ended, and where the record does not open."""
    if turn.sealed is None:
        return TurnDetails()
    try:
        return open_details(session, turn.id, turn.sealed)
    except VaultError as error:
        note_damage(session, error)
        return TurnDetails()


def list_desks(session: Session, point: str, entity: str | None = None) -> Sequence[Desk]:
    """The desks in use at a point, by name: the point's own, or those of an entity."""
    query = select(Desk).where(Desk.point == point, Desk.is_active)
    desks = (desk for desk in session.scalars(query) if open_desk_entity(session, desk) == entity)
    return sorted(desks, key=lambda desk: (not desk.name.isdigit(), desk.name.zfill(20)))


def list_point_desks(session: Session, point: str) -> Sequence[Desk]:
    """All desks of a point, of entities too and those no longer in use."""
    return session.scalars(select(Desk).where(Desk.point == point).order_by(Desk.name)).all()


def read_desk(session: Session, desk_id: UUID) -> Desk:
    """One desk. Raises NotFound."""
    desk = session.get(Desk, desk_id)
    if desk is None:
        raise NotFound(_(DESK_UNKNOWN))
    return desk


def find_desk_of_actor(session: Session, actor: Actor) -> Desk | None:
    """The desk at which somebody works, or None."""
    return session.scalar(select(Desk).where(Desk.occupant_tag.in_(list_occupant_tags(session, actor))))


def find_turn_at_desk(session: Session, desk_id: UUID) -> Turn | None:
    """The turn that a desk has: of several the one called last; None where it has none."""
    query = (
        select(Turn)
        .where(Turn.desk_id == desk_id, Turn.state.in_(AT_A_DESK), Turn.day == clock.today())
        .order_by(Turn.called_at.desc())
        .limit(1)
    )
    return session.scalar(query)


def _build_waiting_turn(session: Session, turn: Turn, policy: Policy) -> WaitingTurn:
    details = read_turn_details(session, turn)
    preferential = is_preferential(details.preferential, policy)
    entity = find_queue_entity(session, turn)
    return WaitingTurn(turn.id, turn.code, turn.issued_at, entity, turn.desk_id, turn.calls, details, preferential)
