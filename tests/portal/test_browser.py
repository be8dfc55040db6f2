"""The entity's list in a real browser, on a telephone: what does not open says so where one looks."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from attention_point.accounts import services as account_services
from attention_point.foundation.access import SYSTEM
from attention_point.referrals.models import Referral
from tests.accounts.support import PASSWORD, password_hash
from tests.portal.support import referral_of, visit
from tests.support.browser import axe
from tests.support.damage import damage
from tests.support.server import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_the_sentence_of_a_damaged_referral_fits_a_telephone(page: Page, app: Flask) -> None:
    database = app.extensions["database"]
    visit(app)
    damage(database, Referral.sealed, referral_of(visit(app), "sena"))
    with database.write_session() as session:
        new_account = account_services.NewAccount("sena@example.org", "Ana Rojas", "entity", "sena")
        account_services.add_account(session, SYSTEM, new_account, password_hash(), must_change=False)
    page.set_viewport_size({"width": 360, "height": 740})
    with serve(app) as address:
        page.goto(f"{address}/sign-in")
        page.locator("input[name=email]").fill("sena@example.org")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").click()
        sentence = page.get_by_text("Este registro no abre. Avise a la administración.")
        expect(sentence).to_be_visible()
        box, frame = sentence.bounding_box(), page.locator(".table-scroll").bounding_box()
        assert box is not None
        assert frame is not None
        assert box["x"] + box["width"] <= frame["x"] + frame["width"]
        axe(page)
