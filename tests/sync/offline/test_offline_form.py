"""The agent's form without network, as fingers use it."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_desk import looked_at
from tests.sync.offline.support import Tablet, expect_waiting, go_offline, go_online

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_a_person_is_received_without_network(tablet: Tablet) -> None:
    page = tablet.page
    expect(page.get_by_text("Con red")).to_be_visible()
    looked_at(page, "offline-01-desk")
    go_offline(page, tablet.proxy)
    page.goto(f"{tablet.address}/visits/new")
    expect(page.get_by_role("heading", name="Atención sin red")).to_be_visible()
    expect(page.get_by_text("Sin red").first).to_be_visible()
    looked_at(page, "offline-02-form")
    page.get_by_role("button", name="Guardar en esta tableta").click()
    expect(page.get_by_role("alert")).to_contain_text("Escoja al menos una necesidad.")
    looked_at(page, "offline-03-errors")
    page.get_by_text("Permisos para vivir en Colombia", exact=False).first.click()
    page.get_by_role("textbox", name="Nombres", exact=True).fill("Yohana Patricia")
    page.get_by_label("Primer apellido").fill("Velásquez")
    page.get_by_label("Fecha de nacimiento").fill("17/03/1991")
    page.get_by_role("button", name="Sí a las tres").click()
    page.locator("#referrals").get_by_text("Sí").click()
    looked_at(page, "offline-04-filled")
    page.get_by_role("button", name="Guardar en esta tableta").click()
    expect(page.get_by_role("heading", name="Guardado en esta tableta")).to_be_visible()
    looked_at(page, "offline-05-kept")
    expect_waiting(page, 1)
    page.get_by_role("link", name="Bandeja de salida").first.click()
    looked_at(page, "offline-06-outbox")
    go_online(page, tablet.proxy)
    expect_waiting(page, 0)
    expect(page.get_by_role("region", name="Recibidas por el servidor").get_by_text("BGA-")).to_be_visible()
    looked_at(page, "offline-07-receipts")
    assert tablet.count_captures() == {"recorded": 1}
    assert tablet.count_visits() == 1
    # The server made of it what it makes of the desk's form: the referral that the person allowed, too.
    page.get_by_role("link", name="Volver a Atender").click()
    page.locator("#q").fill("Yohana Velásquez")
    page.get_by_role("button", name="Buscar").last.click()
    expect(page.locator("#results")).to_contain_text("Yohana Patricia Velásquez")
