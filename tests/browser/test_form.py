"""The form as fingers use it: its size, what opens by itself, what is found by typing, and the way without scripts."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_desk import sign_in, staff
from tests.support.browser import axe

__all__ = ["staff"]

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
AddStaff = Callable[[str, str | None], str]
TABLET, TELEPHONE = {"width": 800, "height": 1280}, {"width": 360, "height": 740}
CONTROLS = "main form :is(input:not([type=hidden]), select, textarea, button, summary, a)"
MOST_CONTROLS = 40


@pytest.fixture
def form(page: Page, live_server: str, staff: AddStaff) -> Page:
    """An agent's empty form on a tablet."""
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    sign_in(page, live_server, staff("agent", None))
    page.goto(f"{live_server}/visits/new")
    return page


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """A page of a browser whose scripts are off."""
    context = browser.new_context(java_script_enabled=False, viewport=TABLET, locale="es-CO")  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def _measure(page: Page) -> tuple[int, int]:
    height = page.evaluate("document.documentElement.scrollHeight")
    visible = page.locator(CONTROLS).evaluate_all("controls => controls.filter(one => one.checkVisibility()).length")
    return height, visible


@pytest.mark.parametrize(("size", "most_pixels"), [(TABLET, 2600), (TELEPHONE, 3200)], ids=["tablet", "telephone"])
def test_the_form_is_short(form: Page, size: dict[str, int], most_pixels: int) -> None:
    form.set_viewport_size(size)  # type: ignore[arg-type]
    height, controls = _measure(form)
    assert height < most_pixels
    assert controls <= MOST_CONTROLS
    assert form.evaluate("document.documentElement.scrollWidth") <= size["width"]
    axe(form)


def test_the_form_at_twice_its_size_needs_no_scrolling_aside(form: Page) -> None:
    form.set_viewport_size({"width": 400, "height": 640})  # 200 % zoom of 800 x 1280
    assert form.evaluate("document.documentElement.scrollWidth") <= 400
    axe(form)


@pytest.mark.parametrize(
    ("typed", "words", "is_open"),
    [("2015", "2015", True), ("9", "9 años", True), ("1991", "1991", False), ("34", "34 años", False)],
)
def test_a_child_opens_the_children_s_part(form: Page, typed: str, words: str, is_open: bool) -> None:
    box = form.get_by_label("Fecha de nacimiento")
    box.fill(typed)
    box.press("Tab")
    expect(form.locator("output[for=birth_date]")).to_contain_text(words)
    form.keyboard.press("Tab")  # an age of few digits may be a date on its way until its box is left
    group = form.locator("details", has_text="Acompañantes y protección").first
    if is_open:
        expect(group).to_have_attribute("open", "")
    else:
        form.wait_for_timeout(700)  # it waits until nobody types any more
        expect(group).not_to_have_attribute("open", "")


def test_a_birth_date_on_its_way_is_no_child(form: Page) -> None:
    box = form.get_by_label("Fecha de nacimiento")
    group = form.locator("details", has_text="Acompañantes y protección").first
    box.press_sequentially("17")
    form.wait_for_timeout(700)
    expect(group).not_to_have_attribute("open", "")
    box.press_sequentially("031991")
    box.press("Tab")
    form.wait_for_timeout(700)
    expect(group).not_to_have_attribute("open", "")
    box.fill("17")
    box.press("Tab")
    expect(group).to_have_attribute("open", "")
    box.fill("34")
    box.press("Tab")
    expect(group).not_to_have_attribute("open", "")  # what opened by itself closes by itself
    box.fill("17032015")
    expect(group).to_have_attribute("open", "")  # a whole date need not be left
    group.get_by_label("Nadie").check()
    box.fill("34")
    box.press("Tab")
    form.wait_for_timeout(700)
    expect(group).to_have_attribute("open", "")  # what is filled in stays in sight


