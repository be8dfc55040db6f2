"""The events in a real browser, at tablet size: added by hand, brought from a spreadsheet, seen by month."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from attention_point.foundation.access import SYSTEM
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import services
from attention_point.registers.shared.spreadsheets.exporting import build_xlsx
from attention_point.registers.shared.spreadsheets.spreadsheet_reader import MAX_ROWS
from tests.support.browser import axe
from tests.support.server import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_an_event_is_added_and_seen(app: Flask, signed_in: Page) -> None:
    page = signed_in
    with serve(app) as address:
        page.goto(f"{address}/registers/events/new")
        axe(page)
        page.get_by_label("Nombre", exact=False).first.fill("Hora del Río")
        page.get_by_label("Fecha", exact=False).first.fill("30/03/2019")
        page.locator("#state").select_option("postponed")
        expect(page.locator("#new_date")).to_be_visible()
        page.locator("#new_date").fill("2020")
        page.get_by_role("button", name="Guardar").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Hora del Río")
        axe(page)
        page.goto(f"{address}/registers/events/calendar?month=2019-03")
        expect(page.get_by_role("link", name="Hora del Río")).to_be_visible()
        axe(page)
        page.goto(f"{address}/registers")
        axe(page)


def test_a_spreadsheet_of_the_greatest_size_is_checked_and_imported(
    app: Flask, signed_in: Page, tmp_path: Path
) -> None:
    page = signed_in
    with app.extensions["database"].write_session() as session:
        services.add_record(session, SYSTEM, EVENTS, {"name": "Foro 7", "state": "done"})
    file = tmp_path / "eventos.xlsx"
    file.write_bytes(
        build_xlsx("A", ["Nombre", "Estado"], [[f"Foro {number}", "realizado"] for number in range(MAX_ROWS)])
    )
    with serve(app) as address:
        page.goto(f"{address}/registers/events/import")
        axe(page)
        page.get_by_label("Hoja de cálculo").set_input_files(file)
        page.get_by_role("button", name="Revisar el archivo").click()
        expect(page.get_by_text("Por agregar: 1.999")).to_be_visible()
        axe(page)
        page.get_by_role("button", name="Importar todas las filas").click()
        expect(page.get_by_text("1.999 agregados")).to_be_visible()
        axe(page)
