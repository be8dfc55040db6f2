"""Past days as the simulation needs them: what is kept of a turn that ends, and the day that is read from it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from random import Random
from statistics import median
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.turns.entity_queues import open_desk_entity
from attention_point.turns.models import Desk, Turn
from attention_point.turns.priority.policies import find_policy
from attention_point.turns.priority.rules import is_preferential
from attention_point.turns.priority.samples import (
    NOT_SERVED,
    SLOT_MINUTES,
    TurnSample,
    build_sample,
    keep_sample,
    list_sampled_days,
    read_samples,
)
from attention_point.turns.priority.simulation import Arrival, invent_day
from attention_point.turns.rules import FINISHED

ABSENT_MINUTES = 1.0
"""What a desk spends on a turn whose visitor does not come."""
MAX_DAYS_LISTED = 60
USUAL_SERVICE_MINUTES = 10
"""What an attention takes on a day on which nobody was attended to the end."""


class TurnDay(NamedTuple):
    """A day to simulate. ``day`` is None for the invented one; ``desk_starts`` are minutes of the day."""

    day: date | None
    arrivals: Sequence[Arrival]
    desk_starts: Sequence[float]


def build_example_day() -> TurnDay:
    """Build an invented busy day with four desks, for a point that has no past day yet."""
    return TurnDay(None, invent_day(), [7.5 * 60] * 4)


def keep_turn(session: Session, turn: Turn, reasons: Collection[str], now: datetime) -> None:
    """Keep the sample of a turn that has just ended, before what the visitor said is destroyed."""
    # One visitor with two turns arrived once.
    if turn.closing_reason == "given_twice":
        return
    # By the policy of its day: afterwards nobody can tell any more what the visitor had said.
    policy = find_policy(session, turn.point, turn.day)
    sample = build_sample(
        _get_minute(turn.issued_at),
        preferential=is_preferential(reasons, policy),
        service_minutes=_measure_service(turn, now),
    )
    keep_sample(session, turn.point, turn.day, sample)


def _measure_service(turn: Turn, now: datetime) -> float | None:
    # The desk called, waited a moment, and called the next.
    if turn.closing_reason == "absent":
        return ABSENT_MINUTES
    # Whoever forgets to start a turn finishes it all the same; then it began with its last call.
    begun_at = turn.started_at or turn.called_at
    # A turn that another desk served before has no beginning of its own any more.
    if turn.state != FINISHED or begun_at is None or turn.queue is not None:
        return None
    return (now - begun_at).total_seconds() / 60


def _get_minute(moment: datetime) -> float:
    local_time = clock.to_local_time(moment)
    return local_time.hour * 60 + local_time.minute + local_time.second / 60


def read_day(session: Session, point: str, day: date) -> TurnDay:
    """Read a day of a point; without arrivals where nothing of it is kept."""
    samples = read_samples(session, point, day)
    # The day is the seed, so that every policy and every reload of a page meets the same arrivals.
    return TurnDay(day, build_arrivals(samples, day.toordinal()), read_desk_starts(session, point, day))


def build_arrivals(samples: Sequence[TurnSample], seed: int) -> list[Arrival]:
    """Build arrivals from samples; the same ones for the same seed.

    Arrivals of one slot are spread evenly over it, in a random order, and attentions are dealt out at random: the
    samples do not say which belonged to whom. An attention that was not measured takes what the middle one took.
    """
    random = Random(seed)  # noqa: S311 - no secret: the order of what has none
    measured = [sample.service_minutes for sample in samples if sample.service_minutes != NOT_SERVED]
    usual = median(measured) if measured else USUAL_SERVICE_MINUTES
    # Who left or was left over would have been attended: without them the day would look easier than it was.
    services = [float(usual)] * (len(samples) - len(measured)) + [float(minutes) for minutes in measured]
    random.shuffle(services)
    slots: dict[int, list[bool]] = defaultdict(list)
    for sample in samples:
        slots[sample.slot].append(sample.preferential)
    arrivals = []
    for slot, flags in slots.items():
        random.shuffle(flags)
        for position, preferential in enumerate(flags):
            minute = (slot + (position + 0.5) / len(flags)) * SLOT_MINUTES
            arrivals.append(Arrival(minute, preferential, services.pop()))
    return arrivals


def read_desk_starts(session: Session, point: str, day: date) -> list[float]:
    """Read when each of the point's own desks called its first turn of a day, in minutes of the day."""
    query = (
        select(func.min(Turn.first_called_at))
        .where(Turn.point == point, Turn.day == day, Turn.first_called_at.is_not(None))
        .where(Turn.desk_id.in_(_list_own_desk_ids(session, point)))
        .group_by(Turn.desk_id)
    )
    return sorted(_get_minute(moment) for moment in session.scalars(query) if moment)


def list_days(session: Session, point: str) -> list[date]:
    """List the latest days of a point that can be simulated, the latest first: something ended and a desk called."""
    days = list_sampled_days(session, point, MAX_DAYS_LISTED)
    # Entities' desks call a queue of their own, which this policy does not order.
    is_own = (Turn.point == point, Turn.desk_id.in_(_list_own_desk_ids(session, point)))
    called = select(Turn.day).where(*is_own, Turn.first_called_at.is_not(None), Turn.day.in_(days)).distinct()
    called_days = set(session.scalars(called))
    return [day for day in days if day in called_days]


def _list_own_desk_ids(session: Session, point: str) -> list[UUID]:
    desks = session.scalars(select(Desk).where(Desk.point == point))
    return [desk.id for desk in desks if open_desk_entity(session, desk) is None]
