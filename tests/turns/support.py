"""Turns of invented visitors, and those who give and call them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor, get_permissions
from attention_point.foundation.database import new_id
from attention_point.turns.desks.desk_services import create_first_desks
from attention_point.turns.details import TurnDetails
from attention_point.turns.entity_queues import seal_desk_entity
from attention_point.turns.models import Desk, Turn
from attention_point.turns.services import NewTurn, create_turn
from tests.support.directory import load_shipped

POINT = "bucaramanga"
MORNING = datetime(2017, 8, 9, 13, 0, tzinfo=UTC)  # 08:00 at the point


def open_room(session: Session) -> list[UUID]:
    """Load the directory and the first desks; return the ids of desks 1 to 4."""
    load_shipped(session)
    create_first_desks(session)
    return list(session.scalars(select(Desk.id).where(Desk.point == POINT).order_by(Desk.name)))


def add_entity_desk(session: Session, entity: str, name: str = "8") -> UUID:
    """Give an entity a desk in the room."""
    desk_id = new_id()
    sealed = seal_desk_entity(session, desk_id, entity)
    session.add(Desk(id=desk_id, point=POINT, name=name, sealed=sealed, is_active=True))
    session.flush()
    return desk_id


def agent(role: str = "agent", entity: str | None = None) -> Actor:
    """Somebody of a role, each time another."""
    return Actor("account", new_id(), "Somebody", role, get_permissions(role), entity)


def program() -> Actor:
    """A program with a token of the scope ``turns``."""
    return Actor("token", new_id(), "room", "turns", frozenset({"turns.give", "turns.call"}), None)


DOOR = agent()


def give(session: Session, *, turn_id: UUID | None = None, **details: Any) -> Turn:
    """Give a turn at the door."""
    return create_turn(session, DOOR, NewTurn(turn_id or new_id(), POINT, TurnDetails(**details))).turn
