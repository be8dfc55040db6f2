"""Sessions: reading ones cannot write, writing ones commit once or not at all, and nobody waits without end."""

import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, event, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from attention_point.foundation.database import Database, PreparedStatement, UtcDateTime, engine
from attention_point.foundation.database.engine import describe_failure, is_busy_error
from attention_point.foundation.errors import Busy
from attention_point.foundation.vault import Vault, get_vault
from tests.support.databases import PATIENT_SECONDS

NOTE = Table("note", MetaData(), Column("n", Integer, primary_key=True), Column("at", UtcDateTime()))
ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def notes(database: Database) -> Database:
    """The database with a table of notes, one in it."""
    with database.write_session() as session:
        NOTE.create(session.connection())
        session.execute(insert(NOTE).values(n=1))
    return database


@pytest.fixture
def other(notes: Database) -> Iterator[Database]:
    """The same database as another process sees it."""
    opened = Database(notes.url.render_as_string(hide_password=False))
    yield opened
    opened.close()


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_WAIT_SECONDS", 0.2)


def count(database: Database) -> int:
    with database.read_session() as session:
        return len(session.execute(select(NOTE)).all())


@ONE_ENGINE
def test_sqlite_keeps_what_it_acknowledged(notes: Database) -> None:
    for one, query_only in ((notes.engine, 0), (notes.read_engine, 1)):
        with one.connect() as connection:
            pragmas = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "temp_store", "query_only")
            }
        assert pragmas == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "secure_delete": 1,
            "temp_store": 2,
            "query_only": query_only,
        }


@ONE_ENGINE
def test_a_sqlite_writer_takes_its_lock_at_the_beginning(notes: Database) -> None:
    outsider = sqlite3.connect(str(notes.url.database), timeout=0, isolation_level=None)
    with notes.read_session() as session:
        session.execute(select(NOTE)).all()
        outsider.execute("BEGIN IMMEDIATE")
        outsider.execute("COMMIT")
    with notes.write_session(), pytest.raises(sqlite3.OperationalError, match="locked"):
        outsider.execute("BEGIN IMMEDIATE")
    outsider.execute("BEGIN IMMEDIATE")
    outsider.close()


@pytest.mark.parametrize("statement", ["INSERT INTO note (n) VALUES (2)", "DELETE FROM note", "CREATE TABLE x (n int)"])
def test_the_database_refuses_a_write_in_a_reading_session(notes: Database, statement: str) -> None:
    with notes.read_session() as session, pytest.raises(DBAPIError, match=r"read-?only"):
        session.execute(text(statement))
    assert count(notes) == 1


def test_a_writer_after_a_reader_writes(notes: Database) -> None:
    """Reading is a property of the session, not of a connection that the next one inherits."""
    for number in range(2, 6):
        assert count(notes) == number - 1
        with notes.write_session() as session:
            session.execute(insert(NOTE).values(n=number))


def test_foreign_keys_hold(notes: Database) -> None:
    with notes.write_session() as session:
        session.execute(text("CREATE TABLE line (n integer REFERENCES note (n))"))
    with pytest.raises(IntegrityError), notes.write_session() as session:
        session.execute(text("INSERT INTO line VALUES (99)"))


def test_a_block_that_ends_well_is_committed_once(notes: Database) -> None:
    commits: list[object] = []
    event.listen(notes.engine, "commit", commits.append)
    with notes.write_session() as session:
        session.execute(insert(NOTE).values(n=2))
        session.execute(insert(NOTE).values(n=3))
        assert count(notes) == 1
    assert (count(notes), len(commits)) == (3, 1)


def test_a_block_that_raises_leaves_nothing(notes: Database) -> None:
    with pytest.raises(ZeroDivisionError), notes.write_session() as session:  # noqa: PT012
        session.execute(insert(NOTE).values(n=2))
        raise ZeroDivisionError
    assert count(notes) == 1
    with notes.write_session() as session:
        session.execute(insert(NOTE).values(n=2))
    assert count(notes) == 2


def test_a_prepared_statement_and_the_orm_share_the_transaction(notes: Database) -> None:
    statement = PreparedStatement(insert(NOTE), ("n",))
    with notes.write_session() as session:
        statement.execute(session, {"n": 2})
        session.execute(insert(NOTE).values(n=3))
        statement.execute(session, {"n": 4})
        assert len(session.execute(select(NOTE)).all()) == 4
        assert count(notes) == 1
    assert count(notes) == 4
    with pytest.raises(ZeroDivisionError), notes.write_session() as session:  # noqa: PT012
        statement.execute(session, {"n": 5})
        session.execute(insert(NOTE).values(n=6))
        raise ZeroDivisionError
    assert count(notes) == 4


def test_after_a_rollback_nothing_more_is_written(notes: Database) -> None:
    statement = PreparedStatement(insert(NOTE), ("n",))
    with notes.write_session() as session:
        statement.execute(session, {"n": 2})
        session.rollback()
        with pytest.raises(InvalidRequestError):
            statement.execute(session, {"n": 3})
        with pytest.raises(InvalidRequestError):
            session.execute(insert(NOTE).values(n=4))
    assert count(notes) == 1


def test_a_commit_that_the_database_refuses_is_an_error_and_leaves_nothing(notes: Database) -> None:
    statement = PreparedStatement(text("INSERT INTO line VALUES (:n)"))
    with notes.write_session() as session:
        session.execute(text("CREATE TABLE line (n integer REFERENCES note (n) DEFERRABLE INITIALLY DEFERRED)"))
    with pytest.raises(IntegrityError), notes.write_session() as session:
        statement.execute(session, {"n": 99})
    with notes.write_session() as session:
        statement.execute(session, {"n": 1})
        assert session.execute(text("SELECT n FROM line")).scalars().all() == [1]


