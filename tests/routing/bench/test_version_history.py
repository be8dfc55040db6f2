"""Each rule set that comes into force gets a number, and says what it changed."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from attention_point.directory.models import Service
from attention_point.directory.revision import increase_revision
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.routing.bench import version_history
from attention_point.routing.queries import get_offer_index
from tests.support.directory import load_shipped


@pytest.fixture
def noting(database: Database) -> Iterator[Database]:
    """A database that numbers rule sets, as the application's does, with the shipped directory in it."""
    database.info["note_rule_set"] = version_history.note_rule_set
    with clock.override_now(datetime(2026, 1, 1, tzinfo=UTC)), database.write_session() as session:
        load_shipped(session)
    yield database
    del database.info["note_rule_set"]


def describe_school(database: Database, words: str, day: int) -> None:
    with clock.override_now(datetime(2026, 1, day, tzinfo=UTC)), database.write_session() as session:
        # The revision first, as the services of the directory do: the number waits for the end of the transaction.
        increase_revision(session)
        session.execute(update(Service).where(Service.code == "EDU").values(description={"es": words, "en": words}))


def test_a_change_gets_a_number_and_what_came_back_another(noting: Database) -> None:
    with noting.read_session() as session:
        first = version_history.find_current_version(session)
        assert first is not None
        assert first.number == 1
        original = version_history.list_versions(session)[0]
        assert (original.added, original.changed) == ((), ())
    describe_school(noting, "Una frase.", 2)
    describe_school(noting, "Una frase.", 3)  # nothing that decides or is said
    describe_school(noting, "Otra frase.", 4)
    describe_school(noting, "Una frase.", 5)
    with noting.read_session() as session:
        versions = version_history.list_versions(session)
        assert [version.number for version in versions] == [4, 3, 2, 1]
        assert [version.changed for version in versions] == [("EDU",), ("EDU",), ("EDU",), ()]
        assert versions[0].digest == versions[2].digest == get_offer_index(session).rule_set
        # A visit is read with the number that was in force when it was recorded.
        asked = version_history.find_version(session, versions[0].digest, datetime(2026, 1, 3, 12, tzinfo=UTC))
        assert asked is not None
        assert asked.number == 2
        current = version_history.find_current_version(session)
        assert current is not None
        assert current.number == 4
        assert version_history.find_version(session, "0" * 12) is None


def test_what_is_rolled_back_gets_no_number(noting: Database) -> None:
    def fail_after_a_change() -> None:
        with noting.write_session() as session:
            session.execute(update(Service).where(Service.code == "EDU").values(restricted=True))
            increase_revision(session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_a_change()
    with noting.read_session() as session:
        assert [version.number for version in version_history.list_versions(session)] == [1]
