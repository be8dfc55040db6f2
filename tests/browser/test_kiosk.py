"""Visitors at the kiosk, by fingers, by keyboard and without scripts: a turn in five taps, and nothing left of them."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, expect
from sqlalchemy import select

from attention_point.accounts.devices.device_requests import DEVICE_COOKIE_NAMES
from attention_point.foundation.database import Database
from attention_point.turns.models import Turn
from tests.accounts.devices.support import enrol
from tests.browser.test_desk import looked_at
from tests.support.browser import axe
from tests.turns.kiosk.support import list_given, open_kiosk

pytestmark = pytest.mark.browser
UPRIGHT: ViewportSize = {"width": 800, "height": 1280}
ACROSS: ViewportSize = {"width": 1280, "height": 800}
SMALLEST_TARGET = 64  # px
CANARY = "Yohanacanaria"
SLIP = "https://punto.example/portal/slips/ABCD2345EFGH6789"
# What a page still holds of a visitor: typed and chosen values, pressed tiles, counts, the turn.
LEFT_OVER = """() => [
  ...[...document.querySelectorAll("input[type=text], select")].map((box) => box.value),
  ...[...document.querySelectorAll("input:checked")].map((box) => box.value),
  ...[...document.querySelectorAll("[aria-pressed], [data-turn] path[d]")].map(() => "chosen"),
  ...[...document.querySelectorAll("[data-count]")].map((count) => count.textContent.replace("0", "")),
  ...[...document.querySelectorAll("[data-turn='code'], [data-turn='ahead']")].map((part) => part.textContent.trim()),
  ...Object.values(localStorage), ...Object.values(sessionStorage),
].filter(Boolean)"""
# Buttons, links and boxes that a finger must hit, as "words: width x height"; the box of a radio lies in its label.
SMALL_TARGETS = """(smallest) => [...document.querySelectorAll("button, a, .box__input, .kind")]
  .filter((target) => target.checkVisibility())
  .map((target) => [target.textContent.trim(), target.getBoundingClientRect()])
  .filter(([, box]) => box.width < smallest || box.height < smallest)
  .map(([words, box]) => `${words}: ${box.width} x ${box.height}`)"""


@pytest.fixture
def kiosk(app: Flask, context: BrowserContext, live_server: str) -> Callable[..., Page]:
    """Opens the browser of an enrolled kiosk on its first screen."""

    def open_page(page: Page, **settings: Any) -> Page:
        open_kiosk(app, **settings)
        token = enrol(app.extensions["database"], "Quiosco de la entrada", "kiosk")
        context.add_cookies([{"name": DEVICE_COOKIE_NAMES[False], "value": token, "url": live_server}])
        page.set_viewport_size(UPRIGHT)
        page.goto(f"{live_server}/kiosk")
        return page

    return open_page


def tap(page: Page, words: str) -> None:
    """Tap the button with these words on the screen that is shown."""
    page.locator("button:visible", has_text=words).tap()


def question(page: Page) -> Any:
    """The title of the screen that is shown."""
    return page.locator("h1:visible, h2.screen__title:visible, .screen__title h2:visible").first


@pytest.mark.parametrize("size", [UPRIGHT, ACROSS], ids=["upright", "across"])
def test_a_mother_has_her_turn_in_five_taps(
    page: Page, kiosk: Callable[..., Page], database: Database, size: Any
) -> None:
    kiosk(page)
    page.set_viewport_size(size)
    taps = ("Español", "Comida, dónde dormir", "Sí, es mi primera vez", "Continuar", "Traigo niñas o niños pequeños")
    for number, words in enumerate(taps):
        looked_at(page, f"kiosk-{size['width']}-{number}")
        assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        tap(page, words)
    expect(page.locator(".turn__code:visible")).to_have_text("A-001")
    expect(page.get_by_text("No hay nadie antes de usted.")).to_be_visible()
    expect(page.locator("[data-turn=qr]:visible")).to_have_count(1)
    looked_at(page, f"kiosk-{size['width']}-turn")
    [(turn, details)] = list_given(database)
    assert (turn.code, details.needs, details.preferential) == ("A-001", ("HUMAN",), ("small_children",))
    assert page.url.endswith("/kiosk")
    tap(page, "Listo")
    expect(question(page)).to_contain_text("Tome su turno")
    assert page.evaluate(LEFT_OVER) == []


def test_an_old_man_makes_the_letters_larger_and_the_next_one_finds_them_as_ever(
    page: Page, kiosk: Callable[..., Page]
) -> None:
    kiosk(page)
    for words in ("Letra", "Letra", "Contraste", "Español"):
        tap(page, words)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    looked_at(page, "kiosk-large-needs")
    for words in ("Sisbén o EPS", "No, ya vine antes", "No la traigo", "Continuar", "Tengo 60 años"):
        axe(page)
        tap(page, words)
    expect(page.locator(".turn__code:visible")).to_have_text("A-001")
    looked_at(page, "kiosk-large-turn")
    tap(page, "Listo")
    assert page.evaluate("({...document.documentElement.dataset})") == {}


@pytest.mark.parametrize("steps_of_letters", [0, 2])
def test_a_telephone_can_be_the_kiosk(page: Page, kiosk: Callable[..., Page], steps_of_letters: int) -> None:
    kiosk(page)
    page.set_viewport_size({"width": 360, "height": 740})
    for _step in range(steps_of_letters):
        tap(page, "Letra")
    for words in ("Español", "Sisbén o EPS", "No, ya vine antes", "No la traigo", "Continuar", "Tengo 60 años"):
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        tap(page, words)
        page.wait_for_timeout(600)  # answers of two questions lie under the same finger: no double tap
    expect(page.locator(".turn__code:visible")).to_have_text("A-001")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_turn_says_its_day_as_every_page_does(page: Page, kiosk: Callable[..., Page]) -> None:
    kiosk(page)
    for words in ("Español", "Cupo en el colegio", "Sí, es mi primera vez", "Continuar", "No, ninguno"):
        tap(page, words)
    expect(page.locator("[data-turn=time]:visible")).to_have_text(re.compile(r"^\d{2}/\d{2}/\d{4}, "))


def test_a_hurried_boy_taps_twice_and_changes_his_mind(
    page: Page, kiosk: Callable[..., Page], database: Database
) -> None:
    kiosk(page)
    tap(page, "English")
    page.locator("button:visible", has_text="I need a doctor now").dblclick()
    expect(question(page)).to_have_text("Is it your first time here?")
    tap(page, "Go back")
    tap(page, "I need several things")
    expect(page.locator('[aria-pressed="true"]:visible')).to_have_text("I need a doctor now")
    for words in ("A place at school", "A place at school", "Somebody hurts me"):
        tap(page, words)
    axe(page)
    tap(page, "Continue")
    tap(page, "No, I have been here before")
    page.keyboard.type("hola")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").locator("visible=true")).to_contain_text("does not look like the code")
    axe(page)
    page.locator("input:visible").fill("")
    page.keyboard.type(SLIP)  # as a reader of codes does
    page.keyboard.press("Enter")
    for _tap in range(3):
        tap(page, "One child more")
    tap(page, "One child less")
    tap(page, "Continue")
    page.locator("button:visible", has_text="No, none of these").dblclick()
    expect(page.locator(".turn__code:visible")).to_have_text("A-001")
    [(_turn, details)] = list_given(database)
    assert details.model_dump(mode="json", exclude_defaults=True) == {
        "needs": ["SALUD-URG", "VBG"],
        "language": "en",
        "first_time": False,
        "companions": {"children": 2},
        "slip_code": "ABCD2345EFGH6789",
    }


def test_the_keyboard_alone_leads_to_the_turn(page: Page, kiosk: Callable[..., Page]) -> None:
    kiosk(page)
    for words in ("Español", "No sé, u otra cosa", "No, ya vine antes"):
        _tab_to(page, words)
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # the box of the code has the focus; without a code it goes on
    _tab_to(page, "Una persona adulta más")
    page.keyboard.press("Space")
    expect(page.locator("[data-count=adults]:visible")).to_have_text("1")
    _tab_to(page, "Continuar")
    page.keyboard.press("Enter")
    _tab_to(page, "No, ninguno")
    page.keyboard.press("Enter")
    expect(page.locator(".turn__code:visible")).to_have_text("A-001")


def _tab_to(page: Page, words: str) -> None:
    for _press in range(40):
        page.keyboard.press("Tab")
        if words in page.evaluate("document.activeElement.textContent"):
            return
    raise AssertionError(f"the keyboard does not reach {words}")


def test_at_200_percent_nothing_is_cut_off(page: Page, kiosk: Callable[..., Page]) -> None:
    kiosk(page)
    page.set_viewport_size({"width": 640, "height": 400})  # 1280 x 800 at 200 %
    for words in ("Español", "Cédula o tarjeta", "Sí, es mi primera vez", "Continuar", "No, ninguno"):
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        tap(page, words)
    expect(page.locator(".turn__code:visible")).to_have_text("A-001")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_kiosk_left_half_way_warns_and_then_knows_nothing(
    page: Page, kiosk: Callable[..., Page], database: Database
) -> None:
    page.clock.install()
    kiosk(page, self_intake=True)
    _type_names(page)
    page.clock.pause_at(datetime.fromtimestamp(page.evaluate("Date.now()") / 1000 + 60.5, UTC))
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("¿Sigue ahí?")
    expect(dialog.locator("[data-seconds]")).to_have_text(re.compile("^(20|1[0-9])$"))
    page.clock.resume()
    tap(page, "Sí, seguir")
    expect(dialog).to_have_count(0)
    expect(page.locator("input:visible")).to_have_value(CANARY)
    page.clock.fast_forward(61_000)
    expect(dialog).to_have_count(1)
    axe(page)
    page.clock.fast_forward(21_000)
    expect(question(page)).to_contain_text("Tome su turno")
    assert page.evaluate(LEFT_OVER) == []
    tap(page, "Español")
    assert CANARY not in page.content()
    assert list_given(database) == []


def _type_names(page: Page) -> None:
    for words in ("Español", "No sé", "Sí, es mi primera vez", "Continuar", "No, ninguno", "Sí, los escribo"):
        tap(page, words)
    expect(page.locator(".notice:visible")).to_contain_text("Nada de lo que diga aquí sirve para multas")
    axe(page)
    tap(page, "Sí, pueden guardar mis datos")
    page.keyboard.type(CANARY)


def test_data_typed_at_the_kiosk_go_sealed_and_leave_the_screen(
    page: Page, kiosk: Callable[..., Page], database: Database
) -> None:
    kiosk(page, self_intake=True)
    _type_names(page)
    tap(page, "Continuar")
    page.keyboard.type("Pérez")
    page.keyboard.press("Enter")
    page.keyboard.type("17031991")
    page.keyboard.press("Enter")
    page.get_by_text("Cédula venezolana").locator("visible=true").tap()
    page.locator("input[type=text]:visible").fill("V-12345678")
    looked_at(page, "kiosk-document")
    tap(page, "Continuar")
    expect(question(page)).to_have_text("¿Cuál es su teléfono?")
    page.keyboard.press("Enter")
    expect(question(page)).to_have_text("¿De qué estado de Venezuela viene?")
    tap(page, "Continuar")
    expect(page.locator(".turn__code:visible")).to_have_text("A-001")
    assert page.evaluate(LEFT_OVER) == ["chosen", "A-001", "No hay nadie antes de usted."]
    [(_turn, details)] = list_given(database)
    assert details.self_intake == {
        "attention": "yes", "text_version": "2026-11", "text_language": "es", "given_names": CANARY,
        "surname_1": "Pérez", "birth_date": "17031991", "documents-0-type": "DE", "documents-0-number": "V-12345678",
    }  # fmt: skip


def test_the_turn_goes_by_itself_and_history_has_nothing(page: Page, kiosk: Callable[..., Page]) -> None:
    page.clock.install()
    kiosk(page)
    length = page.evaluate("history.length")
    for words in ("Español", "Alguien me hace daño", "Sí, es mi primera vez", "Continuar", "Estoy embarazada"):
        tap(page, words)
    expect(page.locator(".turn__code:visible")).to_have_text("A-001")
    assert page.evaluate("history.length") == length
    page.clock.fast_forward(31_000)
    expect(question(page)).to_contain_text("Tome su turno")
    assert page.evaluate(LEFT_OVER) == []
    page.goto("about:blank")
    page.go_back()
    expect(question(page)).to_contain_text("Tome su turno")
    assert page.evaluate(LEFT_OVER) == []


def test_a_lost_network_loses_no_answer_and_gives_one_turn(
    page: Page, kiosk: Callable[..., Page], database: Database
) -> None:
    page.route("**/api/v1/points/*/key", lambda route: route.abort())  # a browser that cannot keep a turn by itself
    kiosk(page)
    sent: list[Any] = []

    def lose_reply(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or ""))
        if len(sent) == 1:
            route.abort()  # it never arrives
        elif len(sent) == 2:
            route.fetch()  # it arrives, and the reply is lost
            route.abort()
        elif len(sent) == 3:
            route.fulfill(status=503)
        else:
            route.continue_()

    page.route("**/kiosk/turns", lose_reply)
    for words in ("Español", "Cupo en el colegio", "Sí, es mi primera vez", "Continuar", "No, ninguno"):
        tap(page, words)
    for _try in range(3):
        expect(page.get_by_text("No hay conexión.").locator("visible=true")).to_be_visible()
        axe(page)
        tap(page, "Intentar de nuevo")
    expect(page.locator(".turn__code:visible")).to_have_text("A-001")
    assert sent == sent[:1] * 4
    with database.read_session() as session:
        assert len(session.scalars(select(Turn)).all()) == 1


def test_the_tablet_may_keep_the_turn_when_the_server_cannot_be_reached(page: Page, kiosk: Callable[..., Page]) -> None:
    kiosk(page)
    page.route("**/kiosk/turns", lambda route: route.abort())
    page.evaluate("""() => document.addEventListener("kiosk:unreachable", (event) => {
      event.preventDefault();
      const { showTurn, showTrouble, ...kept } = event.detail;
      window.kept = kept;
      showTurn({ code: "K-001" });
    })""")
    for words in ("Español", "Cupo en el colegio", "Sí, es mi primera vez", "Continuar", "No, ninguno"):
        tap(page, words)
    expect(page.locator(".turn__code:visible")).to_have_text("K-001")
    expect(page.get_by_text("Espere a que llamen su turno.").locator("visible=true")).to_be_visible()
    expect(page.locator("[data-turn=qr]:visible")).to_have_count(0)
    kept = page.evaluate("window.kept")
    assert set(kept) == {"id", "issued_at", "details"}
    assert kept["details"]["needs"] == ["EDU"]


def test_a_revoked_kiosk_says_whom_to_ask(page: Page, kiosk: Callable[..., Page]) -> None:
    kiosk(page)
    page.route("**/kiosk/turns", lambda route: route.fulfill(status=401, body="{}"))
    for words in ("English", "A place at school", "Yes, it is my first time", "Continue", "No, none of these"):
        tap(page, words)
    expect(page.get_by_text("This tablet gives no turns now.").locator("visible=true")).to_be_visible()
    tap(page, "Start again")
    expect(question(page)).to_contain_text("Tome su turno")


def test_without_scripts_the_same_questions_lead_to_the_turn(
    app: Flask, browser: Browser, live_server: str, database: Database
) -> None:
    open_kiosk(app)
    token = enrol(database, "Quiosco sin guion", "kiosk")
    context = browser.new_context(viewport=UPRIGHT, java_script_enabled=False, locale="es-CO")
    context.add_cookies([{"name": DEVICE_COOKIE_NAMES[False], "value": token, "url": live_server}])
    page = context.new_page()
    page.goto(f"{live_server}/kiosk")
    for words in ("Español", "Cupo en el colegio", "Sí, es mi primera vez", "Una niña o un niño más", "Continuar"):
        page.locator("button:visible", has_text=words).click()
    page.locator("button:visible", has_text="Estoy embarazada").click()
    expect(page.locator(".turn__code")).to_have_text("A-001")
    for _back in range(3):
        page.go_back()
        assert page.locator("[aria-pressed]").count() == 0
        expect(page.locator(".turn__code")).to_have_text("A-001")
    page.locator("button", has_text="Listo").click()
    expect(question(page)).to_contain_text("Tome su turno")
    page.go_back()
    expect(page.locator(".turn__code:visible")).to_have_count(0)
    expect(question(page)).to_contain_text("Tome su turno")
    context.close()


def test_the_screen_is_read_aloud_where_there_is_a_voice(page: Page, kiosk: Callable[..., Page]) -> None:
    page.add_init_script("""
      window.spoken = [];
      window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
      Object.defineProperty(window, "speechSynthesis", { value: {
        getVoices: () => [{}], cancel: () => { window.spoken = []; }, addEventListener: () => {},
        speak: (utterance) => window.spoken.push([utterance.lang, utterance.text]),
      } });""")
    kiosk(page)
    tap(page, "English")
    tap(page, "I do not know")
    tap(page, "Listen")
    assert page.evaluate("window.spoken") == [
        ["en", "Is it your first time here?"],
        ["en", "Yes, it is my first time"],
        ["en", "No, I have been here before"],
    ]
    tap(page, "Go back")
    assert page.evaluate("window.spoken") == []


def test_without_a_voice_nothing_offers_to_listen(page: Page, kiosk: Callable[..., Page]) -> None:
    page.add_init_script("Object.defineProperty(window, 'speechSynthesis', { value: undefined })")
    kiosk(page)
    tap(page, "Español")
    expect(page.locator("[data-listen]:visible")).to_have_count(0)


def test_a_kiosk_that_stands_open_gets_the_page_of_today(page: Page, kiosk: Callable[..., Page]) -> None:
    page.clock.install()
    kiosk(page)
    page.evaluate("window.isOld = true")
    tap(page, "Español")
    page.clock.run_for(16 * 60_000)  # somebody left it half way: it is wiped, then loaded anew
    expect(question(page)).to_contain_text("Tome su turno")
    page.clock.run_for(60_000)
    page.wait_for_function("() => !window.isOld")
    page.route("**/kiosk", lambda route: route.abort())
    page.evaluate("window.isOld = true")
    page.clock.run_for(20 * 60_000)
    assert page.evaluate("window.isOld") is True
    expect(question(page)).to_contain_text("Tome su turno")
