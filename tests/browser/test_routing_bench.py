"""The office tries a change of a service on the bench of routes before it is saved; every page keeps WCAG."""

import pytest
from playwright.sync_api import Page, expect

from attention_point.foundation.database import Database
from attention_point.routing.bench.case_store import load_shipped_cases
from tests.accounts.support import add_account
from tests.browser.test_desk import looked_at, sign_in
from tests.support.directory import load_shipped

pytestmark = pytest.mark.browser
OFFICE = "oficina@example.org"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_office_writes_a_case_and_sees_what_a_change_would_alter(
    page: Page, live_server: str, database: Database
) -> None:
    with database.write_session() as session:
        load_shipped(session)
        load_shipped_cases(session)
    add_account(database, OFFICE, "office")
    page.set_viewport_size({"width": 800, "height": 1280})
    sign_in(page, live_server, OFFICE)
    page.goto(f"{live_server}/routing/cases")
    looked_at(page, "routing-bench-1-cases")
    page.get_by_role("link", name="Agregar un caso").click()
    page.get_by_label("La persona, con sus palabras").fill("Señora que busca un cupo para su nieta")
    page.get_by_label("Día de la atención").fill("03/02/2023")
    page.get_by_text("Cupo escolar", exact=True).first.click()
    looked_at(page, "routing-bench-2-new")
    page.get_by_role("button", name="Guardar el caso").click()
    expect(page.get_by_role("heading", name="Señora que busca un cupo para su nieta")).to_be_visible()
    looked_at(page, "routing-bench-3-case")

    page.goto(f"{live_server}/directory/services/EDU/edit")
    page.locator("[name=offers-0-valid_to]").fill("31/12/2019")
    page.get_by_role("button", name="Ver qué cambia").click()
    expect(page.get_by_text("Ya no responden como se espera", exact=False)).to_be_visible()
    expect(page.locator("[name=offers-0-valid_to]")).to_have_value("31/12/2019")
    page.set_viewport_size({"width": 360, "height": 740})
    looked_at(page, "routing-bench-4-what-changes")
    page.goto(f"{live_server}/routing/versions")
    looked_at(page, "routing-bench-5-versions")
    page.goto(f"{live_server}/routing/compare")
    looked_at(page, "routing-bench-6-compare")
