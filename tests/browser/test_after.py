"""A returning person on a tablet: what became of her referrals, what she says of them, and the printing of the slip."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import select

from attention_point.intake.models import Visit
from attention_point.referrals import queries as referral_queries
from tests.browser.test_desk import looked_at, sign_in, staff
from tests.support.visits import person, recorded

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
Staff = Callable[[str, str | None], str]
__all__ = ["staff"]
TABLET: ViewportSize = {"width": 800, "height": 1280}


def record_visit(app: Flask) -> tuple[UUID, UUID]:
    """A visit of last week: its id and its person's."""
    with app.extensions["database"].write_session() as session:
        visit = UUID(recorded(session, person=person(), needs=["EMP-SENA", "MIG-REG"])["id"])
        return visit, session.scalars(select(Visit.person_id).where(Visit.id == visit)).one()


def outcomes(app: Flask, visit: UUID) -> list[str]:
    with app.extensions["database"].read_session() as session:
        referrals = referral_queries.list_decrypted_of_visit(session, visit)
        return [referral.person_outcome["outcome"] for referral in referrals if referral.person_outcome]


def test_what_she_says_is_noted_and_a_need_repeated_without_losing_the_form(
    page: Page, live_server: str, app: Flask, staff: Staff
) -> None:
    agent = staff("agent", None)
    visit, person_id = record_visit(app)
    page.set_viewport_size(TABLET)
    sign_in(page, live_server, agent)
    page.goto(f"{live_server}/people/{person_id}/visits/new")
    news = page.get_by_role("region", name="Qué pasó con las remisiones")
    expect(news).to_be_in_viewport()  # no tap after the person is found
    looked_at(page, "30-what-became-of-it")
    address = page.url
    page.locator("summary", has_text="Notas y fecha").click()
    page.get_by_label("Notas").first.fill("Vino con su hija.")
    news.get_by_role("button", name="Se la negaron").first.click()
    expect(news.get_by_text("Dice que le negaron la atención")).to_be_visible()
    news.get_by_role("link", name="Repetir esta necesidad").first.click()
    expect(news.get_by_text("Agregada a las necesidades")).to_be_visible()
    looked_at(page, "31-noted-and-repeated")
    expect(page).to_have_url(address)
    expect(page.get_by_label("Notas").first).to_have_value("Vino con su hija.")
    assert page.locator("input[name=needs]:checked").count() == 1
    assert outcomes(app, visit) == ["refused"]


def test_without_script_what_she_says_is_noted_too(page: Page, live_server: str, app: Flask, staff: Staff) -> None:
    agent = staff("agent", None)
    visit, person_id = record_visit(app)
    browser = page.context.browser
    assert browser
    context = browser.new_context(java_script_enabled=False, viewport=TABLET)
    plain = context.new_page()
    sign_in(plain, live_server, agent)
    plain.goto(f"{live_server}/people/{person_id}")
    plain.get_by_role("group", name="Lo que la persona cuenta").first.get_by_role("button", name="Sí").click()
    expect(plain.get_by_text("Dice que recibió atención")).to_be_visible()
    assert plain.url.endswith(f"/people/{person_id}")
    plain.get_by_role("link", name="Repetir esta necesidad").first.click()
    expect(plain.locator("input[name=needs]:checked")).to_have_count(1)
    plain.goto(f"{live_server}/visits/{visit}?print=1")
    expect(plain.get_by_role("link", name="Abrir la hoja de remisión")).to_be_visible()
    expect(plain.get_by_role("button", name="Imprimir la hoja")).to_be_hidden()
    assert outcomes(app, visit) == ["served"]
    context.close()


def test_the_slip_is_printed_once_and_nothing_else_of_the_page(
    page: Page, live_server: str, app: Flask, staff: Staff
) -> None:
    agent = staff("agent", None)
    visit, _person = record_visit(app)
    page.set_viewport_size(TABLET)
    page.add_init_script("window.print = () => sessionStorage.setItem('printed', +(sessionStorage.printed ?? 0) + 1)")
    sign_in(page, live_server, agent)
    page.goto(f"{live_server}/visits/{visit}?print=1")
    page.wait_for_function("sessionStorage.printed === '1'")
    expect(page).to_have_url(f"{live_server}/visits/{visit}")
    page.reload()
    page.wait_for_load_state("load")
    assert page.evaluate("sessionStorage.printed") == "1"
    looked_at(page, "32-visit-and-slip")
    page.get_by_role("button", name="Imprimir la hoja").click()
    page.wait_for_function("sessionStorage.printed === '2'")
    page.emulate_media(media="print")
    expect(page.locator("article.slip")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_hidden()
    expect(page.get_by_text("La persona y lo que necesita")).to_be_hidden()
    page.goto(f"{live_server}/visits")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".button:visible")).to_have_count(0)  # on no page's paper
    page.emulate_media(media="screen")
    expect(page.locator(".button:visible")).not_to_have_count(0)
    looked_at(page, "33-visits")
    page.set_viewport_size({"width": 390, "height": 844})
    looked_at(page, "34-visits-on-a-telephone")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
