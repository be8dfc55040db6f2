"""An agent corrects what she recorded an hour ago, adds what she forgot, and annuls what should not be there."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import select

from attention_point.accounts.models import Account
from attention_point.foundation import clock
from attention_point.intake.draft import read_draft
from attention_point.intake.services import record_visit
from attention_point.people.models import Person
from attention_point.people.records import open_chosen_person
from tests.browser.test_desk import looked_at, sign_in, staff
from tests.support.visits import acting, consents, draft, person

__all__ = ["staff"]  # a fixture
pytestmark = pytest.mark.browser
TABLET_UPRIGHT: ViewportSize = {"width": 800, "height": 1280}
MOST_TAPS = 5  # from the desk's home to the corrected birth date


class Finger:
    """Taps, and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, role: str, name: str) -> None:
        """Tap the first link, button or field of this name."""
        self.taps += 1
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]


@pytest.fixture
def reference(app: Flask, staff: Callable[[str, str | None], str]) -> str:
    """The reference of a visit that the agent recorded just now: an hour ago may have been yesterday."""
    staff("agent", None)
    now = clock.to_local_time(clock.now()).isoformat()
    with app.extensions["database"].write_session() as session:
        agent = replace(acting("agent"), id=session.scalars(select(Account.id)).one())
        answers = consents(("attention", True), ("referral:*", True))
        stated = draft(attended_at=now, person=person(), needs=["MIG-REG"], consents=answers)
        reference: str = record_visit(session, agent, read_draft(stated), channel="desk").response["reference"]
        session.commit()
    return reference


def test_a_birth_date_is_corrected_in_few_taps(app: Flask, page: Page, live_server: str, reference: str) -> None:
    page.set_viewport_size(TABLET_UPRIGHT)
    sign_in(page, live_server, "agent.desk@example.org")
    finger = Finger(page)
    finger.tap("link", reference)
    looked_at(page, "30-visit")
    finger.tap("link", "Corregir a la persona")
    looked_at(page, "31-correct-person")
    finger.tap("textbox", "Fecha de nacimiento")
    page.keyboard.press("Control+A")
    page.keyboard.type("18041992")
    finger.tap("button", "Guardar la corrección")
    expect(page.get_by_text("Los datos quedaron corregidos.")).to_be_visible()
    looked_at(page, "32-corrected")
    assert finger.taps <= MOST_TAPS
    with app.extensions["database"].read_session() as session:
        who = session.scalars(select(Person.id)).one()
        assert open_chosen_person(session, who).record["birth_date"] == "1992-04-18"


def test_a_need_is_added_and_the_visit_corrected_and_annulled(page: Page, live_server: str, reference: str) -> None:
    page.set_viewport_size(TABLET_UPRIGHT)
    sign_in(page, live_server, "agent.desk@example.org")
    page.get_by_role("link", name=reference).first.click()
    page.get_by_role("link", name="Agregar una necesidad").click()
    looked_at(page, "33-needs")
    page.get_by_role("group", name="Qué más necesita la persona").get_by_text("SENA", exact=False).first.click()
    page.get_by_role("button", name="Agregar a esta atención").click()
    expect(page.get_by_role("heading", name="Un servicio nuevo u otra entidad: decida si remite")).to_be_visible()
    looked_at(page, "34-decisions")
    page.get_by_text("La persona dice sí").first.click()
    page.get_by_role("button", name="Agregar a esta atención").click()
    expect(page.get_by_text("La atención quedó corregida.")).to_be_visible()
    looked_at(page, "35-added")
    page.get_by_role("link", name="Corregir esta atención").click()
    looked_at(page, "36-correct-visit")
    page.get_by_label("Notas").fill("Trajo el pasaporte")
    page.get_by_role("button", name="Guardar la corrección").click()
    expect(page.get_by_text("La atención quedó corregida.")).to_be_visible()
    page.get_by_role("link", name="Anular").click()
    looked_at(page, "37-annul")
    page.get_by_text("Se registró dos veces").click()
    page.get_by_role("button", name="Anular esta atención").click()
    expect(page.get_by_text("Esta atención se anuló el")).to_be_visible()
    looked_at(page, "38-annulled")
    page.set_viewport_size({"width": 360, "height": 740})
    looked_at(page, "39-annulled-narrow")
