"""The administrator's pages, as somebody uses them without script: list, find, add, edit, reset, disable, enable."""

from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.accounts import services
from attention_point.accounts.administration import account_changes
from attention_point.accounts.models import Account
from attention_point.accounts.sign_in import authentication
from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.settings import Settings
from attention_point.foundation.web.pagination import PAGE_SIZE
from tests.accounts.support import EMAIL, PASSWORD, Clock, add_account, password_hash, sign_in, token_of
from tests.support.application import composed
from tests.support.directory import load_shipped
from tests.support.pages import PageClient, read

CHIEF = "jefe@example.org"


@pytest.fixture
def chief(client: PageClient, database: Database) -> PageClient:
    """An administrator's browser, on an installation with its directory."""
    with database.write_session() as session:
        load_shipped(session)
    add_account(database, CHIEF, "admin")
    sign_in(client, CHIEF)
    return client


def send(client: PageClient, path: str, **fields: str):  # type: ignore[no-untyped-def]
    """Send fields with the form token of the session."""
    return client.post(path, data={"csrf_token": token_of(client.get("/accounts")), **fields})


def account(database: Database, account_id: UUID) -> Account:
    with database.read_session() as session:
        return session.get_one(Account, account_id)


def options(page: str, name: str) -> dict[str, str]:
    """A select's values and words."""
    return {
        element.get("value"): element.text.strip()
        for element in read(page)
        if element.tag == "option" and (holder := element.within("select")) and holder.get("name") == name
    }


def test_an_entity_is_chosen_by_its_name(chief: PageClient) -> None:
    for path in ("/accounts/new", "/accounts/tokens/new"):
        entities = options(chief.get(path).text, "entity")
        assert entities["sena"] == "SENA"
        assert entities[""]
    fields = {"email": "luz@example.org", "name": "Luz Marín", "role": "entity", "language": "es"}
    for entity in ("", "no-such-entity"):
        refused = send(chief, "/accounts/new", **fields, entity=entity)
        assert refused.status_code == 422
        assert 'value="Luz Marín"' in refused.text
    assert send(chief, "/accounts/tokens/new", name="Kiosk", scope="referrals", entity="nowhere").status_code == 422
    assert send(chief, "/accounts/new", **fields, entity="sena").status_code == 201
    assert "SENA" in chief.get("/accounts").text


def test_adding_an_address_that_is_there_leads_to_its_account(chief: PageClient, database: Database) -> None:
    account_id = add_account(database)
    fields = {"email": EMAIL, "name": "Ana", "role": "agent", "entity": "", "language": "es"}
    for disabled in (False, True):
        if disabled:
            with database.write_session() as session:
                account_changes.disable_account(session, SYSTEM, account_id)
        reply = send(chief, "/accounts/new", **fields)
        assert reply.status_code == 409
        assert f'href="/accounts/{account_id}"' in reply.text
    assert "deshabilitada" in reply.text
    assert send(chief, f"/accounts/{account_id}/enable").status_code == 302
    assert account(database, account_id).active


def test_the_list_shows_state_and_last_sign_in(chief: PageClient, database: Database) -> None:
    add_account(database)
    page = chief.get("/accounts").text
    assert "Espera el primer ingreso" in page
    assert "Nunca" in page
    authentication.sign_in(database, EMAIL, PASSWORD, "192.0.2.1")
    page = chief.get("/accounts").text
    assert "Espera el primer ingreso" not in page
    for _guess in range(5):
        sign_in(PageClient(chief.application, chief.application.response_class), password="wrong wrong wrong")
    assert "Bloqueada hasta" in chief.get("/accounts?state=locked").text


def test_the_list_comes_in_pages_and_in_parts(chief: PageClient, database: Database) -> None:
    with database.write_session() as session:
        for number in range(PAGE_SIZE + 3):
            new_account = services.NewAccount(f"user{number:03d}@example.org", f"Persona {number}", "agent")
            services.add_account(session, SYSTEM, new_account, password_hash())
    first = chief.get("/accounts")
    following = next(element.get("href") for element in read(first.text) if element.get("rel") == "next")
    assert "@" not in following
    second = chief.get(following).text
    row_counts = [page.count("@example.org</span>") for page in (first.text, second)]
    assert row_counts == [PAGE_SIZE, 4]
    assert chief.get("/accounts?state=disabled").text.count("@example.org</span>") == 0
    assert chief.get("/accounts?state=nonsense&after=nonsense").status_code == 200


