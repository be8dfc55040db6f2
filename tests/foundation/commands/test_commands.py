"""The command line's sessions: one commit, none after an error, a refusal as a sentence and exit status 1."""

import sqlite3

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from attention_point.foundation.commands import read_session, report_errors, write_session
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, FieldError, Invalid, NotFound
from attention_point.foundation.vault import Vault


@click.group()
def root() -> None:
    """Commands of the test's own."""


@root.command()
@click.option("--fail")
def write(fail: str | None) -> None:
    """Write a row, then fail in one way or another."""
    with write_session() as session:
        session.execute(text("CREATE TABLE note (n integer)"))
        if fail == "refusal":
            raise NotFound("There is no such thing.")
        if fail == "error":
            raise ZeroDivisionError
        if fail == "machine":
            raise OperationalError("INSERT", {"name": "somebody"}, Exception("disk full"))
        if fail == "driver":
            raise sqlite3.OperationalError("disk full")
    click.echo("written")


@root.command()
def read() -> None:
    """Try to write while reading."""
    with read_session() as session:
        session.execute(text("CREATE TABLE note (n integer)"))


@root.command()
@click.argument("message")
def answer(message: str) -> None:
    """Be refused for two fields."""
    with report_errors():
        raise Invalid(message, (FieldError("email", "Not an address."), FieldError("role", "No such role.")))


class Opened:
    """Opens the database for a command, and knows whether the command closed it."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.url = database.url.render_as_string(hide_password=False)
        self.vault = vault
        self.closed = 0

    def __call__(self) -> Database:
        made = Database(self.url, {"vault": self.vault})
        close = made.close

        def counted() -> None:
            self.closed += 1
            close()

        made.close = counted  # type: ignore[method-assign]
        return made


@pytest.fixture
def opened(database: Database, vault: Vault) -> Opened:
    """The test's database, for commands."""
    return Opened(database, vault)


def run(opened: Opened, *arguments: str) -> Result:
    return CliRunner().invoke(root, arguments, obj=opened)


def has_note(database: Database) -> bool:
    with database.read_session() as session:
        asked = "SELECT count(*) FROM {} WHERE {} = 'note'"
        names = ("sqlite_master", "name") if database.is_sqlite else ("pg_tables", "tablename")
        return bool(session.execute(text(asked.format(*names))).scalar())


def test_a_command_that_ends_well_is_committed(database: Database, opened: Opened) -> None:
    result = run(opened, "write")
    assert (result.exit_code, result.stdout) == (0, "written\n")
    assert has_note(database)
    assert opened.closed == 1


def test_a_refused_command_writes_nothing_and_says_why(database: Database, opened: Opened) -> None:
    result = run(opened, "write", "--fail", "refusal")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "There is no such thing.\n")
    assert not has_note(database)
    assert opened.closed == 1


def test_a_failed_command_writes_nothing(database: Database, opened: Opened) -> None:
    result = run(opened, "write", "--fail", "error")
    assert isinstance(result.exception, ZeroDivisionError)
    assert not has_note(database)
    assert opened.closed == 1


@pytest.mark.parametrize("fail", ["machine", "driver"])
def test_a_failure_of_the_machine_is_told_without_its_words(database: Database, opened: Opened, fail: str) -> None:
    result = run(opened, "write", "--fail", fail)
    assert result.exit_code == 1
    assert result.stderr == "La base de datos no responde. No se guardó nada; intente de nuevo en un momento.\n"
    assert not has_note(database)


def test_a_reading_command_cannot_write(database: Database, opened: Opened) -> None:
    assert run(opened, "read").exit_code == 1
    assert not has_note(database)
    assert opened.closed == 1


def test_a_refusal_to_open_the_database_is_told() -> None:
    def without_keys() -> Database:
        raise AppError("there is no keyring")

    result = CliRunner().invoke(root, ["write"], obj=without_keys)
    assert (result.exit_code, result.stderr) == (1, "there is no keyring\n")


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Not like this.", "Not like this.\nemail: Not an address.\nrole: No such role.\n"),
        ("Line 3: Not an address.", "Line 3: Not an address.\nrole: No such role.\n"),
    ],
)
def test_what_is_wrong_in_each_field_is_told_once(message: str, told: str) -> None:
    result = CliRunner().invoke(root, ["answer", message])
    assert (result.exit_code, result.stderr) == (1, told)
