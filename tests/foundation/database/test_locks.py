"""Locks on things without a row: two transactions about one thing follow one another; others do not wait."""

import threading
import time

import pytest

from attention_point.foundation.database import Database, new_id
from attention_point.foundation.database.locks import lock_for_transaction

LONG = 60.0
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def overlap(database: Database, first: object, second: object, patience: float = 0.3) -> bool:
    """Whether a transaction about ``second`` gets on while one about ``first`` is still open, so many seconds."""
    passed = threading.Event()

    def follow() -> None:
        with database.write_session() as session:
            lock_for_transaction(session, second)  # type: ignore[arg-type]
            passed.set()

    with database.write_session() as session:
        lock_for_transaction(session, first)  # type: ignore[arg-type]
        thread = threading.Thread(target=follow)
        thread.start()
        early = passed.wait(patience)
    assert passed.wait(LONG)
    thread.join(LONG)
    return early


def test_two_about_one_thing_follow_one_another(database: Database) -> None:
    thing = new_id()
    assert not overlap(database, thing, thing)
    assert not overlap(database, b"0123456789abcdef", b"0123456789abcdef")


@POSTGRESQL
def test_two_about_different_things_do_not_wait(database: Database) -> None:
    assert overlap(database, new_id(), new_id(), LONG)


@POSTGRESQL
def test_several_things_are_taken_in_one_order(database: Database) -> None:
    """Two who name the same things in opposite orders do not block each other for ever."""
    one, other = new_id(), new_id()
    done: list[float] = []
    start = threading.Barrier(2)

    def take(*things: object) -> None:
        for _time in range(20):
            start.wait(LONG)
            with database.write_session() as session:
                lock_for_transaction(session, *things)  # type: ignore[arg-type]
        done.append(time.monotonic())

    threads = [threading.Thread(target=take, args=things) for things in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(3 * LONG)
    assert len(done) == 2


def test_the_same_thing_twice_in_one_transaction_is_no_trouble(database: Database) -> None:
    thing = new_id()
    with database.write_session() as session:
        lock_for_transaction(session, thing, thing)
        lock_for_transaction(session, thing)
