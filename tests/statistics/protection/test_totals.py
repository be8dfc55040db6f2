"""The headline totals are exact where that tells of nobody, else what the tables show."""

import pytest

from attention_point.statistics.protection.period import RoundedTables
from attention_point.statistics.protection.totals import protect_totals


def exact_units(
    people: int, attentions: int, first: int, *, before: int | None = None, bound: tuple[str, ...] = ()
) -> set[str]:
    """The units whose totals are published exactly in a month of so many."""
    rounded = RoundedTables(
        {"people-by-first-time": {("first",): 0}}, {"people-by-first-time": {("first",): first}}, {},
        {"people": 0, "attentions": 0, "referrals": 0, "answers": 0},
    )  # fmt: skip
    true_totals = {"people": people, "attentions": attentions, "referrals": 0, "answers": 0}
    known = {} if before is None else {"people": [before]}
    return set(protect_totals(rounded, true_totals, known, bound).exact)


@pytest.mark.parametrize(
    ("counts", "exact"),
    [
        ((591, 605, 500), {"people", "attentions", "first_time_people"}),
        ((591, 591, 591), {"people", "attentions", "first_time_people"}),
        ((591, 594, 500), {"attentions", "first_time_people"}),  # three came again
        ((591, 605, 589), {"people", "attentions"}),  # two came before
        ((97, 98, 97), {"attentions"}),  # a point's first month: who came for the first time would tell the people
        ((49, 60, 40), {"attentions"}),
        ((3, 3, 3), set()),
    ],
)
def test_a_total_is_exact_unless_a_difference_tells_of_a_few(counts: tuple[int, int, int], exact: set[str]) -> None:
    assert exact_units(*counts) == exact


def test_a_correction_by_a_few_makes_the_total_round() -> None:
    assert "people" not in exact_units(591, 605, 500, before=590)
    assert "people" in exact_units(591, 605, 500, before=591)
    assert "people" in exact_units(591, 605, 500, before=580)


def test_a_quarter_is_round_where_it_would_tell_a_months_total() -> None:
    assert "attentions" not in exact_units(591, 605, 500, bound=("attentions",))
