"""The screen in a real browser: what is seen, what is said, and what becomes of it when the server goes away."""

import socket
import time
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.turns.screen import streams, views
from attention_point.turns.screen.board import BoardReader
from tests.support.browser import PATIENCE, axe, watch
from tests.support.server import serve
from tests.turns.screen.room import PAGE, act, build_screen_cookie, call_somebody

# What the browser does is the same on either database; test_streams.py tries both.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
TELEVISION = {"width": 1920, "height": 1080}
CURRENT = "[data-current] [data-code]"
# A browser without windows has no voices: what would be spoken is noted, in the voices of a television.
VOICES = """
window.spoken = [];
class Utterance extends EventTarget { constructor(text) { super(); this.text = text; } }
Object.defineProperty(window, "SpeechSynthesisUtterance", { value: Utterance });
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => %s.map((lang) => ({ lang })),
  cancel() {},
  speak(utterance) {
    spoken.push([utterance.lang, utterance.text]);
    setTimeout(() => utterance.dispatchEvent(new Event("end")), 50);
  },
} });
"""


class Room:
    """A server that can go away and come back at the same address, and the screen before it."""

    def __init__(self, app: Flask, database: Database, context: BrowserContext) -> None:
        self.app, self.database = app, database
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self.running = ExitStack()
        self.cookie = build_screen_cookie(database, self.address)
        context.add_cookies([self.cookie])
        self.start()

    def start(self) -> None:
        self.app.extensions["screen_streams"] = (BoardReader(), streams.Streams())
        self.running.enter_context(serve(self.app, stream_path=views.STREAM_PATH, port=self.port))

    def stop(self) -> None:
        self.running.close()


@pytest.fixture
def room(app: Flask, database: Database, context: BrowserContext, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(views, "STREAM_SECONDS", 30.0)
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 1.0)
    monkeypatch.setitem(app.extensions, "screen_streams", None)
    built = Room(app, database, context)
    yield built
    built.stop()


def open_page(context: BrowserContext, room: Room, query: str = "") -> Page:
    page = context.new_page()
    page.set_viewport_size(TELEVISION)  # type: ignore[arg-type]
    page.goto(f"{room.address}{PAGE}{query}")
    return page


def wait_for_spoken(page: Page, count: int) -> None:
    # A wait that is given as a string would need what the content security policy forbids.
    deadline = time.monotonic() + PATIENCE / 1000
    while page.evaluate("spoken.length") < count:
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)


def test_a_call_is_shown_and_said_in_both_languages(context: BrowserContext, room: Room, database: Database) -> None:
    context.add_init_script(VOICES % '["es-CO", "en-US"]')
    page = open_page(context, room)
    faults = watch(page)
    expect(page.get_by_text("Aquí sale su turno")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="En español e inglés").click()
    expect(page).to_have_url(f"{room.address}{PAGE}?speech=es-en")
    expect(page.locator("[data-sound]")).to_be_hidden()
    codes = [call_somebody(database, desk) for desk in (0, 2)]
    expect(page.locator(CURRENT)).to_have_text(codes[1])
    wait_for_spoken(page, 4)
    assert page.evaluate("spoken") == [
        ["es-CO", "Turno A 001, módulo 1"],
        ["en-US", "Turn A 001, desk 1"],
        ["es-CO", "Turno A 002, módulo 3"],
        ["en-US", "Turn A 002, desk 3"],
    ]
    expect(page.locator("[data-row]:visible [data-code]")).to_have_text([codes[0]])
    axe(page)
    act(database, codes[0], "recall_turn")
    wait_for_spoken(page, 6)
    expect(page.locator(CURRENT)).to_have_text(codes[0])
    assert faults == []


def test_where_there_is_no_voice_it_is_silent(context: BrowserContext, room: Room, database: Database) -> None:
    context.add_init_script(VOICES % "[]")
    page = open_page(context, room)
    page.get_by_role("button", name="Llamar en voz alta en español").click()
    code = call_somebody(database)
    expect(page.locator(CURRENT)).to_have_text(code)
    assert page.evaluate("spoken") == []


