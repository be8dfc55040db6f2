"""Unknown counts between bounds: what is asked of many at once is what each would be told by itself."""

from hypothesis import given
from hypothesis import strategies as st

from attention_point.statistics.protection.linear_program import EquationSystem, Target, bound_targets

SIZE = 6
COUNTS = st.lists(st.integers(0, 12), min_size=SIZE, max_size=SIZE)
SUMS = st.lists(st.sets(st.integers(0, SIZE - 1), min_size=1), min_size=1, max_size=4)
LIMITS = st.lists(st.sampled_from((5, 10)), min_size=SIZE, max_size=SIZE)


def _system(counts: list[int], sums: list[set[int]], within: set[int]) -> EquationSystem:
    """Some sums of the counts are known, and that the first is at most some others together."""
    system = EquationSystem(variable_count=SIZE)
    for variables in sums:
        system.add_equation(tuple(sorted(variables)), sum(counts[variable] for variable in variables))
    others = {variable: -1.0 for variable in within if variable}
    system.inequalities.append(({0: 1.0, **others}, max(0, counts[0] - sum(counts[variable] for variable in others))))
    return system


@given(COUNTS, SUMS, st.sets(st.integers(0, SIZE - 1)), LIMITS)
def test_targets_asked_together_are_settled_as_if_asked_alone(
    counts: list[int], sums: list[set[int]], within: set[int], limits: list[int]
) -> None:
    places = [(variable,) for variable in range(SIZE)] + [(0, 1), (2, 3)]
    wanted = [Target(place, limits[place[0]]) for place in places]
    assert bound_targets(_system(counts, sums, within), wanted)
    for target in wanted:
        alone = Target(target.variables, target.k)
        assert bound_targets(_system(counts, sums, within), [alone])
        assert target.is_settled == alone.is_settled
        value = sum(counts[variable] for variable in target.variables)
        if not target.is_low_enough:  # then its true bound was asked for, and the counts themselves are one solution
            assert target.lowest <= value + 1e-6
        if not target.is_high_enough:
            assert target.highest >= value - 1e-6


def test_what_can_change_places_is_told_the_same() -> None:
    system = EquationSystem(variable_count=4)
    system.add_equation((0, 1, 2), 9)
    system.add_equation((0, 1, 2, 3), 12)
    first, second, third, known = (Target((variable,), 5) for variable in range(4))
    assert bound_targets(system, [first, second, third, known])
    assert first.is_settled
    assert (first.lowest, first.highest) == (second.lowest, second.highest) == (third.lowest, third.highest)
    assert (known.lowest, known.highest) == (3, 3)


def test_sums_that_contradict_one_another_are_told() -> None:
    system = EquationSystem(variable_count=3)
    system.add_equation((0, 1), 4)
    system.add_equation((0, 1, 2), 3)
    assert not bound_targets(system, [Target((0,), 5)])
