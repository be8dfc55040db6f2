"""Prepared statements keep SQL, types and errors of the engine, and name what is missing."""

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from attention_point.foundation import clock
from attention_point.foundation.database import Database, Prepared, one
from attention_point.tallies.models import Tally

ADD = Prepared(insert(Tally), ("day", "point", "table", "cell", "count"))
COUNT = Prepared(select(Tally.count).where(Tally.cell == bindparam("cell")))
ROW = {"day": clock.today(), "point": "p", "table": "t", "cell": "a", "count": 3}


def test_rows_go_in_and_come_back(database: Database) -> None:
    with database.writing() as session:
        ADD.run(session, ROW)
        ADD.run_each(session, ROW, [{"cell": "b", "count": 3}, {"cell": "c", "count": 9}])
        ADD.run_each(session, ROW, [])
        assert one(COUNT.run(session, {"cell": "c"})) == 9
        assert one(COUNT.run(session, {"cell": "none"})) is None
    assert one(database.glance(COUNT, {"cell": "a"})) == 3


def test_a_missing_value_is_named(database: Database) -> None:
    with database.writing() as session, pytest.raises(KeyError, match="cell"):
        COUNT.run(session, {"sell": "a"})


def test_the_engines_refusal_is_an_error_of_sqlalchemy(database: Database) -> None:
    with database.writing() as session:
        ADD.run(session, ROW)
    with pytest.raises(IntegrityError), database.writing() as session:
        ADD.run(session, ROW)


def test_what_is_prepared_is_undone_with_the_transaction(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:  # noqa: PT012
        ADD.run(session, ROW)
        raise ZeroDivisionError
    assert one(database.glance(COUNT, {"cell": "a"})) is None


def test_a_glance_sees_what_stands_while_somebody_writes(database: Database) -> None:
    with database.writing() as session:
        ADD.run(session, ROW)
        assert one(database.glance(COUNT, {"cell": "a"})) is None
    assert one(database.glance(COUNT, {"cell": "a"})) == ROW["count"]
    other = Database(database.url.render_as_string(hide_password=False))  # as another process has it
    with other.writing() as session:
        ADD.run(session, {**ROW, "cell": "z"})
    other.close()
    assert one(database.glance(COUNT, {"cell": "z"})) == ROW["count"]
