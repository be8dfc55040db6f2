"""A tablet in a browser: what is kept without network, and what of it the server has."""

import time
from collections import Counter
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, select

from attention_point.foundation.database import Database
from attention_point.intake.models import Visit
from attention_point.sync.models import Capture
from tests.sync.offline.failing_proxy import FailingProxy


class Tablet:
    """A signed-in agent's tablet behind a proxy, and the database of the server that takes its captures."""

    def __init__(self, page: Page, address: str, proxy: FailingProxy, database: Database) -> None:
        self.page, self.address, self.proxy, self.database = page, address, proxy, database

    def count_captures(self) -> Counter[str]:
        """How many captures the server has, by their state."""
        with self.database.read_session() as session:
            return Counter(session.scalars(select(Capture.state)))

    def count_visits(self) -> int:
        """How many visits are recorded."""
        with self.database.read_session() as session:
            return session.scalar(select(func.count()).select_from(Visit)) or 0

    def list_captured(self) -> list[tuple[str, int]]:
        """The captures that the server has: ids and sequence numbers, in the order of the latter."""
        with self.database.read_session() as session:
            rows = session.execute(select(Capture.id, Capture.sequence).order_by(Capture.sequence))
            return [(str(capture_id), sequence) for capture_id, sequence in rows]


def be_tablet(context: BrowserContext, address: str, token: str) -> None:
    """Make the browser an enrolled tablet."""
    context.add_cookies([{"name": "device", "value": token, "url": address}])


def prepare_tablet(page: Page, address: str) -> None:
    """With a network: wait until the tablet has its pages and the agent's kit."""
    page.goto(f"{address}/desk")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    wait_for(page, "caches.match('/offline/form').then((found) => Boolean(found))")
    wait_for(page, "outbox.findCurrentUser().then((user) => user !== null)")


def wait_for(page: Page, script: str, seconds: float = 60) -> float:
    """Wait until what the script promises is true; returns the seconds that it took. Playwright's own waits for no
    promise."""
    began = time.perf_counter()
    while not page.evaluate(script):
        if time.perf_counter() - began > seconds:
            raise AssertionError(f"still not after {seconds} s: {script}")
        page.wait_for_timeout(50)
    return time.perf_counter() - began


def go_offline(page: Page, proxy: Any) -> None:
    """Pull the plug: the browser says that it has no network, and no request reaches the server."""
    proxy.is_down = True
    page.context.set_offline(True)


def go_online(page: Page, proxy: Any) -> None:
    """The network is back."""
    proxy.is_down = False
    page.context.set_offline(False)


def keep_captures(page: Page, number: int, version: str = "2017-08") -> list[str]:
    """Keep captures by the functions of the page; returns their ids, in the order of their sequence numbers."""
    script = """async ([number, version]) => {
      const user = await outbox.findCurrentUser();
      const ids = [];
      for (let count = 0; count < number; count += 1) {
        const id = captures.newId();
        ids.push(id);
        const { day, time } = captures.describeTime(new Date());
        const form = [
          ["id", id], ["point", "bucaramanga"], ["needs", "MIG-REG"], ["given_names", `Persona ${count}`],
          ["attended_on", day], ["attended_time", time], ["attention", "yes"], ["text_version", version],
        ];
        await captures.keep(user, id, { form, reference: null, version: "test" });
      }
      return ids;
    }"""
    ids: list[str] = page.evaluate(script, [number, version])
    return ids


def expect_waiting(page: Page, number: int) -> None:
    """The badge says how many wait."""
    expect(page.locator("[data-network-waiting]")).to_have_text(f"{number} por enviar")


def open_outbox(tablet: Tablet) -> None:
    """Open the page of the outbox while there is a network."""
    tablet.page.goto(f"{tablet.address}/offline/outbox")
    expect(tablet.page.locator("[data-network-waiting]")).to_be_visible()


def open_form(tablet: Tablet) -> None:
    """Open the form without network, as somebody does who taps "new person"."""
    tablet.page.goto(f"{tablet.address}/visits/new")
    expect(tablet.page.get_by_role("heading", name="Atención sin red")).to_be_visible()
