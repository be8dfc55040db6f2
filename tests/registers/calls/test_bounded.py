"""The board and the success rate count every proposal, in as many statements as they have columns."""

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, insert

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.registers.calls import queries, rules
from attention_point.registers.calls.keeping import figures_of
from attention_point.registers.calls.models import ProposalFigures
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.shared import queries as records
from attention_point.registers.shared.describe import nothing_more
from attention_point.registers.shared.queries import Wanted
from attention_point.registers.shared.writing import New, insert_records
from tests.registers.calls.house import day

NUMBER, CALLS_KEPT = 200, 20
Facts = dict[str, Any]


@pytest.fixture
def kept(database: Database) -> tuple[Database, list[Facts]]:
    """Invented proposals to calls of which half are over, and the facts of the proposals."""
    chance = random.Random(7)
    with database.writing() as session:
        calls = [
            New({"name": f"Fondo {number}", "closes": day(30 if number % 2 else -30)}, "typed")
            for number in range(CALLS_KEPT)
        ]
        ids = insert_records(session, SYSTEM, replace(CALLS, settle=nothing_more), calls, "imported")
        facts: list[Facts] = [
            {
                "name": f"Propuesta {number}",
                "call": f"Fondo {number % CALLS_KEPT}",
                "state": chance.choice(["preparing", "presented", "viable", "selected"]),
                "year": chance.randrange(2016, 2019),
                "phases_passed": chance.randrange(4),
                "cofinancing_approved": {"amount": "1000", "currency": "COP"},
            }
            for number in range(NUMBER)
        ]
        new = [New(each, "typed") for each in facts]
        made = insert_records(session, SYSTEM, replace(PROPOSALS, settle=nothing_more), new, "imported")
        rows = [figures_of(key, ids[place % CALLS_KEPT], facts[place]) for place, key in enumerate(made)]
        session.execute(insert(ProposalFigures), rows)
    return database, facts


def _listen(database: Database) -> list[str]:
    """The SELECT statements sent from now on."""
    heard: list[str] = []

    def hear(*call: Any) -> None:
        if call[2].startswith("SELECT"):
            heard.append(call[2])

    event.listen(database.reader, "before_cursor_execute", hear)
    return heard


@pytest.mark.parametrize("year", [None, 2017])
def test_the_board_counts_all_and_shows_a_few(kept: tuple[Database, list[Facts]], year: int | None) -> None:
    database, facts = kept
    right = Counter(rules.stage_of(each) for each in facts if year in {None, each["year"]})
    statements = _listen(database)
    with database.reading() as session:
        columns = queries.board(session, year)
    assert len(statements) <= 1 + len(rules.STAGES)
    assert {column.stage: column.number for column in columns} == {stage: right[stage] for stage in rules.STAGES}
    for column in columns:
        assert len(column.cards) == min(column.number, queries.CARDS)
        assert {rules.stage_of(card.data) for card in column.cards} <= {column.stage}


def test_the_rate_of_all_years_is_two_statements(kept: tuple[Database, list[Facts]]) -> None:
    database, facts = kept
    statements = _listen(database)
    with database.reading() as session:
        figures = queries.years(session)
    assert len(statements) == 2
    assert [each.year for each in figures] == [2016, 2017, 2018]
    for each in figures:
        of_year = [row for row in facts if row["year"] == each.year]
        assert each.presented == sum(rules.is_presented(row) for row in of_year)
        assert each.chosen == sum(rules.is_chosen(row) for row in of_year)
        assert each.cofinancing == {"COP": 1000 * len(of_year)}


def test_search_by_call_and_open_calls_find_the_right_ones(kept: tuple[Database, list[Facts]]) -> None:
    database, facts = kept
    with database.reading() as session:
        found = records.page(session, PROPOSALS, Wanted("fondo 17"), None, NUMBER)
        told = queries.open_calls(session, clock.today())
    right = [each["name"] for each in facts if any(word.startswith("17") for word in _words(each))]
    assert sorted(row.name for row in found) == sorted(right)
    assert sorted(call.name for call in told) == sorted(f"Fondo {number}" for number in range(1, CALLS_KEPT, 2))


def _words(facts: Facts) -> list[str]:
    return [*facts["name"].split(), *facts["call"].split()]
