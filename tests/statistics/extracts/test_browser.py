"""Making an extract in a real browser, at tablet size."""

import pytest
from playwright.sync_api import Page, expect

from attention_point.foundation.database import Database
from tests.statistics.conftest import Office
from tests.statistics.extracts.people import record_consenting_people
from tests.support.browser import axe
from tests.support.server import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_an_extract_is_made_and_taken(page: Page, office: Office, database: Database) -> None:
    record_consenting_people(database, 55)
    with serve(office.app) as address:
        page.goto(f"{address}/statistics/extracts")
        axe(page)
        page.get_by_role("link", name="Hacer un extracto").click()
        axe(page)
        page.get_by_label("Periodo").select_option(label="julio de 2017 a diciembre de 2017")
        page.get_by_label("Organización que lo recibe").fill("Universidad Industrial de Santander")
        page.get_by_role("button", name="Hacer el extracto").click()
        expect(page.get_by_role("alert")).to_contain_text("Este dato es obligatorio")
        axe(page)
        page.get_by_label("Convenio que lo ampara").fill("Convenio 012 de 2018")
        page.get_by_label("El convenio está firmado").check()
        page.get_by_role("button", name="Hacer el extracto").click()
        expect(page.get_by_role("status").first).to_contain_text("El extracto quedó anotado")
        axe(page)
        with page.expect_download() as taken:
            page.get_by_role("button", name="Descargar el archivo").click()
            page.get_by_role("button", name="Sí, continuar").click()
        assert taken.value.suggested_filename == "extract-2017-07-to-2017-12.zip"
        page.reload()
        expect(page.get_by_role("button", name="Descargar el archivo")).to_have_count(0)
        page.get_by_role("link", name="Volver a los extractos").click()
        expect(page.get_by_text("Entregado el")).to_be_visible()
        page.get_by_role("link", name="julio de 2017 a diciembre de 2017").click()
        expect(page.get_by_role("rowheader", name="Sexo")).to_be_visible()
        axe(page)
