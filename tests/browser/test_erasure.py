"""A supervisor erases a person who asked for it, on a tablet and on a telephone."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from attention_point.intake.models import Visit
from tests.browser.test_desk import looked_at, sign_in, staff
from tests.support.visits import person, recorded

__all__ = ["staff"]  # a fixture
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [800, 360])
def test_a_person_is_erased_and_leaves_a_note(
    app: Flask, page: Page, live_server: str, staff: Callable[[str, str | None], str], width: int
) -> None:
    email = staff("supervisor", None)
    with app.extensions["database"].write_session() as session:
        visit = UUID(str(recorded(session, person=person(given_names="Yohana", surname_1="Rondón"))["id"]))
        person_id = session.scalars(select(Visit.person_id).where(Visit.id == visit)).one()
    page.set_viewport_size({"width": width, "height": 1280 if width == 800 else 740})
    sign_in(page, live_server, email)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"{live_server}/people/{person_id}/erase")
    looked_at(page, f"erase-{width}")
    page.get_by_role("button", name="Borrar los datos").click()
    expect(page.get_by_text("Elija por qué se borran los datos.").first).to_be_visible()
    looked_at(page, f"erase-refused-{width}")
    page.get_by_label("La persona lo pidió").check()
    page.get_by_label("Número de la solicitud o de la orden").fill("Radicado 12")
    page.get_by_label("Sé que nadie puede recuperar los datos").check()
    page.get_by_role("button", name="Borrar los datos").click()
    expect(page).to_have_url(f"{live_server}/people/erased")
    expect(page.get_by_text("Radicado 12")).to_be_visible()
    looked_at(page, f"erased-{width}")
