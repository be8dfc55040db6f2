"""Reads the times of turns. They stand in clear: nothing that a visitor said is opened."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from attention_point.foundation import clock
from attention_point.turns.entity_queues import open_desk_entity
from attention_point.turns.models import Desk, Turn
from attention_point.turns.rules import FINISHED
from attention_point.turns.wait_summary import WaitSummary, summarise_waits
from attention_point.turns.waits.filters import Filters

_TIMES = (
    Turn.day,
    Turn.issued_at,
    Turn.first_called_at,
    Turn.called_at,
    Turn.started_at,
    Turn.ended_at,
    Turn.state,
    Turn.desk_id,
)


@dataclass(slots=True)
class DeskLoad:
    """What a desk did: turns that it called last, and the minutes of those that it served to the end."""

    name: str
    entity: str | None
    calls: int = 0
    service_minutes: list[float] = field(default_factory=list)


@dataclass(slots=True)
class TurnTimes:
    """The times of a period. Waits are minutes from the turn to its first call, by the hour and day of the turn."""

    given: int = 0
    finished: int = 0
    waits: list[float] = field(default_factory=list)
    waits_by_hour: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    waits_by_day: dict[date, list[float]] = field(default_factory=lambda: defaultdict(list))
    desks: dict[UUID, DeskLoad] = field(default_factory=dict)

    @property
    def summary(self) -> WaitSummary:
        """The figures of all waits."""
        return summarise_waits(self.waits)


def read_times(session: Session, filters: Filters) -> TurnTimes:
    """Read the times of the turns of a period."""
    query = select(Turn).where(Turn.point == filters.point, Turn.day.between(filters.first, filters.last))
    # Only the times: with them the sealed details of turns that wait would be read too.
    query = query.options(load_only(*_TIMES))
    times, desks = TurnTimes(), _list_desks(session, filters.point)
    for turn in session.scalars(query):
        _add_turn(times, turn, desks)
    return times


def _add_turn(times: TurnTimes, turn: Turn, desks: Mapping[UUID, DeskLoad]) -> None:
    times.given += 1
    if turn.first_called_at is None:
        return
    # To the first call: whoever is called again because of a transfer has been received already.
    wait = _count_minutes(turn.issued_at, turn.first_called_at)
    times.waits.append(wait)
    times.waits_by_hour[clock.to_local_time(turn.issued_at).hour].append(wait)
    times.waits_by_day[turn.day].append(wait)
    times.finished += turn.state == FINISHED
    if turn.desk_id and turn.desk_id in desks:
        # The desk that called last: to it the visitor came.
        load = times.desks.setdefault(turn.desk_id, desks[turn.desk_id])
        load.calls += 1
        begun_at = turn.started_at or turn.called_at
        if turn.state == FINISHED and begun_at and turn.ended_at:
            load.service_minutes.append(_count_minutes(begun_at, turn.ended_at))


def _count_minutes(begin: datetime, end: datetime) -> float:
    # A clock that was set back between the two is no negative wait.
    return max((end - begin).total_seconds() / 60, 0)


def _list_desks(session: Session, point: str) -> Mapping[UUID, DeskLoad]:
    desks = session.scalars(select(Desk).where(Desk.point == point))
    return {desk.id: DeskLoad(desk.name, open_desk_entity(session, desk)) for desk in desks}
