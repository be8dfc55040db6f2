"""The figures in a real browser, at tablet size."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from attention_point.foundation.database import Database
from tests.statistics.conftest import Office
from tests.statistics.releases.publishing import publish_month, publish_suppressed_month
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
        chart = page.locator("img[src*='people-by-need.svg']")
        chart.scroll_into_view_if_needed()
        expect(chart).not_to_have_js_property("naturalWidth", 0)  # loaded when it is seen
        axe(page)


@pytest.mark.parametrize("width", [360, 800, 1280])
def test_nothing_is_scrolled_sideways(page: Page, office: Office, database: Database, width: int) -> None:
    with database.write_session() as session:
        publish_month(session, 700, date(2017, 8, 1), 2)
        publish_month(session, 800)
        publish_suppressed_month(session)
    page.set_viewport_size({"width": width, "height": 740})
    with serve(office.app) as address:
        for month in ("2017-09", "2017-07"):
            page.goto(f"{address}/statistics/{month}")
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            frames = page.locator(".figures-frame").all()
            assert frames
            assert [frame.evaluate("element => element.scrollWidth - element.clientWidth") for frame in frames] == [
                0
            ] * len(frames)
        # Each table is found from the index, which stands at the side where there is room.
        index = page.locator(".index--side" if width == 1280 else ".index--folded")
        expect(index).to_be_visible()
