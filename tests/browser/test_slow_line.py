"""The desk over a poor line: 400 kbit/s and 400 ms, as Chromium's own emulation makes it.

``pytest tests/browser/test_slow_line.py -s`` prints the figures of ``docs/performance.md``; with ``WRITE_DESK=1`` it
writes those of ``docs/desk.md``. Bytes are held to their goal, and so are the seconds that trips and bytes take on such
a line; what the server and the browser take beside it depends on what else the machine does, and is printed alone.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.test_desk import CHECK_ADDRESS, SAVED_ADDRESS, looked_at, sign_in, staff
from tests.support.journeys import write_measured

__all__ = ["staff"]  # a fixture
pytestmark = pytest.mark.browser

LATENCY_MS, BYTES_PER_SECOND = 400, 50_000
GOALS = {"form": 0.9, "check": 0.6, "desk": 0.5}  # seconds until the page has arrived
MOST_BYTES = 30_000  # of a registration, both ways
MEANWHILE_MS = 300  # what a page asks for after it has been drawn


@dataclass
class SlowLine:
    """A browser's page behind a slow line: bytes both ways, and what the last step took."""

    page: Page
    session: CDPSession
    steps: list[tuple[str, float, float, int, int]] = field(default_factory=list)
    trips: int = 0
    received: int = 0
    sent: int = 0

    def begin(self) -> None:
        """Slow the line down, and count what goes over it."""
        self.session.on("Network.requestWillBeSentExtraInfo", self._count_request)
        self.session.on("Network.requestWillBeSent", self._count_body)
        self.session.on("Network.loadingFinished", self._count_reply)
        self.session.send("Network.enable")
        line = {"downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
        self.session.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY_MS, **line})

    def _count_request(self, event: dict[str, Any]) -> None:
        # A line of HTTP/1.1 for each header; of a cached file no request is sent, and no such event comes.
        self.sent += sum(len(name) + len(value) + 4 for name, value in event["headers"].items()) + 80

    def _count_body(self, event: dict[str, Any]) -> None:
        self.sent += len(event["request"].get("postData", ""))
        self.trips += event["type"] == "Document"  # a redirection is one more

    def _count_reply(self, event: dict[str, Any]) -> None:
        self.received += int(event["encodedDataLength"])

    def step(self, name: str, act: Callable[[], object]) -> float:
        """Do something that leads to a page; returns the seconds until that page had arrived."""
        received, sent, trips = self.received, self.sent, self.trips
        act()
        self.page.wait_for_load_state("load")
        self.page.wait_for_timeout(MEANWHILE_MS)
        # From the beginning of the way to the last byte, by the browser's clock: what the test takes does not count.
        taken = self.page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd") / 1000
        received, sent = self.received - received, self.sent - sent
        on_the_line = (self.trips - trips) * LATENCY_MS / 1000 + (received + sent) / BYTES_PER_SECOND
        self.steps.append((name, taken, on_the_line, received, sent))
        return float(taken)


def choose(page: Page, selector: str) -> None:
    """Tap a choice; first open the fold in which it is."""
    label = page.locator(f"label:has({selector})")
    if not label.is_visible():
        label.locator("xpath=ancestor::details/summary").first.click()
    label.click()


def fill(page: Page, given_names: str = "Yohana Patricia") -> None:
    """Two needs, a name, a document and the consents, as a registration has them."""
    for need in ("MIG-REG", "EMP-SENA"):
        choose(page, f"input[name=needs][value={need}]")
    page.locator("[name=given_names]").fill(given_names)
    page.locator("[name=surname_1]").fill("Velásquez")
    page.locator("[name=birth_date]").fill("17/03/1991")
    choose(page, "input[name=attention][value=yes]")


def register(page: Page, given_names: str, line: SlowLine | None = None) -> None:
    """From the desk to the saved attention."""
    step = line.step if line else lambda _name, act: act()
    step("form", lambda: page.get_by_role("link", name="Persona nueva").first.click())
    expect(page.get_by_role("button", name="Revisar y continuar")).to_be_visible()
    fill(page, given_names)
    step("check", lambda: page.get_by_role("button", name="Revisar y continuar").click())
    expect(page.get_by_role("heading", name="Revise antes de guardar")).to_be_visible()
    page.locator("[data-refer-all]").click()
    step("saved", lambda: page.get_by_role("button", name="Guardar e imprimir").click())
    expect(page.get_by_text("La referencia es BGA-")).to_be_visible()


