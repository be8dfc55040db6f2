"""The report in a real browser, at tablet size: a section is written from its draft and seen in the preview."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from attention_point.foundation.access import SYSTEM
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import services
from tests.support.browser import axe
from tests.support.pages import PageClient
from tests.support.server import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
SignIn = Callable[..., PageClient]


def test_a_section_is_written_from_its_draft(app: Flask, as_role: SignIn, page: Page) -> None:
    with app.extensions["database"].write_session() as session:
        for name, state in (("Foro del agua", "done"), ("Foro aplazado", "postponed")):
            services.add_record(
                session, SYSTEM, EVENTS, {"name": name, "state": state, "year": 2019, "countries": ["NL"]}
            )
    cookie = as_role("office").get_cookie("session")
    assert cookie is not None
    page.context.add_cookies([{"name": "session", "value": cookie.value, "domain": "127.0.0.1", "path": "/"}])
    with serve(app) as address:
        page.goto(f"{address}/report")
        axe(page)
        page.goto(f"{address}/report/2019")
        axe(page)
        page.get_by_role("link", name="Escribir Posicionamiento").click()
        axe(page)
        page.get_by_role("button", name="Usar el borrador").click()
        expect(page.locator("#account")).to_have_value(re.compile("# Foro del agua"))
        page.get_by_role("button", name="Guardar").click()
        expect(page.get_by_text("Versión 1")).to_be_visible()
        page.get_by_role("link", name="Vista previa").click()
        expect(page.get_by_role("heading", name="Foro del agua")).to_be_visible()
        axe(page)
