"""The command line's way to the database; commands of every room use it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage import journal_damage, noted_damage
from attention_point.foundation.database import Database
from attention_point.foundation.database.engine import BUSY, is_busy
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Busy, Invalid, Refusal

# What a command is given to read, and where it writes. A missing or unreadable file, or a folder in place of a file, is
# wrong usage (exit status 2); what cannot be written is a refusal (exit status 1).
FILE_TO_READ = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE_TO_WRITE = click.Path(dir_okay=False, path_type=Path)
FOLDER_TO_WRITE = click.Path(file_okay=False, path_type=Path)


def _database() -> Database:
    """The installation's database, as the root command hands it over: it alone knows the keyring."""
    opened: Database = click.get_current_context().find_root().obj()
    return opened


@contextmanager
def opened() -> Iterator[Database]:
    """The database itself, for a command that works in several transactions."""
    with refusals(), _told(), closing(_database()) as database:
        yield database


@contextmanager
def reading() -> Iterator[Session]:
    """A reading session for a command; what does not open is journaled at its end."""
    with opened() as database, _damage_journaled(database) as sessions, database.reading() as session:
        sessions.append(session)
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """A writing session for a command: committed at the end, rolled back on an error; then damage is journaled."""
    with opened() as database, _damage_journaled(database) as sessions, database.writing() as session:
        sessions.append(session)
        yield session


@contextmanager
def _damage_journaled(database: Database) -> Iterator[list[Session]]:
    sessions: list[Session] = []
    try:
        yield sessions
    finally:
        journal_damage(database, SYSTEM, [damage for session in sessions for damage in noted_damage(session)])


@contextmanager
def _told() -> Iterator[None]:
    """Turn a failure of the machine, a full disk say, into a refusal without its words."""
    try:
        yield
    except (OperationalError, sqlite3.OperationalError) as error:
        if is_busy(error):
            raise Busy(_(BUSY)) from None
        raise Busy(_("The database does not answer. Nothing was saved; try again in a moment.")) from None


@contextmanager
def refusals() -> Iterator[None]:
    """Turn a refusal into its sentence on stderr, with what is wrong in each field, and exit status 1."""
    try:
        yield
    except Refusal as refusal:
        click.echo(refusal.message, err=True)
        for each in refusal.fields if isinstance(refusal, Invalid) else ():
            if each.message not in refusal.message:  # a file's complaints stand there already, each with its place
                click.echo(f"{each.field}: {each.message}", err=True)
        raise click.exceptions.Exit(1) from None
