"""The agreements in a real browser, at tablet size."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.shared.records import services
from tests.browser.test_desk import looked_at, sign_in
from tests.support.pages import PageClient

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
FACTS: dict[str, Any] = {
    "name": "Estudio de humedales",
    "state": "running",
    "partners": [{"name": "Fundación Río Vivo", "role": "partner"}, {"name": "Embajada de Noruega", "role": "funder"}],
    "signed": "2019-05",
    "contributions": [
        {"side": "municipality", "amount": {"amount": "0"}},
        {"side": "partners", "means": "in-kind", "amount": {"amount": "38000000", "mark": "approximate"}},
    ],
    "beneficiaries": [{"group": "estudiantes", "count": {"number": 10000, "mark": "at_least"}}],
    "exchanges": [{"country": "NL", "topic": "manejo del agua"}],
}


def test_an_agreement_is_followed_to_its_end(
    page: Page, app: Flask, live_server: str, as_role: Callable[..., PageClient]
) -> None:
    as_role("office")
    soon = clock.today() + timedelta(days=9)
    milestones = [{"name": "Informe final", "due": soon}, {"name": "Mesas", "count": 3, "date": "2019-11-24"}]
    with app.extensions["database"].write_session() as session:
        services.add_record(session, SYSTEM, AGREEMENTS, {**FACTS, "milestones": milestones, "valid_to": soon})
    sign_in(page, live_server, "office.desk.1@example.org")
    page.goto(f"{live_server}/registers/agreements")
    expect(page.get_by_role("table", name="Plazos")).to_contain_text("En 9 días")
    looked_at(page, "agreements-1-list")
    page.get_by_role("link", name="Plazos", exact=True).click()
    looked_at(page, "agreements-2-deadlines")
    page.get_by_role("link", name="Estudio de humedales").first.click()
    expect(page.get_by_role("table", name="Suma de los aportes")).to_contain_text("cerca de $ 38.000.000")
    looked_at(page, "agreements-3-record")
    page.get_by_role("link", name="Editar").click()
    looked_at(page, "agreements-4-form")
    page.get_by_label("Estado").select_option("done")
    milestone = page.get_by_label("Cumplido el").first
    page.locator("details", has=milestone).locator("summary").first.click()
    milestone.fill("mañana")
    page.get_by_role("button", name="Guardar").click()
    expect(page.get_by_role("alert")).to_contain_text("Escriba un año, un mes o un día")
    looked_at(page, "agreements-5-form-with-an-error")
    page.get_by_label("Cumplido el").first.fill(f"{soon:%d/%m/%Y}")
    page.get_by_role("button", name="Guardar").click()
    expect(page.get_by_role("table", name="Hitos")).to_contain_text("Cumplido")
    page.goto(f"{live_server}/registers/agreements")
    expect(page.get_by_role("table", name="Plazos")).to_have_count(0)
    expect(page.get_by_role("cell", name="Ejecutado")).to_be_visible()
