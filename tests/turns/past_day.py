"""A past day at the point, lived through the services."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.turns import services
from attention_point.turns.models import Turn
from tests.turns.support import MORNING, POINT, give, open_room, program

DAY = clock.local_day(MORNING)
ROOM: Actor = program()


def serve_turn(session: Session, desk: UUID, given: int, called: int, ended: int, *reasons: str) -> Turn:
    """Give, call and finish a turn, each so many minutes after eight."""
    with _minute(given):
        turn = give(session, preferential=reasons)
    with _minute(called):
        services.call_turn(session, ROOM, turn.id, desk)
        services.start_turn(session, ROOM, turn.id, desk)
    with _minute(ended):
        return services.finish_turn(session, ROOM, turn.id, desk)


def live_day(session: Session) -> Sequence[UUID]:
    """Serve three turns at two desks, leave one over, and close the day. Return the desks."""
    desks = open_room(session)
    serve_turn(session, desks[0], 0, 2, 12)
    serve_turn(session, desks[1], 5, 15, 35, "pregnant")
    serve_turn(session, desks[0], 65, 95, 100)
    with _minute(120):
        give(session)
        services.close_day(session, ROOM, POINT, DAY)
    return desks


def _minute(minute: int) -> AbstractContextManager[None]:
    return clock.override_now(MORNING + timedelta(minutes=minute))
