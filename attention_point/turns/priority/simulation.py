"""A day of turns, called under a policy: who waits how long. Plain Python: it opens no record and asks no clock."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heapify, heapreplace
from random import Random
from uuid import UUID

from attention_point.turns.priority.rules import Policy, QueuedTurn, choose_next, find_wait_bound

_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)  # any day: only minutes count


@dataclass(frozen=True, slots=True)
class Arrival:
    """A turn of the day: the minute of the day in which it was given, and the minutes that its attention takes."""

    minute: float
    preferential: bool
    service_minutes: float


@dataclass(frozen=True, slots=True)
class SimulatedTurn:
    """How long a turn waited, in minutes; ``ahead`` is how many waited when it arrived."""

    arrival: Arrival
    ahead: int
    wait: float


def simulate_day(arrivals: Sequence[Arrival], desk_starts: Sequence[float], policy: Policy) -> list[SimulatedTurn]:
    """Simulate a day in which each desk calls from its start (minute of the day) until everybody was attended.

    A desk calls as soon as it is free. The turns come back in the order of their calls. Raises ValueError without
    a desk.
    """
    if not desk_starts:
        raise ValueError("a day needs a desk")
    coming = deque(sorted(enumerate(arrivals), key=lambda entry: entry[1].minute))
    waiting: dict[QueuedTurn, tuple[Arrival, int]] = {}
    free_from = [float(start) for start in desk_starts]
    # The desk that is free first calls next, as in the room.
    heapify(free_from)
    turns: list[SimulatedTurn] = []
    while coming or waiting:
        minute = free_from[0]
        while coming and coming[0][1].minute <= minute:
            number, arrival = coming.popleft()
            waiting[_queue_arrival(number, arrival)] = arrival, len(waiting)
        turn = choose_next(list(waiting), len(turns), policy, _get_moment(minute))
        if turn is None:
            # Nobody waits: the desk stands idle until the next turn is given.
            heapreplace(free_from, coming[0][1].minute)
            continue
        arrival, ahead = waiting.pop(turn)
        turns.append(SimulatedTurn(arrival, ahead, minute - arrival.minute))
        heapreplace(free_from, minute + arrival.service_minutes)
    return turns


def _queue_arrival(number: int, arrival: Arrival) -> QueuedTurn:
    return QueuedTurn(UUID(int=number), _get_moment(arrival.minute), arrival.preferential)


def _get_moment(minute: float) -> datetime:
    return _MIDNIGHT + timedelta(minutes=minute)


def count_past_bound(turns: Sequence[SimulatedTurn], desk_starts: Sequence[float], policy: Policy) -> int:
    """Count the turns that waited longer than the policy states with these desks. There are none."""
    # The bound holds from the moment when all desks call.
    opening = max(desk_starts)
    # The longest attention of the day is what the desks took at most, which is all that the bound asks of them.
    service_minutes = max((turn.arrival.service_minutes for turn in turns), default=0)
    return sum(
        turn.wait - max(opening - turn.arrival.minute, 0)
        > find_wait_bound(turn.ahead, policy, len(desk_starts), service_minutes)
        for turn in turns
    )


def invent_day(count: int = 200, opens_at: int = 7 * 60 + 30, seed: int = 19) -> list[Arrival]:
    """Invent the arrivals of a busy day: more before noon, a quarter of them preferential, the same for a seed."""
    random = Random(seed)  # noqa: S311 - invented arrivals, no secret
    return [
        # Attentions as at a desk: few are very short, and some take three times as long as the middle one.
        Arrival(
            round(opens_at + random.triangular(0, 480, 120), 1),
            random.random() < 0.25,
            round(min(max(random.gammavariate(4, 2.1), 2), 30), 1),
        )
        for _ in range(count)
    ]
