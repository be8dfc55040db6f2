"""The directory's upkeep in a real browser: an entity proposes, the office decides, confirms and loads a map."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import FilePayload, Page, expect

from tests.directory.samples import MAP, confirm_all_but
from tests.portal.support import browser as signed_in
from tests.support.browser import axe
from tests.support.server import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def look(page: Page, name: str) -> None:
    """The page keeps WCAG and its width, on a tablet and on a telephone."""
    page.wait_for_load_state()
    for width, height in ((360, 800), (800, 1100)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    axe(page)


@contextmanager
def _signed_in(page: Page, app: Flask, address: str, role: str, entity: str | None = None) -> Iterator[None]:
    client = signed_in(app, role, entity)
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    assert cookie is not None
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": cookie.value, "url": address}])
    yield


def test_an_entry_is_proposed_approved_reviewed_and_a_map_loaded(page: Page, app: Flask) -> None:
    with serve(app) as address:
        with _signed_in(page, app, address, "entity", "icbf"):
            page.goto(f"{address}/directory/own-entry")
            look(page, "own-entry-empty")
            page.get_by_role("link", name="Decir dónde atendemos").click()
            page.get_by_role("group", name="Dirección").get_by_label("En español").fill("Calle 1 # 2-3")
            page.get_by_label("Teléfono").fill("607 000 0000")
            page.get_by_role("group", name="Horario 1").get_by_label("Lunes a viernes").check()
            page.get_by_role("group", name="Horario 1").get_by_label("Abre a las").fill("8:00")
            page.get_by_role("group", name="Horario 1").get_by_label("Cierra a las").fill("12:00")
            look(page, "proposal-form")
            page.get_by_role("button", name="Enviar a la Oficina").click()
            expect(page.get_by_text("En espera de la Oficina")).to_be_visible()
            look(page, "own-entry-full")
        with _signed_in(page, app, address, "office"):
            page.goto(address)
            look(page, "home")
            page.get_by_role("link", name="Pendientes del directorio").click()
            expect(page).to_have_url(f"{address}/directory/upkeep")
            look(page, "upkeep-full")
            page.get_by_role("table", name="Propuestas").get_by_role("link", name="ICBF").click()
            expect(page.get_by_role("table")).to_contain_text("lunes a viernes, 8:00 a 12:00")
            look(page, "proposal")
            page.get_by_role("button", name="Aprobar", exact=True).click()
            expect(page).to_have_url(f"{address}/directory/upkeep")
            page.goto(f"{address}/directory/entities/icbf")
            expect(page.get_by_text("Calle 1 # 2-3")).to_be_visible()
            look(page, "entity")
            page.get_by_role("link", name="Qué cambió").click()
            expect(page).not_to_have_url(f"{address}/directory/entities/icbf")
            look(page, "history")
            page.goto(f"{address}/directory/review")
            look(page, "review")
            page.get_by_label("Teléfono").fill("607 111 1111")
            page.get_by_role("button", name="Está bien: confirmar y seguir").click()
            expect(page.get_by_text("Ficha 2 de las 10")).to_be_visible()
            page.goto(f"{address}/directory/service-map")
            look(page, "map-upload")
            file = FilePayload(name="map.json", mimeType="application/json", buffer=json.dumps(MAP).encode())
            page.get_by_label("Archivo con el mapa").set_input_files(file)
            page.get_by_role("button", name="Ver qué cambiaría").click()
            expect(page.get_by_text("Con dudas: 1")).to_be_visible()
            look(page, "map-plan")
            page.get_by_role("button", name="Cargar el mapa").click()
            expect(page.get_by_text("Albergue Uno")).to_be_visible()
            page.goto(f"{address}/directory/lines")
            look(page, "lines")
            page.get_by_role("link", name="Cambiar la línea 141").click()
            expect(page).not_to_have_url(f"{address}/directory/lines")
            look(page, "line-form")
            with app.extensions["database"].write_session() as session:
                confirm_all_but(session, set())
            page.goto(f"{address}/directory/upkeep")
            look(page, "upkeep-empty")
