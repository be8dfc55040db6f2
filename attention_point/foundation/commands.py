"""The command line's way to the database; commands of every room use it."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import SettingsError, from_environment
from attention_point.foundation.vault import Keyring, Vault
from attention_point.foundation.vault.keyring import KeyringError


def open_database() -> Database:
    """The installation's database with its vault; raises SettingsError or KeyringError."""
    settings = from_environment()
    return Database(settings.database_url, info={"vault": Vault(Keyring.load(settings.keyring))})


@contextmanager
def reading() -> Iterator[Session]:
    """A reading session for a command."""
    with refusals():
        database = open_database()
        with database.reading() as session:
            yield session
        database.close()


@contextmanager
def writing() -> Iterator[Session]:
    """A writing session for a command: committed at the end, rolled back on an error."""
    with refusals():
        database = open_database()
        with database.writing() as session:
            yield session
        database.close()


@contextmanager
def refusals() -> Iterator[None]:
    """Turn a refusal into its sentence on stderr and exit status 1."""
    try:
        yield
    except (Refusal, SettingsError, KeyringError) as refusal:
        click.echo(str(refusal), err=True)
        raise click.exceptions.Exit(1) from None
