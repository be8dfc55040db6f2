"""A liaison's own figures and the addresses of her programs in a real browser, on a telephone."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from attention_point.accounts import services as account_services
from attention_point.foundation.access import SYSTEM
from tests.accounts.support import PASSWORD, password_hash
from tests.browser.test_desk import looked_at
from tests.portal.support import visit
from tests.support.browser import axe
from tests.support.server import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_a_liaison_sees_her_figures_chooses_her_mail_and_adds_a_program(page: Page, app: Flask) -> None:
    visit(app)
    with app.extensions["database"].write_session() as session:
        new_account = account_services.NewAccount("sena@example.org", "Ana Rojas", "entity", "sena")
        account_services.add_account(session, SYSTEM, new_account, password_hash(), must_change=False)
    page.set_viewport_size({"width": 360, "height": 740})
    with serve(app) as address:
        page.goto(f"{address}/portal/monitor")
        page.locator("input[name=email]").fill("sena@example.org")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").click()
        expect(page.get_by_role("heading", name="Cifras de nuestras remisiones")).to_be_visible()
        looked_at(page, "entity-figures")
        # The number leads to what it counts.
        page.locator("main td").get_by_role("link", name="1", exact=True).first.click()
        expect(page).to_have_url(re.compile(r"/portal(\?show=waiting)?$"))
        page.goto(f"{address}/account")
        page.get_by_label("Una vez al día, por la mañana").check()
        page.get_by_role("button", name="Guardar", exact=True).click()
        expect(page.get_by_label("Una vez al día, por la mañana")).to_be_checked()
        axe(page)
        page.goto(f"{address}/webhooks/new")
        page.get_by_label("Dirección de su programa").fill("https://programa.example.org/avisos")
        page.get_by_role("button", name="Agregar la dirección").click()
        expect(page.get_by_text("whsec_")).to_be_visible()
        looked_at(page, "webhook-secret")
        page.get_by_role("link", name="Ya la copié").click()
        expect(page.get_by_role("heading", name="Avisos a un programa")).to_be_visible()
        axe(page)
