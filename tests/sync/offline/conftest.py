"""A tablet in a browser, ready to go where there is no network."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from attention_point.foundation.database import Database
from tests.accounts.devices.support import enrol
from tests.browser.test_desk import sign_in, staff
from tests.support.server import serve
from tests.sync.offline.failing_proxy import run_failing_proxy
from tests.sync.offline.support import Tablet, be_tablet, prepare_tablet

__all__ = ["staff"]


@pytest.fixture
def tablet(page: Page, app: Flask, database: Database, staff: Any) -> Iterator[Tablet]:
    """A tablet that is ready to go where there is no network."""
    page.set_viewport_size({"width": 800, "height": 1280})
    email = staff("agent", None)
    with serve(app) as upstream, run_failing_proxy(upstream) as (address, proxy):
        be_tablet(page.context, address, enrol(database))
        sign_in(page, address, email)
        prepare_tablet(page, address)
        yield Tablet(page, address, proxy, database)
