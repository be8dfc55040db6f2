"""The frame of every page in a browser: heights, the menus, the rail, and the size of the letters."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from attention_point.foundation.access.policy import ROLES
from tests.browser.test_desk import sign_in, staff
from tests.support.browser import axe

__all__ = ["staff"]

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
AddStaff = Callable[[str, str | None], str]
TELEPHONE, TABLET, ACROSS = (
    {"width": 360, "height": 740},
    {"width": 800, "height": 1280},
    {"width": 1280, "height": 800},
)
MOST_PIXELS = [(TELEPHONE, 56), (TABLET, 64), (ACROSS, 64)]
BADGE = """() => { const badge = document.querySelector(".top__badge");
  badge.innerHTML = '<p class="badge">Sin red<span class="badge__more"> · 12 por enviar</span></p>'; }"""


def _measure_height(page: Page, selector: str) -> float:
    return float(page.locator(selector).evaluate("element => element.getBoundingClientRect().height"))


def _measure_width(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.parametrize("role", ROLES)
def test_the_header_is_one_row_for_every_role(page: Page, live_server: str, staff: AddStaff, role: str) -> None:
    sign_in(page, live_server, staff(role, "icbf" if role == "entity" else None))
    page.goto(f"{live_server}/directory")
    page.evaluate(BADGE)
    for size, most_pixels in MOST_PIXELS:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert _measure_height(page, "header.top") <= most_pixels
        assert _measure_width(page) <= size["width"]
        assert page.locator(".menu__row > .menu__list a").count() <= 5
        axe(page)


def test_the_row_ends_at_the_right_edge_where_the_page_has_the_search(
    page: Page, live_server: str, staff: AddStaff
) -> None:
    sign_in(page, live_server, staff("agent", None))
    page.goto(f"{live_server}/desk")
    for size, _most_pixels in MOST_PIXELS:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        initials, badge = page.locator(".own").bounding_box(), page.locator(".top__badge").bounding_box()
        assert initials
        assert badge
        assert size["width"] - (initials["x"] + initials["width"]) <= 24
        assert initials["x"] - (badge["x"] + badge["width"]) <= 24


def test_the_places_stand_beside_the_content_across_and_above_it_upright(
    page: Page, live_server: str, staff: AddStaff
) -> None:
    sign_in(page, live_server, staff("supervisor", None))
    places = page.locator("nav.menu")
    page.set_viewport_size(ACROSS)  # type: ignore[arg-type]
    rail, main = places.bounding_box(), page.locator("main").bounding_box()
    assert rail
    assert main
    assert rail["x"] + rail["width"] <= main["x"] + 1
    assert rail["y"] == main["y"]
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    assert _measure_height(page, "nav.menu") <= 56


def test_the_place_under_more_is_named_and_reached_by_the_keyboard(
    page: Page, live_server: str, staff: AddStaff
) -> None:
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    sign_in(page, live_server, staff("supervisor", None))
    more = page.locator(".menu__more > summary")
    more.focus()
    page.keyboard.press("Enter")
    axe(page)
    page.get_by_role("link", name="Esperas").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/turns/waits")
    expect(more).to_have_text("Más · Esperas")
    expect(more).to_have_attribute("aria-current", "true")


def test_the_menu_of_the_initials_by_the_keyboard(page: Page, live_server: str, staff: AddStaff) -> None:
    sign_in(page, live_server, staff("agent", None))
    initials = page.locator(".own > summary")
    expect(initials).to_contain_text("AR")
    initials.focus()
    page.keyboard.press("Enter")
    panel = page.locator(".own__panel")
    expect(panel.get_by_role("link", name="Mi cuenta")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(initials).to_be_focused()
    initials.click()
    page.locator("h1").click()
    expect(panel).to_be_hidden()


def test_larger_letters_and_contrast_keep_what_was_typed(page: Page, live_server: str, staff: AddStaff) -> None:
    page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
    sign_in(page, live_server, staff("agent", None))
    page.goto(f"{live_server}/visits/new")
    page.get_by_role("textbox", name="Nombres", exact=True).fill("Yohana")
    page.locator(".own > summary").click()
    with page.expect_response(lambda reply: "/text-size/largest" in reply.url):
        page.get_by_role("link", name="Muy grande").click()
    with page.expect_response(lambda reply: "/contrast/high" in reply.url):
        page.get_by_role("link", name="Alto").click()
    expect(page.get_by_role("textbox", name="Nombres", exact=True)).to_have_value("Yohana")
    axe(page)
    page.goto(f"{live_server}/visits")
    expect(page.locator("html")).to_have_attribute("data-text-size", "largest")
    for size, _most_pixels in MOST_PIXELS:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert _measure_width(page) <= size["width"]
    axe(page)


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """A telephone's page whose scripts are off."""
    context = browser.new_context(java_script_enabled=False, viewport=TELEPHONE, locale="es-CO")  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def test_everything_works_without_scripts(plain_page: Page, live_server: str, staff: AddStaff) -> None:
    page = plain_page
    sign_in(page, live_server, staff("supervisor", None))
    page.locator(".menu__more > summary").click()
    page.get_by_role("link", name="Registros").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator(".own > summary").click()
    page.get_by_role("link", name="Grande", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-text-size", "large")
    page.get_by_role("link", name="Buscar a una persona").click()
    page.wait_for_url("**/desk")
    page.locator(".own > summary").click()
    page.get_by_role("button", name="Salir").click()
    expect(page.get_by_role("button", name="Ingresar", exact=True)).to_be_visible()