def test_what_is_looked_for_stands_in_no_address(chief: PageClient, database: Database) -> None:
    add_account(database, "luz.marin@example.org")
    add_account(database, "berta@example.org", "office")
    token = token_of(chief.get("/accounts"))
    result_page = chief.post("/accounts/find", data={"csrf_token": token, "q": "LUZ", "role": ""}).text
    assert "luz.marin@example.org" in result_page
    assert "berta@example.org" not in result_page
    assert "berta@" in chief.post("/accounts/find", data={"csrf_token": token, "q": "", "role": "office"}).text
    assert "Ninguna cuenta coincide" in chief.post("/accounts/find", data={"csrf_token": token, "q": "zz"}).text


def test_an_account_is_edited_and_tells_its_history(chief: PageClient, database: Database) -> None:
    account_id = add_account(database)
    path = f"/accounts/{account_id}/edit"
    fields = {"name": "Ana María Rojas", "role": "entity", "entity": "sena", "version": "1"}
    assert send(chief, path, **{**fields, "entity": ""}).status_code == 422
    assert send(chief, path, **fields).status_code == 302
    stored = account(database, account_id)
    assert (stored.name, stored.role, stored.entity) == ("Ana María Rojas", "entity", "sena")
    page = chief.get(f"/accounts/{account_id}").text
    for words in ("Cambió una cuenta", "Creó una cuenta", "SENA", "Sistema", "Ana Rojas", "Entidad aliada"):
        assert words in page
    assert "Macro" not in page
    late = send(chief, path, **{**fields, "name": "Ana Mora"})
    assert late.status_code == 409
    assert 'value="Ana Mora"' in late.text
    assert "Ana María Rojas" in late.text
    version = next(element.get("value") for element in read(late.text) if element.get("name") == "version")
    assert send(chief, path, **{**fields, "name": "Ana Mora", "version": version}).status_code == 302


def test_who_no_longer_acts_for_an_entity_has_none(chief: PageClient, database: Database) -> None:
    account_id = add_account(database, role="entity")
    path = f"/accounts/{account_id}/edit"
    fields = {"name": "Ana Rojas", "role": "office", "version": "1"}
    assert send(chief, path, **fields, entity="dane").status_code == 422
    assert send(chief, path, **fields).status_code == 302  # the field is hidden for this role, and is not sent
    assert (account(database, account_id).role, account(database, account_id).entity) == ("office", None)


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999", "²"])
def test_a_version_that_is_none_is_a_conflict(chief: PageClient, database: Database, version: str) -> None:
    path = f"/accounts/{add_account(database)}/edit"
    assert send(chief, path, name="Ana Mora", role="agent", entity="", version=version).status_code == 409


def test_an_entity_that_left_the_directory_stays_until_another_is_chosen(chief: PageClient, database: Database) -> None:
    account_id = add_account(database, role="entity")
    with database.write_session() as session:
        session.get_one(Account, account_id).entity = "gone-entity"
    path = f"/accounts/{account_id}/edit"
    assert "gone-entity" in options(chief.get(path).text, "entity")
    fields = {"name": "Ana Mora", "role": "entity", "version": "1"}
    assert send(chief, path, **fields, entity="gone-entity").status_code == 302
    assert chief.get(f"/accounts/{account_id}").status_code == 200
    assert chief.get("/accounts").status_code == 200


def test_reset_asks_first_and_shows_the_password_once(chief: PageClient, database: Database, app: Flask) -> None:
    account_id = add_account(database)
    path = f"/accounts/{account_id}/reset"
    assert chief.get(path).status_code == 200
    assert not account(database, account_id).must_change_password
    reply = send(chief, path)
    password = next(
        element.text.strip() for element in read(reply.text) if element.tag == "dd" and element.text.count("-") == 3
    )
    assert password not in chief.get(f"/accounts/{account_id}").text
    person = PageClient(app, app.response_class)
    assert sign_in(person, password=password).status_code == 302
    assert person.get("/account").headers["Location"] == "/account/password"


