"""``user reset | enable | edit | unlock | list``: what they print, and with which status they end."""

import pytest
from click.testing import CliRunner, Result

from attention_point.accounts import queries
from attention_point.accounts.administration import account_changes
from attention_point.accounts.commands import user_commands
from attention_point.accounts.models import Account
from attention_point.accounts.sign_in import authentication
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import TooManyTries, Unauthenticated
from tests.accounts.support import EMAIL, PASSWORD, Clock, add_account
from tests.support.directory import load_shipped


class Users:
    """``attention-point user …`` on the test's database."""

    def __init__(self, database: Database) -> None:
        self.url, self.info = database.url.render_as_string(hide_password=False), database.info

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(user_commands, arguments, obj=lambda: Database(self.url, self.info))

    def refused(self, *arguments: str, status: int = 1) -> bool:
        """Whether a command says why on stderr alone, with this exit status."""
        result = self(*arguments)
        return (result.exit_code, result.stdout, bool(result.stderr)) == (status, "", True)


@pytest.fixture
def user(database: Database) -> Users:
    with database.write_session() as session:
        load_shipped(session)
    return Users(database)


def stored(database: Database, email: str = EMAIL) -> Account:
    with database.read_session() as session:
        account = queries.find_account_by_email(session, email)
    assert account
    return account


def test_reset_prints_a_password_once(user: Users, database: Database) -> None:
    add_account(database)
    result = user("reset", EMAIL.upper())
    assert result.exit_code == 0
    with pytest.raises(Unauthenticated):
        authentication.sign_in(database, EMAIL, PASSWORD, "192.0.2.1")
    authentication.sign_in(database, EMAIL, result.stdout.split()[-1], "192.0.2.1")
    assert stored(database).must_change_password
    assert user.refused("reset", "nobody@example.org")
    assert user.refused("reset", "no address")


def test_reset_by_mail_needs_a_mail_server(user: Users, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    add_account(database)
    assert user.refused("reset", EMAIL, "--mail")
    monkeypatch.setenv("ATTENTION_POINT_SMTP_URL", "smtp://127.0.0.1:1")
    result = user("reset", EMAIL, "--mail")
    assert result.exit_code == 0
    assert stored(database).must_change_password
    assert stored(database).last_sign_in_at is None


def test_enable_after_disable(user: Users, database: Database) -> None:
    add_account(database)
    assert user("disable", EMAIL).exit_code == 0
    assert user.refused("reset", EMAIL)
    assert user.refused("add", EMAIL, "--role", "agent")
    assert "deshabilitada" in user("list").stdout
    assert user("enable", EMAIL).exit_code == 0
    assert user.refused("enable", EMAIL)
    authentication.sign_in(database, EMAIL, PASSWORD, "192.0.2.1")


def test_edit_changes_what_is_named(user: Users, database: Database) -> None:
    add_account(database)
    assert user("edit", EMAIL, "--name", "Ana Mora").exit_code == 0
    assert user("edit", EMAIL, "--role", "entity", "--entity", "sena").exit_code == 0
    assert (stored(database).name, stored(database).entity) == ("Ana Mora", "sena")
    assert user("edit", EMAIL, "--entity", "dane").exit_code == 0
    assert (stored(database).role, stored(database).entity) == ("entity", "dane")
    assert user("edit", EMAIL, "--role", "agent").exit_code == 0
    assert (stored(database).role, stored(database).entity) == ("agent", None)


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ((), 2),
        (("--role", "king"), 2),
        (("--name", " "), 1),
        (("--role", "entity"), 1),
        (("--role", "entity", "--entity", "nowhere"), 1),
        (("--entity", "dane"), 1),
    ],
)
def test_a_wrong_edit_stores_nothing(user: Users, database: Database, options: tuple[str, ...], status: int) -> None:
    add_account(database)
    assert user.refused("edit", EMAIL, *options, status=status)
    assert stored(database).version == 1


def test_the_last_administrator_stays_by_command_too(user: Users, database: Database) -> None:
    add_account(database, role="admin")
    assert user.refused("disable", EMAIL)
    assert user.refused("edit", EMAIL, "--role", "office")
    assert stored(database).active


def test_unlock_and_the_list(user: Users, database: Database, time: Clock) -> None:
    account_id = add_account(database)
    for _guess in range(5):
        with pytest.raises(Unauthenticated):
            authentication.sign_in(database, EMAIL, "wrong wrong wrong", "192.0.2.1")
    with pytest.raises(TooManyTries):
        authentication.sign_in(database, EMAIL, PASSWORD, "192.0.2.1")
    assert "bloqueada hasta" in user("list").stdout
    assert user("unlock", EMAIL).exit_code == 0
    assert user.refused("unlock", "nobody@example.org")
    authentication.sign_in(database, EMAIL, PASSWORD, "192.0.2.1")
    line = next(line for line in user("list").stdout.splitlines() if line.startswith(EMAIL))
    assert line.split("\t")[:4] == [EMAIL, "agent", "-", "activa"]
    assert line.split("\t")[4][:4].isdecimal()
    with database.write_session() as session:
        account_changes.disable_account(session, SYSTEM, account_id)


def test_an_entity_must_be_one_of_the_directory(user: Users) -> None:
    assert user.refused("add", "x@example.org", "--role", "entity", "--entity", "nowhere")
    assert user.refused("add", "x@example.org", "--role", "agent", "--entity", "dane")
    assert user("add", "x@example.org", "--role", "entity", "--entity", "dane").exit_code == 0
