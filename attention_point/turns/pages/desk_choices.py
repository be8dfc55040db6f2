"""The desks that somebody may choose to work at."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.turns import queries
from attention_point.turns.entity_queues import list_occupant_tags


@dataclass(frozen=True, slots=True)
class DeskChoice:
    """A desk with its words; ``is_taken`` where somebody else took it today."""

    id: UUID
    label: str
    occupied_at: datetime | None
    is_taken: bool


def list_desk_choices(session: Session, actor: Actor) -> list[DeskChoice]:
    """The desks in use that are the actor's to choose: those of the points, or those of the actor's entity."""
    points, own_tags = directory_queries.list_points(session), list_occupant_tags(session, actor)
    choices = []
    for point in points:
        for desk in queries.list_desks(session, point.code, actor.entity):
            label = _("Desk %(name)s", name=desk.name)
            # Who forgot to leave the desk yesterday does not keep it: the service frees it when it is chosen.
            is_today = desk.occupied_at is not None and clock.local_day(desk.occupied_at) == clock.today()
            is_taken = is_today and desk.occupant_tag is not None and desk.occupant_tag not in own_tags
            choices.append(
                DeskChoice(
                    desk.id,
                    # Most installations have one point, and its name would only make the tile longer.
                    f"{label} · {point.name[current_language()]}" if len(points) > 1 else label,
                    desk.occupied_at,
                    is_taken,
                )
            )
    return choices
