"""The trend in a real browser, at tablet size and on a telephone."""

import os
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from attention_point.foundation.database import Database
from tests.statistics.conftest import Office
from tests.statistics.releases.publishing import publish_month
from tests.support.browser import axe
from tests.support.server import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def shot(page: Page, name: str) -> None:
    """A picture for a person to look at, where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_reader_chooses_a_row_and_sees_its_trend(page: Page, office: Office, database: Database) -> None:
    with database.write_session() as session:
        for number in range(14):
            month = date(2016 + (8 + number) // 12, (8 + number) % 12 + 1, 1)
            publish_month(session, 150 + 17 * (number * 7 % 13), month, seed=number)
    with serve(office.app) as address:
        page.set_viewport_size({"width": 800, "height": 1100})
        page.goto(f"{address}/statistics/trends")
        page.get_by_label("Tabla", exact=True).select_option("needs-by-sex")
        page.get_by_role("button", name="Mostrar").click()
        page.get_by_label("Necesidad", exact=True).select_option("MIG-REG")
        page.get_by_label("Sexo", exact=True).select_option("F")
        page.get_by_role("button", name="Mostrar").click()
        expect(page.get_by_role("heading", level=2)).to_contain_text("Mujer")
        expect(page.get_by_role("row")).to_have_count(15)
        axe(page)
        shot(page, "trend-800")
        page.set_viewport_size({"width": 360, "height": 800})
        shot(page, "trend-360")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
