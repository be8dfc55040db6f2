"""The consents on a tablet: one tap for what is unanswered, never over a no, and each apart without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_desk import looked_at, sign_in, staff
from tests.support.browser import axe

__all__ = ["staff"]  # a fixture
pytestmark = pytest.mark.browser
KEEP, CALL, STUDY = (
    "Guardar sus datos para darle atención",
    "Llamar o escribir a su teléfono",
    "Estudios de una universidad",
)


def is_answered(page: Page, question: str, answer: str) -> None:
    """The answer of a question is the one that is marked."""
    expect(page.get_by_role("radiogroup", name=question).get_by_label(answer, exact=True)).to_be_checked()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_tap_answers_what_is_unanswered(
    page: Page, live_server: str, staff: Callable[[str, str | None], str]
) -> None:
    sign_in(page, live_server, staff("agent", None))
    page.goto(f"{live_server}/visits/new")
    # Nothing is ticked beforehand.
    expect(page.get_by_role("radiogroup").first).to_be_visible()
    expect(page.locator("[data-answers] :checked")).to_have_count(0)
    page.get_by_role("radiogroup", name=STUDY).get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Sí a las tres").click()
    for question, answer in ((KEEP, "Sí"), (CALL, "Sí"), (STUDY, "No")):
        is_answered(page, question, answer)
    page.get_by_text("Qué datos, para qué y qué derechos tiene").click()
    expect(page.get_by_text("10 días hábiles", exact=False)).to_be_visible()
    looked_at(page, "30-consents")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_missing_answer_is_told_before_saving(
    page: Page, live_server: str, staff: Callable[[str, str | None], str]
) -> None:
    sign_in(page, live_server, staff("agent", None))
    page.goto(f"{live_server}/visits/new")
    page.get_by_text("Cupo escolar", exact=False).first.click()
    page.get_by_role("textbox", name="Nombres", exact=True).fill("Ana")
    page.get_by_role("button", name="Revisar y continuar").click()
    expect(page.get_by_text("Sin esa autorización no se guardan el nombre", exact=False).first).to_be_visible()
    looked_at(page, "31-unanswered")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_scripts_each_is_answered_apart(
    browser: Browser, page: Page, live_server: str, staff: Callable[[str, str | None], str]
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="es-CO", viewport={"width": 800, "height": 1280})
    plain_page = context.new_page()
    sign_in(plain_page, live_server, staff("agent", None))
    plain_page.goto(f"{live_server}/visits/new")
    assert plain_page.get_by_role("button", name="Sí a las tres").count() == 0
    for question in (KEEP, CALL, STUDY):
        plain_page.get_by_role("radiogroup", name=question).get_by_label("Sí", exact=True).check()
        is_answered(plain_page, question, "Sí")
    context.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_anybody_reads_the_privacy_pages_on_a_telephone(page: Page, live_server: str, staff: object) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    for address in ("/privacy/", "/privacy/policy"):
        page.goto(live_server + address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        axe(page)
