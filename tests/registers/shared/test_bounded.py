"""Lists and searches ask a few statements, however many records there are, and find the right ones."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import queries, services
from attention_point.registers.shared.records.queries import RecordFilter
from attention_point.registers.shared.records.writing import NewRecord, insert_records

NUMBER, ORGANISATIONS = 200, 20
WORDS = ["foro", "agua", "movilidad", "parque", "bicicleta"]
Facts = dict[str, Any]
StoredEvents = tuple[Database, list[Facts]]


@pytest.fixture
def stored_events(database: Database) -> StoredEvents:
    """A register of invented events that name organisations, and the facts written into it."""
    chance = random.Random(7)
    with database.write_session() as session:
        partners = [{"name": f"Organización {chr(65 + number)}"} for number in range(ORGANISATIONS)]
        (data,) = services.link_organisations(session, SYSTEM, EVENTS, [{"partners": partners}])
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
        insert_records(session, SYSTEM, EVENTS, [NewRecord(event_facts, "typed") for event_facts in facts], "imported")
    return database, facts


def _named(facts: Facts, *words: str) -> bool:
    return all(any(part.startswith(word) for part in facts["name"].split()) for word in words)


def _in_2017(facts: Facts) -> bool:
    return bool(facts["date"].startswith("2017"))


@pytest.mark.parametrize(
    ("record_filter", "matches", "max_statements"),
    [
        (RecordFilter(), lambda _facts: True, 1),
        (RecordFilter("foro"), lambda facts: _named(facts, "foro"), 2),
        (RecordFilter("foro agua 10"), lambda facts: _named(facts, "foro", "agua", "10"), 4),
        (RecordFilter("organizacion"), lambda _facts: True, 2),
        (RecordFilter("nothing"), lambda _facts: False, 2),
        (
            RecordFilter(index_values={"year": "2017", "state": "done", "countries": "NL"}),
            lambda facts: _in_2017(facts) and facts["state"] == "done" and facts["countries"] == ["NL"],
            1,
        ),
    ],
    ids=["all", "word", "words", "organisation", "nothing", "marks"],
)
def test_page_after_page_finds_each_record_once_in_few_statements(
    stored_events: StoredEvents,
    record_filter: RecordFilter,
    matches: Callable[[Facts], bool],
    max_statements: int,
) -> None:
    database, facts = stored_events
    expected = sorted(event_facts["name"] for event_facts in facts if matches(event_facts))
    found_names: list[str] = []
    with database.read_session() as session:
        last, page_count = None, 0
        statements = _listen(database)
        while rows := queries.list_records_page(session, EVENTS, record_filter, last, 51):
            found_names += [row.name for row in rows]
            last, page_count = rows[-1], page_count + 1
        assert queries.count_records(session, EVENTS, record_filter) == len(expected)
    assert sorted(found_names) == expected
    # One look more finds nothing, and then they are counted.
    assert len(statements) <= max_statements * (page_count + 2)


def test_a_year_s_records_and_their_organisations_are_two_statements(
    stored_events: StoredEvents,
) -> None:
    database, facts = stored_events
    expected = [event_facts for event_facts in facts if _in_2017(event_facts)]
    statements = _listen(database)
    with database.read_session() as session:
        rows = queries.list_records_of_year(session, EVENTS, 2017)
        names = queries.list_organisation_names(session, EVENTS, *(row.data for row in rows))
        assert len(statements) == 2
        counted = dict(queries.count_index_values(session, EVENTS, "year"))
    assert sorted(row.name for row in rows) == sorted(event_facts["name"] for event_facts in expected)
    assert set(names) == {partner["id"] for event_facts in expected for partner in event_facts["partners"]}
    assert counted["2017"] == len(expected)


def _listen(database: Database) -> list[str]:
    """The SELECT statements sent from now on."""
    heard: list[str] = []

    def hear(*call: Any) -> None:
        if call[2].startswith("SELECT"):
            heard.append(call[2])

    event.listen(database.read_engine, "before_cursor_execute", hear)
    return heard
