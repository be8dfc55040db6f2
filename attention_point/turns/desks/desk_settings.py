"""The desks of a point as the supervisor configures them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.texts import normalise_text
from attention_point.turns import queries, steps
from attention_point.turns.desks import desk_services
from attention_point.turns.entity_queues import open_desk_entity, seal_desk_entity
from attention_point.turns.models import Desk

LONGEST_NAME = 20  # characters; more is not read from the back of the room


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """What is configured of a desk. ``name`` is its number as a rule; without an ``entity`` it is the point's own."""

    point: str
    name: str
    entity: str | None = None
    is_active: bool = True


def save_desk(session: Session, actor: Actor, desk_id: UUID | None, settings: DeskSettings) -> Desk:
    """Add a desk, or change the one of the id; its point stays.

    Somebody who works at a desk that goes out of use or to somebody else leaves it. Raises Invalid with the fields,
    Conflict with the code ``desk_busy`` while a visitor is at that desk, NotFound.
    """
    desk = queries.read_desk(session, desk_id) if desk_id else None
    point = desk.point if desk else settings.point
    # Two supervisors who add the same number come one after another, and the second one is told.
    steps.lock_point(session, point)
    name = normalise_text(settings.name)
    _check_settings(session, desk, point, name, settings)
    if desk is None:
        desk_id = new_id()
        sealed = seal_desk_entity(session, desk_id, settings.entity)
        desk = Desk(id=desk_id, point=point, name=name, sealed=sealed, is_active=settings.is_active)
        session.add(desk)
        action = "desk.add"
    else:
        former_entity = open_desk_entity(session, desk)
        # A turn that was called there must not wait for ever at a desk that nobody sees any more.
        if desk.occupant_tag is not None and not (settings.is_active and former_entity == settings.entity):
            desk_services.leave_desk(session, actor, desk.id)
        desk.name, desk.is_active = name, settings.is_active
        desk.sealed = seal_desk_entity(session, desk.id, settings.entity)
        session.flush()
        if former_entity is not None and not queries.list_desks(session, point, former_entity):
            desk_services.dissolve_queue(session, actor, point, former_entity)
        action = "desk.edit"
    session.flush()
    journal.record(session, actor, action, "desk", desk.id)
    return desk


def _check_settings(session: Session, desk: Desk | None, point: str, name: str, settings: DeskSettings) -> None:
    errors = []
    if not name:
        errors.append(FieldError("name", _("Write the number of the desk.")))
    elif len(name) > LONGEST_NAME:
        errors.append(FieldError("name", _("Write at most %(number)s characters.", number=LONGEST_NAME)))
    namesake = session.scalar(select(Desk.id).where(Desk.point == point, Desk.name == name))
    if namesake is not None and (desk is None or namesake != desk.id):
        errors.append(FieldError("name", _("There is a desk with this number already.")))
    if point not in {row.code for row in directory_queries.list_points(session)}:
        errors.append(FieldError("point", _("Choose the attention point.")))
    entities = {row.code for row in directory_queries.list_entities(session, clock.today())}
    # A desk keeps an entity that left the directory: its number can be changed without deciding that at once.
    is_changed = desk is None or open_desk_entity(session, desk) != settings.entity
    if settings.entity is not None and is_changed and settings.entity not in entities:
        errors.append(FieldError("entity", _("Choose an entity of the list.")))
    if errors:
        raise Invalid(_("Some fields need attention."), tuple(errors))
