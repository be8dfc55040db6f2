"""The pages of turns on a tablet: what they take in taps, without a script, by keyboard alone, and as time passes."""

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from attention_point.accounts import services
from attention_point.foundation.access import SYSTEM
from tests.accounts.support import PASSWORD, password_hash
from tests.support.browser import axe
from tests.support.directory import load_shipped
from tests.support.journeys import TABLET_UPRIGHT, Journey, ServerTime
from tests.turns.pages.room import give, open_desks

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
AGENT = "agent@example.org"


@pytest.fixture
def room(app: Flask) -> Flask:
    """A room with four desks, an agent and a supervisor."""
    with app.extensions["database"].write_session() as session:
        load_shipped(session)
        for role in ("agent", "supervisor"):
            account = services.NewAccount(f"{role}@example.org", "Ana Rojas", role, None)
            services.add_account(session, SYSTEM, account, password_hash(), must_change=False)
    open_desks(app)
    return app


def sign_in(page: Page, address: str, email: str = AGENT) -> None:
    """Sign in by the page."""
    page.goto(address)
    page.get_by_label("Correo").fill(email)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Ingresar").click()


def test_from_the_call_to_the_form_takes_two_taps(page: Page, live_server: str, room: Flask) -> None:
    page.set_viewport_size(TABLET_UPRIGHT)  # type: ignore[arg-type]
    journey = Journey(page, ServerTime(room.wsgi_app))
    sign_in(page, live_server)
    give(room, needs=("MIG-REG",), language="en", companions={"adults": 0, "children": 2}, preferential=("pregnant",))
    give(room)
    page.goto(f"{live_server}/turns")
    axe(page)
    journey.tap(page.get_by_role("button", name="Módulo 2"))
    expect(page.get_by_role("button", name="Llamar el siguiente", exact=True)).to_be_visible()
    axe(page)
    before = journey.effort
    journey.tap(page.get_by_role("button", name="Llamar el siguiente", exact=True))
    expect(page.get_by_role("button", name="Comenzar la atención")).to_be_visible()
    axe(page)
    journey.tap(page.get_by_role("button", name="Comenzar la atención"))
    expect(page.get_by_text("Esta atención es de este turno")).to_be_visible()
    assert (journey.effort - before).taps == 2
    expect(page.locator("#needs").get_by_label("Permisos para vivir en Colombia")).to_be_checked()
    axe(page)
    page.goto(f"{live_server}/desk")
    expect(page.get_by_role("button", name="Seguir con el registro")).to_be_visible()
    axe(page)


def test_the_queue_follows_the_room_by_itself_and_says_when_it_cannot(
    page: Page, live_server: str, room: Flask
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server}/turns")
    page.get_by_role("button", name="Módulo 1").click()
    expect(page.get_by_text("Nadie espera")).to_be_visible()
    page.get_by_role("button", name="Llamar el siguiente", exact=True).focus()
    page.evaluate("window.sameDocument = true")
    give(room)
    expect(page.get_by_text("Espera 1 turno")).to_be_visible()
    assert page.evaluate("window.sameDocument"), "the page was loaded anew"
    expect(page.get_by_role("button", name="Llamar el siguiente", exact=True)).to_be_focused()
    page.context.set_offline(True)
    expect(page.get_by_text("Sin conexión. Esta lista es de las")).to_be_visible()
    axe(page)
    page.context.set_offline(False)
    expect(page.get_by_text("Sin conexión")).to_have_count(0)


def test_the_door_the_paper_and_the_desks_keep_wcag(page: Page, live_server: str, room: Flask) -> None:
    sign_in(page, live_server, "supervisor@example.org")
    page.goto(f"{live_server}/turns/new")
    axe(page)
    page.evaluate("window.print = () => { window.printed = true }")
    page.get_by_role("button", name="Dar el turno e imprimir").click()
    expect(page.get_by_role("heading", name="Papel del turno A-001")).to_be_visible()
    for paper in ("Media carta", "Tirilla"):
        page.get_by_role("link", name=paper).click()
        axe(page)
    expect(page).to_have_url(re.compile(r"/slip\b"))
    place = page.url.partition("?")[0].replace("/slip", "/place")
    for address in (
        place,
        f"{live_server}/turns/desks",
        f"{live_server}/turns/desks/new",
        f"{live_server}/turns/closing",
    ):
        page.goto(address)
        axe(page)
    page.goto(place.removesuffix("/place"))
    page.get_by_role("button", name="Pasar", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Escoja a dónde pasa el turno")
    axe(page)


def test_all_of_it_works_without_a_script(
    browser: Browser, browser_context_args: dict[str, Any], live_server: str, room: Flask
) -> None:
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server)
    page.goto(f"{live_server}/turns/new")
    page.get_by_label("Permisos para vivir en Colombia").check()
    page.get_by_role("button", name="Dar el turno e imprimir").click()
    expect(page.get_by_text("use el menú del navegador")).to_be_visible()
    page.get_by_role("link", name="Ir a los turnos").click()
    page.get_by_role("button", name="Módulo 1").click()
    page.get_by_role("button", name="Llamar el siguiente", exact=True).click()
    page.get_by_role("button", name="Llamar otra vez").click()
    expect(page.get_by_text("Llamado 2 veces")).to_be_visible()
    page.get_by_role("button", name="Comenzar la atención").click()
    page.get_by_role("button", name="Revisar y continuar").last.click()
    expect(page.get_by_role("heading", name="Revise antes de guardar")).to_be_visible()
    for choice in page.locator("input[value=decline]").all():
        choice.check()
    page.get_by_role("button", name="Guardar e imprimir").last.click()
    expect(page.get_by_text("La referencia es BGA-")).to_be_visible()
    page.goto(f"{live_server}/turns")
    expect(page.get_by_role("button", name="Llamar el siguiente", exact=True)).to_be_visible()
    context.close()


def test_a_turn_is_called_and_started_by_keyboard_alone(page: Page, live_server: str, room: Flask) -> None:
    sign_in(page, live_server)
    give(room)
    page.goto(f"{live_server}/turns")
    for name in ("Módulo 1", "Llamar el siguiente", "Comenzar la atención"):
        button = page.get_by_role("button", name=name, exact=True)
        expect(button).to_be_visible()
        for _press in range(60):
            if button.evaluate("element => element === document.activeElement"):
                break
            page.keyboard.press("Tab")
        expect(button).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.get_by_text("Esta atención es de este turno")).to_be_visible()


def test_back_after_the_call_calls_nobody_else(page: Page, live_server: str, room: Flask) -> None:
    sign_in(page, live_server)
    give(room)
    give(room)
    page.goto(f"{live_server}/turns")
    page.get_by_role("button", name="Módulo 1").click()
    page.get_by_role("button", name="Llamar el siguiente", exact=True).click()
    expect(page.get_by_role("button", name="Comenzar la atención")).to_be_visible()
    page.go_back()
    # Whatever the browser shows of the page before, the room has one called turn.
    button = page.get_by_role("button", name="Llamar el siguiente", exact=True)
    if button.is_visible():
        button.click()
    page.goto(f"{live_server}/turns")
    expect(page.get_by_role("heading", name="A-001")).to_be_visible()
    expect(page.get_by_text("Espera 1 turno")).to_be_visible()
