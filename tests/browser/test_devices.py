"""A supervisor enrols a tablet and decides what waits, on a tablet by fingers; every page keeps WCAG."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from attention_point.foundation.database import Database
from tests.accounts.support import add_account
from tests.browser.test_desk import looked_at, sign_in
from tests.support.directory import load_shipped
from tests.support.pages import PageClient
from tests.support.visits import draft
from tests.sync.support import Device, form_fields, send_from

pytestmark = pytest.mark.browser
SUPERVISOR = "supervisora@example.org"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_supervisor_enrols_a_tablet_and_decides_what_waits(
    page: Page, browser: Browser, live_server: str, app: Flask, database: Database
) -> None:
    with database.write_session() as session:
        load_shipped(session)
    add_account(database, SUPERVISOR, "supervisor")
    page.set_viewport_size({"width": 800, "height": 1280})
    sign_in(page, live_server, SUPERVISOR)
    page.goto(f"{live_server}/devices")
    page.get_by_role("link", name="Agregar un dispositivo").click()
    page.get_by_label("Nombre del dispositivo").fill("Tableta 1")
    page.get_by_text("Quiosco: los visitantes").click()
    looked_at(page, "devices-1-new")
    page.get_by_role("button", name="Agregar y mostrar su código").click()
    looked_at(page, "devices-2-code")
    code = page.locator("dd").nth(1).inner_text()

    # The camera of the tablet opens the address of the square: the code stands behind the #.
    tablet = browser.new_page(viewport={"width": 800, "height": 1280}, locale="es-CO")
    tablet.goto(f"{live_server}/devices/enrol#{code}")
    expect(tablet.get_by_label("Código del dispositivo")).to_have_value(code)
    assert "#" not in tablet.url
    looked_at(tablet, "devices-3-enrol")
    tablet.get_by_role("button", name="Inscribir este dispositivo").click()
    tablet.wait_for_load_state("load")
    tablet.goto(f"{live_server}/devices/enrol")
    expect(tablet.get_by_text("Este dispositivo está inscrito: Tableta 1")).to_be_visible()

    device = Device(app, name="Tableta 2")
    stranger = device.enrolled(PageClient(app, app.response_class))
    send_from(stranger, device.envelope({"form": form_fields()}))
    device.send(device.envelope(draft(needs=["NO-SUCH"])))
    page.goto(f"{live_server}/devices")
    looked_at(page, "devices-4-list")
    page.goto(f"{live_server}/desk")
    looked_at(page, "devices-5-desk")
    page.get_by_role("link", name="Abrirlas").click()
    looked_at(page, "devices-6-captures")
    page.get_by_role("link", name="Abrir", exact=True).last.click()
    looked_at(page, "devices-7-refused")
    page.get_by_role("link", name="Volver a la lista").click()
    page.get_by_role("link", name="Abrir", exact=True).first.click()
    looked_at(page, "devices-8-review")
    page.get_by_role("button", name="Confirmar y guardar").click()
    page.wait_for_url("**/visits/**")
    expect(page.locator(".flashes")).to_contain_text("Quedó guardado")
