"""The sign-in page of a demonstration shows who can sign in; that of any other installation shows nobody."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from attention_point.accounts import passwords, queries, services
from attention_point.accounts.administration import account_changes
from attention_point.accounts.services import NewAccount
from attention_point.accounts.sign_in import authentication
from attention_point.app import create_app
from attention_point.demo import demo_users
from attention_point.demo.marker import read_marker, update_marker
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.settings import DEMO_MARKER_FILE, Settings
from tests.accounts.support import sign_in
from tests.demo.support import invite_once
from tests.support.browser import axe
from tests.support.directory import load_shipped
from tests.support.pages import PageClient
from tests.support.server import serve

HEADING = "Demostración: entre como…"
AGENT = "agent@demo.example"


@pytest.fixture
def instance(database: Database, settings: Settings) -> Path:
    """An instance that is marked as a demonstration, with its users."""
    with database.write_session() as session:
        load_shipped(session)
        invited = invite_once(demo_users.list_missing_accounts(session))
        demo_users.add_demo_users(session, invited)
    update_marker(settings.instance, users=demo_users.build_marker_users(invited))
    return settings.instance


@pytest.fixture
def demonstration(settings: Settings, instance: Path) -> Iterator[Flask]:
    """The application as it is served there."""
    app = create_app(replace(settings, demo=True))
    yield app
    app.extensions["database"].close()


def sign_in_page(app: Flask) -> str:
    return PageClient(app, app.response_class).get("/sign-in").text


def shown(page: str) -> list[str]:
    """The addresses that a page shows, in their order."""
    return re.findall(r"<code>([^<]+@demo\.example)</code>", page)


def password_of(instance: Path, email: str) -> str:
    kept = (read_marker(instance) or {})["users"]
    password: str = kept[email]["password"]
    return password


def test_every_role_and_the_chosen_entities_are_shown_below_the_form(demonstration: Flask, instance: Path) -> None:
    page = sign_in_page(demonstration)
    assert page.index('name="password"') < page.index(HEADING)
    first = [
        "agent",
        "supervisor",
        "office",
        "auditor",
        "admin",
        "migracion-colombia",
        "sena",
        "icbf",
        "comisaria-familia",
    ]
    assert shown(page)[: len(first)] == [f"{user}@demo.example" for user in first]
    assert page.index("comisaria-familia@demo.example") < page.index("Más usuarios") < page.index("oim@demo.example")
    assert password_of(instance, AGENT) in page


def test_each_shown_password_opens_its_account(demonstration: Flask, instance: Path, database: Database) -> None:
    for email in shown(sign_in_page(demonstration))[:3]:
        token, _proof = authentication.sign_in(database, email, password_of(instance, email), "192.0.2.1")
        assert token


def test_the_page_shows_them_after_a_failure_too(demonstration: Flask) -> None:
    reply = sign_in(PageClient(demonstration, demonstration.response_class), AGENT, "wrong wrong wrong")
    assert reply.status_code == 401
    assert HEADING in reply.text


def test_a_real_installation_shows_nobody_even_with_the_file(client: PageClient, instance: Path) -> None:
    page = client.get("/sign-in").text
    assert HEADING not in page
    assert shown(page) == []


def test_the_setting_alone_shows_nobody(demonstration: Flask, instance: Path) -> None:
    (instance / DEMO_MARKER_FILE).unlink()
    assert HEADING not in sign_in_page(demonstration)


@pytest.mark.parametrize(
    "content", ["", "{}", '{"users": []}', '{"users": {}}', '{"users": {"agent@demo.example": 1}}', "no JSON"]
)
def test_a_marker_without_users_shows_nobody(demonstration: Flask, instance: Path, content: str) -> None:
    (instance / DEMO_MARKER_FILE).write_text(content)
    assert HEADING not in sign_in_page(demonstration)


def test_a_password_that_no_longer_holds_is_left_out(demonstration: Flask, database: Database) -> None:
    with database.write_session() as session:
        account = queries.find_account_by_email(session, AGENT)
        assert account
        account.password_hash = passwords.hash_password("a sentence of their own")
        office = queries.find_account_by_email(session, "office@demo.example")
        assert office
        account_changes.disable_account(session, SYSTEM, office.id)
    page = sign_in_page(demonstration)
    assert {AGENT, "office@demo.example"} & set(shown(page)) == set()
    assert "sena@demo.example" in shown(page)


def test_an_account_that_the_file_does_not_know_is_never_shown(demonstration: Flask, database: Database) -> None:
    new = NewAccount("ana.rojas@example.org", "Ana Rojas", "agent")
    with database.write_session() as session:
        services.add_account(session, SYSTEM, new, passwords.hash_password("a sentence of her own"))
    assert "ana.rojas" not in sign_in_page(demonstration)


def test_a_button_fills_the_form_and_nothing_is_off_the_screen(
    demonstration: Flask, instance: Path, page: Page
) -> None:
    with serve(demonstration) as address:
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(f"{address}/sign-in")
        axe(page)
        expect(page.get_by_role("button", name="Ingresar")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.get_by_role("button", name=f"Llenar {AGENT}").click()
        expect(page.get_by_label("Correo electrónico")).to_have_value(AGENT)
        expect(page.get_by_label("Contraseña")).to_have_value(password_of(instance, AGENT))
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk")
