"""Adding and disabling accounts: services, the administrator's pages, the command line."""

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.accounts import passwords, queries, services
from attention_point.accounts.administration import account_changes
from attention_point.accounts.commands import token_commands, user_commands
from attention_point.accounts.models import Account
from attention_point.accounts.rules import find_password_fault, normalise_email
from attention_point.accounts.sign_in import authentication
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Conflict, Invalid
from tests.accounts.support import EMAIL, PASSWORD, add_account, password_hash, sign_in, token_of
from tests.support.directory import load_shipped
from tests.support.pages import PageClient, read


def test_the_first_administrator_is_made_once(database: Database) -> None:
    with database.write_session() as session:
        invitation = services.add_first_administrator(session)
    assert invitation
    authentication.sign_in(database, invitation.email, invitation.password, "192.0.2.1")
    with database.write_session() as session:
        assert services.add_first_administrator(session) is None
        account = queries.find_account_by_email(session, invitation.email)
        assert account
        assert (account.role, account.must_change_password) == ("admin", True)
        account.active = False
        session.flush()
        second_invitation = services.add_first_administrator(session)
    assert second_invitation
    assert second_invitation.email != invitation.email


@pytest.mark.parametrize(
    ("email", "name", "role", "entity", "fields"),
    [
        ("nobody", "Ana", "agent", None, ["email"]),
        ("a@b", "", "agent", None, ["name"]),
        ("a@b", "Ana", "king", None, ["role"]),
        ("a@b", "Ana", "entity", None, ["entity"]),
        ("a@b", "Ana", "entity", "No Code", ["entity"]),
        ("a@b", "Ana", "entity", "no-such-entity", ["entity"]),
        ("a@b", "Ana", "agent", "dane", ["entity"]),
        ("a", " ", "king", "dane", ["email", "name", "role", "entity"]),
    ],
)
def test_a_wrong_account_names_its_fields(
    session: Session, email: str, name: str, role: str, entity: str | None, fields: list[str]
) -> None:
    load_shipped(session)
    with pytest.raises(Invalid) as refused:
        services.check_new_account(session, services.NewAccount(email, name, role, entity))
    assert [fault.field for fault in refused.value.field_errors] == fields


def test_one_address_one_account(database: Database) -> None:
    add_account(database)
    with pytest.raises(Conflict):
        add_account(database, EMAIL.upper())


def test_nobody_disables_their_own_account(database: Database) -> None:
    account_id = add_account(database, role="admin")
    with database.write_session() as session, pytest.raises(Conflict):
        account_changes.disable_account(
            session, authentication.build_account_actor(session.get_one(Account, account_id)), account_id
        )


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("corta", "short"),
        ("x" * 129, "long"),
        ("ana.rojas@example.org1", "personal"),
        ("Rojas1234567", "personal"),
        ("password12345678", "usual"),
        ("Colombia2017!!", "usual"),
        ("123456789012", "usual"),
        ("aaaaaaaaaaaaaaa", "usual"),
        (PASSWORD, None),
    ],
)
def test_new_passwords(password: str, fault: str | None) -> None:
    assert find_password_fault(password, passwords._load_common_passwords(), EMAIL, "Ana Rojas") == fault


def test_one_time_passwords_pass_the_rules_and_differ() -> None:
    generated_passwords = {passwords.generate_one_time_password() for _time in range(50)}
    assert len(generated_passwords) == 50
    for password in generated_passwords:
        passwords.check_new_password(password, EMAIL)


@pytest.mark.parametrize(("text", "email"), [(" Ana@Example.ORG ", "ana@example.org"), ("a b@c", None), ("a@", None)])
def test_addresses_are_in_lower_case(text: str, email: str | None) -> None:
    assert normalise_email(text) == email


def test_the_administrator_adds_and_disables(app: Flask, client: PageClient, database: Database) -> None:
    add_account(database, "jefe@example.org", "admin")
    add_account(database, "aliada@example.org", "entity")
    sign_in(client, "jefe@example.org")
    fields = {"email": "Luz@example.org", "name": "Luz Marín", "role": "entity", "entity": "", "language": "es"}
    fields["csrf_token"] = token_of(client.get("/accounts/new"))
    assert client.post("/accounts/new", data=fields).status_code == 422
    added = client.post("/accounts/new", data={**fields, "entity": "dane"})
    assert added.status_code == 201
    assert client.post("/accounts/new", data={**fields, "entity": "dane"}).status_code == 409
    shown_values = [element.text.strip() for element in read(added.get_data(as_text=True)) if element.tag == "dd"]
    partner = PageClient(app, app.response_class)
    assert sign_in(partner, "luz@example.org", shown_values[1]).status_code == 302
    assert client.get("/accounts").get_data(as_text=True).count("luz@example.org") > 0
    with database.read_session() as session:
        account_id = session.scalars(select(Account.id).where(Account.email == "luz@example.org")).one()
    assert client.post(f"/accounts/{account_id}/disable", data=fields).status_code == 302
    assert partner.get("/account").status_code == 302