@ONE_ENGINE
def test_a_sqlite_reading_session_sees_one_moment(notes: Database) -> None:
    with notes.read_session() as session:
        assert len(session.execute(select(NOTE)).all()) == 1
        with notes.write_session() as writing:
            writing.execute(insert(NOTE).values(n=2))
        assert len(session.execute(select(NOTE)).all()) == 1


@pytest.mark.usefixtures("_impatient")
def test_what_another_process_holds_is_waited_for_no_longer_than_said(notes: Database, other: Database) -> None:
    with other.write_session() as holding:
        holding.execute(text("UPDATE note SET n = n"))
        started = time.monotonic()
        with pytest.raises(Busy) as caught, notes.write_session() as session:
            session.execute(text("UPDATE note SET n = n"))
        waited = time.monotonic() - started
    assert 0.15 < waited < PATIENT_SECONDS
    assert (caught.value.status, caught.value.retry_after) == (503, 2)
    assert caught.value.__cause__ is None
    with notes.write_session() as session:
        session.execute(text("UPDATE note SET n = n"))


@ONE_ENGINE
@pytest.mark.usefixtures("_impatient")
def test_a_writer_of_the_same_process_waits_no_longer_either(notes: Database) -> None:
    with notes.write_session():
        started = time.monotonic()
        with pytest.raises(Busy), notes.write_session():
            pass
        assert 0.15 < time.monotonic() - started < PATIENT_SECONDS
        assert count(notes) == 1  # readers go on
    with notes.write_session() as session:
        session.execute(insert(NOTE).values(n=2))


def test_only_waiting_in_vain_is_busy(notes: Database) -> None:
    assert is_busy_error(PoolTimeout())
    assert not is_busy_error(ZeroDivisionError("database is locked"))
    with notes.write_session() as session:
        session.execute(text("CREATE TABLE word (w text CHECK (w <> 'locked'))"))
    with pytest.raises(DBAPIError) as caught, notes.write_session() as session:
        session.execute(text("INSERT INTO word VALUES ('locked')"))
    assert not is_busy_error(caught.value)
    with pytest.raises(DBAPIError) as caught, notes.read_session() as session:
        session.execute(text("SELECT * FROM locked"))
    assert not is_busy_error(caught.value)


@ONE_ENGINE
def test_a_full_disk_is_called_so(notes: Database) -> None:
    with notes.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")  # raised by SQLite to what the file has
    with pytest.raises(DBAPIError) as caught, notes.write_session() as session:
        session.execute(text("CREATE TABLE large AS SELECT zeroblob(1000000) AS content"))
    assert "disco del servidor está lleno" in describe_failure(caught.value)


def test_an_error_does_not_repeat_the_values(notes: Database) -> None:
    with pytest.raises(DBAPIError) as caught, notes.write_session() as session:
        session.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "canary-7391"})
    assert "canary" not in str(caught.value)


def test_what_rides_in_a_session_is_its_own(database: Database, vault: Vault) -> None:
    with database.write_session() as session:
        assert get_vault(session) is vault
        assert session.connection() is session.connection()
        session.info["left"] = True
    with database.write_session() as session, database.read_session() as reading:
        assert "left" not in session.info
        assert reading.info.get("reading")
        assert "reading" not in session.info
        assert reading.connection() is reading.connection()


MOMENTS = [
    datetime(2017, 8, 9, 8, 30, tzinfo=ZoneInfo("America/Bogota")),
    datetime(2017, 8, 9, 13, 30, tzinfo=UTC),
    datetime(2017, 8, 9, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=-11))),
    datetime(1900, 1, 1, tzinfo=UTC),
    datetime(2099, 12, 31, 23, 59, 59, 1, tzinfo=timezone(timedelta(hours=14))),
]


@pytest.mark.parametrize("prepared", [False, True])
def test_a_moment_comes_back_as_the_same_moment_in_utc(notes: Database, prepared: bool) -> None:
    statement = PreparedStatement(insert(NOTE), ("n", "at"))
    with notes.write_session() as session:
        for number, moment in enumerate(MOMENTS, 10):
            values = {"n": number, "at": moment}
            if prepared:
                statement.execute(session, values)
            else:
                session.execute(insert(NOTE).values(values))
    with notes.read_session() as session:
        found = list(session.scalars(select(NOTE.c.at).where(NOTE.c.n >= 10).order_by(NOTE.c.n)))
        assert session.scalars(select(NOTE.c.at).where(NOTE.c.n == 1)).one() is None
        assert session.scalars(select(NOTE.c.n).where(NOTE.c.at == MOMENTS[0]).order_by(NOTE.c.n)).all() == [10, 11]
    assert found == MOMENTS
    assert {moment.utcoffset() for moment in found} == {timedelta(0)}


def test_a_moment_without_a_zone_is_refused(notes: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"), notes.write_session() as session:
        session.execute(insert(NOTE).values(n=2, at=datetime(2017, 8, 9)))  # noqa: DTZ001
    assert count(notes) == 1


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_any_moment_is_kept_in_utc(moment: datetime) -> None:
    stored = UtcDateTime().process_bind_param(moment, None)  # type: ignore[arg-type]
    assert stored is not None
    assert stored == moment.astimezone(UTC)
    assert UtcDateTime().process_result_value(stored.replace(tzinfo=None), None) == stored  # type: ignore[arg-type]
