"""A simulated day: what the default policy does against first come, first served."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.turns.priority.rules import DEFAULT_POLICY, FIRST_COME_POLICY, Policy
from attention_point.turns.priority.simulation import (
    Arrival,
    SimulatedTurn,
    count_past_bound,
    invent_day,
    simulate_day,
)
from attention_point.turns.wait_summary import WaitSummary, summarise_waits

FOUR_DESKS = [7 * 60 + 30] * 4
ARRIVALS = st.lists(
    st.builds(Arrival, minute=st.integers(0, 120), preferential=st.booleans(), service_minutes=st.integers(1, 30)),
    max_size=60,
)
POLICIES = st.builds(
    Policy,
    preferential_calls=st.integers(0, 4),
    ordinary_calls=st.integers(1, 3),
    ageing_minutes=st.integers(0, 90),
    longest_wait_minutes=st.integers(1, 180),
)


def _summarise(turns: Sequence[SimulatedTurn], *, preferential: bool) -> WaitSummary:
    return summarise_waits([turn.wait for turn in turns if turn.arrival.preferential is preferential])


@pytest.mark.parametrize("seed", range(15, 25))
def test_200_arrivals_at_4_desks(seed: int) -> None:
    day = invent_day(seed=seed)
    first_come, turns = (simulate_day(day, FOUR_DESKS, policy) for policy in (FIRST_COME_POLICY, DEFAULT_POLICY))
    assert len(turns) == 200
    before, after = (_summarise(waits, preferential=True) for waits in (first_come, turns))
    assert before.median
    assert after.median is not None
    assert after.median < before.median
    before, after = (_summarise(waits, preferential=False) for waits in (first_come, turns))
    assert before.ninetieth
    assert after.ninetieth
    assert after.ninetieth <= 1.25 * before.ninetieth
    assert before.longest
    assert after.longest
    assert after.longest <= DEFAULT_POLICY.longest_wait_minutes
    assert count_past_bound(turns, FOUR_DESKS, DEFAULT_POLICY) == 0


@given(ARRIVALS, st.integers(1, 5), POLICIES)
def test_everybody_is_called_once_and_within_the_bound(arrivals: list[Arrival], desks: int, policy: Policy) -> None:
    turns = simulate_day(arrivals, [0] * desks, policy)
    assert sorted(turn.arrival.minute for turn in turns) == sorted(arrival.minute for arrival in arrivals)
    assert all(turn.wait >= 0 for turn in turns)
    assert count_past_bound(turns, [0] * desks, policy) == 0


@given(ARRIVALS, st.lists(st.integers(0, 200), min_size=1, max_size=4), POLICIES)
def test_the_bound_counts_from_the_start_of_the_last_desk(
    arrivals: list[Arrival], starts: list[int], policy: Policy
) -> None:
    assert count_past_bound(simulate_day(arrivals, starts, policy), starts, policy) == 0


@given(ARRIVALS, st.integers(1, 5))
def test_first_come_first_served_calls_in_order_of_arrival(arrivals: list[Arrival], desks: int) -> None:
    minutes = [turn.arrival.minute for turn in simulate_day(arrivals, [0] * desks, FIRST_COME_POLICY)]
    assert minutes == sorted(minutes)


def test_a_desk_that_opens_later_calls_later() -> None:
    day = [Arrival(0, False, 10), Arrival(0, False, 10), Arrival(0, False, 10)]
    assert [turn.wait for turn in simulate_day(day, [0, 15], FIRST_COME_POLICY)] == [0, 10, 15]


def test_a_day_without_a_desk_is_refused() -> None:
    with pytest.raises(ValueError, match="desk"):
        simulate_day([], [], DEFAULT_POLICY)


def test_waits_are_summarised() -> None:
    assert summarise_waits([]) == WaitSummary()
    assert summarise_waits([10, 1, 2, 3, 4, 5, 6, 7, 8, 9]) == WaitSummary(10, 5.5, 9, 10)
