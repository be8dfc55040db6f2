"""The agent's whole path on a tablet, as fingers would go it."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from attention_point.accounts import services
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from tests.accounts.support import PASSWORD, password_hash
from tests.support.browser import axe
from tests.support.directory import load_shipped

pytestmark = pytest.mark.browser

# A page that came with the reply to a form takes its address a moment after it is shown: wait for the address.
CHECK_ADDRESS = re.compile(r"/check$")
SAVED_ADDRESS = re.compile(r"/visits/[0-9a-f-]{36}$")


def shot(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody asks for pictures."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def looked_at(page: Page, name: str) -> None:
    """The page as it stands keeps WCAG."""
    shot(page, name)
    axe(page)


@pytest.fixture
def staff(app: Flask) -> Callable[[str, str | None], str]:
    """Adds somebody of a role and gives the e-mail."""
    database: Database = app.extensions["database"]
    with database.write_session() as session:
        load_shipped(session)

    def add(role: str, entity: str | None = None) -> str:
        email = f"{role}.{entity or 'desk'}@example.org"
        with database.write_session() as session:
            new = services.NewAccount(email, "Ana Rojas", role, entity)
            services.add_account(session, SYSTEM, new, password_hash(), must_change=False)
        return email

    return add


def sign_in(page: Page, address: str, email: str) -> None:
    """Through the sign-in page."""
    page.goto(address)
    page.get_by_label("Correo").fill(email)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Ingresar").click()
    expect(page.get_by_role("button", name="Ingresar")).to_have_count(0)


def sign_out(page: Page) -> None:
    """By the menu of the person's initials, on every page."""
    page.locator(".own > summary").click()
    page.get_by_role("button", name="Salir").click()
    expect(page.get_by_role("button", name="Ingresar")).to_be_visible()


def test_from_arrival_to_the_entitys_answer(
    page: Page, live_server: str, staff: Callable[[str, str | None], str]
) -> None:
    agent, entity = staff("agent", None), staff("entity", "sena")
    page.goto(live_server)
    looked_at(page, "01-sign-in")
    sign_in(page, live_server, agent)
    looked_at(page, "02-search")

    page.locator("#q").fill("Nadie Conocido")
    page.get_by_role("button", name="Buscar").click()
    expect(page.get_by_text("No hay nadie registrado que coincida.")).to_be_visible()
    looked_at(page, "03-nobody-found")
    page.get_by_role("button", name="Persona nueva").click()
    expect(page.get_by_role("textbox", name="Nombres", exact=True)).to_have_value("Nadie")
    looked_at(page, "04-form")

    page.get_by_role("button", name="Revisar y continuar").click()
    expect(page.get_by_role("alert")).to_contain_text("Escoja al menos una opción")
    looked_at(page, "05-form-with-an-error")

    page.get_by_text("Empleo, formación y certificación", exact=False).first.click()
    page.get_by_role("textbox", name="Nombres", exact=True).fill("Yohana Patricia")
    page.get_by_label("Primer apellido").fill("Velásquez")
    page.get_by_label("Fecha de nacimiento").fill("17/03/1991")
    page.get_by_text("Mujer", exact=True).first.click()
    page.get_by_label("Cédula venezolana").check()
    page.get_by_label("Número").first.fill("V-12.345.678")
    page.get_by_role("button", name="Sí a las tres").click()
    looked_at(page, "06-form-filled")
    page.get_by_role("button", name="Revisar y continuar").click()

    expect(page.get_by_role("heading", name="Revise antes de guardar")).to_be_visible()
    looked_at(page, "07-check")
    page.get_by_role("button", name="Guardar e imprimir").click()
    expect(page.get_by_role("alert")).to_contain_text("Decida si remite o no")
    looked_at(page, "08-check-undecided")
    page.get_by_text("La persona dice sí").first.click()
    page.get_by_role("button", name="Guardar e imprimir").click()

    expect(page.get_by_text("La referencia es BGA-")).to_be_visible()
    looked_at(page, "09-done")
    slip = page.get_by_role("link", name="Abrir la hoja de remisión").get_attribute("href") or ""
    reply = page.request.get(live_server + slip)
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.body().startswith(b"%PDF")
    page.get_by_role("link", name="La persona y sus atenciones").click()
    looked_at(page, "10-person")
    page.get_by_role("link", name="Atenciones").first.click()
    looked_at(page, "11-attentions")

    page.get_by_role("link", name="Atender").first.click()
    page.locator("#q").fill("Johanna Belasques")
    page.get_by_role("button", name="Buscar").click()
    found = page.locator("#results").get_by_role("row", name="Yohana Patricia Velásquez")
    expect(found).to_be_visible()
    looked_at(page, "12-found-by-sound")
    found.get_by_role("link", name="Atender", exact=True).click()
    expect(page.get_by_role("textbox", name="Nombres", exact=True)).to_have_value("Yohana Patricia")

    page.goto(live_server)
    sign_out(page)
    sign_in(page, live_server, entity)
    looked_at(page, "13-inbox")
    page.get_by_role("main").get_by_role("link", name="Yohana Patricia Velásquez").first.click()
    looked_at(page, "14-referral")
    page.get_by_text("Aceptada", exact=True).first.click()
    page.get_by_role("button", name="Guardar la respuesta").click()
    looked_at(page, "15-answered")
    expect(page.get_by_text("Aceptada").first).to_be_visible()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_typed_survives_the_end_of_the_session(
    page: Page, live_server: str, staff: Callable[[str, str | None], str]
) -> None:
    agent = staff("agent", None)
    sign_in(page, live_server, agent)
    page.get_by_role("link", name="Persona nueva").first.click()
    page.get_by_role("textbox", name="Nombres", exact=True).fill("María <José> Ñáñez")
    page.get_by_text("Otras necesidades").click()
    page.get_by_text("Refugio", exact=False).first.click()
    page.context.clear_cookies()
    page.get_by_role("button", name="Revisar y continuar").click()
    looked_at(page, "16-session-over")
    page.get_by_label("Correo").fill(agent)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Ingresar").click()
    looked_at(page, "17-signed-in-again")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("textbox", name="Nombres", exact=True)).to_have_value("María <José> Ñáñez")
    looked_at(page, "18-form-again")
