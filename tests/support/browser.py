"""A real browser at tablet size, and axe on what it shows."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.support.machine import missing

PATIENCE = 30_000  # milliseconds that a busy machine may take to show what is expected; Playwright's own is 5 s
TABLET = {"width": 1024, "height": 768}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A camera of its own, which is always allowed.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
# axe leaves target-size out unless wcag22aa is named.
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
AXE_SCRIPT = Axe().axe_script


def find_chromium() -> str | None:
    """The system's Chromium, without its windows if it comes so; None where there is none."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium, which speaks to nobody but the page's server."""
    chromium = find_chromium()
    if chromium is None:
        missing("Chromium", "chromium-headless-shell")
    expect.set_options(timeout=PATIENCE)  # for pages of a test's own too
    return {"executable_path": chromium, "args": ARGUMENTS, "headless": True}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """A tablet held across, used by fingers, in Colombia."""
    return {
        "viewport": TABLET,
        "has_touch": True,
        "locale": "es-CO",
        "timezone_id": "America/Bogota",
    }


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A browser's page. The test fails if a script breaks or the content security policy stops something."""
    faults = watch(page)
    yield page
    assert not faults, "\n".join(faults)


def watch(page: Page) -> list[str]:
    """A list that fills with the page's broken scripts and what its content security policy stops."""
    faults: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            faults.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: faults.append(f"script: {error.message}"))
    return faults


def axe(page: Page) -> None:
    """Fail on any breach of WCAG 2.2, levels A and AA, in the page as it stands once it has arrived."""
    page.wait_for_load_state("load")  # a click returns when the next page begins, which may still be empty
    page.evaluate(AXE_SCRIPT)
    # Only the breaches leave the browser: to bring all that is well as well takes longer than to find it.
    found = page.evaluate("options => axe.run(options).then(told => told.violations)", AXE_OPTIONS)
    lines = [
        f"{violation['id']} ({violation['impact']}): {node['html']}\n    {node.get('failureSummary', '')}"
        for violation in found
        for node in violation["nodes"]
    ]
    assert not lines, f"{page.url} breaks WCAG:\n" + "\n".join(lines)
