"""The route at the desk: the questions that a need calls for, what is closed, and what the slip says of it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_desk import looked_at, sign_in, staff

__all__ = ["staff"]  # a fixture
pytestmark = pytest.mark.browser


def test_a_closed_procedure_is_said_before_anybody_goes_there(
    page: Page, live_server: str, staff: Callable[..., str]
) -> None:
    sign_in(page, live_server, staff("agent"))
    page.goto(f"{live_server}/visits/new")
    arrival = page.locator("input[name=arrived_on]")
    expect(arrival).to_be_hidden()
    page.locator("label:has(input[name=needs][value=MIG-REG])").click()
    expect(arrival).to_be_visible()  # asked only where a need makes it matter
    arrival.fill("03/2022")
    expect(page.locator("output[for=arrived_on]")).to_have_text("marzo de 2022")
    page.locator("label:has(input[name=entry_stamped][value=no])").click()
    # A child born here without the note of nationality goes another way: who registers a birth sees that it is asked.
    # What was answered goes back into the fold with the need, and the fold says that it has answers.
    page.get_by_text("Otras necesidades").click()
    note = page.locator("label:has(input[name=child_born_in_colombia_without_note])")
    fold = page.locator("details.fold", has_text="Hechos que cambian la ruta").locator("summary")
    expect(note).to_be_hidden()
    page.locator("label:has(input[name=needs][value=RC-NAC])").click()
    note.click()
    expect(fold.locator(".fold__filled")).to_be_hidden()
    page.locator("label:has(input[name=needs][value=RC-NAC])").click()
    expect(note).to_be_hidden()
    expect(fold.locator(".fold__filled")).to_be_visible()
    fold.click()
    note.click()
    fold.click()
    expect(page.locator("[data-asks] label:has(input[name=registered_in])").first).to_be_visible()
    page.locator("#birth_date").fill("28")
    page.get_by_text("Notas y fecha").click()
    page.locator("#attended_on").fill("09/11/2022")
    page.locator("summary", has_text="Migración").click()
    page.locator("#status").select_option("irregular")
    page.locator("label:has(input[name=documents-0-type][value=DE])").click()
    for width in (800, 360):
        page.set_viewport_size({"width": width, "height": 1280})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        looked_at(page, f"50-facts-{width}")
    page.get_by_role("button", name="Revisar y continuar").click()
    expect(page.get_by_role("heading", name="Revise antes de guardar")).to_be_visible()
    looked_at(page, "51-closed")
    expect(page.get_by_text("Cerrado para esta persona.")).to_be_visible()
    page.get_by_role("button", name="Guardar e imprimir").click()
    expect(page.get_by_text("La referencia es BGA-")).to_be_visible()
    looked_at(page, "52-saved")
    slip = page.locator("article.slip")
    expect(slip).not_to_contain_text(re.compile("Teléfono: .*605"))
    expect(slip).not_to_contain_text("Lleve")
