"""One transaction a request: committed for a success, else undone; what is read is journaled before it leaves."""

from collections.abc import Callable

import pytest
from flask import Flask, abort, flash, get_flashed_messages
from sqlalchemy import event, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM, public
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Conflict
from attention_point.foundation.web import db_session
from attention_point.foundation.web.transactions import read_session, write_after_response
from tests.support.pages import PageClient

DATA = "canary-what-was-read"
Made = tuple[str, int, dict[str, str]]


def reply(status: int = 200) -> Made:
    return DATA, status, {"Content-Type": "text/plain"}


def write() -> None:
    db_session().execute(text("INSERT INTO note VALUES (1)"))


def view(app: Flask, act: Callable[[], Made]) -> None:
    """Put a public view at ``/do``."""
    app.add_url_rule("/do", "do", public(act), methods=["GET", "POST", "PUT", "DELETE"])


def notes(database: Database) -> int:
    with database.read_session() as session:
        return int(session.execute(text("SELECT count(*) FROM note")).scalar_one())


def journaled(database: Database) -> list[str]:
    with database.read_session() as session:
        return list(session.scalars(text("SELECT action FROM journal_entry ORDER BY seq")))


@pytest.fixture
def commits(database: Database) -> list[object]:
    """Every commit of a writing transaction from here on."""
    seen: list[object] = []
    event.listen(database.engine, "commit", seen.append)
    return seen


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_success_is_committed_once(
    small: Flask, client: PageClient, database: Database, commits: list[object], method: str
) -> None:
    def act() -> Made:
        write()
        write()
        journal.record(db_session(), SYSTEM, "note.write", "note")
        return reply()

    view(small, act)
    assert client.open("/do", method=method).status_code == 200
    assert (notes(database), journaled(database), len(commits)) == (2, ["note.write"], 1)


@pytest.mark.parametrize(
    ("status", "kept"), [(200, 1), (201, 1), (204, 1), (302, 1), (400, 0), (409, 0), (422, 0), (503, 0)]
)
def test_the_status_of_the_reply_decides(
    small: Flask, client: PageClient, database: Database, status: int, kept: int
) -> None:
    def act() -> Made:
        write()
        return reply(status)

    view(small, act)
    assert client.post("/do").status_code == status
    assert notes(database) == kept


def _refuse() -> None:
    raise Conflict("Somebody was faster.")


def _fail() -> None:
    raise ZeroDivisionError


def _abort() -> None:
    abort(404)


@pytest.mark.parametrize(("end", "status"), [(_refuse, 409), (_fail, 500), (_abort, 404)])
def test_an_exception_undoes_everything(
    small: Flask, client: PageClient, database: Database, end: Callable[[], None], status: int
) -> None:
    def act() -> Made:
        write()
        journal.record(db_session(), SYSTEM, "note.write", "note")
        end()
        return reply()

    view(small, act)
    assert client.post("/do").status_code == status
    assert (notes(database), journaled(database)) == (0, [])
    with database.write_session() as session:  # and the next writer need not wait
        session.execute(text("INSERT INTO note VALUES (2)"))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_reading_request_that_writes_fails(small: Flask, client: PageClient, database: Database, method: str) -> None:
    def act() -> Made:
        write()
        return reply()

    view(small, act)
    answer = client.open("/do", method=method)
    assert answer.status_code in {500, 503}
    assert DATA not in answer.get_data(as_text=True)
    assert notes(database) == 0


def test_what_fails_only_at_the_commit_is_no_success(small: Flask, client: PageClient, database: Database) -> None:
    """Nor does the page after it say that it was done."""
    if database.is_sqlite:
        with database.write_session() as session:
            session.execute(text("CREATE TABLE part (n integer REFERENCES whole (n) DEFERRABLE INITIALLY DEFERRED)"))
            session.execute(text("CREATE TABLE whole (n integer PRIMARY KEY)"))
    else:
        with database.write_session() as session:
            session.execute(text("CREATE TABLE whole (n integer PRIMARY KEY)"))
            session.execute(text("CREATE TABLE part (n integer REFERENCES whole (n) DEFERRABLE INITIALLY DEFERRED)"))

    def act() -> Made:
        db_session().execute(text("INSERT INTO part VALUES (7)"))
        write()
        flash("canary: it was saved")
        return reply()

    view(small, act)
    small.add_url_rule("/told", "told", public(lambda: (str(get_flashed_messages()), {"Content-Type": "text/plain"})))
    answer = client.post("/do")
    assert answer.status_code == 500
    assert "canary" not in answer.get_data(as_text=True)
    assert client.get("/told").get_data(as_text=True) == "[]"
    assert notes(database) == 0


