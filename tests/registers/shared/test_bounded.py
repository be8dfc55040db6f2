"""Lists and searches ask a few statements, however many records there are, and find the right ones."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared import queries, services
from attention_point.registers.shared.queries import Wanted
from attention_point.registers.shared.writing import New, insert_records

NUMBER, ORGANISATIONS = 200, 20
WORDS = ["foro", "agua", "movilidad", "parque", "bicicleta"]
Facts = dict[str, Any]


@pytest.fixture
def kept(database: Database) -> tuple[Database, list[Facts]]:
    """A register of invented events that name organisations, and the facts written into it."""
    chance = random.Random(7)
    with database.writing() as session:
        partners = [{"name": f"Organización {chr(65 + number)}"} for number in range(ORGANISATIONS)]
        (data,) = services.linked(session, SYSTEM, EVENTS, [{"partners": partners}])
        facts = [
            {
                "name": f"{' '.join(chance.sample(WORDS, 3))} {number}",
                "state": chance.choice(["done", "planned"]),
                "date": f"20{chance.randrange(16, 19)}-{chance.randrange(1, 13):02d}",
                "countries": chance.sample(["CO", "NL", "FR"], 1),
                "partners": chance.sample(data["partners"], 2),
            }
            for number in range(NUMBER)
        ]
        insert_records(session, SYSTEM, EVENTS, [New(each, "typed") for each in facts], "imported")
    return database, facts


def _named(facts: Facts, *words: str) -> bool:
    return all(any(part.startswith(word) for part in facts["name"].split()) for word in words)


def _in_2017(facts: Facts) -> bool:
    return bool(facts["date"].startswith("2017"))


@pytest.mark.parametrize(
    ("wanted", "is_right", "most"),
    [
        (Wanted(), lambda _facts: True, 1),
        (Wanted("foro"), lambda facts: _named(facts, "foro"), 2),
        (Wanted("foro agua 10"), lambda facts: _named(facts, "foro", "agua", "10"), 4),
        (Wanted("organizacion"), lambda _facts: True, 2),
        (Wanted("nothing"), lambda _facts: False, 2),
        (
            Wanted(marks={"year": "2017", "state": "done", "countries": "NL"}),
            lambda facts: _in_2017(facts) and facts["state"] == "done" and facts["countries"] == ["NL"],
            1,
        ),
    ],
    ids=["all", "word", "words", "organisation", "nothing", "marks"],
)
def test_page_after_page_finds_each_record_once_in_few_statements(
    kept: tuple[Database, list[Facts]], wanted: Wanted, is_right: Callable[[Facts], bool], most: int
) -> None:
    database, facts = kept
    right = sorted(each["name"] for each in facts if is_right(each))
    found: list[str] = []
    with database.reading() as session:
        last, looks = None, 0
        statements = _listen(database)
        while rows := queries.page(session, EVENTS, wanted, last, 51):
            found += [row.name for row in rows]
            last, looks = rows[-1], looks + 1
        assert queries.count(session, EVENTS, wanted) == len(right)
    assert sorted(found) == right
    # One look more finds nothing, and then they are counted.
    assert len(statements) <= most * (looks + 2)


def test_a_year_s_records_and_their_organisations_are_two_statements(kept: tuple[Database, list[Facts]]) -> None:
    database, facts = kept
    right = [each for each in facts if _in_2017(each)]
    statements = _listen(database)
    with database.reading() as session:
        rows = queries.of_year(session, EVENTS, 2017)
        names = queries.names(session, EVENTS, *(row.data for row in rows))
        assert len(statements) == 2
        counted = dict(queries.counts(session, EVENTS, "year"))
    assert sorted(row.name for row in rows) == sorted(each["name"] for each in right)
    assert set(names) == {partner["id"] for each in right for partner in each["partners"]}
    assert counted["2017"] == len(right)


def _listen(database: Database) -> list[str]:
    """The SELECT statements sent from now on."""
    heard: list[str] = []

    def hear(*call: Any) -> None:
        if call[2].startswith("SELECT"):
            heard.append(call[2])

    event.listen(database.reader, "before_cursor_execute", hear)
    return heard