def test_reset_by_mail_where_a_mail_server_is_set(settings: Settings, database: Database) -> None:
    account_id = add_account(database)
    add_account(database, CHIEF, "admin")
    with composed(replace(settings, smtp_url="smtp://127.0.0.1:1")) as app:
        chief = PageClient(app, app.response_class)
        sign_in(chief, CHIEF)
        path = f"/accounts/{account_id}/reset"
        assert {element.get("value") for element in read(chief.get(path).text) if element.get("name") == "by"} == {
            "page",
            "mail",
        }
        assert send(chief, path, by="elsewhere").status_code == 422
        assert send(chief, path, by="mail").status_code == 302
    with database.read_session() as session:
        assert len(session.scalars(select(OutboxMail)).all()) == 1


def test_without_a_mail_server_nothing_is_mailed(chief: PageClient, database: Database) -> None:
    path = f"/accounts/{add_account(database)}/reset"
    assert 'name="by"' not in chief.get(path).text
    assert send(chief, path, by="mail").status_code == 200
    with database.read_session() as session:
        assert session.scalars(select(OutboxMail)).all() == []


def test_disabling_asks_first(chief: PageClient, database: Database) -> None:
    account_id = add_account(database)
    path = f"/accounts/{account_id}/disable"
    assert "Ana Rojas" in chief.get(path).text
    assert account(database, account_id).active
    assert send(chief, path).status_code == 302
    assert not account(database, account_id).active
    page = chief.get(f"/accounts/{account_id}").text
    assert f'action="/accounts/{account_id}/enable"' in page
    assert f'href="{path}"' not in page


def test_nobody_is_offered_to_shut_themselves_out(chief: PageClient, database: Database) -> None:
    with database.read_session() as session:
        own = session.scalars(select(Account.id).where(Account.email == CHIEF)).one()
    page = chief.get(f"/accounts/{own}").text
    assert "/disable" not in page
    assert "/reset" not in page
    for action in ("disable", "reset"):
        assert send(chief, f"/accounts/{own}/{action}").status_code == 409
    refused = send(chief, f"/accounts/{own}/edit", name="Ana Rojas", role="office", entity="", version="1")
    assert refused.status_code == 409
    assert account(database, own).role == "admin"


def test_a_locked_account_is_unlocked(chief: PageClient, database: Database, app: Flask, time: Clock) -> None:
    account_id = add_account(database)
    for _guess in range(5):
        sign_in(PageClient(app, app.response_class), password="wrong wrong wrong")
    assert sign_in(PageClient(app, app.response_class)).status_code == 429
    assert f'action="/accounts/{account_id}/unlock"' in chief.get(f"/accounts/{account_id}").text
    assert send(chief, f"/accounts/{account_id}/unlock").status_code == 302
    assert sign_in(PageClient(app, app.response_class)).status_code == 302


def test_many_guesses_are_one_line_of_the_history(chief: PageClient, database: Database) -> None:
    account_id = add_account(database)
    with database.write_session() as session:
        for _guess in range(30):
            journal.record(session, SYSTEM, "account.sign-in-failed", "account", account_id)
    page = chief.get(f"/accounts/{account_id}").text
    assert page.count("Intentó ingresar sin éxito") == 1
    assert "30 veces" in page
    assert "Alguien sin identificar" in page
    assert "Creó una cuenta" in page


def test_an_account_that_is_not_there_is_404(chief: PageClient) -> None:
    nobody = "/accounts/0192f0c4-0000-7000-8000-000000000000"
    for path in (nobody, f"{nobody}/edit", f"{nobody}/reset", f"{nobody}/disable"):
        assert chief.get(path).status_code == 404
    for action in ("edit", "reset", "disable", "enable", "unlock"):
        assert send(chief, f"{nobody}/{action}", name="A", role="agent", version="1").status_code == 404
