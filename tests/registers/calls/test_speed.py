"""Ten thousand proposals: list, search, board and success rate are quick on both engines."""

import random
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.registers.calls import queries
from attention_point.registers.calls.keeping import figures_of
from attention_point.registers.calls.models import ProposalFigures
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.shared import queries as records
from attention_point.registers.shared.describe import nothing_more
from attention_point.registers.shared.queries import Wanted
from attention_point.registers.shared.writing import New, insert_records
from tests.registers.calls.house import day

NUMBER, CALLS_KEPT = 10_000, 500
MOST_SECONDS = 0.1


@pytest.fixture
def full(database: Database) -> Database:
    """10,000 invented proposals to 500 calls."""
    chance = random.Random(7)
    money = {"amount": "1000", "currency": "COP"}
    with database.writing() as session:
        calls = [
            New({"name": f"Fondo {number}", "closes": day(chance.randrange(-900, 60))}, "typed")
            for number in range(CALLS_KEPT)
        ]
        ids = insert_records(session, SYSTEM, replace(CALLS, settle=nothing_more), calls, "imported")
        new = [
            New(
                {
                    "name": f"Propuesta {number}",
                    "call": f"Fondo {chance.randrange(CALLS_KEPT)}",
                    "state": chance.choice(["preparing", "presented", "viable", "selected"]),
                    "year": chance.randrange(2010, 2030),
                    "phases_passed": chance.randrange(4),
                    "cofinancing_approved": money,
                    **({"deadline": day(3)} if number % 10 == 0 else {}),
                },
                "typed",
            )
            for number in range(NUMBER)
        ]
        made = insert_records(session, SYSTEM, replace(PROPOSALS, settle=nothing_more), new, "imported")
        rows = [
            figures_of(key, ids[int(each.data["call"].rpartition(" ")[2])], each.data)
            for key, each in zip(made, new, strict=True)
        ]
        session.execute(insert(ProposalFigures), rows)
    return database


def test_list_search_board_and_rate_are_quick(full: Database) -> None:
    asked: dict[str, Callable[[Session], object]] = {
        "list": lambda session: records.page(session, PROPOSALS, Wanted(), None, 51),
        "search": lambda session: records.page(session, PROPOSALS, Wanted("fondo 77"), None, 51),
        "board": lambda session: queries.board(session),
        "board of a year": lambda session: queries.board(session, 2017),
        "rate": queries.years,
        "open calls": lambda session: queries.open_calls(session, clock.today()),
    }
    with full.reading() as session:
        took = {name: _best(session, ask) for name, ask in asked.items()}
        assert sum(column.number for column in queries.board(session)) == NUMBER
    assert {name: seconds for name, seconds in took.items() if seconds > MOST_SECONDS} == {}


def _best(session: Session, ask: Callable[[Session], object]) -> float:
    """The best of three, so that a busy machine does not tell."""
    found = []
    for _time in range(3):
        session.expire_all()
        start = time.perf_counter()
        ask(session)
        found.append(time.perf_counter() - start)
    return min(found)
