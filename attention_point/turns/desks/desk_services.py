"""Who works at which desk."""

from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, Forbidden
from attention_point.foundation.language import gettext as _
from attention_point.turns import queries, rules, steps
from attention_point.turns.entity_queues import list_occupant_tags, name_queue, seal_desk_entity
from attention_point.turns.models import Desk, Turn

FIRST_DESKS = ("1", "2", "3", "4")


def create_first_desks(session: Session) -> None:
    """Give each point without desks its first four. The supervisor adds, renames and removes them later."""
    points_with_desks = set(session.scalars(select(Desk.point).distinct()))
    for point in directory_queries.list_points(session):
        if point.code not in points_with_desks:
            session.add_all(_build_first_desk(session, point.code, name) for name in FIRST_DESKS)
    session.flush()


def _build_first_desk(session: Session, point: str, name: str) -> Desk:
    desk_id = new_id()
    return Desk(id=desk_id, point=point, name=name, sealed=seal_desk_entity(session, desk_id, None), is_active=True)


def occupy_desk(session: Session, actor: Actor, desk_id: UUID) -> Desk:
    """Let the actor work at a desk, and leave the one at which they worked.

    A desk that somebody took on an earlier day is free. Raises Conflict with the code ``desk_taken`` where somebody
    else works, ``desk_busy`` where a visitor is at the desk that would be left; NotFound, Forbidden.
    """
    desk = queries.read_desk(session, desk_id)
    steps.lock_point(session, desk.point)
    session.refresh(desk)
    if actor.id is None:
        raise ValueError("only an account or a program works at a desk")
    own_tags = list_occupant_tags(session, actor)
    if desk.occupant_tag in own_tags:
        desk.occupied_at = clock.now()
        return desk
    # Agents close the browser and go home; the desk must not stay theirs until somebody runs the jobs.
    if desk.occupant_tag is not None and desk.occupied_at and clock.local_day(desk.occupied_at) < clock.today():
        _free_desk(session, actor, desk)
    steps.get_working_desk(session, actor, desk_id)
    if desk.occupant_tag is not None:
        raise steps.build_desk_taken_error(desk)
    former_desk = queries.find_desk_of_actor(session, actor)
    if former_desk is not None:
        _free_desk(session, actor, former_desk)
    desk.occupant_tag, desk.occupied_at = own_tags[0], clock.now()
    session.flush()
    journal.record(session, actor, "desk.occupy", "desk", desk.id)
    return desk


def leave_desk(session: Session, actor: Actor, desk_id: UUID | None = None) -> None:
    """Leave the actor's desk; who may configure desks frees another's. A turn that was called there waits again.

    Turns that were sent to the desk wait for all desks of their queue. Raises Conflict with the code ``desk_busy``
    while a visitor is at the desk, Forbidden for another's desk, NotFound.
    """
    desk = queries.find_desk_of_actor(session, actor) if desk_id is None else queries.read_desk(session, desk_id)
    if desk is None or desk.occupant_tag is None:
        return
    if desk.occupant_tag not in list_occupant_tags(session, actor) and not actor.may("turns.configure"):
        raise Forbidden(_("Somebody else works at desk %(desk)s.", desk=desk.name))
    _free_desk(session, actor, desk)


def dissolve_queue(session: Session, actor: Actor, point: str, entity: str) -> None:
    """Let everybody who waits for an entity that has no desk any more wait for the point's own desks.

    The caller holds the lock on the point. Nobody else would see them.
    """
    queue = name_queue(session, entity, clock.today())
    in_queue = (Turn.point == point, Turn.queue == queue, Turn.state.in_({rules.WAITING, rules.CALLED, rules.ABSENT}))
    for turn_id in session.scalars(select(Turn.id).where(*in_queue).order_by(Turn.id)).all():
        steps.put_back(session, actor, turn_id)
        turn = steps.lock_turn(session, turn_id)
        turn.queue, turn.desk_id = None, turn.desk_id if turn.state == rules.ABSENT else None
        steps.write_step(session, actor, turn, "turn.transfer")


def free_forgotten_desks(session: Session, actor: Actor, last_day: date) -> None:
    """Free every desk that somebody took on a day up to ``last_day`` and never left."""
    occupied = select(Desk).where(Desk.occupant_tag.is_not(None)).order_by(Desk.id)
    for desk in session.scalars(occupied).all():
        if desk.occupied_at is None or clock.local_day(desk.occupied_at) <= last_day:
            _free_desk(session, actor, desk)


def _free_desk(session: Session, actor: Actor, desk: Desk) -> None:
    turn = queries.find_turn_at_desk(session, desk.id)
    if turn is not None and turn.state == rules.STARTED:
        message = _("Turn %(code)s is at desk %(desk)s. Finish or transfer it first.", code=turn.code, desk=desk.name)
        raise Conflict(message, code="desk_busy")
    called = select(Turn.id).where(Turn.desk_id == desk.id, Turn.state == rules.CALLED).order_by(Turn.id)
    for turn_id in session.scalars(called).all():
        steps.put_back(session, actor, turn_id)
    session.execute(update(Turn).where(Turn.desk_id == desk.id, Turn.state == rules.WAITING).values(desk_id=None))
    desk.occupant_tag, desk.occupied_at = None, None
    session.flush()
    journal.record(session, actor, "desk.leave", "desk", desk.id)
