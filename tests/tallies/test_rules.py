"""What a visit or a referral counts as."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.tallies.rules import (
    BY_ID,
    INDICATORS,
    K_RESTRICTED,
    ReferralFacts,
    VisitFacts,
    age_band,
    cells_of,
    limit,
    referral_cells,
    visit_cells,
)
from tests.tallies.facts import FACTS, VISITS

DAY, FIRST = date(2017, 8, 9), date(2017, 8, 1)
VISIT = VisitFacts("bucaramanga", DAY, 8, first_ever=True, first_this_month=True, sex="F", age=26, nationality="VE")


def _tables(facts: VisitFacts | ReferralFacts) -> dict[str, set[str]]:
    tables: dict[str, set[str]] = {}
    for _day, _point, table, cell in cells_of(facts):
        tables.setdefault(table, set()).add(cell)
    return tables


@pytest.mark.parametrize(
    ("age", "band"),
    [(None, "not_given"), (0, "0-5"), (5, "0-5"), (6, "6-11"), (11, "6-11"), (12, "12-17"), (17, "12-17"),
     (18, "18-28"), (28, "18-28"), (29, "29-59"), (59, "29-59"), (60, "60+"), (104, "60+")],
)  # fmt: skip
def test_an_age_falls_in_its_band(age: int | None, band: str) -> None:
    assert age_band(age) == band


def test_a_visit_by_which_a_person_is_counted() -> None:
    cells = visit_cells(VISIT)
    assert cells[DAY, "bucaramanga", "attentions-by-day", "2017-08-09"] == 1
    assert cells[FIRST, "bucaramanga", "attentions-by-hour", "08"] == 1
    tables = _tables(VISIT)
    assert tables["people-by-sex-and-age"] == {"F|18-28"}
    assert tables["people-by-nationality-and-status"] == {"VE|not_given"}
    assert tables["people-by-first-time"] == {"first"}
    assert tables["people-by-disability"] == {"not_given"}


def test_a_person_who_comes_again_counts_as_an_attention_and_for_what_is_new() -> None:
    again = replace(VISIT, first_this_month=False, needs=("EDU", "VBG"), new_needs=("VBG",))
    tables = _tables(again)
    assert set(tables) == {"attentions-by-day", "attentions-by-hour", "needs-by-sex", "needs-by-age"}
    assert tables["needs-by-sex"] == {"VBG|F"}
    assert tables["needs-by-age"] == {"VBG|18-28"}


def test_two_documents_of_one_kind_are_carried_by_one_person() -> None:
    assert _tables(replace(VISIT, documents=("DE", "DE", "PA")))["people-by-document"] == {"DE", "PA"}
    assert set(visit_cells(replace(VISIT, documents=("DE", "DE"))).values()) == {1}


def test_a_referral_counts_by_entity_and_by_service() -> None:
    assert referral_cells(ReferralFacts("giron", DAY, "sena", "EMP-SENA", "seen")) == {
        (FIRST, "giron", "referrals-by-entity", "sena|seen"): 1,
        (FIRST, "giron", "referrals-by-service", "EMP-SENA|seen"): 1,
    }


@given(FACTS)
def test_every_cell_has_a_code_for_each_dimension_and_stands_on_its_day(facts: VisitFacts | ReferralFacts) -> None:
    for day, point, table, cell in cells_of(facts):
        indicator = BY_ID[table]
        codes = cell.split("|")
        assert len(codes) == len(indicator.dimensions)
        assert all(codes)
        assert "*" not in codes  # the mark of a total
        assert point == facts.point
        assert day == (facts.day if indicator.grain == "day" else facts.day.replace(day=1))


@given(st.lists(VISITS, max_size=30))
def test_tables_without_overlap_add_up_to_the_same_people(visits: list[VisitFacts]) -> None:
    totals: Counter[str] = Counter()
    for visit in visits:
        totals.update(key[2] for key in visit_cells(visit))
    people = sum(visit.first_this_month for visit in visits)
    for indicator in INDICATORS:
        if not indicator.overlapping and indicator.counts != "referrals":
            assert totals[indicator.id] == (people if indicator.counts == "people" else len(visits)), indicator.id


def test_the_list_is_sound() -> None:
    assert len(BY_ID) == len(INDICATORS)
    for indicator in INDICATORS:
        assert set(indicator.overlapping) <= set(indicator.dimensions)
        assert 1 <= len(indicator.dimensions) <= 2
        assert indicator.k >= 3  # never below, by the disclosure guarantee
        assert len(indicator.id) <= 60


def test_a_dimension_is_protected_alike_wherever_it_stands() -> None:
    # A total shown in one table and held back in another would undo the protection.
    found: dict[tuple[str, str], set[int]] = {}
    for indicator in INDICATORS:
        for dimension in indicator.dimensions:
            if len(indicator.dimensions) > 1:
                found.setdefault((indicator.counts, dimension), set()).add(indicator.k)
    assert all(len(limits) == 1 for limits in found.values())


def test_violence_is_restricted_in_a_table_that_is_not() -> None:
    needs = BY_ID["needs-by-sex"]
    assert limit(needs, ("VBG", "F")) == K_RESTRICTED
    assert limit(needs, ("EDU", "F")) == needs.k < K_RESTRICTED
