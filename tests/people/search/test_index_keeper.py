"""The index of names is built by the first search, knows at once who is written, and ends where it should."""

from datetime import UTC, datetime, timedelta

import pytest

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.people.search.index_keeper import SESSION_KEY, IndexState, NameIndexKeeper
from attention_point.people.search.people_search import EXACT_NAMES_ONLY, NAME_ALONE
from tests.support.directory import load_shipped
from tests.support.searching import ids, searched
from tests.support.visits import person, recorded


@pytest.fixture
def on_file(database: Database) -> Database:
    """One person on file."""
    with database.write_session() as session:
        load_shipped(session)
        recorded(session)
    return database


def test_who_is_written_is_found_by_the_next_search(on_file: Database) -> None:
    with on_file.read_session() as session:
        assert len(ids(searched(session, "velas"))) == 1
    with on_file.write_session() as session:
        recorded(session, person=person(given_names="Zulimar", surname_1="Quimbayo", surname_2=None))
        assert len(ids(searched(session, "uimbay"))) == 1  # before it is committed, in its own transaction


@pytest.mark.parametrize("days", [-3000, 3000])
def test_a_clock_that_is_years_off_hides_nobody(on_file: Database, days: int) -> None:
    with on_file.read_session() as session:
        searched(session, "velas")
    with clock.override_now(datetime.now(UTC) + timedelta(days=days)), on_file.write_session() as session:
        recorded(session, person=person(given_names="Zulimar", surname_1="Quimbayo"))
    with on_file.read_session() as session:
        assert len(ids(searched(session, "uimbay"))) == 1


def test_with_too_many_people_the_search_says_what_to_add(on_file: Database) -> None:
    on_file.info[SESSION_KEY] = NameIndexKeeper(on_file.read_session, 1)
    with on_file.write_session() as session:
        recorded(session, person=person(given_names="Zulimar", surname_1="Quimbayo"))
    with on_file.read_session() as session:
        assert searched(session, "Quimbayo").unasked == (NAME_ALONE,)
        assert searched(session, "Nadie Conocida").unasked == (EXACT_NAMES_ONLY,)
        assert len(ids(searched(session, "Quimbayo Zulimar"))) == 1
        assert searched(session, "Quimbayo Zulimar").unasked == ()
        assert len(ids(searched(session, "Quimbayo 1991"))) == 1


@pytest.mark.parametrize("maximum", [0, 1000])
def test_a_closed_or_unwanted_index_is_never_built(on_file: Database, maximum: int) -> None:
    keeper = NameIndexKeeper(on_file.read_session, maximum)
    with on_file.read_session() as session:
        assert (keeper.get_index(session) is None) is (maximum == 0)
        keeper.close()
        assert keeper.get_index(session) is None
    assert (keeper.state is IndexState.OFF) is (maximum == 0)
