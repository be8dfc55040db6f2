"""Signing in: one reply for every failure, a new cookie, the way to the page that was wanted."""

import re

import pytest
from sqlalchemy import select, update

from attention_point.accounts import passwords, services
from attention_point.accounts.administration import account_changes
from attention_point.accounts.models import Account, LoginSession
from attention_point.accounts.sign_in import authentication
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Unauthenticated
from attention_point.foundation.journal import JournalEntry
from tests.accounts.support import EMAIL, PASSWORD, add_account, sign_in, token_of
from tests.support.pages import PageClient


def test_who_signs_in_comes_to_the_first_page(client: PageClient, database: Database) -> None:
    add_account(database)
    assert sign_in(client, EMAIL.upper()).headers["Location"] == "/"
    assert client.get("/account").status_code == 200


def test_every_failure_has_the_same_reply(client: PageClient, database: Database) -> None:
    add_account(database)
    disabled = add_account(database, "luis.mora@example.org")
    with database.write_session() as session:
        account_changes.disable_account(session, SYSTEM, disabled)
    tries = [(EMAIL, "x" * 20), ("nobody@example.org", PASSWORD), ("luis.mora@example.org", PASSWORD)]
    replies = [sign_in(client, email, password) for email, password in tries]
    bodies = [re.sub(r'(nonce|value)="[^"]*"', "", reply.get_data(as_text=True)).replace("\n", "") for reply in replies]
    assert [reply.status_code for reply in replies] == [401, 401, 401]
    assert bodies[0] == bodies[1] == bodies[2]


def test_a_failure_does_not_promise_that_the_password_is_still_there(client: PageClient) -> None:
    page = sign_in(client, "nobody@example.org", "wrong").text
    assert "Hay algo por corregir" in page
    assert "se perdió" not in page


def test_a_failure_does_the_same_work_for_nobody(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    add_account(database)
    passwords.is_password_right(None, "warm")
    verified: list[str] = []
    hasher = passwords._HASHER

    class Watched:
        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored.split("$")[3])
            return hasher.verify(stored, password)

    monkeypatch.setattr(passwords, "_HASHER", Watched())
    for email in (EMAIL, "nobody@example.org"):
        with pytest.raises(Unauthenticated):
            authentication.sign_in(database, email, "wrong wrong wrong", "192.0.2.1")
    assert verified == ["m=19456,t=2,p=1"] * 2


def test_the_cookie_is_new_and_carries_over_nothing(client: PageClient, database: Database) -> None:
    add_account(database)
    client.get("/sign-in")
    with client.session_transaction() as planted:
        planted["planted"] = "by somebody"
        planted["_user_id"] = "a token known to somebody"
        old_form_token = planted["csrf_token"]
    sign_in(client)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["_user_id"] != "a token known to somebody"
        assert cookie.get("csrf_token") != old_form_token


def test_each_sign_in_has_a_token_of_its_own_stored_as_a_hash(database: Database) -> None:
    add_account(database)
    tokens = {authentication.sign_in(database, EMAIL, PASSWORD, "192.0.2.1")[0] for _time in range(2)}
    with database.read_session() as session:
        stored = set(session.scalars(select(LoginSession.token_hash)))
    assert stored == {services.hash_secret(token) for token in tokens}
    assert len(stored) == 2


def test_signing_in_is_in_the_journal_without_the_address(database: Database) -> None:
    account = add_account(database)
    authentication.sign_in(database, EMAIL, PASSWORD, "192.0.2.1")
    with pytest.raises(Unauthenticated):
        authentication.sign_in(database, EMAIL, "wrong wrong wrong", "192.0.2.1")
    with database.read_session() as session:
        rows = session.execute(select(JournalEntry.action, JournalEntry.subject_id, JournalEntry.detail)).all()
    assert [tuple(row[:2]) for row in rows] == [
        ("account.add", str(account)),
        ("account.sign-in", str(account)),
        ("account.sign-in-failed", str(account)),
    ]
    assert all("@" not in row.detail for row in rows)


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/account", "/account"),
        ("/account?secret=1", "/account"),
        ("https://evil.example/account", "/"),
        ("//evil.example/account", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/nowhere", "/"),
        ("/sign-out", "/"),
        ("/static/css/base.css", "/"),
        ("///evil.example", "/"),
        ("//[", "/"),
        ("https://[::1/account", "/"),
    ],
)
def test_the_way_back_never_leads_away(client: PageClient, database: Database, wanted: str, reached: str) -> None:
    add_account(database)
    assert sign_in(client, next_path=wanted).headers["Location"] == reached


def test_a_page_without_session_sends_to_sign_in_and_drops_the_query(client: PageClient) -> None:
    reply = client.get("/account?name=somebody")
    assert reply.status_code == 302
    assert reply.headers["Location"] == "/sign-in?next=/account"


def test_a_hash_made_with_older_parameters_is_renewed(database: Database) -> None:
    account_id = add_account(database)
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with database.write_session() as session:
        session.execute(update(Account).values(password_hash=weak))
    authentication.sign_in(database, EMAIL, PASSWORD, "192.0.2.1")
    with database.read_session() as session:
        renewed = session.get_one(Account, account_id).password_hash
    assert "m=19456,t=2,p=1" in renewed
    assert passwords.is_password_right(renewed, PASSWORD)


def test_no_writing_transaction_is_open_while_a_password_is_hashed(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    add_account(database)
    opened: list[int] = []
    depth = 0
    writing, matches = database.write_session, passwords.is_password_right

    class Counted:
        def __enter__(self) -> object:
            nonlocal depth
            self.inner = writing()
            depth += 1
            return self.inner.__enter__()

        def __exit__(self, *error: object) -> object:
            nonlocal depth
            depth -= 1
            return self.inner.__exit__(*error)  # type: ignore[arg-type]

    def watched(*arguments: str) -> bool:
        opened.append(depth)
        return matches(*arguments)

    monkeypatch.setattr(database, "write_session", Counted)
    monkeypatch.setattr(passwords, "is_password_right", watched)
    authentication.sign_in(database, EMAIL, PASSWORD, "192.0.2.1")
    assert opened == [0]


def test_a_one_time_password_must_be_changed_first(client: PageClient, database: Database) -> None:
    add_account(database, must_change=True)
    sign_in(client)
    assert client.get("/account").headers["Location"] == "/account/password"
    page = client.get("/account/password")
    new_password = "otra frase que nadie junta"
    fields = {"csrf_token": token_of(page), "current": PASSWORD, "password": new_password, "again": new_password}
    assert client.post("/account/language", data={**fields, "language": "en"}).headers["Location"] == (
        "/account/password"
    )
    assert client.post("/account/password", data={**fields, "password": PASSWORD, "again": PASSWORD}).status_code == 422
    assert client.post("/account/password", data=fields).status_code == 302
    assert client.get("/account").status_code == 200


def test_head_of_the_start_page_tells_whether_the_session_is_open(client: PageClient, database: Database) -> None:
    add_account(database)
    assert client.head("/").status_code == 302
    sign_in(client)
    assert client.head("/").status_code == 204


@pytest.mark.parametrize("code", ["es", "en"])
def test_the_language_is_kept_and_leads_back(client: PageClient, code: str) -> None:
    reply = client.get(f"/language/{code}?next=/sign-in")
    assert reply.headers["Location"] == "/sign-in"
    assert f'lang="{code}"' in client.get("/sign-in").get_data(as_text=True)
    assert client.get(f"/language/{code}?next=//evil.example").headers["Location"] == "/"
    assert client.get(f"/language/{code}?next=//[").headers["Location"] == "/"