def test_a_registration_over_a_slow_line(page: Page, live_server: str, staff: Callable[..., str]) -> None:
    sign_in(page, live_server, staff("agent"))
    register(page, "Carmen")  # afterwards the browser has style sheets, scripts and lists
    line = SlowLine(page, page.context.new_cdp_session(page))
    page.wait_for_load_state("networkidle")  # nothing of the page before is counted
    line.begin()
    line.step("desk", lambda: page.goto(f"{live_server}/desk"))
    register(page, "Luis Alfonso", line)
    for name, taken, on_the_line, received, sent in line.steps:
        sys.stdout.write(
            f"{name:6} {taken:.2f} s, {on_the_line:.2f} of them on the line: "
            f"{received / 1000:.1f} KB received, {sent / 1000:.1f} KB sent\n"
        )
        if name in GOALS:
            write_measured(f"{name} on a slow line", f"{taken:.2f} s")
    write_measured(
        "a registration on the wire",
        f"{(line.received + line.sent) / 1000:.1f} KB, {line.sent / 1000:.1f} of them sent",
    )
    assert line.received + line.sent <= MOST_BYTES
    for name, _taken, on_the_line, _received, _sent in line.steps:
        assert round(on_the_line, 1) <= GOALS.get(name, 1.0), name


def test_the_page_that_comes_at_once_is_found_again(page: Page, live_server: str, staff: Callable[..., str]) -> None:
    """It came with the reply to a form; going back, reloading and going on find it as if it had been led to."""
    sign_in(page, live_server, staff("agent"))
    page.goto(f"{live_server}/visits/new")
    form_address = page.url
    fill(page)
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="Revisar y continuar").click()
    expect(page.get_by_role("heading", name="Revise antes de guardar")).to_be_visible()
    response = sent.value.response()
    assert response is not None
    assert response.status == 200  # no second trip
    expect(page).to_have_url(CHECK_ADDRESS)
    check_address = page.url
    page.reload()
    expect(page.get_by_role("heading", name="Revise antes de guardar")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(form_address)
    expect(page.locator("[name=given_names]")).to_have_value("Yohana Patricia")
    page.go_forward()
    expect(page).to_have_url(check_address)
    expect(page.get_by_role("heading", name="Revise antes de guardar")).to_be_visible()
    page.locator("[data-refer-all]").click()
    page.keyboard.press("Enter")
    expect(page.get_by_text("La referencia es BGA-")).to_be_visible()
    expect(page).to_have_url(SAVED_ADDRESS)
    saved_address = page.url
    page.reload()
    expect(page).to_have_url(saved_address)


def test_the_check_page_by_keyboard_on_any_screen(page: Page, live_server: str, staff: Callable[..., str]) -> None:
    sign_in(page, live_server, staff("agent"))
    page.goto(f"{live_server}/visits/new")
    fill(page)
    page.locator("[name=phone]").fill("30012")
    page.get_by_role("button", name="Revisar y continuar").click()
    expect(page.get_by_text("Ningún teléfono de Colombia o Venezuela tiene este número.").first).to_be_visible()
    for width, height in ((800, 1280), (400, 640), (360, 740)):  # a tablet, the same at 200 %, a telephone
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        looked_at(page, f"30-check-{width}")
    box = page.get_by_role("button", name="Guardar e imprimir").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 740  # within the thumb's reach
    page.locator("[data-refer-all]").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Guardar e imprimir")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("La referencia es BGA-")).to_be_visible()


def test_the_check_page_without_scripts(page: Page, live_server: str, staff: Callable[..., str]) -> None:
    email = staff("agent")
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, locale="es-CO", viewport={"width": 800, "height": 1280})
    plain = context.new_page()
    sign_in(plain, live_server, email)
    plain.goto(f"{live_server}/visits/new")
    for need in ("MIG-REG", "EMP-SENA"):
        choose(plain, f"input[name=needs][value={need}]")
    plain.get_by_role("button", name="Revisar y continuar").click()
    plain.get_by_role("button", name="Remitir todas").click()
    expect(plain.locator("[data-refer-all-choice]:checked")).to_have_count(2)
    plain.get_by_role("button", name="Guardar e imprimir").click()
    expect(plain.get_by_text("La referencia es BGA-")).to_be_visible()
    context.close()
