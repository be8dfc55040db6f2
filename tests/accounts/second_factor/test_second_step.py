"""Signing in with a password and one more step, as a browser sees it."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from attention_point.accounts.administration import account_changes
from attention_point.accounts.models import Account, LoginSession
from attention_point.accounts.second_factor import services
from attention_point.accounts.second_factor.models import SecondFactor, SignInTicket
from attention_point.accounts.sign_in import authentication, second_step
from attention_point.accounts.sign_in.second_step import SecondStep
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Unauthenticated
from attention_point.foundation.journal.models import JournalEntry
from tests.accounts.support import EMAIL, PASSWORD, Clock, add_account, list_hidden_fields, sign_in, token_of
from tests.support.pages import PageClient

AddApp = Callable[[UUID], tuple[pyotp.TOTP, list[str]]]
STEP = "/sign-in/second-step"


def send_step(client: PageClient, **fields: str) -> TestResponse:
    """Send the form of the second step."""
    token = token_of(client.get(STEP))
    return client.post(STEP, data={"csrf_token": token, **{f"_{name}": value for name, value in fields.items()}})


def press(client: PageClient, address: str, page: str = "/account/second-step", **fields: str) -> TestResponse:
    """Press a button of a page."""
    return client.post(address, data={"csrf_token": token_of(client.get(page)), **fields})


def list_actions(database: Database) -> list[str]:
    with database.read_session() as session:
        return list(session.scalars(select(JournalEntry.action).order_by(JournalEntry.seq)))


@pytest.fixture
def admin(strict_app: Flask, database: Database) -> UUID:
    return add_account(database, role="admin")


def test_a_role_that_needs_it_adds_an_application_before_anything_else(
    client: PageClient, admin: UUID, database: Database
) -> None:
    other = PageClient(client.application, client.response_wrapper)
    sign_in(other)
    assert sign_in(client).status_code == 302
    assert client.get("/accounts").headers["Location"] == "/account/second-step"
    assert "Elija su segundo paso" in client.get("/account/second-step").text
    assert press(client, "/account/second-step/app/begin").headers["Location"] == "/account/second-step/app"
    page = client.get("/account/second-step/app")
    secret = re.sub(r"\s", "", re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)[1])  # type: ignore[index]
    assert len(secret) == 32
    wrong = press(client, "/account/second-step/app", "/account/second-step/app", code="000 000")
    assert (wrong.status_code, client.get("/accounts").status_code) == (422, 302)
    code = pyotp.TOTP(secret).at(clock.now())
    shown = press(client, "/account/second-step/app", "/account/second-step/app", code=code)
    assert shown.status_code == 201
    assert len(re.findall(r"<code>[a-z2-9]{5}-[a-z2-9]{5}</code>", shown.text)) == 10
    assert client.get("/accounts").status_code == 200
    # A session that the password alone began is over, and the secret is shown no more.
    assert other.get("/account/second-step").headers["Location"].startswith("/sign-in")
    assert client.get("/account/second-step/app").headers["Location"] == "/account/second-step"
    assert list_actions(database)[-1] == "account.factor-add"


@pytest.mark.parametrize("kind", ["app", "passkey"])
def test_a_thief_of_the_password_does_not_see_what_the_owner_adds(
    client: PageClient, admin: UUID, database: Database, kind: str
) -> None:
    thief = PageClient(client.application, client.response_wrapper)
    sign_in(thief)
    sign_in(client)
    with database.write_session() as session:
        tokens = {row.token_hash for row in session.scalars(select(LoginSession))}
    press(client, f"/account/second-step/{kind}/begin")
    with database.read_session() as session:
        read = services.read_app_secret if kind == "app" else services.read_passkey_challenge
        assert sum(1 for token in tokens if read(session, admin, token)) == 1
    if kind == "app":
        assert thief.get("/account/second-step/app").headers["Location"] == "/account/second-step"
        page = client.get("/account/second-step/app")
        code = pyotp.TOTP(re.sub(r"\s", "", re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)[1])).now()  # type: ignore[index]
        stolen = press(thief, "/account/second-step/app", code=code)
        assert stolen.status_code == 404


def test_an_agent_may_and_everybody_must(client: PageClient, strict_app: Flask, database: Database) -> None:
    add_account(database)
    sign_in(client)
    assert client.get("/desk").status_code == 200
    strict_app.extensions["settings"] = replace(strict_app.extensions["settings"], second_factor="everybody")
    assert client.get("/desk").headers["Location"] == "/account/second-step"


def test_the_password_alone_opens_nothing_and_a_code_works_once(
    client: PageClient, admin: UUID, with_app: AddApp, database: Database, time: Clock
) -> None:
    totp, _codes = with_app(admin)
    assert sign_in(client, next_path="/accounts").headers["Location"] == f"{STEP}?next=/accounts"
    assert client.get("/accounts").headers["Location"].startswith("/sign-in")
    code = totp.at(clock.now())
    assert send_step(client, code="123456" if code != "123456" else "654321").status_code == 401
    assert client.get("/accounts").headers["Location"].startswith("/sign-in")
    assert send_step(client, code=code, next="/accounts").headers["Location"] == "/accounts"
    assert client.get("/accounts").status_code == 200
    # The same code again, on another browser within its period.
    thief = PageClient(client.application, client.response_wrapper)
    sign_in(thief)
    assert send_step(thief, code=code).status_code == 401
    time.pass_by(seconds=30)
    assert send_step(thief, code=totp.at(clock.now())).status_code == 302
    actions = list_actions(database)
    assert actions.count("account.second-step-failed") == 2
    assert actions.count("account.sign-in") == 2


def test_a_ticket_ends_with_its_time_its_use_and_the_password(
    client: PageClient, admin: UUID, with_app: AddApp, database: Database, time: Clock
) -> None:
    totp, _codes = with_app(admin)
    assert client.get(STEP).headers["Location"] == "/"
    sign_in(client)
    time.pass_by(minutes=11)
    assert client.get(STEP).headers["Location"] == "/sign-in"
    sign_in(client)
    with database.write_session() as session:
        account_changes.reset_password(
            session, SYSTEM, admin, PASSWORD, authentication.passwords.hash_password(PASSWORD)
        )
    late = client.post(STEP, data={"csrf_token": token_of(client.get("/sign-in")), "_code": totp.at(clock.now())})
    assert late.headers["Location"] == "/sign-in"
    sign_in(client)
    with database.read_session() as session:
        assert len(session.scalars(select(SignInTicket)).all()) == 2
    assert send_step(client, code=totp.at(clock.now())).status_code == 302
    with database.read_session() as session:
        assert len(session.scalars(select(SignInTicket)).all()) == 1


def test_guesses_of_codes_are_throttled_and_the_owners_browser_is_not(
    client: PageClient, admin: UUID, with_app: AddApp, time: Clock, quick: None
) -> None:
    totp, _codes = with_app(admin)
    sign_in(client)
    assert send_step(client, code=totp.at(clock.now())).status_code == 302
    thief = PageClient(client.application, client.response_wrapper)
    sign_in(thief)
    statuses = [send_step(thief, code=f"00000{guess}").status_code for guess in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    time.pass_by(seconds=29)
    # Knowing the password gets no new tries.
    sign_in(thief)
    assert send_step(thief, code=totp.at(clock.now())).status_code == 429
    press(client, "/sign-out", "/account")
    sign_in(client)
    assert send_step(client, code=totp.at(clock.now())).status_code == 302


def test_a_recovery_code_works_once_and_says_how_many_are_left(
    client: PageClient, admin: UUID, with_app: AddApp
) -> None:
    _totp, codes = with_app(admin)
    sign_in(client)
    reply = send_step(client, recovery=codes[4].upper())
    assert reply.status_code == 302
    assert "Le quedan 9 códigos" in client.get("/account/second-step").text
    press(client, "/sign-out", "/account")
    sign_in(client)
    assert send_step(client, recovery=codes[4]).status_code == 401
    assert send_step(client, recovery=codes[5]).status_code == 302
    renewed = press(client, "/account/second-step/codes")
    assert renewed.status_code == 201
    press(client, "/sign-out", "/account")
    sign_in(client)
    assert send_step(client, recovery=codes[6]).status_code == 401


def test_a_form_that_waits_comes_through_both_steps(
    client: PageClient, admin: UUID, with_app: AddApp, time: Clock
) -> None:
    totp, _codes = with_app(admin)
    sign_in(client)
    send_step(client, code=totp.at(clock.now()))
    time.pass_by(minutes=21)
    sent = {"csrf_token": token_of(client.get("/language/es?next=/sign-in", follow_redirects=True)), "name": "Puesto 9"}
    page = client.post("/accounts/new", data={**sent, "email": "luz@example.org"})
    assert page.status_code == 401
    fields = dict(list_hidden_fields(page)) | {"_email": EMAIL, "_password": PASSWORD}
    second = client.post("/sign-in/resume", data=fields)
    assert second.status_code == 200
    carried = dict(list_hidden_fields(second))
    assert (carried["name"], carried["email"]) == ("Puesto 9", "luz@example.org")
    wrong = client.post(STEP, data={**carried, "_code": "1"})
    assert dict(list_hidden_fields(wrong))["name"] == "Puesto 9"
    back = client.post(STEP, data={**dict(list_hidden_fields(wrong)), "_code": totp.at(clock.now())})
    assert back.status_code == 200
    assert 'action="/accounts/new"' in back.text
    assert dict(list_hidden_fields(back))["name"] == "Puesto 9"
    # Too late: the form is not lost either.
    time.pass_by(minutes=21)
    late = client.post(STEP, data={**carried, "csrf_token": token_of(client.get("/sign-in")), "_code": "1"})
    assert late.status_code == 401
    assert dict(list_hidden_fields(late))["name"] == "Puesto 9"


def test_an_old_session_changes_nothing_of_the_second_step(
    client: PageClient, admin: UUID, with_app: AddApp, database: Database, time: Clock
) -> None:
    totp, _codes = with_app(admin)
    sign_in(client)
    send_step(client, code=totp.at(clock.now()))
    for minutes in (15, 15, 1):
        time.pass_by(minutes=minutes)
        assert client.get("/account/second-step").status_code == 200
    page = client.get("/account/second-step").text
    assert "ingrese de nuevo" in page
    with database.read_session() as session:
        factor_id = session.scalars(select(SecondFactor.id).where(SecondFactor.kind == "app")).one()
    for address in ("app/begin", "passkey/begin", "codes", f"{factor_id}/remove"):
        assert press(client, f"/account/second-step/{address}").status_code == 403
    out = press(client, "/sign-out", next="/account/second-step")
    assert out.headers["Location"] == "/sign-in?next=/account/second-step"


def test_the_last_device_stays_where_the_role_needs_one(
    client: PageClient, strict_app: Flask, with_app: AddApp, database: Database
) -> None:
    accounts = {role: add_account(database, f"{role}@example.org", role) for role in ("agent", "admin")}
    for role, remaining in (("admin", 2), ("agent", 0)):
        totp, _codes = with_app(accounts[role])
        browser = PageClient(client.application, client.response_wrapper)
        sign_in(browser, f"{role}@example.org")
        send_step(browser, code=totp.at(clock.now()))
        with database.read_session() as session:
            query = select(SecondFactor.id).where(SecondFactor.account_id == accounts[role], SecondFactor.kind == "app")
            factor_id = session.scalars(query).one()
        assert press(browser, f"/account/second-step/{factor_id}/remove").status_code == 303
        assert press(browser, f"/account/second-step/{accounts[role]}/remove").status_code == 404
        with database.read_session() as session:
            rows = session.scalars(select(SecondFactor).where(SecondFactor.account_id == accounts[role])).all()
            is_secured = session.get_one(Account, accounts[role]).second_factor_at is not None
        assert (len(rows), is_secured) == (remaining, remaining > 0)


def test_a_row_that_is_moved_to_another_account_opens_nothing_and_takes_no_page_along(
    client: PageClient, admin: UUID, with_app: AddApp, database: Database
) -> None:
    thief = add_account(database, "otra@example.org")
    totp, _codes = with_app(thief)
    with_app(admin)
    with database.write_session() as session:
        session.execute(
            update(SecondFactor).where(SecondFactor.account_id == admin).values(kind="codes", account_id=thief)
        )
        session.execute(update(SecondFactor).where(SecondFactor.kind == "app").values(account_id=admin))
    sign_in(client)
    assert send_step(client, code=totp.at(clock.now())).status_code == 401
    assert client.get("/accounts").headers["Location"].startswith("/sign-in")


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", ["app", "codes"])
def test_of_one_code_sent_at_once_one_is_taken(kind: str, admin: UUID, with_app: AddApp, database: Database) -> None:
    # One kind a test: the three that are refused count as tries, and six of them would make the account wait.
    totp, codes = with_app(admin)
    step = SecondStep(code=totp.at(clock.now())) if kind == "app" else SecondStep(recovery_code=codes[0])
    tickets = []
    for _browser in range(4):
        with pytest.raises(authentication.SecondStepNeeded) as needed:
            authentication.sign_in(database, EMAIL, PASSWORD, "192.0.2.1")
        tickets.append(needed.value.ticket)

    def take(ticket: str) -> bool:
        try:
            return bool(second_step.take_second_step(database, ticket, step, None, "192.0.2.1").token)
        except Unauthenticated:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(take, tickets)) == [False, False, False, True]
