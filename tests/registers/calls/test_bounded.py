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
from attention_point.registers.calls.consistency import build_figures_row
from attention_point.registers.calls.models import ProposalFigures
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.shared.records import queries as record_queries
from attention_point.registers.shared.records.queries import RecordFilter
from attention_point.registers.shared.records.writing import NewRecord, insert_records
from attention_point.registers.shared.schema.schema import do_nothing
from tests.registers.calls.house import day

NUMBER, CALLS_KEPT = 200, 20
Facts = dict[str, Any]
StoredProposals = tuple[Database, list[Facts]]


@pytest.fixture
def stored_proposals(database: Database) -> StoredProposals:
    """Invented proposals to calls of which half are over, and the facts of the proposals."""
    chance = random.Random(7)
    with database.write_session() as session:
        calls = [
            NewRecord({"name": f"Fondo {number}", "closes": day(30 if number % 2 else -30)}, "typed")
            for number in range(CALLS_KEPT)
        ]
        ids = insert_records(session, SYSTEM, replace(CALLS, after_write=do_nothing), calls, "imported")
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
        new = [NewRecord(data, "typed") for data in facts]
        proposal_ids = insert_records(session, SYSTEM, replace(PROPOSALS, after_write=do_nothing), new, "imported")
        rows = [build_figures_row(key, ids[place % CALLS_KEPT], facts[place]) for place, key in enumerate(proposal_ids)]
        session.execute(insert(ProposalFigures), rows)
    return database, facts


def _listen(database: Database) -> list[str]:
    """The SELECT statements sent from now on."""
    heard: list[str] = []

    def hear(*call: Any) -> None:
        if call[2].startswith("SELECT"):
            heard.append(call[2])

    event.listen(database.read_engine, "before_cursor_execute", hear)
    return heard


@pytest.mark.parametrize("year", [None, 2017])
def test_the_board_counts_all_and_shows_a_few(stored_proposals: StoredProposals, year: int | None) -> None:
    database, facts = stored_proposals
    expected = Counter(rules.determine_stage(data) for data in facts if year in {None, data["year"]})
    statements = _listen(database)
    with database.read_session() as session:
        columns = queries.list_board_columns(session, year)
    assert len(statements) <= 1 + len(rules.STAGES)
    assert {column.stage: column.proposal_count for column in columns} == {
        stage: expected[stage] for stage in rules.STAGES
    }
    for column in columns:
        assert len(column.cards) == min(column.proposal_count, queries.CARDS_PER_COLUMN)
        assert {rules.determine_stage(card.data) for card in column.cards} <= {column.stage}


def test_the_rate_of_all_years_is_two_statements(stored_proposals: StoredProposals) -> None:
    database, facts = stored_proposals
    statements = _listen(database)
    with database.read_session() as session:
        figures = queries.list_year_figures(session)
    assert len(statements) == 2
    assert [year_figures.year for year_figures in figures] == [2016, 2017, 2018]
    for year_figures in figures:
        of_year = [row for row in facts if row["year"] == year_figures.year]
        assert year_figures.presented == sum(rules.is_presented(row) for row in of_year)
        assert year_figures.chosen == sum(rules.is_chosen(row) for row in of_year)
        assert year_figures.cofinancing == {"COP": 1000 * len(of_year)}


def test_search_by_call_and_open_calls_find_the_right_ones(stored_proposals: StoredProposals) -> None:
    database, facts = stored_proposals
    with database.read_session() as session:
        found_proposals = record_queries.list_records_page(session, PROPOSALS, RecordFilter("fondo 17"), None, NUMBER)
        open_calls = queries.list_open_calls(session, clock.today())
    expected = [data["name"] for data in facts if any(word.startswith("17") for word in _words(data))]
    assert sorted(row.name for row in found_proposals) == sorted(expected)
    assert sorted(call.name for call in open_calls) == sorted(f"Fondo {number}" for number in range(1, CALLS_KEPT, 2))


def _words(facts: Facts) -> list[str]:
    return [*facts["name"].split(), *facts["call"].split()]
