"""How the shares in an extract differ from the published ones: measured, printed, refused."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Conflict
from attention_point.foundation.language import in_language
from attention_point.statistics.extracts import services
from attention_point.statistics.extracts.columns import load_columns
from attention_point.statistics.extracts.comparison.published_figures import (
    find_published_contents,
    list_periods_with_people,
)
from attention_point.statistics.extracts.comparison.shares import compare_columns
from attention_point.statistics.extracts.files.archive import build_files
from attention_point.statistics.extracts.models import Extract
from attention_point.statistics.extracts.requests import parse_request
from attention_point.statistics.extracts.rules import ExtractPeriod
from attention_point.statistics.releases.content import SUPPRESSION, ReleaseContent, TableContent
from tests.statistics.extracts.adversary import read_rows
from tests.statistics.extracts.people import AUTUMN, SPRING, invent_person, record_visit
from tests.statistics.extracts.published import freeze_content, publish_recorded

NAMES = [column.name for column in load_columns()]
EXACT = {column.name: column.level_names[0] for column in load_columns() if column.kind == "quasi"}
SEXES, AGES, NEEDS = "FM", ("12-17", "18-28", "29-59"), ("SALUD-URG", "SALUD-AFIL")
Answers = dict[str, str]


def row(**answers: str) -> tuple[str, ...]:
    """A row that says these things and nothing else."""
    return tuple(answers.get(name, "*") for name in NAMES)


def table(table_id: str, dimensions: tuple[str, ...], counts: Mapping[Any, int]) -> TableContent:
    """A published table with its totals."""
    totals: Counter[tuple[str, ...]] = Counter()
    for cell, count in counts.items():
        totals[("*",) * len(dimensions)] += count
        totals[cell] += count
    return TableContent(table_id, {"es": table_id}, "people", 5, dimensions, (), totals)


def content(people: Mapping[Any, int], needs: Mapping[Any, int]) -> ReleaseContent:
    """A month of people by sex and age, and by need and age."""
    return ReleaseContent(
        "2017-08",
        {"people": sum(people.values())},
        (table("people-by-sex-and-age", ("sex", "age"), people), table("needs-by-age", ("need", "age"), needs)),
        {},
    )


PEOPLE = st.dictionaries(
    st.tuples(st.sampled_from(SEXES), st.sampled_from(AGES)), st.integers(0, 40).map(lambda count: 5 * count)
)


@given(PEOPLE)
def test_rows_that_are_the_people_do_not_differ(people: Mapping[Any, int]) -> None:
    rows = [row(sex=sex, age=age) for (sex, age), count in people.items() for _person in range(count)]
    found = compare_columns(rows, EXACT, [content(people, {})])
    adults = sum(count for (_sex, age), count in people.items() if age != "12-17")
    assert set(found) == ({"sex", "age"} if adults >= 50 else set())
    assert all(comparison.difference == pytest.approx(0) for comparison in found.values())


@given(PEOPLE, PEOPLE)
def test_a_difference_is_the_share_of_rows_that_would_have_to_change(
    people: Mapping[Any, int], others: Mapping[Any, int]
) -> None:
    rows = [row(sex=sex, age=age) for (sex, age), count in others.items() for _person in range(count)]
    for name, comparison in compare_columns(rows, EXACT, [content(people, {})]).items():
        place = ("sex", "age").index(name)
        here, published = (
            Counter({code: sum(c for cell, c in counts.items() if cell[place] == code and cell[1] != "12-17")
                     for code in {cell[place] for cell in [*people, *others]}})
            for counts in (others, people)
        )  # fmt: skip
        shares = [(here[code] / here.total(), published[code] / published.total()) for code in here]
        assert comparison.difference == pytest.approx(sum(abs(one - two) for one, two in shares) / 2)
        assert 0 <= comparison.difference <= 1


@pytest.mark.parametrize(
    ("yes", "difference"), [(60, 0), (40, 0), (100, 0), (30, 0.05), (120, 0.1), (200, 0.5), (0, 0.2)]
)
def test_a_column_of_several_needs_lies_between_two_figures(yes: int, difference: float) -> None:
    people = {("F", "18-28"): 100, ("M", "29-59"): 100}
    needs = {("SALUD-URG", "18-28"): 40, ("SALUD-AFIL", "29-59"): 35, ("SALUD-AFIL", "18-28"): 25}
    rows = [row(age="18-28", health="yes")] * yes + [row(age="29-59", health="no")] * (200 - yes)
    found = compare_columns(rows, EXACT, [content(people, needs)])["health"]
    lower = {"yes": 60 / 200, "no": 100 / 200}
    assert found.answers[0].published_least == lower["yes"]
    assert found.answers[0].published_greatest == 100 / 200
    expected = max(yes / 200 - 0.5, 0.3 - yes / 200, 0)
    assert found.difference == pytest.approx(expected)
    assert (expected > 0) == (difference > 0) or yes == 40


def test_what_is_not_told_or_hardly_published_is_not_compared() -> None:
    people = {("F", "18-28"): 25, ("M", "29-59"): 20}
    rows = [row(sex="F", age="18-28")] * 50
    assert compare_columns(rows, EXACT, [content(people, {})]) == {}
    assert compare_columns([row()] * 50, EXACT, [content({("F", "18-28"): 100}, {})]) == {}
    # Nobody's answer is no answer of its own.
    rows = [row(sex="not_given", age="18-28")] * 50
    assert set(compare_columns(rows, EXACT, [content({("F", "18-28"): 100}, {})])) == {"age"}


@pytest.fixture
def spanish() -> Iterator[None]:
    """Refusals in the language of the office."""
    with in_language("es"):
        yield


def record(session: Session, count: int, choose: Callable[[int], dict[str, Any]]) -> None:
    """So many people of August; ``choose`` says by number what is special about each."""
    for number in range(count):
        record_visit(session, **{"day": "2017-08-09", "research": True, "who": invent_person(number), **choose(number)})


def prepare(database: Database) -> Extract:
    """The extract of the autumn."""
    with database.read_session() as reading:
        return services.prepare_extract(reading, parse_request("2017-07", "2017-12", "UIS", "12")).extract


@pytest.mark.usefixtures("spanish")
def test_an_extract_of_people_of_one_kind_is_refused_with_the_reason(database: Database) -> None:
    with database.write_session() as session:
        record(session, 120, lambda number: {"research": number % 2 == 0, "sex": "FM"[number % 2]})
        publish_recorded(session, "2017-08")
    with pytest.raises(AppError, match=r"engañaría.*más de 10%.*Sexo: 50%") as refused:
        prepare(database)
    assert refused.value.code == "misleading"


def test_a_sensitive_column_that_would_mislead_is_told_of_nobody(database: Database) -> None:
    def choose(number: int) -> dict[str, Any]:
        asks_for_work = number % 3 if number < 90 else 0
        return {"research": number < 90, "sex": "F", "needs": ["EMP-SENA"] if asks_for_work else ["SALUD-URG"]}

    with database.write_session() as session:
        record(session, 150, choose)
        publish_recorded(session, "2017-08")
    extract = prepare(database)
    report = json.loads(extract.report)
    assert report["misleading"] == ["health", "work"]
    assert {(line["work"], line["health"]) for line in read_rows(extract.content)} == {("*", "*")}


@pytest.mark.usefixtures("spanish")
def test_the_difference_stands_beside_each_variable(database: Database) -> None:
    with database.write_session() as session:
        record(session, 80, lambda number: {"research": number % 10 > 0})
        publish_recorded(session, "2017-08")
    with database.read_session() as reading:
        prepared = services.prepare_extract(reading, parse_request("2017-07", "2017-12", "UIS", "12"))
    with database.write_session() as writing:
        entry_id = services.save_extract(writing, SYSTEM, prepared)
    with database.write_session() as writing:
        files = build_files(*services.hand_over_extract(writing, SYSTEM, entry_id))
    book = json.loads(files["codebook.json"])
    beside = {column["name"]: column["beside_published"] for column in book["columns"]}
    assert book["compared_with"] == ["2017-08"]
    assert beside["sex"]["difference"] <= book["difference_limit"] == 0.1
    women = next(line for line in read_rows(files["codebook.csv"]) if line["code"] == "F")
    assert 0 < float(women["percent_in_extract"].replace(",", ".")) < 100
    assert women["difference_of_column_percent"]
    note = files["method-es.md"].decode()
    assert "| Sexo" in note
    assert "Es de 10% como máximo" in note
    assert "agosto de 2017" in note


@pytest.mark.usefixtures("spanish")
def test_months_are_published_first(database: Database) -> None:
    with database.write_session() as session:
        record(session, 60, lambda _number: {})
    with pytest.raises(Conflict, match="Publique antes estos meses: agosto de 2017") as refused:
        prepare(database)
    assert refused.value.code == "unpublished"
    with database.write_session() as session:
        old = publish_recorded(session, "2017-08")
        freeze_content(session, replace(old, method=SUPPRESSION))
    with pytest.raises(AppError, match="todas sus cifras"):
        prepare(database)
    with database.write_session() as session:
        publish_recorded(session, "2017-08")
    assert prepare(database)


def test_the_fewest_periods_that_cover_it_are_compared(session: Session) -> None:
    for month in ("2017-05", "2017-08", "2017-11"):
        record_visit(session, True, f"{month}-09")
        publish_recorded(session, month)
    autumn, year = ExtractPeriod(*AUTUMN), ExtractPeriod(date(2017, 1, 1), date(2017, 12, 31))
    assert [part.period for part in find_published_contents(session, autumn)] == ["2017-08", "2017-11"]
    for quarter in ("2017-Q3", "2017-Q4"):
        publish_recorded(session, quarter)
    assert [part.period for part in find_published_contents(session, autumn)] == ["2017-Q3", "2017-Q4"]
    assert len(find_published_contents(session, year)) == 3
    publish_recorded(session, "2017")
    assert [part.period for part in find_published_contents(session, year)] == ["2017"]
    assert len(find_published_contents(session, autumn)) == 2


def test_only_periods_with_people_are_offered(session: Session) -> None:
    assert list_periods_with_people(session, date(2018, 8, 1)) == []
    record_visit(session, True, "2017-08-09")
    year, autumn = ExtractPeriod(date(2017, 1, 1), date(2017, 12, 31)), ExtractPeriod(*AUTUMN)
    assert list_periods_with_people(session, date(2017, 12, 31)) == []
    assert list_periods_with_people(session, date(2018, 1, 1)) == [year, autumn]
    assert list_periods_with_people(session, date(2019, 8, 1)) == [year, autumn]
    record_visit(session, True, "2018-02-09")
    spring_and_year = {ExtractPeriod(*SPRING), ExtractPeriod(date(2018, 1, 1), date(2018, 12, 31))}
    assert set(list_periods_with_people(session, date(2019, 8, 1))) == {year, autumn, *spring_and_year}
