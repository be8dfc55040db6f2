"""The headline totals are exact where that tells of nobody, else what the tables show; no part exceeds its whole."""

import hmac
from itertools import product

import pytest

from attention_point.statistics.protection.leanings import Leanings
from attention_point.statistics.protection.period import TABLES_OF_TOTALS, PeriodRounder, StoredTable
from attention_point.statistics.protection.totals import HeadlineTotals, protect_totals
from attention_point.tallies.rules import INDICATORS_BY_ID

ANSWERS = {"referrals": 0, "answers": 0}


def publish(
    people: int, attentions: int, first: int, *, before: int | None = None, bound: tuple[str, ...] = (), month: int = 9
) -> HeadlineTotals:
    """The totals of a month of so many, rounded as its tables are."""
    true_totals = {"people": people, "attentions": attentions, **ANSWERS}
    cells: dict[str, dict[tuple[str, ...], int]] = {
        table: {("x",) * len(INDICATORS_BY_ID[table].dimensions): true_totals[unit]}
        for unit, table in TABLES_OF_TOTALS.items()
    }
    cells["people-by-first-time"] = {("first",): first, ("again",): people - first}
    tables = [StoredTable(INDICATORS_BY_ID[name], [*counts], counts) for name, counts in cells.items()]
    leanings = Leanings(f"2017-{month:02d}", lambda text: hmac.digest(b"key of a test", text, "sha256"))
    known = {} if before is None else {"people": [before]}
    return protect_totals(PeriodRounder(tables, leanings).round_tables(), true_totals, known, bound)


def exact_units(people: int, attentions: int, first: int, *, before: int | None = None) -> set[str]:
    """The units whose totals are published exactly."""
    return {unit for unit in publish(people, attentions, first, before=before).exact if unit not in ANSWERS}


@pytest.mark.parametrize(
    ("counts", "exact"),
    [
        ((591, 605, 500), {"people", "attentions", "first_time_people"}),
        ((591, 591, 591), {"people", "attentions", "first_time_people"}),
        ((591, 594, 500), {"first_time_people"}),  # three came again
        ((591, 605, 589), {"attentions"}),  # two came before
        ((97, 98, 97), set()),  # a point's first month: who came for the first time would tell the people
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
    assert "attentions" not in publish(591, 605, 500, bound=("attentions",)).exact


def test_no_part_exceeds_its_whole_and_few_between_them_may_be_any_few() -> None:
    for people, again, before, bound in product(range(56, 62), range(6), range(6), ((), ("attentions",))):
        totals = publish(people, people + again, people - before, bound=bound)
        first, people_shown, attentions = (
            totals.published[unit] for unit in ("first_time_people", "people", "attentions")
        )
        assert first <= people_shown <= attentions
        if 0 < again < 5:
            # Each of the two may lie 4 off, so that 1 to 4 are possible at these distances and at no other.
            assert attentions - people_shown in (0, 5)
            assert totals.exact.isdisjoint({"people", "attentions"})
