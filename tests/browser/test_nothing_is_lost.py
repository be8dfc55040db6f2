"""What was typed is there after going back, reloading, a closed page and a new sign-in; for its agent alone."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Response, Route, expect
from sqlalchemy import func, select

from attention_point.intake.models import FormDraft, Visit
from tests.accounts.support import PASSWORD
from tests.browser.test_desk import CHECK_ADDRESS, SAVED_ADDRESS, looked_at, sign_in, sign_out, staff
from tests.support.browser import PATIENCE

__all__ = ["staff"]  # a fixture
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

NAME = "Zulimar <Canaria>"
# As if another tab were before it: what was typed is sent at once.
SET_ASIDE = """() => {
  Object.defineProperty(document, "hidden", { value: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
Staff = Callable[[str, str | None], str]
STORED = "async () => localStorage.length + sessionStorage.length + (await indexedDB.databases()).length"


def count(app: Flask, table: Any) -> int:
    """Rows of a table."""
    with app.extensions["database"].read_session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def wait_until_kept(page: Page, app: Flask, number: int) -> None:
    """Wait for what a page sends by the way and waits for no reply to: so many searches and forms are kept."""
    for _moment in range(600):
        if count(app, FormDraft) == number:
            return
        page.wait_for_timeout(100)
    raise AssertionError(count(app, FormDraft))


def begin(page: Page) -> None:
    """A new form with a need and a name."""
    # A link, or after a search the button that carries what was searched for into the form.
    page.get_by_role("link", name="Persona nueva").or_(page.get_by_role("button", name="Persona nueva")).first.click()
    page.get_by_text("Permisos para vivir en Colombia", exact=False).first.click()
    page.get_by_role("textbox", name="Nombres", exact=True).fill(NAME)


def begin_and_keep(page: Page) -> None:
    """A new form, all of which is on the server."""
    # A machine that stops between need and name for long enough keeps the need first, and the name with the next time.
    with page.expect_response(_has_name, timeout=2 * PATIENCE):
        begin(page)
    expect(page.get_by_text("Borrador guardado:")).to_be_visible()


def _has_name(response: Response) -> bool:
    return response.request.method == "POST" and "Canaria" in (response.request.post_data or "")


def lead_to_check(page: Page) -> None:
    """By the form's button."""
    page.get_by_role("button", name="Revisar y continuar").click()
    expect(page.get_by_role("heading", name="Revise antes de guardar")).to_be_visible()
    expect(page).to_have_url(CHECK_ADDRESS)


def test_back_and_reload_show_the_right_page(page: Page, app: Flask, live_server: str, staff: Staff) -> None:
    sign_in(page, live_server, staff("agent", None))
    page.locator("#q").fill("Zulimar Nadie")
    page.get_by_role("button", name="Buscar").click()
    expect(page.get_by_text("No hay nadie registrado que coincida.")).to_be_visible()
    page.wait_for_url("**/desk/search/*")
    assert "Zulimar" not in page.url
    wait_until_kept(page, app, 1)
    page.reload()
    expect(page.get_by_text("No hay nadie registrado que coincida.")).to_be_visible()
    expect(page.locator("#q")).to_have_value("Zulimar Nadie")
    begin(page)
    page.go_back()
    expect(page.get_by_text("No hay nadie registrado que coincida.")).to_be_visible()
    page.go_forward()
    begin_again = page.get_by_role("textbox", name="Nombres", exact=True)
    begin_again.fill(NAME)
    page.get_by_text("Permisos para vivir en Colombia", exact=False).first.check()
    lead_to_check(page)
    page.go_back()
    expect(page.get_by_role("textbox", name="Nombres", exact=True)).to_have_value(NAME)
    page.go_forward()
    expect(page.get_by_text(NAME).first).to_be_visible()
    page.reload()
    expect(page.get_by_text(NAME).first).to_be_visible()
    page.get_by_text("La persona dice sí").first.click()
    page.get_by_role("button", name="Guardar e imprimir").dblclick()
    expect(page.get_by_text("La referencia es BGA-")).to_be_visible()
    expect(page).to_have_url(SAVED_ADDRESS)
    receipt = page.url
    for _step in range(2):  # the check page and the form: both are the visit now
        page.go_back()
        expect(page.get_by_role("link", name="Abrir la hoja de remisión")).to_be_visible()
        expect(page).to_have_url(receipt)
    page.goto(f"{live_server}/desk")
    expect(page.get_by_role("link", name="Continuar el registro de las")).to_have_count(0)
    assert count(app, Visit) == 1


def test_a_search_as_one_types_is_there_after_going_back(
    page: Page, app: Flask, live_server: str, staff: Staff
) -> None:
    sign_in(page, live_server, staff("agent", None))
    page.locator("#q").press_sequentially("Zulimar Nadie")
    nobody = page.get_by_text("No hay nadie registrado que coincida.")
    expect(nobody).to_be_visible()
    page.get_by_role("button", name="Persona nueva").click()
    expect(page.get_by_role("textbox", name="Nombres", exact=True)).to_have_value("Zulimar")
    wait_until_kept(page, app, 2)
    page.go_back()
    expect(nobody).to_be_visible()
    expect(page.locator("#q")).to_have_value("Zulimar Nadie")
    page.reload()
    expect(nobody).to_be_visible()
    assert "Zulimar" not in page.url


def test_errors_stay_after_going_back_and_reloading(page: Page, live_server: str, staff: Staff) -> None:
    sign_in(page, live_server, staff("agent", None))
    begin(page)
    page.get_by_label("Fecha de nacimiento").fill("31/02/1991")
    page.get_by_role("button", name="Revisar y continuar").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.reload()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Fecha de nacimiento")).to_have_value("31/02/1991")
    page.get_by_label("Fecha de nacimiento").fill("28/02/1991")
    lead_to_check(page)
    page.get_by_role("button", name="Guardar e imprimir").click()
    expect(page.get_by_role("alert")).to_contain_text("Decida si remite o no")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Decida si remite o no")


def test_a_form_is_kept_while_it_is_filled_in(page: Page, app: Flask, live_server: str, staff: Staff) -> None:
    sign_in(page, live_server, staff("agent", None))
    begin_and_keep(page)
    looked_at(page, "30-kept")
    assert page.evaluate(STORED) == 0
    requests: list[str] = []
    page.on("request", lambda request: requests.append(f"{request.method} {request.resource_type}"))
    # All of it is on the server: the button need only open the next page.
    lead_to_check(page)
    assert requests.count("POST document") == 0
    context = page.context
    page.close()
    tablet = context.new_page()
    tablet.goto(f"{live_server}/desk")
    looked_at(tablet, "31-offered-again")
    tablet.get_by_role("link", name="Continuar el registro de las").click()
    expect(tablet.get_by_role("textbox", name="Nombres", exact=True)).to_have_value(NAME)
    tablet.goto(f"{live_server}/desk")
    tablet.get_by_role("button", name="Descartar").click()
    looked_at(tablet, "32-discard")
    tablet.get_by_role("button", name="Sí, continuar").click()
    expect(tablet.get_by_text("Descartado.")).to_be_visible()
    assert count(app, FormDraft) == 0


def test_a_save_on_its_way_never_comes_after_the_button(page: Page, live_server: str, staff: Staff) -> None:
    sign_in(page, live_server, staff("agent", None))
    begin(page)
    on_their_way: list[Route] = []
    page.route("**/visits/drafts/*", lambda route: on_their_way.append(route))
    with page.expect_request("**/visits/drafts/*"):
        page.evaluate(SET_ASIDE)
    page.route("**/visits/check*", lambda route: on_their_way.append(route))
    with page.expect_event("requestfailed") as ended:
        page.get_by_role("button", name="Revisar y continuar").click(no_wait_after=True)
    assert "/visits/drafts/" in ended.value.url
    page.unroute_all(behavior="ignoreErrors")


def test_the_check_page_guards_its_leave(page: Page, live_server: str, staff: Staff) -> None:
    sign_in(page, live_server, staff("agent", None))
    begin(page)
    lead_to_check(page)
    check_address = page.url
    page.get_by_text("La persona dice sí").first.click()
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Atenciones").first.click(no_wait_after=True)
    assert asked == ["beforeunload"]
    expect(page).to_have_url(check_address)
    page.get_by_role("button", name="Corregir", exact=True).click()
    expect(page.get_by_role("textbox", name="Nombres", exact=True)).to_have_value(NAME)
    lead_to_check(page)
    expect(page.get_by_label("La persona dice sí").first).to_be_checked()


def test_two_tabs_on_one_check_page_are_one_visit(page: Page, app: Flask, live_server: str, staff: Staff) -> None:
    sign_in(page, live_server, staff("agent", None))
    begin(page)
    lead_to_check(page)
    second = page.context.new_page()
    second.goto(page.url)
    for tab in (page, second):
        tab.get_by_text("La persona dice sí").first.click()
    for tab in (page, second):
        tab.get_by_role("button", name="Guardar e imprimir").click()
        expect(tab.get_by_text("La referencia es BGA-")).to_be_visible()
    assert (page.url, count(app, Visit)) == (second.url, 1)


def sees_nothing(page: Page) -> None:
    """Neither on the screen nor in the page's source."""
    assert "Canaria" not in page.content()


def test_the_next_agent_on_the_tablet_sees_nothing_of_it(page: Page, live_server: str, staff: Staff) -> None:
    ana, luz = staff("agent", None), staff("supervisor", None)
    sign_in(page, live_server, ana)
    begin_and_keep(page)
    page.get_by_label("Primer apellido").fill("Canariez")
    page.context.clear_cookies()
    page.get_by_role("button", name="Revisar y continuar").click()
    page.get_by_label("Correo").fill(luz)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Ingresar").click()
    expect(page.get_by_text("lo escribió otra persona")).to_be_visible()
    sees_nothing(page)
    expect(page.get_by_text("Sin terminar")).to_have_count(0)
    for _step in range(4):
        page.go_back()
        sees_nothing(page)
    page.goto(live_server)
    sign_out(page)
    sign_in(page, live_server, ana)
    page.get_by_role("link", name="Continuar el registro de las").click()
    expect(page.get_by_role("textbox", name="Nombres", exact=True)).to_have_value(NAME)


def test_an_open_tab_goes_when_somebody_else_signs_in(page: Page, live_server: str, staff: Staff) -> None:
    ana, luz = staff("agent", None), staff("supervisor", None)
    sign_in(page, live_server, ana)
    begin_and_keep(page)
    other_tab = page.context.new_page()
    other_tab.goto(live_server)
    sign_out(other_tab)
    sign_in(other_tab, live_server, luz)
    expect(other_tab.get_by_role("heading", level=1, name="Pendientes")).to_be_visible()
    expect(page.get_by_role("heading", level=1, name="Pendientes")).to_be_visible()
    sees_nothing(page)


def test_a_page_out_of_the_browsers_memory_goes_too(page: Page, live_server: str, staff: Staff) -> None:
    ana, luz = staff("agent", None), staff("supervisor", None)
    sign_in(page, live_server, ana)
    begin(page)
    # As the browser shows a page again that it had put aside: for its own account it is uncovered.
    shown_again = "window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
    page.evaluate(shown_again)
    expect(page.get_by_role("textbox", name="Nombres", exact=True)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.context.clear_cookies()
    page.evaluate(shown_again)
    expect(page.get_by_role("dialog", name="Su sesión terminó")).to_be_visible()
    request = page.request.get(f"{live_server}/sign-in").text()
    token = request.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    page.request.post(
        f"{live_server}/sign-in", form={"csrf_token": token, "email": luz, "password": PASSWORD, "next": "/"}
    )
    page.evaluate(shown_again)
    expect(page.get_by_role("heading", level=1, name="Pendientes")).to_be_visible()
    sees_nothing(page)


def test_more_than_the_server_takes_stays_on_the_page(page: Page, live_server: str, staff: Staff) -> None:
    sign_in(page, live_server, staff("agent", None))
    begin(page)
    page.get_by_label("Notas").evaluate("field => { field.value = 'z'.repeat(3_000_000) }")
    page.get_by_role("button", name="Revisar y continuar").click()
    expect(page.get_by_text("El formulario es demasiado largo. Acorte lo que pegó.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Nombres", exact=True)).to_have_value(NAME)


def test_without_scripts_the_path_is_the_same(
    browser: Browser, browser_context_args: dict[str, Any], live_server: str, staff: Staff
) -> None:
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, staff("agent", None))
    begin(page)
    lead_to_check(page)
    page.go_back()
    expect(page.get_by_role("textbox", name="Nombres", exact=True)).to_have_value(NAME)
    page.go_forward()
    page.get_by_role("button", name="Guardar e imprimir").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Decida si remite o no")
    page.goto(f"{live_server}/desk")
    page.get_by_role("link", name="Continuar el registro de las").click()
    lead_to_check(page)
    page.get_by_text("La persona dice sí").first.click()
    page.get_by_role("button", name="Guardar e imprimir").last.click()
    expect(page.get_by_text("La referencia es BGA-")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("La referencia es BGA-")).to_be_visible()
    context.close()
