"""Prepared statements keep SQL, types and errors of the engine, and name what is missing."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, Date, LargeBinary, MetaData, Table, Uuid, bindparam, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from attention_point.foundation import clock
from attention_point.foundation.database import (
    Database,
    PreparedStatement,
    UtcDateTime,
    get_single_value,
    new_id,
    pipelined,
)
from attention_point.tallies.models import ClearTally

ADD = PreparedStatement(insert(ClearTally), ("day", "point", "table", "cell", "count"))
COUNT = PreparedStatement(select(ClearTally.count).where(ClearTally.cell == bindparam("cell")))
ROW = {"day": clock.today(), "point": "p", "table": "t", "cell": "a", "count": 3}


def test_rows_go_in_and_come_back(database: Database) -> None:
    with database.write_session() as session:
        ADD.execute(session, ROW)
        ADD.execute_for_rows(session, ROW, [{"cell": "b", "count": 3}, {"cell": "c", "count": 9}])
        ADD.execute_for_rows(session, ROW, [])
        assert get_single_value(COUNT.execute(session, {"cell": "c"})) == 9
        assert get_single_value(COUNT.execute(session, {"cell": "none"})) is None
    with database.read_session() as session:
        assert get_single_value(COUNT.execute(session, {"cell": "a"})) == 3


def test_a_savepoint_takes_back_what_was_written_first_in_it(database: Database) -> None:
    with database.write_session() as session:
        ADD.execute(session, ROW)
        savepoint = session.begin_nested()
        ADD.execute(session, {**ROW, "cell": "b"})
        savepoint.rollback()
        ADD.execute(session, {**ROW, "cell": "c"})
        assert [get_single_value(COUNT.execute(session, {"cell": cell})) for cell in "abc"] == [3, None, 3]


def test_a_missing_value_is_named(database: Database) -> None:
    with database.write_session() as session, pytest.raises(KeyError, match="cell"):
        COUNT.execute(session, {"sell": "a"})


def test_the_engines_refusal_is_an_error_of_sqlalchemy(database: Database) -> None:
    with database.write_session() as session:
        ADD.execute(session, ROW)
    with pytest.raises(IntegrityError), database.write_session() as session:
        ADD.execute(session, ROW)


@pytest.mark.parametrize("prepared", [False, True])
def test_a_prepared_statement_fails_as_every_other_statement_does(database: Database, prepared: bool) -> None:
    unknown_table = select(Table("nowhere", MetaData(), Column("n", Uuid())))
    with pytest.raises((OperationalError, ProgrammingError)) as caught, database.read_session() as session:  # noqa: PT012
        if prepared:
            PreparedStatement(unknown_table).execute(session, {})
        session.execute(unknown_table)
    assert type(caught.value) is (OperationalError if database.is_sqlite else ProgrammingError)
    assert "nowhere" in str(caught.value.orig)


def test_what_is_prepared_is_undone_with_the_transaction(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write_session() as session:  # noqa: PT012
        ADD.execute(session, ROW)
        raise ZeroDivisionError
    with database.read_session() as session:
        assert get_single_value(COUNT.execute(session, {"cell": "a"})) is None


def test_another_session_sees_what_was_committed(database: Database) -> None:
    with database.write_session() as session:
        ADD.execute(session, ROW)
        with database.read_session() as reader:
            assert get_single_value(COUNT.execute(reader, {"cell": "a"})) is None
    with database.read_session() as reader:
        assert get_single_value(COUNT.execute(reader, {"cell": "a"})) == ROW["count"]


def test_values_come_back_in_the_types_of_every_other_query(database: Database) -> None:
    columns: tuple[Column[Any], ...] = (
        Column("id", Uuid()),
        Column("day", Date()),
        Column("at", UtcDateTime()),
        Column("sealed", LargeBinary()),
    )
    table = Table("sample", MetaData(), *columns)
    row = {"id": new_id(), "day": clock.today(), "at": datetime(2017, 8, 9, 13, 30, tzinfo=UTC), "sealed": b"\x00\xff"}
    insert_row = PreparedStatement(insert(table).returning(table.c.id), list(row))
    with database.write_session() as session:
        table.create(session.connection())
        assert insert_row.execute(session, row) == [(row["id"],)]
        prepared_rows = PreparedStatement(select(table)).execute(session, {})
        other_rows = [tuple(other_row) for other_row in session.execute(select(table))]
    assert prepared_rows == other_rows == [tuple(row.values())]
    assert [type(value) for value in prepared_rows[0]] == [UUID, type(row["day"]), datetime, bytes]


def test_an_empty_value_comes_back_empty(database: Database) -> None:
    table = Table("sample", MetaData(), Column("id", Uuid()), Column("at", UtcDateTime()))
    with database.write_session() as session:
        table.create(session.connection())
        PreparedStatement(insert(table), ("id", "at")).execute(session, {"id": None, "at": None})
        assert PreparedStatement(select(table)).execute(session, {}) == [(None, None)]


def test_what_is_sent_at_once_is_there_before_a_statement_with_rows_and_at_the_end(database: Database) -> None:
    with database.write_session() as session:
        with pipelined(session):
            ADD.execute(session, ROW)
            ADD.execute_for_rows(session, ROW, [{"cell": "b", "count": 5}])
            assert get_single_value(COUNT.execute(session, {"cell": "b"})) == 5
            ADD.execute(session, {**ROW, "cell": "c"})
        assert get_single_value(COUNT.execute(session, {"cell": "c"})) == 3
    with pytest.raises(IntegrityError), database.write_session() as session, pipelined(session):
        ADD.execute(session, ROW)
