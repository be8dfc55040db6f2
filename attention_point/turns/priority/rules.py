"""The priority of turns: a policy, and the order in which it calls the turns that wait.

Calls repeat a pattern: ``preferential_calls`` calls that may prefer, then ``ordinary_calls`` calls in order of arrival.
A call that prefers gives preferential turns a head start of ``ageing_minutes``: they go before ordinary turns that came
at most so long before them. A turn that has waited ``longest_wait_minutes`` is overdue: overdue turns go first, in
order of arrival.

What follows for a turn before which ``ahead`` turns wait when it arrives:

- At most ``count_most_calls(ahead, policy)`` calls are made until it is called, its own among them.
- Nobody who came after it goes before it once it is overdue, and an ordinary turn never goes before one that came
  earlier.
- A policy cannot promise minutes, because those depend on the desks at work. With ``desks`` that always call again, and
  no attention longer than ``service_minutes``, ``find_wait_bound`` gives the minutes.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from attention_point.turns.rules import PREFERENTIAL_REASONS


@dataclass(frozen=True, slots=True)
class Policy:
    """How a point prefers. Whom, is configuration: Decreto 019/2012, art. 13 (R15) names those of the default.

    ``preferential_groups`` are codes of ``PREFERENTIAL_REASONS``; an older adult has ``older_adult_age`` years. With no
    ``preferential_calls`` everybody is called in order of arrival. ``ordinary_calls`` are at least 1.
    """

    preferential_calls: int
    ordinary_calls: int
    ageing_minutes: int
    longest_wait_minutes: int
    preferential_groups: frozenset[str] = frozenset(PREFERENTIAL_REASONS)
    older_adult_age: int = 60


DEFAULT_POLICY = Policy(preferential_calls=2, ordinary_calls=1, ageing_minutes=30, longest_wait_minutes=120)
FIRST_COME_POLICY = Policy(preferential_calls=0, ordinary_calls=1, ageing_minutes=0, longest_wait_minutes=120)


@dataclass(frozen=True, slots=True)
class QueuedTurn:
    """A turn that waits. ``issued_at`` has a time zone, and the caller corrects the wrong clock of a tablet."""

    id: UUID
    issued_at: datetime
    preferential: bool


def is_preferential(reasons: Collection[str], policy: Policy) -> bool:
    """Whether a visitor who names these reasons has a preferential turn under the policy."""
    return not policy.preferential_groups.isdisjoint(reasons)


def choose_next(waiting: Sequence[QueuedTurn], calls_made: int, policy: Policy, now: datetime) -> QueuedTurn | None:
    """Choose the turn that is called next; None if nobody waits.

    ``calls_made`` counts the turns of the day that this queue has called. The number alone says where the pattern
    stands, so that nothing about the people who were called needs to be kept.
    """
    return next(iterate_queue(waiting, calls_made, policy, now), None)


def order_queue(waiting: Sequence[QueuedTurn], calls_made: int, policy: Policy, now: datetime) -> list[QueuedTurn]:
    """Return all turns in the order in which they would be called if all were called now."""
    return list(iterate_queue(waiting, calls_made, policy, now))


def iterate_queue(
    waiting: Sequence[QueuedTurn], calls_made: int, policy: Policy, now: datetime
) -> Iterator[QueuedTurn]:
    """Yield the turns in the order in which they would be called if all were called now."""
    # Sorted anew for each call: a queue is short, and an order that is kept would have to be right in every process.
    in_order = sorted(waiting, key=_get_arrival)
    longest_wait = timedelta(minutes=policy.longest_wait_minutes)
    overdue = [turn for turn in in_order if now - turn.issued_at >= longest_wait]
    yield from overdue
    # Both lists are read from their ends, so that the turn that came first is taken in no time.
    preferential = [turn for turn in reversed(in_order[len(overdue) :]) if turn.preferential]
    ordinary = [turn for turn in reversed(in_order[len(overdue) :]) if not turn.preferential]
    for call in range(calls_made + len(overdue), calls_made + len(in_order)):
        yield _take_next(preferential, ordinary, prefers_at(call, policy), policy)


def prefers_at(call: int, policy: Policy) -> bool:
    """Whether the call with this number of the day, counted from 0, may prefer."""
    # The pattern begins with preference, so that the first calls of a day do not make wait whom the law names.
    return call % (policy.preferential_calls + policy.ordinary_calls) < policy.preferential_calls


def _take_next(preferential: list[QueuedTurn], ordinary: list[QueuedTurn], prefers: bool, policy: Policy) -> QueuedTurn:
    if not preferential or not ordinary:
        return (preferential or ordinary).pop()
    # Both lists are in order of arrival, so no other turn of its kind can be the next.
    first_preferential, first_ordinary = preferential[-1], ordinary[-1]
    if prefers:
        head_start = timedelta(minutes=policy.ageing_minutes)
        # A tie goes to the preferential turn: the policy promises it the whole head start.
        goes_before = first_preferential.issued_at - head_start <= first_ordinary.issued_at
    else:
        goes_before = _get_arrival(first_preferential) < _get_arrival(first_ordinary)
    return (preferential if goes_before else ordinary).pop()


def _get_arrival(turn: QueuedTurn) -> tuple[datetime, UUID]:
    return turn.issued_at, turn.id


def count_most_calls(ahead: int, policy: Policy) -> int:
    """Count the calls after which a turn is called at the latest, its own among them.

    Each call in order of arrival takes this turn or one of the ``ahead`` that came before it; only the others may jump.
    """
    # In the worst case the turn arrives when the calls that prefer begin, and each of them finds somebody to prefer.
    rounds = ceil((ahead + 1) / policy.ordinary_calls)
    return rounds * policy.preferential_calls + ahead + 1


def find_wait_bound(ahead: int, policy: Policy, desks: int, service_minutes: float) -> float:
    """The longest wait in minutes, where desks always call again after at most ``service_minutes``."""
    return ceil(count_most_calls(ahead, policy) / desks) * service_minutes
