"""The journal in a real browser: an auditor finds who saw a person, at tablet size and on a phone."""

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


def test_an_auditor_finds_who_saw_a_person(page: Page, app: Flask) -> None:
    for _person in range(3):
        visit(app)
    with app.extensions["database"].write_session() as session:
        new = account_services.NewAccount("auditor@example.org", "Ana Rojas", "auditor")
        account_services.add_account(session, SYSTEM, new, password_hash(), must_change=False)
    with serve(app) as address:
        page.goto(f"{address}/sign-in")
        page.locator("input[name=email]").fill("auditor@example.org")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Quién lee los datos de las personas")
        for width in (360, 800):
            page.set_viewport_size({"width": width, "height": 1280})
            looked_at(page, f"auditor-home-{width}")
        page.get_by_role("link", name="Bitácora").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Bitácora")
        axe(page)
        page.get_by_label("Qué se hizo").select_option(label="Registró una atención")
        page.get_by_role("button", name="Mostrar").click()
        expect(page.locator("tbody tr")).to_have_count(3)
        page.get_by_role("link", name="Quién vio a esta persona").first.click()
        page.get_by_role("button", name="Revisar el trabajo del punto").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Quién vio a esta persona")
        expect(page.locator("tbody tr")).to_have_count(2)  # with the auditor's own reason
        axe(page)
        for width in (360, 800):
            page.set_viewport_size({"width": width, "height": 1280})
            page.goto(f"{address}/journal")
            table = page.locator(".table-scroll")
            wider = table.evaluate("region => region.scrollWidth - region.clientWidth")
            assert wider <= 0
        page.set_viewport_size({"width": 360, "height": 1280})
        axe(page)
