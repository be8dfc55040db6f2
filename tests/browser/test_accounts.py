"""The administrator mends accounts on a tablet, by fingers; every page keeps WCAG."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from attention_point.foundation.database import Database
from tests.accounts.support import EMAIL, add_account
from tests.accounts.support import sign_in as sign_in_by_form
from tests.browser.test_desk import looked_at, sign_in
from tests.support.directory import load_shipped
from tests.support.pages import PageClient

pytestmark = pytest.mark.browser
CHIEF = "jefe@example.org"


def test_an_administrator_mends_an_account(page: Page, live_server: str, app: Flask, database: Database) -> None:
    with database.write_session() as session:
        load_shipped(session)
    add_account(database, CHIEF, "admin")
    add_account(database, EMAIL, "entity")
    page.set_viewport_size({"width": 800, "height": 1280})
    sign_in(page, live_server, CHIEF)
    page.get_by_role("link", name="Cuentas").click()
    page.get_by_label("Nombre o correo electrónico").fill("ana.rojas")
    page.get_by_role("button", name="Buscar cuentas").click()
    expect(page.get_by_role("rowheader")).to_have_count(1)
    looked_at(page, "accounts-1-found")
    page.get_by_role("link", name="Ana Rojas").click()
    looked_at(page, "accounts-2-account")

    page.get_by_role("link", name="Editar").click()
    looked_at(page, "accounts-3-edit")
    page.get_by_label("Rol").select_option("office")
    expect(page.get_by_label("Entidad", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Guardar la cuenta").click()
    expect(page.get_by_text("Ninguna entidad")).to_be_visible()

    page.get_by_role("link", name="Restablecer la contraseña").click()
    looked_at(page, "accounts-4-reset")
    page.get_by_role("button", name="Restablecer la contraseña").click()
    looked_at(page, "accounts-5-password")
    password = page.locator("dd").last.inner_text()
    page.get_by_role("link", name="Volver a las cuentas").click()
    page.get_by_role("row").filter(has_text=EMAIL).get_by_role("link").click()

    page.get_by_role("link", name="Deshabilitar").click()
    looked_at(page, "accounts-6-disable")
    page.get_by_role("button", name="Deshabilitar la cuenta").click()
    expect(page.locator(".flashes")).to_contain_text("quedó deshabilitada")
    looked_at(page, "accounts-7-disabled")
    page.get_by_role("button", name="Habilitar").click()

    stranger = PageClient(app, app.response_class)
    for _guess in range(5):
        sign_in_by_form(stranger, password="wrong wrong wrong")
    page.reload()
    looked_at(page, "accounts-8-locked")
    page.get_by_role("button", name="Desbloquear").click()
    expect(page.locator(".flashes")).to_contain_text("quedó desbloqueada")
    assert sign_in_by_form(stranger, password=password).status_code == 302
