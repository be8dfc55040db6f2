"""A supervisor says why she opens a file, on a telephone, and the auditor looks at the reasons."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from attention_point.accounts import services
from attention_point.foundation.access import SYSTEM
from tests.accounts.support import PASSWORD, password_hash
from tests.browser.test_desk import looked_at
from tests.portal.support import visit
from tests.support.server import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def sign_in(page: Page, address: str, role: str) -> None:
    page.goto(f"{address}/sign-in")
    page.locator("input[name=email]").fill(f"{role}@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page).to_have_url(re.compile("/(tasks|journal/overview)$"))


def test_a_reason_is_one_tap_and_somebody_else_sees_it(page: Page, app: Flask) -> None:
    answer = visit(app, needs=["VBG"])
    with app.extensions["database"].write_session() as session:
        for role in ("supervisor", "auditor"):
            new = services.NewAccount(f"{role}@example.org", "Ana Rojas", role)
            services.add_account(session, SYSTEM, new, password_hash(), must_change=False)
    with serve(app) as address:
        page.set_viewport_size({"width": 360, "height": 800})
        sign_in(page, address, "supervisor")
        page.goto(f"{address}/visits/{answer['id']}")
        expect(page.get_by_role("heading", level=1)).to_have_text("¿Para qué abre esta ficha?")
        looked_at(page, "open-file-360")
        page.get_by_role("button", name="Hacer seguimiento a sus remisiones").click()
        expect(page).to_have_url(f"{address}/visits/{answer['id']}")
        page.context.clear_cookies()
        sign_in(page, address, "auditor")
        page.get_by_role("link", name="Ver los motivos").click()
        expect(page.get_by_text("Hacer seguimiento a sus remisiones")).to_be_visible()
        looked_at(page, "openings-360")
        page.get_by_role("button", name="Ya las revisé todas").click()
        expect(page.get_by_text("Ninguna ficha espera por usted.")).to_be_visible()
