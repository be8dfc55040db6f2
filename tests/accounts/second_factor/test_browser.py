"""Two people give an account back, on a telephone and a tablet; every page keeps WCAG."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from attention_point.foundation.database import Database
from tests.accounts.second_factor.test_second_step import AddApp, press
from tests.accounts.second_factor.test_way_back import REASON, Office
from tests.browser.test_desk import looked_at
from tests.support.pages import PageClient
from tests.support.server import serve

pytestmark = pytest.mark.browser


def enter(page: Page, address: str, browser: PageClient) -> None:
    """Go on in the page's browser as who is signed in."""
    cookie = browser.get_cookie("session")
    assert cookie
    page.context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])


def test_a_lost_device_on_the_pages_of_both(
    page: Page, strict_app: Flask, database: Database, with_app: AddApp
) -> None:
    office = Office(strict_app, database, with_app)
    press(office.browsers["asks"], "/account/second-step/app/begin")
    page.set_viewport_size({"width": 360, "height": 740})
    with serve(strict_app) as address:
        enter(page, address, office.browsers["asks"])
        page.goto(f"{address}/account/second-step/app")
        looked_at(page, "way-back-0-app")
        page.goto(f"{address}/accounts/{office.accounts['lost']}")
        looked_at(page, "way-back-1-account")
        page.get_by_role("link", name="Dispositivo perdido").click()
        page.get_by_label("Qué pasó").fill(REASON)
        looked_at(page, "way-back-2-ask")
        page.get_by_role("button", name="Pedir la devolución").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Primera mitad del código")
        looked_at(page, "way-back-3-first-half")

        page.context.clear_cookies()
        page.set_viewport_size({"width": 800, "height": 1280})
        enter(page, address, office.browsers["confirms"])
        page.goto(f"{address}/ways-back")
        looked_at(page, "way-back-4-list")
        page.get_by_role("button", name="Vi a la persona: confirmar").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Segunda mitad del código")
        looked_at(page, "way-back-5-second-half")
        page.get_by_role("link", name="Continuar").click()
        expect(page.get_by_text("Nadie espera que le devuelvan su cuenta")).to_be_visible()
