"""Twins with one passport at the desk: the agent is asked, decides, and sees later what was on file before."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_desk import looked_at, sign_in, staff
from tests.support.browser import axe

__all__ = ["staff"]  # a fixture
pytestmark = pytest.mark.browser


def check(page: Page, address: str, given_names: str, need: str = "Permisos para vivir en Colombia") -> None:
    """Fill the form of a child with the mother's passport, up to the check page."""
    page.goto(f"{address}/visits/new")
    page.get_by_text(need, exact=False).first.click()
    page.get_by_role("textbox", name="Nombres", exact=True).fill(given_names)
    page.get_by_label("Primer apellido").fill("Rondón")
    page.get_by_label("Fecha de nacimiento").fill("02/05/1990")
    page.get_by_label("Pasaporte").check()
    page.get_by_label("Número").first.fill("045678123")
    page.get_by_role("button", name="Sí a las tres").click()
    page.get_by_role("button", name="Revisar y continuar").click()


def save(page: Page) -> None:
    """Refer and save."""
    page.get_by_text("La persona dice sí").first.click()
    page.get_by_role("button", name="Guardar e imprimir").click()


def nothing_is_cut_off_on_a_phone(page: Page, table: str) -> None:
    """A table fits the screen of a phone: who compares two people sees both of them."""
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.get_by_role("region", name=table)).to_be_visible()
    assert page.get_by_role("region", name=table).evaluate("region => region.scrollWidth <= region.clientWidth")
    axe(page)
    page.set_viewport_size({"width": 1024, "height": 768})


def test_twins_with_one_passport(page: Page, live_server: str, staff: Callable[[str, str | None], str]) -> None:
    sign_in(page, live_server, staff("agent", None))
    expect(page.get_by_role("heading", name="Atender a una persona")).to_be_visible()
    check(page, live_server, "María José")
    save(page)
    expect(page.get_by_text("La referencia es BGA-")).to_be_visible()

    check(page, live_server, "Zuleima")
    expect(page.get_by_text("El mismo documento, otro nombre.")).to_be_visible()
    looked_at(page, "20-asked")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Diga si es alguna de estas personas.")
    looked_at(page, "21-asked-again")
    page.get_by_role("button", name="Es otra persona").click()
    expect(page.get_by_text("Usted dijo que es otra persona")).to_be_visible()
    looked_at(page, "22-somebody-else")
    page.get_by_role("button", name="Guardar e imprimir").click()
    expect(page.get_by_text("La referencia es BGA-")).to_be_visible()

    check(page, live_server, "Zulema", "Empleo, formación y certificación")
    page.get_by_role("button", name="Es esta persona Zuleima Rondón").click()
    expect(page.get_by_role("heading", name="Persona registrada: Zuleima Rondón")).to_be_visible()
    looked_at(page, "23-chosen")
    nothing_is_cut_off_on_a_phone(page, "Lo que cambia en el registro")
    save(page)
    page.get_by_role("link", name="La persona y sus atenciones").click()
    expect(page.get_by_text("Antes: Zuleima Rondón, hasta el")).to_be_visible()
    looked_at(page, "24-history")
    page.goto(f"{live_server}/people/compare")
    expect(page.get_by_text("Coinciden: documento")).to_be_visible()
    looked_at(page, "25-pairs")
    page.get_by_role("link", name="Comparar").click()
    nothing_is_cut_off_on_a_phone(page, "Lo que se sabe de las dos")
    looked_at(page, "26-pair")
    page.get_by_text("La misma persona: ella misma lo dice").click()
    page.get_by_role("button", name="Guardar la decisión").click()
    expect(page.get_by_role("heading", name="Registros unidos de esta persona")).to_be_visible()
    looked_at(page, "27-joined")
    page.get_by_role("link", name="Ver lado a lado o separar").click()
    page.get_by_text("Se decidió por error").click()
    page.get_by_role("button", name="Deshacer").click()
    expect(page.get_by_text("La decisión se deshizo.")).to_be_visible()
    page.goto(f"{live_server}/desk")
    page.locator("#q").fill("045678123")
    page.get_by_role("button", name="Buscar").click()
    nothing_is_cut_off_on_a_phone(page, "Personas encontradas")
