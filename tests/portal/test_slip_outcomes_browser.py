"""The public page of a slip in a real browser, on an old telephone: large buttons, two taps, legible for everybody."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from attention_point.foundation import clock
from tests.portal.support import referral_of, visit
from tests.portal.test_pages import code_of
from tests.portal.test_slip_outcomes import read_referral
from tests.support.browser import axe
from tests.support.server import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_a_visitor_answers_with_two_taps_on_a_telephone(page: Page, app: Flask) -> None:
    answer = dict(visit(app, needs=["EMP-SENA"], attended_at=clock.now().isoformat()))
    page.set_viewport_size({"width": 360, "height": 740})
    with serve(app) as address:
        page.goto(f"{address}/slips")
        axe(page)
        page.get_by_label("Código de su hoja").fill(code_of(app, answer).lower())
        page.get_by_role("button", name="Continuar").click()
        button = page.get_by_role("button", name="Me negaron la atención")
        expect(button).to_be_visible()
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 60
        assert box["width"] >= 270
        axe(page)
        button.click()
        expect(page.get_by_text("Gracias. Su respuesta quedó guardada.")).to_be_visible()
        axe(page)
        page.get_by_role("button", name="No", exact=True).click()
        expect(page.get_by_role("button", name="Sí, me atendieron")).to_be_visible()
    (outcome,) = read_referral(app, referral_of(answer, "sena")).person_outcomes
    assert (outcome["outcome"], outcome["asked_for_money"]) == ("refused", False)
