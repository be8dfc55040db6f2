"""Ten thousand records: the statements of list and search are few and quick on both engines."""

import random
import time
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared import queries, services
from attention_point.registers.shared.queries import Wanted
from attention_point.registers.shared.writing import New, insert_records

NUMBER = 10_000
MOST_SECONDS = 0.1
WORDS = ["foro", "agua", "movilidad", "parque", "bicicleta", "comercio", "ciudad", "clima", "empleo", "idioma"]


@pytest.fixture
def full(database: Database) -> Database:
    """A register of 10,000 invented events, with 200 organisations."""
    chance = random.Random(7)
    with database.writing() as session:
        partners = [{"name": f"Organización {number}"} for number in range(200)]
        (data,) = services.linked(session, SYSTEM, EVENTS, [{"partners": partners}])
        new = [
            New(
                {
                    "name": f"{' '.join(chance.sample(WORDS, 3))} {number}",
                    "state": chance.choice(["done", "planned"]),
                    "date": f"20{chance.randrange(10, 30)}-{chance.randrange(1, 13):02d}",
                    "countries": chance.sample(["CO", "NL", "FR"], 1),
                    "partners": chance.sample(data["partners"], 2),
                },
                "typed",
            )
            for number in range(NUMBER)
        ]
        insert_records(session, SYSTEM, EVENTS, new, "imported")
    return database


def test_list_and_search_are_quick_and_bounded(full: Database) -> None:
    with full.reading() as session:
        last = queries.page(session, EVENTS, Wanted(), None, 5000)[-1]
        wanted = [
            Wanted(),
            Wanted("foro"),
            Wanted("foro agua 77"),
            Wanted("organizacion"),
            Wanted("nothing"),
            Wanted("o"),
            Wanted(marks={"year": "2017", "state": "done", "countries": "NL"}),
        ]
        asked: dict[str, Callable[[Session], object]] = {
            f"{each.words} {dict(each.marks)} after {after}": partial(_page, wanted=each, after=after)
            for each in wanted
            for after in (None, last)
        }
        asked["counts"] = lambda session: queries.counts(session, EVENTS, "countries")
        asked["years"] = lambda session: queries.counts(session, EVENTS, "year")
        asked["count"] = lambda session: queries.count(session, EVENTS, Wanted("foro"))
        took = {name: _best(session, ask) for name, ask in asked.items()}
    assert {name: seconds for name, seconds in took.items() if seconds > MOST_SECONDS} == {}

    statements: list[str] = []
    event.listen(full.reader, "before_cursor_execute", lambda *call: statements.append(call[2]))
    with full.reading() as session:
        rows = queries.of_year(session, EVENTS, 2017)
        assert len(rows) > 300
        assert len(queries.names(session, EVENTS, *(row.data for row in rows))) == 200
    assert len([each for each in statements if each.startswith("SELECT")]) == 2


def _page(session: Session, wanted: Wanted, after: object) -> object:
    session.expunge_all()
    return queries.page(session, EVENTS, wanted, after, 51)  # type: ignore[arg-type]


def _best(session: Session, ask: Callable[[Session], object]) -> float:
    """The best of several: a busy machine makes any one slow."""
    times = []
    for _turn in range(5):
        began = time.perf_counter()
        ask(session)
        times.append(time.perf_counter() - began)
    return min(times)
