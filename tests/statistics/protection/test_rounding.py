"""A family is rounded so that it adds up, each figure to a multiple of its base beside it, the same way each time."""

import hmac
from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attention_point.statistics.cells import TOTAL_CODE, CellCodes
from attention_point.statistics.protection.families import Family, build_families, list_finest_cells, select_figures
from attention_point.statistics.protection.leanings import Leanings
from attention_point.statistics.protection.period import PeriodRounder, StoredTable
from attention_point.statistics.protection.rounding import round_family
from attention_point.tallies.rules import BASE, INDICATORS_BY_ID, RESTRICTED_BASE

SEX_AND_AGE = INDICATORS_BY_ID["people-by-sex-and-age"]
OUTCOMES = INDICATORS_BY_ID["referrals-by-service-and-state"]
LEANINGS = Leanings("2017-09", lambda text: hmac.digest(b"key of a test", text, "sha256"))
SEXES, AGES = ("F", "M", "not_given"), ("0-5", "18-28", "60+", "not_given")
PAIRS = (("sena", "EMP-SENA"), ("icbf", "NNA-PROT"), ("icbf", "EDU"), ("fiscalia", "TRATA"))
STATES = ("created", "accepted", "attended")
small_counts = st.integers(0, 30)


def holds(family: Family, rounded: dict[CellCodes, int]) -> None:
    """Every figure is beside its true count, and every margin the sum of its cells."""
    for cell, count in family.counts.items():
        base = family.bases[cell]
        assert rounded[cell] % base == 0
        assert abs(rounded[cell] - count) < base
        assert count % base or rounded[cell] == count
    for margin, cells in family.sums:
        assert rounded[margin] == sum(rounded[cell] for cell in cells)


@settings(max_examples=40)
@given(st.lists(small_counts, min_size=12, max_size=12))
def test_a_two_way_table_adds_up_and_is_rounded_alike_each_time(counts: list[int]) -> None:
    cells = list_finest_cells((SEXES, AGES))
    (family,) = build_families(SEX_AND_AGE, cells, dict(zip(cells, counts, strict=True)))
    rounded = round_family(family, LEANINGS)
    holds(family, rounded)
    assert round_family(family, LEANINGS) == rounded
    # All tables of people have one total, so that it is given to each of them: either neighbour will do.
    total, total_cell = sum(counts), (TOTAL_CODE, TOTAL_CODE)
    for given_total in {total - total % BASE, total + -total % BASE}:
        fixed = round_family(family, LEANINGS, fixed={total_cell: given_total})
        holds(family, fixed)
        assert fixed[total_cell] == given_total


@settings(max_examples=40)
@given(st.lists(small_counts, min_size=12, max_size=12))
def test_services_within_entities_add_up_though_some_have_the_greater_base(counts: list[int]) -> None:
    cells = list_finest_cells(((), (), STATES), PAIRS)
    table = StoredTable(OUTCOMES, cells, dict(zip(cells, counts, strict=True)))
    others = [
        StoredTable(INDICATORS_BY_ID[name], [], {})
        for name in ("people-by-sex-and-age", "attentions-by-hour", "answers-by-time")
    ]
    rounded = PeriodRounder([table, *others], LEANINGS).round_tables()
    figures, bases = rounded.figures[OUTCOMES.id], rounded.bases[OUTCOMES.id]
    for cell, count in rounded.true_figures[OUTCOMES.id].items():
        assert figures[cell] % bases[cell] == 0
        assert abs(figures[cell] - count) < bases[cell]
    for state in (*STATES, TOTAL_CODE):
        entities = ("sena", "icbf", "fiscalia")
        assert figures[TOTAL_CODE, TOTAL_CODE, state] == sum(figures[one, TOTAL_CODE, state] for one in entities)
    assert {bases["fiscalia", "TRATA", state] for state in STATES} == {RESTRICTED_BASE}


def test_a_turned_leaning_goes_the_other_way() -> None:
    cells = list_finest_cells((SEXES, AGES))
    (family,) = build_families(SEX_AND_AGE, cells, {cell: 7 for cell in cells})
    rounded = round_family(family, LEANINGS)
    for cell in cells[:4]:
        turned = round_family(family, LEANINGS, turned=[cell])
        holds(family, turned)
        assert turned[cell] != rounded[cell]


def test_a_count_goes_up_as_often_as_its_remainder_says() -> None:
    for count in (1, 2, 3, 4):
        ups = Counter(LEANINGS.measure_leaning("table", (str(cell),), count, BASE) > 0 for cell in range(3000))
        assert ups[True] / 3000 == pytest.approx(count / BASE, abs=0.04)


def test_a_published_table_shows_the_figures_without_its_other_dimensions() -> None:
    figures: dict[CellCodes, int] = {cell: 5 for cell in product((*SEXES, TOTAL_CODE), (*AGES, TOTAL_CODE))}
    shown = select_figures(INDICATORS_BY_ID["people-by-sex"], SEX_AND_AGE, figures)
    assert list(shown) == [*((sex,) for sex in SEXES), (TOTAL_CODE,)]


@settings(max_examples=40)
@given(st.lists(small_counts, min_size=12, max_size=12))
def test_a_family_can_stay_as_an_earlier_version_published_it(counts: list[int]) -> None:
    cells = list_finest_cells((SEXES, AGES))
    (family,) = build_families(SEX_AND_AGE, cells, dict(zip(cells, counts, strict=True)))
    other_key = Leanings("2017-09", lambda text: hmac.digest(b"another key", text, "sha256"))
    earlier = round_family(family, other_key)
    assert round_family(family, LEANINGS, kept=earlier) == earlier
