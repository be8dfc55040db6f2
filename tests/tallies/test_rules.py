"""What a visit or a referral counts as."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.tallies.counted_cells import (
    REPEAT_TABLES,
    build_cells_of_facts,
    build_referral_cells,
    build_visit_cells,
)
from attention_point.tallies.facts import ReferralFacts, VisitFacts, classify_age
from attention_point.tallies.rules import (
    DECLARED_INDICATORS,
    INDICATORS_BY_ID,
    PUBLISHED_INDICATORS,
    RESTRICTED_BASE,
    STORED_INDICATORS,
    get_base,
)
from tests.tallies.facts import FACTS, VISITS

REPEATED_TABLES = {repeats: table for tables in REPEAT_TABLES.values() for repeats, table in tables.items()}
DAY, FIRST = date(2017, 8, 9), date(2017, 8, 1)
VISIT = VisitFacts(
    "bucaramanga", DAY, 8, first_ever=True, first_this_month=True, person={"sex": "F", "age": 26, "nationality": "VE"}
)


def _tables(facts: VisitFacts | ReferralFacts) -> dict[str, set[str]]:
    tables: dict[str, set[str]] = {}
    for _day, _point, table, cell in build_cells_of_facts(facts):
        tables.setdefault(table, set()).add(cell)
    return tables


@pytest.mark.parametrize(
    ("age", "band"),
    [(None, "not_given"), (0, "0-5"), (5, "0-5"), (6, "6-11"), (11, "6-11"), (12, "12-17"), (17, "12-17"),
     (18, "18-28"), (28, "18-28"), (29, "29-59"), (59, "29-59"), (60, "60+"), (104, "60+")],
)  # fmt: skip
def test_an_age_falls_in_its_band(age: int | None, band: str) -> None:
    assert classify_age(age) == band


def test_a_visit_by_which_a_person_is_counted() -> None:
    cells = build_visit_cells(VISIT)
    assert cells[DAY, "bucaramanga", "attentions-by-day", "2017-08-09"] == 1
    assert cells[FIRST, "bucaramanga", "attentions-by-hour", "08"] == 1
    tables = _tables(VISIT)
    assert tables["people-by-sex-and-age"] == {"F|18-28"}
    assert tables["people-by-nationality-and-status"] == {"VE|not_given"}
    assert tables["people-by-first-time"] == {"first"}
    assert tables["people-by-disability"] == {"not_given"}


def test_a_person_who_comes_again_counts_as_an_attention_and_for_what_is_new() -> None:
    again = VISIT._replace(first_this_month=False, needs=("EDU", "VBG"), new_needs=("VBG",))
    tables = _tables(again)
    of_people = {table for table in tables if INDICATORS_BY_ID[table].counts == "people"}
    assert of_people == {"needs-by-sex-and-age"}
    assert tables["needs-by-sex-and-age"] == {"VBG|F|18-28"}
    assert {"attentions-by-day", "attentions-by-hour", "attentions-by-wait"} < set(tables)


@pytest.mark.parametrize(
    ("minutes", "band"),
    [(None, "not_given"), (0, "0-15"), (15, "0-15"), (16, "16-30"), (60, "31-60"), (120, "61-120"), (121, "121+")],
)
def test_a_wait_falls_in_its_band(minutes: int | None, band: str) -> None:
    assert _tables(VISIT._replace(wait=minutes))["attentions-by-wait"] == {band}


def test_two_documents_of_one_kind_are_carried_by_one_person() -> None:
    assert _tables(VISIT._replace(person={"documents": ("DE", "DE", "PA")}))["people-by-document"] == {"DE", "PA"}
    assert set(build_visit_cells(VISIT._replace(person={"documents": ("DE", "DE")})).values()) == {1}


def test_a_referral_counts_by_entity_service_and_state() -> None:
    cell = (FIRST, "giron", "referrals-by-service-and-state", "sena|EMP-SENA|seen")
    assert build_referral_cells(ReferralFacts("giron", DAY, "sena", "EMP-SENA", "seen")) == {cell: 1}


@pytest.mark.parametrize(
    ("days", "band"), [(0, "0"), (1, "1"), (2, "2-3"), (3, "2-3"), (7, "4-7"), (30, "16-30"), (31, "31+"), (400, "31+")]
)
def test_an_answer_counts_by_the_days_that_it_took(days: int, band: str) -> None:
    answered = ReferralFacts("giron", DAY, "sena", "EMP-SENA", "accepted", days)
    assert _tables(answered)["answers-by-time"] == {band}


@given(FACTS)
def test_every_cell_has_a_code_for_each_dimension_and_stands_on_its_day(facts: VisitFacts | ReferralFacts) -> None:
    for day, point, table, cell in build_cells_of_facts(facts):
        indicator = INDICATORS_BY_ID[REPEATED_TABLES.get(table, table)]
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
        totals.update(key[2] for key in build_visit_cells(visit))
    people = sum(visit.first_this_month for visit in visits)
    for indicator in STORED_INDICATORS:
        if not indicator.overlapping and indicator.counts in {"people", "attentions"}:
            assert totals[indicator.id] == (people if indicator.counts == "people" else len(visits)), indicator.id


def test_the_list_is_sound() -> None:
    assert len(INDICATORS_BY_ID) == len(DECLARED_INDICATORS)
    for indicator in INDICATORS_BY_ID.values():
        assert set(indicator.overlapping) <= set(indicator.dimensions)
        assert indicator.overlapping or not indicator.covering
        assert 1 <= len(indicator.dimensions) <= 3
        assert bool(indicator.build_cells) != bool(indicator.source)
        if indicator.source:
            source = INDICATORS_BY_ID[indicator.source]
            assert source.build_cells
            assert source.counts == indicator.counts
            assert set(indicator.dimensions) <= set(source.dimensions)
            # What is summed over must add up, or a person would count twice.
            assert not set(source.overlapping) - set(indicator.dimensions)
        assert indicator.base >= 3  # never below, by the disclosure guarantee
        assert len(indicator.id) <= 60


def test_people_and_attentions_never_stand_side_by_side() -> None:
    # Their difference would tell how many came again, often 1 to 4.
    dimensions = [
        {table.dimensions for table in PUBLISHED_INDICATORS if table.counts == counted}
        for counted in ("people", "attentions")
    ]
    assert not dimensions[0] & dimensions[1]


def test_a_dimension_is_protected_alike_wherever_it_stands() -> None:
    # A total shown in one table and held back in another would undo the protection.
    found: dict[tuple[str, str], set[int]] = {}
    for indicator in PUBLISHED_INDICATORS:
        for dimension in indicator.dimensions:
            if len(indicator.dimensions) > 1:
                found.setdefault((indicator.counts, dimension), set()).add(indicator.base)
    assert found
    assert all(len(bases) == 1 for bases in found.values())


def test_violence_is_restricted_in_a_table_that_is_not() -> None:
    needs = INDICATORS_BY_ID["needs-by-sex"]
    assert get_base(needs, ("VBG", "F")) == RESTRICTED_BASE
    assert get_base(needs, ("EDU", "F")) == needs.base < RESTRICTED_BASE
