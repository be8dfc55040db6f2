"""Looking for help on a cheap telephone: without a script, at 200 % zoom, and away from the page at once."""

import os
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect

from tests.public_directory.places import fill_places
from tests.support.browser import axe

pytestmark = pytest.mark.browser


def look_at(page: Page, name: str) -> None:
    """Axe over the page, nothing beyond the edge of the screen, and a picture where somebody wants one."""
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_from_a_word_to_the_place(app: Flask, page: Page, live_server: str) -> None:
    fill_places(app, "comisaria-familia", "secretaria-educacion")
    # What a screen of 360 pixels shows at 200 % (WCAG 1.4.10 asks for 320).
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{live_server}/help/")
    look_at(page, "60-needs")
    page.get_by_label("Escríbalo con sus palabras", exact=False).fill("colegio para mi hijo")
    page.get_by_role("button", name="Buscar").click()
    page.get_by_role("heading", name="Puede ser esto").wait_for()
    look_at(page, "61-found")
    page.get_by_role("link", name="Cupo en el colegio").first.click()
    expect(page).to_have_url(f"{live_server}/help/es/needs/EDU")
    look_at(page, "62-need")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Where to go")).to_be_visible()
    page.get_by_role("link", name="By neighbourhood").click()
    expect(page.get_by_role("heading", name="García Rovira, Bucaramanga")).to_be_visible()
    look_at(page, "63-neighbourhoods")
    page.get_by_role("link", name="Entities", exact=True).click()
    look_at(page, "64-entities")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_is_left_at_once_and_not_in_the_history(app: Flask, page: Page, live_server: str) -> None:
    fill_places(app, "comisaria-familia")

    def answer(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<title>Buscador</title>")

    page.route("https://www.google.com/", answer)
    page.goto(f"{live_server}/help/es/")
    page.get_by_role("link", name="Alguien me hace daño").click()
    expect(page).to_have_title("Información para todos – Punto de Atención")
    page.get_by_text("¿Alguien revisa su teléfono?").click()
    look_at(page, "65-confidential")
    page.get_by_role("link", name="Salir rápido de esta página").click()
    expect(page).to_have_url("https://www.google.com/")
    page.go_back()
    expect(page).to_have_url(f"{live_server}/help/es/")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_script_everything_works(app: Flask, browser: Browser, live_server: str) -> None:
    fill_places(app, "comisaria-familia")
    context = browser.new_context(java_script_enabled=False, locale="es-CO")
    page = context.new_page()
    page.goto(f"{live_server}/help/es/?q=me+pega")
    page.get_by_role("link", name="Alguien me hace daño").first.click()
    expect(page.get_by_role("link", name="Llame al 155", exact=False)).to_have_attribute("href", "tel:155")
    page.get_by_text("¿Alguien revisa su teléfono?").click()
    expect(page.get_by_text("En una ventana privada", exact=False)).to_be_visible()
    context.close()
