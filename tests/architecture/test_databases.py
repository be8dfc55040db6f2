"""The databases that tests get: on both engines, fresh for each test, migrated, with the vault in their sessions."""

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database
from attention_point.foundation.database.migrations import has_pending_migrations
from attention_point.foundation.vault import Vault, get_vault


@pytest.mark.parametrize("_time", ["first", "again"])
def test_what_one_test_writes_no_other_sees(database: Database, _time: str) -> None:
    with database.write_session() as session:
        session.execute(text("CREATE TABLE left_over (n integer)"))
    assert inspect(database.read_engine).has_table("left_over")


def test_it_is_migrated(database: Database) -> None:
    assert not has_pending_migrations(database)


def test_the_session_writes_and_has_the_vault(session: Session, vault: Vault) -> None:
    session.execute(text("CREATE TABLE gone (n integer)"))
    assert get_vault(session) is vault


def test_a_reading_session_cannot_write(database: Database) -> None:
    with database.read_session() as session, pytest.raises(DBAPIError, match=r"read-?only"):
        session.execute(text("CREATE TABLE refused (n integer)"))


def test_both_engines_are_tried(request: pytest.FixtureRequest, database: Database) -> None:
    assert database.engine.dialect.name in request.node.name
