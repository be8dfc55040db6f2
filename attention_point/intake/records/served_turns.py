"""The turn from which an attention began: its arrival counts for the visit, and recording the visit finishes it."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.errors import Conflict, Forbidden, NotFound
from attention_point.intake.draft import LONGEST_WAIT, VisitDraft
from attention_point.turns import services as turn_services
from attention_point.turns import steps

Arrivals = dict[UUID, datetime]


def lock_served_turns(session: Session, drafts: Iterable[VisitDraft]) -> Arrivals:
    """Lock the turns of the drafts, and return when each was given. A turn that does not exist is left out.

    Whoever does something with turns locks them before everything else.
    """
    arrivals: Arrivals = {}
    for turn_id in sorted({draft.turn for draft in drafts if draft.turn}):
        # A visit is never lost for its turn: a tablet without network may name one that never reached the server.
        with suppress(NotFound):
            arrivals[turn_id] = steps.lock_turn(session, turn_id).issued_at
    return arrivals


def add_arrival(draft: VisitDraft, arrivals: Arrivals) -> VisitDraft:
    """The draft with the arrival of its turn where it states none, unless that cannot be this attention's."""
    issued_at = arrivals.get(draft.turn) if draft.turn else None
    if draft.arrived_at or issued_at is None:
        return draft
    # A wait below 0, or a longer one than anybody waits, is a turn of somebody else or a tablet with a wrong clock.
    wait = draft.attended_at - issued_at
    return draft.model_copy(update={"arrived_at": issued_at}) if timedelta() <= wait <= LONGEST_WAIT else draft


def finish_served_turns(session: Session, actor: Actor, arrivals: Arrivals) -> None:
    """Finish the turns. One that went to another desk meanwhile, or has ended, stays as it is."""
    for turn_id in arrivals:
        with suppress(Conflict, Forbidden):
            turn_services.finish_turn(session, actor, turn_id)
