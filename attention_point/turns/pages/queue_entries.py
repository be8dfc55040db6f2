"""What the queue shows of a turn: what the agent may know before the attention begins, never why it is preferential."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.language import N_, current_language, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.turns import queries
from attention_point.turns.details import TurnCompanions, TurnDetails
from attention_point.turns.entity_queues import find_queue_entity, name_queue
from attention_point.turns.models import Desk, Turn
from attention_point.turns.priority.policies import find_policy
from attention_point.turns.priority.rules import is_preferential
from attention_point.turns.queries import WaitingTurn
from attention_point.turns.rules import ABSENT, AT_A_DESK, ENDED, WAITING

# A word for each, not for English alone: an empty place would not tell "Spanish" from "nobody asked".
LANGUAGE_LABELS = {"es": N_("Speaks Spanish"), "en": N_("Speaks English")}


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One row of the queue. ``needs`` are names of services; a turn that waits has no ``desk_label``.

    A list leaves out what is confidential: whoever sits at the desk may read the screen and know whose code it is.
    """

    state: str
    turn: Turn | WaitingTurn
    needs: list[str]
    language: str
    companions: str
    is_preferential: bool
    desk_label: str = ""


def list_waiting_entries(session: Session, waiting_turns: Iterable[WaitingTurn]) -> list[QueueEntry]:
    """The turns that wait, in the order in which they will be called."""
    return [
        _build_entry(session, turn, turn.details, is_preferential=turn.is_preferential, is_in_list=True)
        for turn in waiting_turns
    ]


def list_called_entries(session: Session, point: str, entity: str | None, own_desk_id: UUID | None) -> list[QueueEntry]:
    """The turns of today that are at a desk, and those whose people were called and did not come, the oldest first."""
    query = (
        select(Turn)
        .where(Turn.point == point, Turn.day == clock.today(), Turn.state.in_({*AT_A_DESK, ABSENT}))
        .where(Turn.queue == name_queue(session, entity, clock.today()))
        # Whoever was called first has been away longest, and comes back first.
        .order_by(Turn.called_at, Turn.id)
    )
    desks = {desk.id: desk for desk in queries.list_point_desks(session, point)}
    return [
        _build_called_entry(session, turn, desks, is_in_list=turn.state == ABSENT or turn.desk_id != own_desk_id)
        for turn in session.scalars(query)
    ]


def _build_called_entry(session: Session, turn: Turn, desks: Mapping[UUID, Desk], *, is_in_list: bool) -> QueueEntry:
    details = queries.read_turn_details(session, turn)
    desk = desks.get(turn.desk_id) if turn.desk_id else None
    return _build_entry(
        session,
        turn,
        details,
        is_preferential=is_preferential(details.preferential, find_policy(session, turn.point, turn.day)),
        is_in_list=is_in_list,
        desk_label=_("Desk %(name)s", name=desk.name) if desk else "",
    )


def describe_companions(companions: TurnCompanions) -> str:
    """How many came along, in words; empty where nobody did."""
    adults = ngettext("%(num)s adult", "%(num)s adults", companions.adults)
    children = ngettext("%(num)s child", "%(num)s children", companions.children)
    if companions.adults and companions.children:
        return _("Comes with %(adults)s and %(children)s", adults=adults, children=children)
    people = adults if companions.adults else children
    return _("Comes with %(people)s", people=people) if companions.adults or companions.children else ""


def build_queue_tag(session: Session, point: str, entity: str | None) -> str:
    """A short text that changes when the queue shows something else: another turn, another state, another minute.

    It is made of what stands in clear, so that asking for it every few seconds opens nothing.
    """
    query = (
        select(Turn.id, Turn.state, Turn.desk_id, Turn.calls)
        .where(Turn.point == point, Turn.day == clock.today(), Turn.state.not_in(ENDED))
        .where(Turn.queue == name_queue(session, entity, clock.today()))
        .order_by(Turn.id)
    )
    # The minute, because waits stand in words; desks, because another one may have been chosen or freed.
    rows = [tuple(map(str, row)) for row in session.execute(query)]
    desks = [(str(desk.id), str(desk.occupant_tag), desk.name) for desk in queries.list_point_desks(session, point)]
    content = repr((rows, desks, f"{clock.now():%H:%M}", current_language()))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _build_entry(
    session: Session,
    turn: Turn | WaitingTurn,
    details: TurnDetails,
    *,
    is_preferential: bool,
    is_in_list: bool,
    **values: Any,
) -> QueueEntry:
    return QueueEntry(
        turn.state if isinstance(turn, Turn) else WAITING,
        turn,
        name_needs(session, turn, details, leaves_out_confidential=is_in_list),
        _(LANGUAGE_LABELS[details.language]),
        describe_companions(details.companions),
        is_preferential,
        **values,
    )


def name_needs(
    session: Session, turn: Turn | WaitingTurn, details: TurnDetails, *, leaves_out_confidential: bool = False
) -> list[str]:
    """The names of what brings the person here. An entity reads of a turn that came to it only what it offers."""
    services, language = directory_queries.get_services_by_code(session), current_language()
    codes = [
        code
        for code in details.needs
        if not (leaves_out_confidential and code in services and services[code].restricted)
    ]
    entity = turn.entity if isinstance(turn, WaitingTurn) else find_queue_entity(session, turn)
    if entity is None:
        return [services[code].name[language] if code in services else code for code in codes]
    # Somebody may have come for violence and for a course: the one who teaches learns of the course alone.
    return [
        services[code].name[language]
        for code in codes
        if code in services and entity in {offer.entity for offer in services[code].offers}
    ]
