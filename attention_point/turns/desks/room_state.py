"""What the waiting room needs of somebody now, in a line for other pages of the desk."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import ngettext
from attention_point.turns import queries, rules
from attention_point.turns.entity_queues import name_queue, open_desk_entity
from attention_point.turns.models import Desk, Turn


@dataclass(frozen=True, slots=True)
class RoomState:
    """The actor's desk, the turn that it has, and how many wait for it."""

    desk: Desk | None
    turn: Turn | None
    waiting: int
    waiting_words: str


def describe_room(session: Session, actor: Actor) -> RoomState | None:
    """The room for the actor; None where nobody uses it, and for who may not call. Nothing sealed is opened."""
    if not actor.may("turns.call"):
        return None
    desk = find_desk_of_today(session, actor)
    points = directory_queries.list_points(session)
    point = desk.point if desk else points[0].code if points else ""
    query = (
        select(func.count())
        .select_from(Turn)
        .where(Turn.point == point, Turn.state == rules.WAITING, Turn.day == clock.today())
        .where(Turn.queue == name_queue(session, actor.entity, clock.today()))
    )
    if desk:
        query = query.where(or_(Turn.desk_id.is_(None), Turn.desk_id == desk.id))
    waiting = session.scalar(query) or 0
    # A point that gives no turns is not told of them.
    if desk is None and not waiting:
        return None
    return RoomState(desk, queries.find_turn_at_desk(session, desk.id) if desk else None, waiting, count_words(waiting))


def find_desk_of_today(session: Session, actor: Actor) -> Desk | None:
    """The desk in use at which somebody works since today; on another day they are asked again."""
    desk = queries.find_desk_of_actor(session, actor)
    is_of_today = desk and desk.occupied_at and clock.local_day(desk.occupied_at) == clock.today()
    return desk if desk and desk.is_active and is_of_today else None


def list_entities_with_desks(session: Session, point: str) -> set[str]:
    """The entities that have a desk in use in the point's room."""
    desks = queries.list_point_desks(session, point)
    entities = (open_desk_entity(session, desk) for desk in desks if desk.is_active)
    return {entity for entity in entities if entity}


def count_words(count: int) -> str:
    """How many wait, in words."""
    return ngettext("%(num)s turn is waiting", "%(num)s turns are waiting", count) if count else _("Nobody is waiting")
