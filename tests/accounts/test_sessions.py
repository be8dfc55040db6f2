"""A session lives on the server: it ends when it should, whatever the browser keeps."""

from flask import Flask
from sqlalchemy import select

from attention_point.accounts.administration import account_changes
from attention_point.accounts.models import LoginSession
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from tests.accounts.support import EMAIL, PASSWORD, Clock, add_account, sign_in, token_of
from tests.support.pages import PageClient

NEW = "otra frase que nadie junta"


def alive(client: PageClient) -> bool:
    return client.get("/account").status_code == 200


def copy_of(client: PageClient) -> PageClient:
    """Another browser with the same cookie, as a thief's."""
    thief = PageClient(client.application, client.application.response_class)
    cookie = client.get_cookie("session")
    assert cookie
    thief.set_cookie("session", cookie.value)
    return thief


def test_an_old_cookie_is_dead_after_sign_out(client: PageClient, database: Database) -> None:
    add_account(database)
    sign_in(client)
    thief = copy_of(client)
    assert alive(thief)
    assert client.post("/sign-out", data={"csrf_token": token_of(client.get("/account"))}).status_code == 302
    assert not alive(thief)
    assert not alive(client)


def test_a_cookie_is_dead_once_the_account_is_disabled(client: PageClient, database: Database) -> None:
    account = add_account(database)
    sign_in(client)
    with database.write_session() as session:
        account_changes.disable_account(session, SYSTEM, account)
    assert not alive(client)


def test_a_changed_password_ends_every_other_session(app: Flask, client: PageClient, database: Database) -> None:
    add_account(database)
    other = PageClient(app, app.response_class)
    sign_in(client)
    sign_in(other)
    fields = {"current": PASSWORD, "password": NEW, "again": NEW, "csrf_token": token_of(client.get("/account"))}
    assert client.post("/account/password", data=fields).status_code == 302
    assert alive(client)
    assert not alive(other)
    assert sign_in(other).status_code == 401
    assert sign_in(other, password=NEW).status_code == 302


def test_a_password_is_not_changed_without_the_current_one(client: PageClient, database: Database) -> None:
    add_account(database)
    sign_in(client)
    fields = {"current": "not my password", "password": NEW, "again": NEW}
    fields["csrf_token"] = token_of(client.get("/account"))
    assert client.post("/account/password", data=fields).status_code == 422
    assert sign_in(PageClient(client.application, client.application.response_class)).status_code == 302


def test_an_idle_session_ends(client: PageClient, database: Database, time: Clock) -> None:
    add_account(database)
    sign_in(client)
    for _time in range(3):
        time.pass_by(minutes=19)
        assert alive(client)
    time.pass_by(minutes=20)
    assert not alive(client)


def test_a_page_that_refreshes_itself_does_not_keep_its_session(
    client: PageClient, database: Database, time: Clock
) -> None:
    add_account(database)
    sign_in(client)
    for _time in range(2):
        time.pass_by(minutes=9)
        assert client.get("/account", headers={"Session-Use": "none"}).status_code == 200
    time.pass_by(minutes=2)
    assert not alive(client)


def test_a_session_ends_after_its_hours_though_it_is_used(client: PageClient, database: Database, time: Clock) -> None:
    add_account(database)
    sign_in(client)
    for _time in range(39):
        time.pass_by(minutes=15)
        assert alive(client)
    time.pass_by(minutes=15)
    assert not alive(client)


def test_a_session_of_a_clock_that_was_ahead_does_not_last_until_then(
    client: PageClient, database: Database, time: Clock
) -> None:
    add_account(database)
    time.pass_by(days=730)
    sign_in(client)
    assert alive(client)
    time.pass_by(days=-730)
    assert not alive(client)
    assert sign_in(client).status_code == 302
    assert alive(client)
    page = client.get("/account").text
    assert page.count("Esta") >= 1
    assert "/account/sessions/" not in page  # the other one is not open


def test_use_is_noted_at_most_once_a_minute(client: PageClient, database: Database, time: Clock) -> None:
    add_account(database)
    sign_in(client)
    begun = time.moment

    def seen() -> object:
        with database.read_session() as session:
            return session.scalar(select(LoginSession.last_seen_at))

    time.pass_by(seconds=59)
    client.get("/account")
    assert seen() == begun
    time.pass_by(seconds=1)
    client.get("/account")
    assert seen() == time.moment


def test_one_ends_a_session_left_open_elsewhere_and_nobody_else_s(
    app: Flask, client: PageClient, database: Database
) -> None:
    add_account(database)
    add_account(database, "luis.mora@example.org")
    left = PageClient(app, app.response_class)
    stranger = PageClient(app, app.response_class)
    sign_in(left)
    with database.read_session() as session:
        left_id = session.scalars(select(LoginSession.id)).one()
    sign_in(client)
    sign_in(stranger, "luis.mora@example.org")
    address = f"/account/sessions/{left_id}/end"
    assert stranger.post(address, data={"csrf_token": token_of(stranger.get("/account"))}).status_code == 404
    assert alive(left)
    page = client.get("/account")
    assert address in page.get_data(as_text=True)
    assert client.post(address, data={"csrf_token": token_of(page)}).status_code == 302
    assert not alive(left)
    assert alive(client)


def test_forms_stay_valid_for_who_signs_in_again_and_for_nobody_else(
    client: PageClient, database: Database, time: Clock
) -> None:
    add_account(database)
    add_account(database, "luis.mora@example.org")
    sign_in(client)
    kept = token_of(client.get("/account"))
    time.pass_by(hours=1)
    sign_in(client)
    fields = {"csrf_token": kept, "language": "en"}
    assert client.post("/account/language", data=fields).status_code == 302
    time.pass_by(hours=1)
    sign_in(client, "luis.mora@example.org")
    assert client.post("/account/language", data=fields).status_code == 403


def test_the_address_is_not_in_the_cookie(client: PageClient, database: Database) -> None:
    add_account(database)
    sign_in(client)
    with client.session_transaction() as cookie:
        assert EMAIL not in str(dict(cookie))
