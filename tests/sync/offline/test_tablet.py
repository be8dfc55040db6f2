"""A tablet in the hands of several people, out of service, full, or with an older release."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from attention_point.accounts import services as account_services
from attention_point.foundation.access import SYSTEM
from tests.accounts.devices.support import revoke
from tests.accounts.support import password_hash
from tests.browser.test_desk import looked_at, sign_in, sign_out
from tests.sync.offline.support import (
    Tablet,
    expect_waiting,
    go_offline,
    go_online,
    keep_captures,
    open_form,
    open_outbox,
    wait_for,
)

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
NOTHING_WAITS = "outbox.findNextTry().then((next) => next === null)"
KEEP = "Guardar en esta tableta"


def _choose_need(page: Page) -> None:
    page.get_by_text("Permisos para vivir en Colombia", exact=False).first.click()
    page.locator("#referrals").get_by_text("No", exact=True).click()


def test_two_agents_share_a_tablet(tablet: Tablet) -> None:
    page = tablet.page
    with tablet.database.write_session() as session:
        new = account_services.NewAccount("berta.mora@example.org", "Berta Mora", "agent", None)
        account_services.add_account(session, SYSTEM, new, password_hash(), must_change=False)
    open_outbox(tablet)
    go_offline(page, tablet.proxy)
    keep_captures(page, 2)
    expect_waiting(page, 2)
    tablet.proxy.is_down = False
    page.context.set_offline(False)
    tablet.proxy.choose_fault = lambda _method, path: 503 if path.startswith("/api/v1/outbox") else "pass"
    page.goto(f"{tablet.address}/desk")
    sign_out(page)
    wait_for(page, "outbox.findCurrentUser().then((user) => user === null)")
    go_offline(page, tablet.proxy)
    open_form(tablet)
    expect(page.get_by_role("heading", name="Nadie ha ingresado en esta tableta")).to_be_visible()
    go_online(page, tablet.proxy)
    sign_in(page, tablet.address, "berta.mora@example.org")
    wait_for(page, "outbox.findCurrentUser().then((user) => user !== null)")
    go_offline(page, tablet.proxy)
    open_form(tablet)
    expect(page.locator("[data-keeps-for]")).to_contain_text("BM")
    keep_captures(page, 1)
    open_outbox(tablet)
    expect(page.get_by_role("heading", name="Por enviar (1)")).to_be_visible()  # her own, and no more
    expect(page.get_by_text("2 más de otras personas que usan esta tableta.")).to_be_visible()
    looked_at(page, "offline-10-shared")
    rows = page.evaluate("outbox.list('captures').then((all) => all.map(({ user, sequence }) => [user, sequence]))")
    assert sorted(number for _user, number in rows) == [1, 1, 2]
    assert len({user for user, _number in rows}) == 2
    tablet.proxy.choose_fault = lambda _method, _path: "pass"
    go_online(page, tablet.proxy)
    wait_for(page, NOTHING_WAITS)
    # The session of the first agent has ended: what she kept waits for a person, and is not lost.
    assert tablet.count_captures() == {"review": 2, "recorded": 1}


def test_a_revoked_tablet_says_so_and_loses_nothing(tablet: Tablet) -> None:
    page = tablet.page
    open_outbox(tablet)
    go_offline(page, tablet.proxy)
    keep_captures(page, 2)
    revoke(tablet.database)
    go_online(page, tablet.proxy)
    expect(page.get_by_text("Esta tableta fue retirada.")).to_be_visible()
    looked_at(page, "offline-11-revoked")
    page.reload()
    expect(page.get_by_role("heading", name="Bandeja de salida")).to_be_visible()
    expect_waiting(page, 2)
    assert tablet.count_captures() == {}


@pytest.mark.parametrize(
    ("break_storage", "words"),
    [
        ("IDBFactory.prototype.open = () => { throw new DOMException('denied', 'SecurityError'); };", "no deja que"),
        ("StorageManager.prototype.estimate = async () => ({ quota: 1000, usage: 999 });", "casi no le queda espacio"),
        (
            "crypto.subtle.generateKey = async () => { throw new DOMException('no', 'NotSupportedError'); };",
            "muy antiguo",
        ),
    ],
)
def test_what_cannot_be_kept_is_said_before_anybody_types(tablet: Tablet, break_storage: str, words: str) -> None:
    page = tablet.page
    page.add_init_script(break_storage)
    go_offline(page, tablet.proxy)
    open_form(tablet)
    expect(page.locator("[data-problems]")).to_contain_text(words)
    looked_at(page, f"offline-12-{words[:8]}")


def test_a_full_tablet_loses_nothing_of_the_page(tablet: Tablet) -> None:
    page = tablet.page
    go_offline(page, tablet.proxy)
    open_form(tablet)
    _choose_need(page)
    page.locator("[name=given_names]").fill("Ana Lucía")
    page.get_by_role("button", name="Sí a las tres").click()
    page.evaluate(
        """() => {
          window.putBefore = IDBObjectStore.prototype.add;
          IDBObjectStore.prototype.add = function () {
            this.transaction.abort();
            throw new DOMException("full", "QuotaExceededError");
          };
        }"""
    )
    page.get_by_role("button", name=KEEP).click()
    expect(page.get_by_role("heading", name="No se guardó")).to_be_visible()
    looked_at(page, "offline-13-full")
    expect(page.locator("[name=given_names]")).to_have_value("Ana Lucía")
    page.evaluate("() => { IDBObjectStore.prototype.add = window.putBefore; }")
    page.get_by_role("button", name=KEEP).click()
    expect(page.get_by_role("heading", name="Guardado en esta tableta")).to_be_visible()
    expect_waiting(page, 1)


def test_a_line_that_breaks_under_the_desk_s_form_takes_nothing(tablet: Tablet) -> None:
    page = tablet.page
    page.goto(f"{tablet.address}/visits/new")
    page.get_by_text("Permisos para vivir en Colombia", exact=False).first.click()
    page.locator("[name=given_names]").fill("Ana Lucía")
    page.get_by_role("button", name="Sí a las tres").click()
    page.get_by_text("Acompañantes y protección").click()
    page.locator("[data-companion-add]").click()
    page.locator("[name=companions-0-given_names]").fill("Luis")
    page.locator("#companions-0").get_by_label("Hijo").check()
    go_offline(page, tablet.proxy)
    page.get_by_role("button", name="Revisar y continuar").click()
    expect(page.get_by_role("heading", name="Atención sin red")).to_be_visible()
    expect(page.locator("[name=given_names]")).to_have_value("Ana Lucía")
    expect(page.locator("[name=needs][value=MIG-REG]")).to_be_checked()
    expect(page.locator("[name=companions-0-given_names]")).to_have_value("Luis")
    expect(page.locator("[name=companions-0-kin][value=son]")).to_be_checked()
    page.locator("#referrals").get_by_text("No", exact=True).click()
    page.get_by_role("button", name=KEEP).click()
    expect(page.get_by_role("heading", name="Guardado en esta tableta")).to_be_visible()
    expect_waiting(page, 1)


def test_whose_reply_was_lost_is_not_sent_to_the_administrator(tablet: Tablet) -> None:
    """The server refused the first time, and nobody heard of it; the second time it gives the receipt alone."""
    page = tablet.page
    open_outbox(tablet)
    go_offline(page, tablet.proxy)
    keep_captures(page, 1, version="no-such-text")
    faults = ["lost"]

    def choose(_method: str, path: str) -> str:
        return faults.pop() if path.startswith("/api/v1/outbox") and faults else "pass"

    tablet.proxy.choose_fault = choose
    go_online(page, tablet.proxy)
    wait_for(page, "outbox.send({ now: true }).then(() => outbox.findNextTry()).then((next) => next === null)")
    expect(page.get_by_role("heading", name="Por corregir (1)")).to_be_visible()
    expect(page.get_by_text("Ábrala para ver qué hay que corregir.")).to_be_visible()
    assert tablet.count_captures() == {"refused": 1}


def test_what_the_check_page_would_say_is_said_before_the_person_leaves(tablet: Tablet) -> None:
    page = tablet.page
    go_offline(page, tablet.proxy)
    open_form(tablet)
    _choose_need(page)
    page.locator("[name=given_names]").fill("Ana Lucía")
    page.get_by_label("Fecha de nacimiento").fill("17/03/2091")
    page.get_by_role("button", name=KEEP).click()
    errors = page.get_by_role("alert")
    expect(errors).to_contain_text("No puede ser después del día de la atención.")
    birth = page.locator(".field", has=page.get_by_label("Fecha de nacimiento"))
    expect(birth).to_contain_text("Error: No puede ser después del día de la atención.")
    looked_at(page, "offline-17-errors")
    errors.get_by_role("link", name="Sin respuesta no se guarda el nombre.").click()
    expect(page.locator("[name=attention]").first).to_be_focused()
    page.locator("[name=attention][value=no]").check(force=True)
    page.get_by_label("Fecha de nacimiento").fill("31/02/1991")
    page.get_by_role("button", name=KEEP).click()
    expect(birth).to_contain_text("Escriba la fecha")
    expect(birth).not_to_contain_text("No puede ser después")
    page.get_by_label("Fecha de nacimiento").fill("17/03/1991")
    page.get_by_role("button", name=KEEP).click()
    expect(page.get_by_role("heading", name="Guardado en esta tableta")).to_be_visible()


def test_a_family_without_network(tablet: Tablet) -> None:
    page = tablet.page
    go_offline(page, tablet.proxy)
    open_form(tablet)
    page.get_by_text("Permisos para vivir en Colombia", exact=False).first.click()
    page.get_by_role("textbox", name="Nombres", exact=True).fill("Rosa")
    page.get_by_label("Primer apellido").first.fill("Canelón")
    page.get_by_role("button", name="Sí a las tres").click()
    page.get_by_text("Acompañantes y protección").click()
    for number, (name, age) in enumerate((("Luis", "8"), ("Sara", "5"), ("Abel", "3"))):
        page.locator("[data-companion-add]").click()
        row = page.locator(f"#companions-{number}")
        row.get_by_label("Hijo" if number != 1 else "Hija").check()
        row.get_by_role("textbox", name="Nombres").first.fill(name)
        page.locator(f"[name=companions-{number}-birth_date]").fill(age)
        page.locator(f"[name=companions-{number}-same_needs]").check()
    # One of them did not come after all: the numbers of the others have a gap.
    page.locator("#companions-1").get_by_role("button", name="Quitar").click()
    page.locator("#referrals").get_by_text("Sí", exact=True).click()
    looked_at(page, "offline-14-family")
    page.get_by_role("button", name=KEEP).click()
    expect(page.get_by_role("heading", name="Guardado en esta tableta")).to_be_visible()
    looked_at(page, "offline-15-family-kept")
    go_online(page, tablet.proxy)
    wait_for(page, NOTHING_WAITS)
    assert tablet.count_captures() == {"recorded": 1}
    assert tablet.count_visits() == 3


def test_two_pages_and_the_worker_never_send_at_once(tablet: Tablet) -> None:
    page = tablet.page
    open_outbox(tablet)
    go_offline(page, tablet.proxy)
    ids = keep_captures(page, 30)
    pages = [page, *(page.context.new_page() for _number in range(2))]
    for other in pages[1:]:
        other.goto(f"{tablet.address}/offline/outbox")
    posts: list[str] = []

    def note(method: str, path: str) -> str:
        posts.extend([path] if path.startswith("/api/v1/outbox") else [])
        return "pass"

    tablet.proxy.choose_fault = note
    go_online(page, tablet.proxy)
    for other in pages:
        other.evaluate("void outbox.send({ now: true })")
    wait_for(page, NOTHING_WAITS)
    assert len(posts) == -(-len(ids) // 5)  # by fives, each once, although three pages were asked to send them
    assert tablet.count_captures() == {"recorded": 30}


def test_the_worker_sends_when_the_network_is_back(tablet: Tablet) -> None:
    """By the event ``sync``, on a page of the server that has no script of ours."""
    page = tablet.page
    open_outbox(tablet)
    go_offline(page, tablet.proxy)
    keep_captures(page, 3)
    go_online(page, tablet.proxy)
    tablet.proxy.choose_fault = lambda _method, path: 503 if path.startswith("/api/v1/outbox") else "pass"
    page.goto(f"{tablet.address}/healthz")
    tablet.proxy.choose_fault = lambda _method, _path: "pass"
    session = page.context.new_cdp_session(page)
    registrations: list[dict[str, Any]] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    for _moment in range(300):
        if registrations:
            break
        page.wait_for_timeout(100)
    session.send(
        "ServiceWorker.dispatchSyncEvent",
        {
            "origin": tablet.address,
            "registrationId": registrations[-1]["registrationId"],
            "tag": "outbox",
            "lastChance": False,
        },
    )
    wait_until_recorded(tablet, 3)


def wait_until_recorded(tablet: Tablet, number: int) -> None:
    """Wait until the server has recorded that many."""
    for _moment in range(600):
        if tablet.count_captures() == {"recorded": number}:
            return
        tablet.page.wait_for_timeout(100)
    raise AssertionError(tablet.count_captures())


def test_what_the_server_refuses_stands_in_a_list(tablet: Tablet) -> None:
    page = tablet.page
    open_outbox(tablet)
    go_offline(page, tablet.proxy)
    keep_captures(page, 2, version="no-such-text")
    go_online(page, tablet.proxy)
    wait_for(page, NOTHING_WAITS)
    expect(page.get_by_role("heading", name="Por corregir (2)")).to_be_visible()
    expect(page.get_by_text("2 por corregir")).to_be_visible()
    looked_at(page, "offline-16-refused")
    assert tablet.count_captures() == {"refused": 2}
    page.get_by_role("link", name="Abrir y corregir").first.click()
    expect(page.get_by_text("Persona 0").first).to_be_visible()
    # What a person decides on the server's page leaves the tablet's list as soon as that is opened again.
    page.locator("summary").filter(has_text="Descartar").click()
    page.get_by_text("Era solo una prueba").click()
    page.get_by_role("button", name="Descartar").click()
    page.get_by_role("button", name="Sí, continuar").click()
    expect(page).to_have_url(re.compile("/captures$"))
    open_outbox(tablet)
    expect(page.get_by_role("heading", name="Por corregir (1)")).to_be_visible()
    expect(page.get_by_role("cell", name="Descartada")).to_be_visible()


def test_a_capture_of_an_older_form_is_recorded(tablet: Tablet) -> None:
    """The product was upgraded while the tablet was away: it sends fields that the form no longer has."""
    page = tablet.page
    go_offline(page, tablet.proxy)
    open_form(tablet)
    _choose_need(page)
    page.evaluate(
        """() => {
          const field = document.createElement("input");
          document.getElementById("offline-form").append(Object.assign(field, { name: "shoe_size", value: "41" }));
          document.querySelector("[data-release]").dataset.release = "000000000000";
        }"""
    )
    page.get_by_role("button", name=KEEP).click()
    expect(page.get_by_role("heading", name="Guardado en esta tableta")).to_be_visible()
    go_online(page, tablet.proxy)
    wait_for(page, NOTHING_WAITS)
    assert tablet.count_captures() == {"recorded": 1}


def test_no_page_with_a_person_is_kept(tablet: Tablet) -> None:
    page = tablet.page
    for path in ("/desk", "/visits", "/visits/new", "/account"):
        page.goto(f"{tablet.address}{path}")
    paths = "(requests) => requests.map(({ url }) => new URL(url).pathname)"
    kept = page.evaluate(f"caches.open('offline').then((cache) => cache.keys()).then({paths})")
    shells = {path for path in kept if not path.startswith(("/static/", "/lists/"))}
    assert shells == {"/offline/form", "/offline/outbox", "/kiosk"}
    for path in ("/offline/form", "/offline/outbox"):
        text = page.evaluate(f"caches.match('{path}').then((reply) => reply.text())")
        assert "csrf_token" not in text
        assert "Ana Rojas" not in text
        assert "written_by" not in text
