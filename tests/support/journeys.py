"""What a path through the pages costs a person at a tablet: taps, keystrokes, screens, and the server's time.

A tap is a finger that comes down: on a link, a button, a choice, or a text field that is not focused yet. A list takes
two: one opens it, one chooses. A screen is a page that is opened, a paper in a tab of its own too; the page on which a
journey begins is none. Fingers and keys are counted by the page itself, so nothing that a test does is left out.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from threading import Lock
from typing import Any

from playwright.sync_api import Locator, Page, Request

from attention_point.foundation import paths

TABLET_UPRIGHT = {"width": 800, "height": 1280}
DOCUMENT = paths.PROJECT_FOLDER / "docs" / "desk.md"
_COUNTING_SCRIPT = """
for (const type of ["pointerdown", "keydown"])
  addEventListener(type, (event) => event.isTrusted && countInput(type), true);
"""


@dataclass
class Effort:
    """What a journey took. ``server_ms`` is the processor's time of the application in milliseconds."""

    taps: int = 0
    keystrokes: int = 0
    screens: int = 0
    server_ms: float = 0

    def __sub__(self, earlier: "Effort") -> "Effort":
        return Effort(*(now - before for now, before in zip(astuple(self), astuple(earlier), strict=True)))


class ServerTime:
    """A WSGI application that adds up the processor's time within it, in milliseconds, static files aside.

    Not the clock's: that would measure what else the machine does.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.milliseconds = 0.0
        self._app, self._lock = app, Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        started = time.thread_time()
        reply = self._app(environ, start_response)
        if not environ["PATH_INFO"].startswith("/static/"):
            with self._lock:
                self.milliseconds += (time.thread_time() - started) * 1000
        return reply


class Journey:
    """A person's hands on a page: does what it is told as fingers would, and counts. One for each browser context."""

    def __init__(self, page: Page, server_time: ServerTime) -> None:
        self.page, self._server_time, self._effort = page, server_time, Effort()
        page.context.expose_binding("countInput", self._count_input)
        page.context.add_init_script(_COUNTING_SCRIPT)
        page.context.on("request", self._count_screen)

    @property
    def effort(self) -> Effort:
        """All effort so far; subtract an earlier one for a part of the way."""
        effort = self._effort
        return Effort(effort.taps, effort.keystrokes, effort.screens, self._server_time.milliseconds)

    def _count_input(self, _source: object, kind: str) -> None:
        if kind == "pointerdown":
            self._effort.taps += 1
        else:
            self._effort.keystrokes += 1

    def _count_screen(self, request: Request) -> None:
        # No page has another one within it, so each navigation is a screen; a redirection belongs to the one before.
        if request.is_navigation_request() and request.redirected_from is None:
            self._effort.screens += 1

    def tap(self, target: Locator) -> None:
        """Bring a finger down on something."""
        target.tap()

    def type(self, target: Locator, text: str) -> None:
        """Type into a field; it is tapped first where it is not focused."""
        if not target.evaluate("field => field === document.activeElement"):
            target.tap()
        self.page.keyboard.type(text)

    def choose(self, target: Locator, label: str) -> None:
        """Choose from a list: one tap opens it, one chooses. The browser draws the list outside of the page."""
        self._effort.taps += 2
        target.select_option(label=label)


def write_measured(name: str, measured: str) -> None:
    """Print a figure, and put it into the last column of its line of ``docs/desk.md`` where ``WRITE_DESK`` is set."""
    sys.stdout.write(f"{name}: {measured}\n")
    if not os.environ.get("WRITE_DESK"):
        return
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    (index,) = [number for number, line in enumerate(lines) if line.startswith(f"| {name} |")]
    lines[index] = re.sub(r"[^|]*\|$", lambda _end: f" {measured} |", lines[index])
    DOCUMENT.write_text("\n".join(lines) + "\n", encoding="utf-8")
