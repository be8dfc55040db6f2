"""The outbox: sent in order, exactly once, never dropped, whatever the network and the server do."""

import itertools
import sys
import time

import pytest
from playwright.sync_api import Page

from tests.sync.offline.failing_proxy import Fault
from tests.sync.offline.support import (
    Tablet,
    go_offline,
    go_online,
    keep_captures,
    open_outbox,
    wait_for,
)

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
# The goal is ten seconds on a machine that does nothing else; what the server does with each takes most of it.
MOST_SECONDS = 300
POSTS = "/api/v1/outbox"


def _wait_until_sent(page: Page, seconds: float) -> float:
    return wait_for(page, "outbox.findNextTry().then((next) => next === null)", seconds)


def _list_receipts(tablet: Tablet) -> list[str]:
    receipts: list[str] = tablet.page.evaluate("outbox.list('receipts').then((rows) => rows.map(({ id }) => id))")
    return receipts


def _expect_each_once(tablet: Tablet, ids: list[str]) -> None:
    assert tablet.list_captured() == [(capture_id, number) for number, capture_id in enumerate(ids, 1)]
    assert tablet.count_captures() == {"recorded": len(ids)}
    assert tablet.count_visits() == len(ids)
    assert set(_list_receipts(tablet)) == set(ids)


@pytest.mark.slow
def test_a_thousand_captures_arrive_once_each(tablet: Tablet) -> None:
    open_outbox(tablet)
    go_offline(tablet.page, tablet.proxy)
    ids = keep_captures(tablet.page, 1000)
    go_online(tablet.page, tablet.proxy)
    seconds = _wait_until_sent(tablet.page, MOST_SECONDS)
    sys.stdout.write(f"1,000 captures in {seconds:.1f} s\n")
    _expect_each_once(tablet, ids)
    assert seconds < MOST_SECONDS


@pytest.mark.slow
def test_captures_arrive_once_each_through_everything_that_fails(tablet: Tablet) -> None:
    open_outbox(tablet)
    go_offline(tablet.page, tablet.proxy)
    ids = keep_captures(tablet.page, 300)
    faults: list[Fault] = ["cut", "lost", "half", 500, 503, 401, 408]
    # Every third request fails, by each fault in turn; where a batch fails by itself, its captures go alone.
    planted = itertools.cycle([step for fault in faults for step in ("pass", "pass", fault)])
    tablet.proxy.choose_fault = lambda _method, path: next(planted) if path.startswith(POSTS) else "pass"
    go_online(tablet.page, tablet.proxy)
    began = time.perf_counter()
    # Who sees a 401 signs in: the page that follows tries at once, as here the button does.
    while time.perf_counter() - began < MOST_SECONDS and tablet.page.evaluate("outbox.findNextTry()") is not None:
        tablet.page.evaluate("outbox.send({ now: true })")
    seconds = time.perf_counter() - began
    sys.stdout.write(f"with faults {dict(tablet.proxy.counts)}: {seconds:.1f} s\n")
    _expect_each_once(tablet, ids)
    assert all(tablet.proxy.counts[fault] for fault in faults)
    assert seconds < MOST_SECONDS
