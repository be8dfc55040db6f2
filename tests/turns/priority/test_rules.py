"""Who is called next: the order, and what a policy promises to everybody on any day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.turns.priority.rules import (
    DEFAULT_POLICY,
    FIRST_COME_POLICY,
    Policy,
    QueuedTurn,
    choose_next,
    count_most_calls,
    is_preferential,
    order_queue,
)

Day = list[tuple[int, bool]]
NINE = datetime(2026, 11, 30, 14, tzinfo=UTC)
POLICIES = st.builds(
    Policy,
    preferential_calls=st.integers(0, 5),
    ordinary_calls=st.integers(1, 4),
    ageing_minutes=st.integers(0, 90),
    longest_wait_minutes=st.integers(1, 120),
)
# Minutes of arrival, whether it is preferential; many at the same minute.
DAYS = st.lists(st.tuples(st.integers(0, 90), st.booleans()), min_size=1, max_size=40)


def _queue(*turns: tuple[int, bool]) -> list[QueuedTurn]:
    return [
        QueuedTurn(UUID(int=number), NINE + timedelta(minutes=minute), preferential)
        for number, (minute, preferential) in enumerate(turns)
    ]


def _arrival(turn: QueuedTurn) -> tuple[datetime, UUID]:
    return turn.issued_at, turn.id


def _order(turns: Sequence[tuple[int, bool]], minute: int, policy: Policy, calls_made: int = 0) -> list[int]:
    queue = order_queue(_queue(*turns), calls_made, policy, NINE + timedelta(minutes=minute))
    return [turn.id.int for turn in queue]


def test_two_preferential_turns_go_before_an_ordinary_one() -> None:
    turns = [(0, False), (1, False), (2, True), (3, True), (4, True)]
    assert _order(turns, 5, DEFAULT_POLICY) == [2, 3, 0, 4, 1]


def test_the_pattern_goes_on_where_the_day_stands() -> None:
    turns = [(0, False), (1, False), (2, True), (3, True), (4, True)]
    assert _order(turns, 5, DEFAULT_POLICY, calls_made=2) == [0, 2, 3, 1, 4]


def test_an_ordinary_turn_of_a_certain_age_is_not_jumped() -> None:
    assert _order([(0, False), (30, True)], 31, DEFAULT_POLICY) == [1, 0]
    assert _order([(0, False), (31, True)], 32, DEFAULT_POLICY) == [0, 1]


def test_overdue_turns_go_first_in_order_of_arrival() -> None:
    turns = [(0, False), (1, True), (5, True)]
    assert _order(turns, 121, replace(DEFAULT_POLICY, ageing_minutes=90)) == [0, 1, 2]


def test_a_call_in_order_of_arrival_takes_a_preferential_turn_that_came_first() -> None:
    assert _order([(0, True), (1, False)], 2, DEFAULT_POLICY, calls_made=2) == [0, 1]


def test_first_come_first_served_is_a_policy_too() -> None:
    turns = [(0, False), (1, True), (2, False), (3, True)]
    assert _order(turns, 20, FIRST_COME_POLICY) == [0, 1, 2, 3]


def test_nobody_waits() -> None:
    assert choose_next([], 0, DEFAULT_POLICY, NINE) is None


@pytest.mark.parametrize(("reasons", "expected"), [(["pregnant"], True), (["older_adult"], False), ([], False)])
def test_the_groups_are_configuration(reasons: list[str], expected: bool) -> None:
    policy = replace(DEFAULT_POLICY, preferential_groups=frozenset({"pregnant", "disability"}))
    assert is_preferential(reasons, policy) is expected


@given(DAYS, POLICIES, st.integers(0, 50), st.integers(0, 200))
def test_the_queue_is_the_order_of_the_choices(day: Day, policy: Policy, calls_made: int, minute: int) -> None:
    waiting, now = _queue(*day), NINE + timedelta(minutes=90 + minute)
    queue = order_queue(waiting, calls_made, policy, now)
    for number, turn in enumerate(queue):
        assert choose_next(waiting, calls_made + number, policy, now) == turn
        waiting.remove(turn)
    assert waiting == []


@given(DAYS, POLICIES, st.integers(1, 15), st.integers(0, 50))
def test_nobody_waits_longer_than_the_policy_states(
    day: Day, policy: Policy, minutes_between_calls: int, calls_made: int
) -> None:
    """One call every few minutes; turns arrive meanwhile. No turn waits for ever, or for more calls than stated."""
    arrivals = sorted(_queue(*day), key=_arrival)
    waiting: list[QueuedTurn] = []
    most_calls: dict[UUID, int] = {}  # the number of the call that is the last that may be a turn's
    now = arrivals[0].issued_at
    while arrivals or waiting:
        while arrivals and arrivals[0].issued_at <= now:
            most_calls[arrivals[0].id] = calls_made + count_most_calls(len(waiting), policy)
            waiting.append(arrivals.pop(0))
        turn = choose_next(waiting, calls_made, policy, now)
        if turn is not None:
            jumped = [first for first in waiting if _arrival(first) < _arrival(turn)]
            _check_jump(turn, jumped, policy, now)
            waiting.remove(turn)
            calls_made += 1
            assert calls_made <= most_calls[turn.id]
        now += timedelta(minutes=minutes_between_calls)


def _check_jump(turn: QueuedTurn, jumped: list[QueuedTurn], policy: Policy, now: datetime) -> None:
    longest_wait = timedelta(minutes=policy.longest_wait_minutes)
    head_start = timedelta(minutes=policy.ageing_minutes)
    assert not jumped or turn.preferential
    assert all(now - first.issued_at < longest_wait for first in jumped)
    assert all(turn.issued_at - first.issued_at <= head_start for first in jumped)
