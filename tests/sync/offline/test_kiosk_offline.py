"""A kiosk whose network is lost goes on giving turns, and none of them is lost."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from attention_point.foundation.database import Database
from attention_point.turns.models import Turn
from tests.accounts.devices.support import enrol
from tests.browser.test_desk import looked_at
from tests.support.server import serve
from tests.sync.offline.failing_proxy import FailingProxy, run_failing_proxy
from tests.sync.offline.support import be_tablet, go_offline, go_online, wait_for
from tests.turns.kiosk.support import open_kiosk

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
TAPS = ("Español", "Comida, dónde dormir", "Sí, es mi primera vez", "Continuar", "Traigo niñas o niños pequeños")


@pytest.fixture
def kiosk(page: Page, app: Flask, database: Database) -> Iterator[tuple[str, FailingProxy]]:
    """An enrolled kiosk that has its page and its point's key."""
    page.set_viewport_size({"width": 800, "height": 1280})
    open_kiosk(app)
    with serve(app) as upstream, run_failing_proxy(upstream) as (address, proxy):
        be_tablet(page.context, address, enrol(database, "Quiosco de la entrada", "kiosk"))
        page.goto(f"{address}/kiosk")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        wait_for(page, "caches.match('/kiosk').then((found) => Boolean(found))")
        wait_for(page, "outbox.findAgent('kiosk').then((found) => Boolean(found))")
        yield address, proxy


def _take_turn(page: Page) -> str:
    for words in TAPS:
        page.locator("button:visible", has_text=words).tap()
    code = page.locator(".turn__code:visible")
    expect(code).to_be_visible()
    return code.inner_text()


def _list_turns(database: Database) -> list[Any]:
    with database.read_session() as session:
        return list(session.execute(select(Turn.code, Turn.channel).order_by(Turn.code)))


def test_turns_are_given_without_network(page: Page, kiosk: tuple[str, FailingProxy], database: Database) -> None:
    address, proxy = kiosk
    go_offline(page, proxy)
    codes = []
    for _visitor in range(3):
        page.goto(f"{address}/kiosk")
        codes.append(_take_turn(page))
    looked_at(page, "offline-20-kiosk")
    assert [code.partition("-")[2] for code in codes] == ["001", "002", "003"]
    assert not any(code.startswith("A") for code in codes)  # its own letter
    assert page.evaluate("caches.keys()") == ["offline"]
    go_online(page, proxy)
    wait_for(page, "outbox.findNextTry().then((next) => next === null)")
    assert _list_turns(database) == [(code, "offline") for code in codes]
    page.goto(f"{address}/kiosk")
    assert _take_turn(page).startswith("A-")
