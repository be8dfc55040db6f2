"""A revocation from the request to the letter, by fingers on a tablet; every page keeps WCAG."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from attention_point.foundation.database import Database
from tests.accounts.support import EMAIL, add_account
from tests.browser.test_desk import looked_at, sign_in
from tests.rights.support import recorded_person

pytestmark = pytest.mark.browser


def test_a_person_takes_the_consent_back(page: Page, live_server: str, app: Flask, database: Database) -> None:
    with database.write_session() as session:
        person, _code = recorded_person(session)
    add_account(database, EMAIL, "supervisor")
    page.set_viewport_size({"width": 800, "height": 1280})
    sign_in(page, live_server, EMAIL)
    page.goto(f"{live_server}/rights/people/{person}")
    looked_at(page, "rights-1-person")
    page.get_by_role("link", name="Quitar la autorización").click()
    expect(page.get_by_label("Quitar la autorización")).to_be_checked()
    page.get_by_text("Sin papeles: código de la hoja y dos datos").click()
    expect(page.locator("#slip_code")).to_be_visible()
    looked_at(page, "rights-2-new")
    page.get_by_text("Mostró su documento de identidad").click()
    page.get_by_role("button", name="Radicar la solicitud").click()
    expect(page.locator("[data-error-summary]")).to_contain_text("Elija qué autorización quita, o todo.")
    page.get_by_text("Todo", exact=True).click()
    page.get_by_role("button", name="Radicar la solicitud").click()
    expect(page.locator(".flashes")).to_contain_text("quedó radicada")
    # Who sees what is confidential says first why the file is opened.
    page.get_by_role("button", name="Atender una petición, una queja o un derecho suyo").click()
    looked_at(page, "rights-3-request")
    page.get_by_text("Se concede todo").click()
    page.get_by_label("La respuesta, en palabras sencillas").fill("Ninguna entidad debe usar más sus datos.")
    page.get_by_role("button", name="Responder la solicitud").click()
    expect(page.get_by_text("Retiramos 2 remisiones")).to_be_visible()
    looked_at(page, "rights-4-answered")
    page.get_by_role("link", name="Volver a las solicitudes").click()
    page.get_by_role("link", name="Cerradas").click()
    looked_at(page, "rights-5-closed")
