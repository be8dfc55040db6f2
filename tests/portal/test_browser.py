"""The entity's list in a real browser, on a telephone: what does not open says so where one looks."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from attention_point.accounts import services as account_services
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.referrals.models import Referral
from tests.accounts.support import PASSWORD, password_hash
from tests.browser.test_desk import looked_at
from tests.portal.support import referral_of, visit
from tests.portal.test_pages import code_of
from tests.support.browser import axe
from tests.support.damage import damage
from tests.support.server import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def liaison(page: Page, app: Flask) -> Callable[[], None]:
    """Signs in the person of SENA, whose entity stands in the directory by then, on a telephone."""
    page.set_viewport_size({"width": 360, "height": 740})

    def sign_in() -> None:
        with app.extensions["database"].write_session() as session:
            new_account = account_services.NewAccount("sena@example.org", "Ana Rojas", "entity", "sena")
            account_services.add_account(session, SYSTEM, new_account, password_hash(), must_change=False)
        page.locator("input[name=email]").fill("sena@example.org")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").click()

    return sign_in


def test_a_damaged_referral_the_tabs_and_the_reasons_to_reject_fit_a_telephone(
    page: Page, app: Flask, liaison: Callable[[], None]
) -> None:
    visit(app)
    damage(app.extensions["database"], Referral.sealed, referral_of(visit(app), "sena"))
    with serve(app) as address:
        page.goto(f"{address}/sign-in")
        liaison()
        sentence = page.get_by_text("Este registro no abre. Avise a la administración.")
        expect(sentence).to_be_visible()
        box, frame = sentence.bounding_box(), page.locator(".rows").bounding_box()
        assert box is not None
        assert frame is not None
        assert box["x"] + box["width"] <= frame["x"] + frame["width"]
        axe(page)
        assert page.get_by_role("link", name="Respondidas").evaluate(
            "tab => tab.getBoundingClientRect().right <= innerWidth"
        )
        page.goto(f"{address}/entities/sena/reasons")
        field = page.get_by_label("En español").first
        expect(field).to_be_visible()
        assert field.evaluate("field => field.offsetWidth > 250")
        axe(page)


def test_an_appointment_is_asked_for_once_the_referral_is_accepted(
    page: Page, app: Flask, liaison: Callable[[], None]
) -> None:
    referral = referral_of(visit(app), "sena")
    with serve(app) as address:
        page.goto(f"{address}/portal/referrals/{referral}")
        liaison()
        day = page.get_by_label("Día de la cita")
        expect(day).to_be_hidden()
        page.get_by_text("Aceptada", exact=True).click()
        expect(day).to_be_visible()
        day.fill((clock.today() + timedelta(days=5)).strftime("%d/%m/%Y"))
        page.get_by_role("button", name="Guardar la respuesta").click()
        expect(page.get_by_text("Escriba el día y la hora de la cita.").first).to_be_visible()
        looked_at(page, "portal-1-no-time")
        page.get_by_label("Hora de la cita").fill("14:30")
        page.get_by_label("Lugar").fill("Carrera 27 # 15-07")
        page.get_by_role("button", name="Guardar la respuesta").click()
        expect(page.get_by_text("2:30 p. m. · Carrera 27 # 15-07").first).to_be_visible()
        looked_at(page, "portal-2-appointment")


# Chromium reads codes on telephones alone: here the camera's picture is looked at, and the code is given.
DETECTOR = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect(video) {
    const canvas = new OffscreenCanvas(video.videoWidth || 1, video.videoHeight || 1).getContext("2d");
    canvas.drawImage(video, 0, 0);
    const { data } = canvas.getImageData(0, 0, canvas.canvas.width, canvas.canvas.height);
    return data.some((value, n) => n % 4 < 3 && value) ? [{ rawValue: "ADDRESS" }] : [];
  }
};
"""


def test_the_camera_reads_a_slip_and_an_answer_from_the_list_is_undone(
    page: Page, app: Flask, liaison: Callable[[], None]
) -> None:
    answer = dict(visit(app))
    page.clock.install()
    page.add_init_script(DETECTOR.replace("ADDRESS", f"https://point.example/portal/slips/{code_of(app, answer)}"))
    with serve(app) as address:
        page.goto(f"{address}/portal")
        liaison()
        # Not allowed: it is said, the code can be typed, and the next try begins anew.
        page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error()); }")
        page.get_by_role("button", name="Leer la hoja").click()
        expect(page.get_by_text("No se puede usar la cámara")).to_be_visible()
        page.evaluate("() => { delete navigator.mediaDevices.getUserMedia; }")
        page.get_by_role("button", name="Leer la hoja").click()
        expect(page.get_by_role("heading", name=answer["reference"])).to_be_visible()
        undo = page.get_by_role("button", name="Deshacer")
        page.goto(f"{address}/portal")
        # The page's time stands still: nothing hides by itself before the test says so.
        page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 5)
        for is_first in (True, False):
            page.locator(".row").get_by_role("link", name="Responder").click()
            page.get_by_role("button", name="Aceptada").click()
            expect(undo).to_be_visible()
            if is_first:
                undo.click()
                expect(page.get_by_text("1 respuesta deshecha.")).to_be_visible()
        page.mouse.move(0, 0)  # what is pointed at stays
        page.clock.run_for(9_000)
        expect(undo).to_be_visible()
        page.clock.run_for(4_000)
        expect(undo).to_have_count(0)
