"""The board and the recipient's answer in a real browser, at tablet size, by keyboard."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.registers.calls.house import call, proposal, recipient, sent
from tests.support.browser import axe
from tests.support.server import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_the_board_is_worked_by_keyboard(app: Flask, signed_in: Page) -> None:
    page = signed_in
    with app.extensions["database"].write_session() as session:
        call_id = call(session)
        recipient(session)
        proposal(session, total_value=1000, cofinancing_approved=600)
        sent(session)
    with serve(app) as address:
        page.goto(f"{address}/registers/proposals/board")
        axe(page)
        choice = page.get_by_label("Mover a")
        choice.focus()
        choice.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Primera fase superada (1)")).to_be_visible()
        for path in (
            "/registers/proposals/success", f"/registers/calls/{call_id}", f"/registers/calls/{call_id}/proposals",
            f"/registers/calls/{call_id}/answers", "/registers/calls/coming", "/registers/calls/bulletins",
        ):  # fmt: skip
            page.goto(f"{address}{path}")
            axe(page)
        page.goto(f"{address}/registers/calls/bulletins")
        page.get_by_role("link", name="Semana del").click()
        expect(page.get_by_text("Han respondido 0 de 1")).to_be_visible()
        axe(page)


def test_a_recipient_answers_without_an_account(app: Flask, page: Page) -> None:
    with app.extensions["database"].write_session() as session:
        call(session)
        recipient(session)
        (path,) = sent(session)
    with serve(app) as address:
        page.goto(f"{address}{path}")
        axe(page)
        page.get_by_role("link", name="Leerla y responder").click()
        axe(page)
        page.get_by_label("Sí, nos interesa").check()
        page.get_by_role("button", name="Enviar la respuesta").click()
        expect(
            page.get_by_text("Hay algo por corregir").or_(page.locator("[data-error-summary]")).first
        ).to_be_visible()
        axe(page)
        page.get_by_label("Persona a cargo").fill("Pedro Niño")
        page.get_by_label("Teléfono").fill("607 555 0102")
        page.get_by_role("button", name="Enviar la respuesta").click()
        expect(page.get_by_text("Respondió que le interesa")).to_be_visible()
        axe(page)
