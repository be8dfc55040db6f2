"""One session and at most one commit a request."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from flask import Flask, current_app, g, request
from flask.globals import app_ctx
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.damage import journal_damage, noted_damage
from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class _Undo(Exception):  # noqa: N818 - a signal to the transaction, not an error
    """Ends a writing session without a commit."""


def database() -> Database:
    """The application's database."""
    found: Database = current_app.extensions["database"]
    return found


def settings() -> Settings:
    """The application's settings."""
    found: Settings = current_app.extensions["settings"]
    return found


def reader() -> Session:
    """The request's reading session: for finding out who asks, before anything is written."""
    if "reader" not in g:
        g.reader = database().reading_session()
    session: Session = g.reader
    return session


def db() -> Session:
    """The request's session: reading for GET and HEAD, otherwise writing, committed when the reply is a success."""
    held = app_ctx.g
    if "writer" not in held:
        if request.method in SAFE:
            return reader()
        if "reader" in held:
            held.reader.rollback()  # what was read before the write began may be stale
        held.transaction = database().writing()
        held.writer = held.transaction.__enter__()
    session: Session = held.writer
    return session


def actor() -> Actor:
    """Who asks. Only in a view that is not public."""
    found: Actor = app_ctx.g.actor
    return found


def owe(write: Callable[[Session], None]) -> None:
    """Have something written because a page is read: after the reading, with its journal entries, or not at all."""
    if request.method in SAFE:
        g.setdefault("owed", []).append(write)
    else:
        write(db())


def settle(response: Response) -> None:
    """Commit for a success, undo otherwise; then write what was read, what the reading owes, and what did not open.

    A form given back with its errors (422) shows again what was read for it; any other refusal shows nothing.
    """
    success = response.status_code < 400
    held = app_ctx.g
    damages = [one for name in ("reader", "writer") if name in held for one in noted_damage(held.get(name))]
    if "writer" in held:
        _end_writing(held, commit=success)
    if "reader" in held and (success or response.status_code == 422):
        held.reader.rollback()
        journal.write_kept(database(), held.reader, held.pop("owed", ()) if success else ())
    if damages:
        journal_damage(database(), held.get("actor") or SYSTEM, damages)


def _end_writing(held: Any, *, commit: bool) -> None:
    transaction: AbstractContextManager[Session] = held.pop("transaction")
    held.pop("writer")
    if commit:
        transaction.__exit__(None, None, None)
    else:
        transaction.__exit__(_Undo, _Undo(), None)


def register(app: Flask) -> None:
    """Leave nothing open at the end of a request, however it ended."""

    @app.teardown_request
    def _close(_error: BaseException | None) -> None:
        held = app_ctx.g
        if "writer" in held:
            _end_writing(held, commit=False)
        if "reader" in held:
            held.pop("reader").close()
