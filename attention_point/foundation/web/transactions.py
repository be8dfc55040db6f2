"""The sessions of a request: at most one that reads and one that writes, and at most one commit."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.damage_notes import list_noted_damage, write_damage_to_journal
from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class _Rollback(Exception):
    """Ends a writing session without a commit."""


def current_database() -> Database:
    """Return the application's database."""
    database: Database = current_app.extensions["database"]
    return database


def current_settings() -> Settings:
    """Return the application's settings."""
    settings: Settings = current_app.extensions["settings"]
    return settings


def read_session() -> Session:
    """Return the request's reading session. The access check uses it before anything is written."""
    if "reader" not in g:
        g.reader = current_database().create_read_session()
    session: Session = g.reader
    return session


def db_session() -> Session:
    """Return the request's session: it reads for GET and HEAD, else it writes and is committed with a success."""
    if request.method in SAFE_METHODS:
        return read_session()
    if "writer" not in g:
        if "reader" in g:
            g.reader.rollback()  # what was read before the write began may be stale
        g.transaction = current_database().write_session()
        g.writer = g.transaction.__enter__()
    session: Session = g.writer
    return session


def current_actor() -> Actor:
    """Return who sent the request. Only for a view that is not public."""
    actor: Actor = g.actor
    return actor


def write_after_response(write: Callable[[Session], None]) -> None:
    """Queue a write that runs after a read-only request, in one transaction with its journal entries."""
    if request.method in SAFE_METHODS:
        g.setdefault("queued_writes", []).append(write)
    else:
        write(db_session())


def finish_transaction(response: Response) -> None:
    """Commit for a success and undo otherwise. Then write what a read-only request queued, and what did not open.

    A form that comes back with errors (422) or with what somebody else wrote meanwhile (409) shows what was read for
    it, so its reading is written down too. Any other failure shows nothing.
    """
    success = response.status_code < 400
    sessions = [g.get(name) for name in ("reader", "writer") if name in g]
    damaged_values = [damaged_value for session in sessions for damaged_value in list_noted_damage(session)]
    _end_write_session(commit=success)
    # The 409 of a record that does not open shows nothing.
    shows_what_was_read = response.status_code == 422 or (response.status_code == 409 and not damaged_values)
    if success or shows_what_was_read:
        if "reader" in g:
            g.reader.rollback()
        queued_writes = g.pop("queued_writes", ()) if success else ()
        # Journal entries of a reading session wait in it: SQLite's readers cannot write (docs/decisions/0004).
        for session in sessions:
            journal.write_pending_entries(current_database(), session, queued_writes)
            queued_writes = ()
    if damaged_values:
        write_damage_to_journal(current_database(), g.get("actor") or SYSTEM, damaged_values)


def _end_write_session(*, commit: bool) -> None:
    if "writer" not in g:
        return
    transaction: AbstractContextManager[Session] = g.pop("transaction")
    g.pop("writer")
    if commit:
        transaction.__exit__(None, None, None)
    else:
        transaction.__exit__(_Rollback, _Rollback(), None)


def register_session_cleanup(app: Flask) -> None:
    """Leave no session open at the end of a request, however it ended."""

    @app.teardown_request
    def _close_sessions(_error: BaseException | None) -> None:
        _end_write_session(commit=False)
        if "reader" in g:
            g.pop("reader").close()
