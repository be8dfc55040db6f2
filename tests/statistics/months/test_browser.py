"""The figures in a real browser, at tablet size."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.statistics.conftest import Office
from tests.support.browser import axe
from tests.support.server import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_a_month_is_read_with_its_charts(page: Page, office: Office, recorded: Callable[..., None]) -> None:
    recorded(750)
    with serve(office.app) as address:
        page.goto(f"{address}/statistics")
        downloads = page.locator(".links a").all()
        assert downloads
        for link in downloads:
            box = link.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 47.9
        axe(page)
        page.get_by_role("link", name="septiembre de 2017", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Cifras de septiembre de 2017")
        chart = page.locator("img[src*='attentions-by-day.svg']")
        chart.scroll_into_view_if_needed()
        expect(chart).not_to_have_js_property("naturalWidth", 0)  # loaded when it is seen
        axe(page)