def test_a_need_is_found_by_typing(form: Page) -> None:
    box = form.get_by_placeholder("Buscar una necesidad")
    box.fill("asilo")  # nobody's word on the screen: what people say for it
    found = form.locator("[name=needs]:visible")
    expect(found).to_have_count(1)
    found.check()
    expect(box).to_have_value("")  # free for the next need
    expect(form.locator("[name=needs][value=REFUGIO]")).to_be_checked()
    expect(form.locator("[name=needs][value=REFUGIO]")).to_be_visible()
    expect(form.locator("[name=needs][value=REFUGIO]")).to_be_focused()
    box.fill("nada semejante")
    expect(form.get_by_text("Ninguna necesidad tiene estas palabras.")).to_be_visible()
    box.fill("colombia permisos")
    expect(form.locator("[name=needs][value=MIG-REG]")).to_be_visible()
    box.fill("")
    expect(form.locator("[name=needs]:visible").nth(1)).to_be_visible()


def test_a_town_is_found_by_a_part_of_its_name(form: Page) -> None:
    box = form.locator("[name=municipality]")
    box.fill("")
    box.press_sequentially("giro")
    expect(form.get_by_role("option", name="Girón (Santander)")).to_be_visible()
    axe(form)
    box.press("Enter")
    expect(box).to_have_value("Girón (Santander)")
    box.fill("")
    box.press_sequentially("Bucara")
    form.get_by_role("option", name="Bucaramanga (Santander)").tap()
    expect(box).to_have_value("Bucaramanga (Santander)")


def test_enter_goes_on_and_a_type_leads_to_its_number(form: Page) -> None:
    form.get_by_role("textbox", name="Nombres", exact=True).fill("Ana")
    form.keyboard.press("Enter")
    expect(form.get_by_label("Primer apellido")).to_be_focused()
    form.get_by_label("Cédula de ciudadanía").tap()
    number = form.locator("[name=documents-0-number]")
    expect(number).to_be_focused()
    expect(number).to_have_attribute("inputmode", "numeric")
    form.get_by_label("Pasaporte").tap()
    expect(number).to_have_attribute("inputmode", "text")


def test_a_tap_is_taken_back(form: Page) -> None:
    sex = form.locator("#sex")
    expect(sex.get_by_label("Sin respuesta")).to_be_hidden()
    sex.get_by_label("Mujer").tap()
    sex.get_by_label("Sin respuesta").tap()
    expect(sex.get_by_label("Mujer")).not_to_be_checked()


def test_a_filled_group_says_so(form: Page) -> None:
    group = form.locator("details.fold", has_text="Migración").first
    group.locator("summary").tap()
    group.get_by_label("Situación migratoria").select_option("irregular")
    group.locator("summary").tap()
    expect(group.get_by_text("Con respuestas")).to_be_visible()


def test_what_is_pasted_stays_whole(form: Page) -> None:
    pasted = "300 123 4567 y 310 555 0101 ext 4"
    form.locator("[name=phone]").fill(pasted)
    form.locator("[name=needs]:visible").first.check()
    form.get_by_role("button", name="Revisar y continuar").tap()
    expect(form.locator("#phone-error")).to_be_visible()
    expect(form.locator("[name=phone]")).to_have_value(pasted)


def test_the_form_without_scripts(plain_page: Page, live_server: str, staff: AddStaff) -> None:
    sign_in(plain_page, live_server, staff("agent", None))
    plain_page.goto(f"{live_server}/visits/new")
    plain_page.locator("#given_names").press("Enter")  # leads on, and adds nobody
    expect(plain_page.locator("[data-error-summary]")).to_be_visible()
    expect(plain_page.locator("[data-companion]")).to_have_count(0)
    plain_page.get_by_text("Otras necesidades").click()
    plain_page.get_by_label("Solicitud de refugio").check()
    plain_page.get_by_label("Fecha de nacimiento").fill("9")
    plain_page.get_by_text("Acompañantes y protección").click()
    plain_page.get_by_label("Nadie").check()
    plain_page.locator("[name=municipality]").fill("Bucara")
    plain_page.get_by_role("button", name="Revisar y continuar").click()
    expect(plain_page.locator("#municipality-error")).to_contain_text("Bucaramanga (Santander)")
    plain_page.locator("[name=municipality]").fill("Piedecuesta")
    plain_page.get_by_role("button", name="Revisar y continuar").click()
    expect(plain_page.get_by_text("9 años").first).to_be_visible()
    expect(plain_page.get_by_text("Piedecuesta")).to_be_visible()