def note_it(session: Session) -> None:
    session.execute(text("INSERT INTO note VALUES (3)"))


def reads(app: Flask, status: int = 200) -> None:
    """A view that reads a person."""

    def act() -> Made:
        read_session().execute(text("SELECT 1 FROM note")).all()
        journal.record(read_session(), SYSTEM, "person.view", "person", "x")
        write_after_response(note_it)
        return reply(status)

    view(app, act)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_reading_is_journaled_before_the_reply(
    small: Flask, client: PageClient, database: Database, commits: list[object], method: str
) -> None:
    reads(small)
    seen: list[list[str]] = []

    def last(response: Response) -> Response:
        seen.append(journaled(database))
        return response

    small.after_request_funcs[None].insert(0, last)  # they run from the last to the first
    assert client.open("/do", method=method).status_code == 200
    assert seen == [["person.view"]]
    assert (notes(database), len(commits)) == (1, 1)


@pytest.mark.parametrize(("status", "entries", "owed"), [(302, 1, 1), (422, 1, 0), (404, 0, 0), (500, 0, 0)])
def test_what_is_shown_is_journaled(
    small: Flask, client: PageClient, database: Database, status: int, entries: int, owed: int
) -> None:
    reads(small, status)
    client.get("/do")
    assert (len(journaled(database)), notes(database)) == (entries, owed)


def without_a_journal(database: Database) -> None:
    with database.write_session() as session:
        if not database.is_sqlite:
            session.execute(text("DROP TRIGGER journal_entry_advances ON journal_entry"))
        session.execute(text("ALTER TABLE journal_entry RENAME TO gone"))


def test_without_its_entry_there_is_no_reply(small: Flask, client: PageClient, database: Database) -> None:
    reads(small)
    without_a_journal(database)
    answer = client.get("/do")
    assert answer.status_code in {500, 503}
    assert DATA not in answer.get_data(as_text=True)
    assert notes(database) == 0


@pytest.mark.usefixtures("_impatient")
def test_while_the_journal_is_held_there_is_no_reply_either(
    small: Flask, client: PageClient, database: Database
) -> None:
    reads(small)
    answer = held(database, lambda: client.get("/do"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert DATA not in answer.get_data(as_text=True)
    assert journaled(database) == []


def held(database: Database, ask: Callable[[], TestResponse]) -> TestResponse:
    """A reply while another process holds the journal's head."""
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        with other.write_session() as session:
            session.execute(text("UPDATE journal_head SET seq = seq"))
            return ask()
    finally:
        other.close()


@pytest.mark.usefixtures("_impatient")
def test_a_writer_that_does_not_get_its_turn_is_told_when_to_come_again(
    small: Flask, client: PageClient, database: Database
) -> None:
    def act() -> Made:
        journal.record(db_session(), SYSTEM, "note.write", "note")
        return reply()

    view(small, act)
    answer = held(database, lambda: client.post("/do"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "ocupad" in answer.get_data(as_text=True)
    assert client.post("/do").status_code == 200
    assert journaled(database) == ["note.write"]


def test_a_form_reads_afresh_once_it_begins_to_write(small: Flask, client: PageClient, database: Database) -> None:
    counted = []

    def act() -> Made:
        count = text("SELECT count(*) FROM note")
        counted.append(read_session().execute(count).scalar())
        with database.write_session() as session:
            session.execute(text("INSERT INTO note VALUES (4)"))
        write()
        counted.append(read_session().execute(count).scalar())
        return reply()

    view(small, act)
    assert client.post("/do").status_code == 200
    assert counted == [0, 1]
    assert notes(database) == 2


def test_nothing_stays_open(small: Flask, client: PageClient, database: Database) -> None:
    def act() -> Made:
        read_session().execute(text("SELECT 1")).all()
        return reply()

    view(small, act)
    for method in ("GET", "POST", "GET"):
        client.open("/do", method=method)
    assert database.read_engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    with database.write_session():  # nobody else has the turn
        pass
    database.close()
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