def test_the_administrator_keeps_tokens(client: PageClient, database: Database) -> None:
    add_account(database, "jefe@example.org", "admin")
    sign_in(client, "jefe@example.org")
    fields = {"name": "Kiosk 1 / entrance", "scope": "intake", "entity": ""}
    fields["csrf_token"] = token_of(client.get("/accounts/tokens/new"))
    added = client.post("/accounts/tokens/new", data=fields)
    assert added.status_code == 201
    assert services.TOKEN_PREFIX in added.get_data(as_text=True)
    assert client.post("/accounts/tokens/new", data=fields).status_code == 409
    listing = client.get("/accounts/tokens").get_data(as_text=True)
    assert services.TOKEN_PREFIX not in listing
    revoke = next(element.get("action") for element in read(listing) if element.get("action").endswith("/revoke"))
    assert client.post(revoke, data=fields).status_code == 302
    assert client.post(revoke, data=fields).status_code == 404


@pytest.mark.parametrize("role", ["agent", "entity", "office", "supervisor", "auditor"])
def test_nobody_else_keeps_accounts(client: PageClient, database: Database, role: str) -> None:
    add_account(database, role=role)
    sign_in(client)
    for address in ("/accounts", "/accounts/new", "/accounts/tokens", "/accounts/tokens/new"):
        assert client.get(address).status_code == 403


@pytest.fixture
def run(database: Database) -> object:
    """Runs one of the room's commands on the test's database."""
    url = database.url.render_as_string(hide_password=False)
    commands = {"user": user_commands, "token": token_commands}

    def invoke(group: str, *arguments: str, stdin: str = "") -> Result:
        opened = lambda: Database(url, database.info)  # noqa: E731
        return CliRunner().invoke(commands[group], arguments, input=stdin, obj=opened)

    return invoke


def test_users_by_command(run, database: Database) -> None:  # type: ignore[no-untyped-def]
    with database.write_session() as session:
        load_shipped(session)
    added = run("user", "add", "Ana@example.org", "--role", "agent")
    assert added.exit_code == 0
    authentication.sign_in(database, "ana@example.org", added.stdout.split()[-1], "192.0.2.1")
    stdin = run(
        "user", "add", "luz@example.org", "--role", "entity", "--entity", "dane", "--password-stdin", stdin=PASSWORD
    )
    assert stdin.exit_code == 0
    assert PASSWORD not in stdin.output
    authentication.sign_in(database, "luz@example.org", PASSWORD, "192.0.2.1")
    assert "luz@example.org\tentity\tdane" in run("user", "list").stdout
    assert run("user", "disable", "ana@example.org").exit_code == 0
    refused = run("user", "disable", "ana@example.org")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr
    assert run("user", "add", "luz@example.org", "--role", "agent").exit_code == 1
    assert run("user", "add", "x@example.org", "--role", "entity").exit_code == 1
    assert run("user", "add", "x@example.org", "--role", "agent", "--password-stdin", stdin="short").exit_code == 1
    assert run("user", "add", "x@example.org", "--role", "king").exit_code == 2


def test_tokens_by_command(run) -> None:  # type: ignore[no-untyped-def]
    added = run("token", "add", "kiosk-1", "--scope", "intake")
    assert added.exit_code == 0
    assert added.stdout.startswith(services.TOKEN_PREFIX)
    assert run("token", "add", "kiosk-1", "--scope", "intake").exit_code == 1
    assert run("token", "add", "partner", "--scope", "referrals").exit_code == 1
    assert run("token", "add", "partner", "--scope", "referrals", "--entity", "nowhere").exit_code == 1
    assert run("token", "add", "partner", "--scope", "intake", "--entity", "nowhere").exit_code == 1
    assert run("token", "add", "partner", "--scope", "all").exit_code == 2
    assert run("token", "revoke", "kiosk-1").exit_code == 0
    assert run("token", "revoke", "kiosk-1").exit_code == 1


def test_a_hash_names_its_parameters() -> None:
    assert password_hash().startswith("$argon2id$v=19$m=19456,t=2,p=1$")
