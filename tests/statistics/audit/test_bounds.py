"""The solver says which sums keep a count from having more values: a leaning elsewhere may be what must be turned."""

from math import inf

from attention_point.statistics.audit.bounds import Target, find_narrow_targets


def test_a_narrow_count_names_the_sum_that_holds_it() -> None:
    need, person, other = 0, 1, 2
    rows = [
        ({need: 1.0}, 1.0, inf),  # another period tells that somebody has the need
        ({person: 1.0}, 0.0, 4.0),  # published as 0, base 5
        ({other: 1.0}, 0.0, 40.0),
        ({person: 1.0, need: -1.0}, 0.0, inf),  # who has the need is among the people
        ({person: 1.0, other: 1.0}, 0.0, 50.0),
    ]
    target = Target({need: 1.0}, 5, 1, 1)
    assert find_narrow_targets(rows, [target]) == [target]
    assert (round(target.lowest), round(target.highest)) == (1, 4)
    assert frozenset({person}) in target.limits
    assert frozenset({other}) not in target.limits


def test_a_count_that_may_have_enough_values_is_not_narrow() -> None:
    assert find_narrow_targets([({0: 1.0}, 0.0, 9.0)], [Target({0: 1.0}, 5, 1, 1)]) == []