def test_the_sound_is_started_by_the_keyboard_alone(context: BrowserContext, room: Room) -> None:
    page = open_page(context, room)
    expect(page.locator("[data-sound]")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{room.address}{PAGE}?speech=es")
    expect(page.locator("[data-sound]")).to_be_hidden()


def test_calls_of_before_are_not_called_anew(context: BrowserContext, room: Room, database: Database) -> None:
    context.add_init_script(VOICES % '["es-CO"]')
    code = call_somebody(database)
    page = open_page(context, room)
    page.get_by_role("button", name="Llamar en voz alta en español").click()
    expect(page.locator(CURRENT)).to_have_text(code)
    later = call_somebody(database, 1)
    wait_for_spoken(page, 1)
    assert page.evaluate("spoken[0][1]") == f"Turno {later.replace('-', ' ')}, módulo 2"


def test_the_last_state_stays_while_the_server_is_away(context: BrowserContext, room: Room, database: Database) -> None:
    code = call_somebody(database)
    page = open_page(context, room, "?speech=none")
    expect(page.locator(CURRENT)).to_have_text(code)
    room.stop()
    expect(page.get_by_role("alert")).to_contain_text("Sin conexión desde las")
    expect(page.locator(CURRENT)).to_have_text(code)
    axe(page)
    missed = call_somebody(database, 1)
    room.start()
    expect(page.locator(CURRENT)).to_have_text(missed)
    expect(page.get_by_role("alert")).to_be_hidden()
    last = call_somebody(database, 2)
    expect(page.locator(CURRENT)).to_have_text(last)


def test_a_new_day_empties_the_screen(
    context: BrowserContext, room: Room, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = call_somebody(database)
    page = open_page(context, room, "?speech=none")
    expect(page.locator(CURRENT)).to_have_text(code)
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)  # for the server's threads too
    expect(page.get_by_text("Aquí sale su turno")).to_be_visible()
    expect(page.locator(CURRENT)).to_be_hidden()


def test_a_wrong_clock_of_the_screen_changes_nothing(context: BrowserContext, room: Room, database: Database) -> None:
    context.clock.install(time=clock.now() - timedelta(days=730))
    code = call_somebody(database)
    page = open_page(context, room, "?speech=none")
    context.clock.run_for(3000)
    expect(page.locator(CURRENT)).to_have_text(code)
    expect(page.locator("[data-current] time")).to_have_text("Hace un momento")
    expect(page.get_by_role("alert")).to_be_hidden()


@pytest.mark.parametrize("size", [TELEVISION, {"width": 1280, "height": 720}, {"width": 800, "height": 1280}])
def test_nothing_sticks_out_of_the_screen(
    context: BrowserContext, room: Room, database: Database, size: dict[str, int]
) -> None:
    for desk in (0, 1, 2, 3, 0):
        call_somebody(database, desk)
    page = open_page(context, room)
    page.set_viewport_size(size)  # type: ignore[arg-type]
    expect(page.locator("[data-row]:visible")).to_have_count(4)
    boxes = page.evaluate(
        "[...document.querySelectorAll('[data-code], [data-desk], [data-age], button')]"
        ".map((part) => part.getBoundingClientRect()).map(({ left, right, top, bottom }) => [left, right, top, bottom])"
    )
    assert all(left >= 0 and right <= size["width"] for left, right, _top, _bottom in boxes)
    assert all(top >= 0 for _left, _right, top, _bottom in boxes)
    if size["height"] < size["width"]:
        assert all(bottom <= size["height"] for _left, _right, _top, bottom in boxes)


def test_the_letters_are_legible_from_six_metres(context: BrowserContext, room: Room, database: Database) -> None:
    """20 minutes of arc at 6 m are 35 mm (ISO 9241-303): on a television of 32 inches, of 398 mm in 1,080 pixels."""
    for desk in (0, 1):
        call_somebody(database, desk)
    page = open_page(context, room, "?speech=none")
    expect(page.locator("[data-row]:visible")).to_have_count(1)
    measure = """(part) => {
      const { fontSize, fontFamily } = getComputedStyle(part);
      const context = new OffscreenCanvas(9, 9).getContext("2d");
      context.font = `bold ${fontSize} ${fontFamily}`;
      return context.measureText("A").actualBoundingBoxAscent;
    }"""
    for part in page.locator("[data-code]:visible, [data-desk]:visible").all():
        assert part.evaluate(measure) * 398 / 1080 >= 35


def test_without_script_the_last_state_stays(browser: Browser, room: Room, database: Database) -> None:
    code = call_somebody(database)
    with browser.new_context(java_script_enabled=False) as context:
        context.add_cookies([room.cookie])
        page = context.new_page()
        page.goto(f"{room.address}{PAGE}", wait_until="commit")  # it is loaded only when the next turn is called
        expect(page.locator(CURRENT)).to_have_text(code)
        later = call_somebody(database, 1)
        expect(page.locator(CURRENT)).to_have_text(later)
        # Nothing but the server, while it is there, makes the browser load the page sooner than in ten minutes.
        expect(page.locator("meta[http-equiv=refresh]")).to_have_count(1)
        expect(page.locator("meta[http-equiv=refresh]")).to_have_attribute("content", "600")
