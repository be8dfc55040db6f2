"""Sessions and errors for the commands of every room."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import DamagedValue, list_noted_damage, write_damage_to_journal
from attention_point.foundation.database import Database
from attention_point.foundation.database.engine import describe_failure
from attention_point.foundation.errors import AppError, Busy, Invalid

# Click refuses a missing or unreadable file, or a folder in place of a file, as wrong usage (exit status 2). Whether a
# file can be written shows only later, and is an AppError (exit status 1).
FILE_TO_READ = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE_TO_WRITE = click.Path(dir_okay=False, path_type=Path)
FOLDER_TO_WRITE = click.Path(file_okay=False, path_type=Path)


def _get_database() -> Database:
    # The root command sets ``obj``: this module may not know the keyring.
    database: Database = click.get_current_context().find_root().obj()
    return database


@contextmanager
def use_database() -> Iterator[Database]:
    """Give the database itself, for a command that works in several transactions."""
    with report_errors(), _translate_database_errors(), closing(_get_database()) as database:
        yield database


@contextmanager
def read_session() -> Iterator[Session]:
    """Give a reading session. At its end the journal gets the damage that was noted."""
    with use_database() as database, _journal_damage(database, database.read_session()) as session:
        yield session


@contextmanager
def write_session() -> Iterator[Session]:
    """Give a writing session: committed at the end, rolled back on an error. Then the journal gets the damage."""
    with use_database() as database, _journal_damage(database, database.write_session()) as session:
        yield session


@contextmanager
def _journal_damage(database: Database, transaction: AbstractContextManager[Session]) -> Iterator[Session]:
    damaged_values: list[DamagedValue] = []
    try:
        with transaction as session:
            try:
                yield session
            finally:
                damaged_values += list_noted_damage(session)
    finally:
        # After the transaction: on SQLite a second writer would wait for the first one in vain.
        write_damage_to_journal(database, SYSTEM, damaged_values)


@contextmanager
def _translate_database_errors() -> Iterator[None]:
    """Turn a failure of the machine (a full disk, say) into an AppError without its words, which may hold data."""
    try:
        yield
    except (OperationalError, sqlite3.OperationalError) as error:
        raise Busy(describe_failure(error)) from None


@contextmanager
def report_errors() -> Iterator[None]:
    """Print an AppError with its field errors on stderr, and end the command with exit status 1."""
    try:
        yield
    except AppError as error:
        click.echo(error.message, err=True)
        for field_error in error.field_errors if isinstance(error, Invalid) else ():
            if field_error.message not in error.message:  # errors of a file are in it already, each with its line
                click.echo(f"{field_error.field}: {field_error.message}", err=True)
        raise click.exceptions.Exit(1) from None
