"""The waits of a day under a policy, for preferential and ordinary turns."""

from dataclasses import dataclass

from attention_point.turns.priority.past_days import TurnDay
from attention_point.turns.priority.rules import Policy
from attention_point.turns.priority.simulation import SimulatedTurn, count_past_bound, simulate_day
from attention_point.turns.wait_summary import WaitSummary, summarise_waits

PREFERENTIAL, ORDINARY, ALL = "preferential", "ordinary", "all"
GROUPS = (PREFERENTIAL, ORDINARY, ALL)


@dataclass(frozen=True, slots=True)
class PolicyWaits:
    """The waits in minutes by group. ``past_bound`` counts turns that waited longer than the policy states: none."""

    waits: dict[str, list[float]]
    past_longest_wait: int
    past_bound: int

    def summarise(self, group: str) -> WaitSummary:
        """Summarise the waits of a group."""
        return summarise_waits(self.waits[group])


def simulate_waits(day: TurnDay, policy: Policy) -> PolicyWaits:
    """Simulate a day that has a desk."""
    turns = simulate_day(day.arrivals, day.desk_starts, policy)
    return PolicyWaits(
        {group: [turn.wait for turn in turns if _is_in_group(turn, group)] for group in GROUPS},
        # No breach of the policy: on a day with too few desks the order of arrival takes as long.
        sum(turn.wait > policy.longest_wait_minutes for turn in turns),
        count_past_bound(turns, day.desk_starts, policy),
    )


def _is_in_group(turn: SimulatedTurn, group: str) -> bool:
    return group == ALL or turn.arrival.preferential is (group == PREFERENTIAL)
