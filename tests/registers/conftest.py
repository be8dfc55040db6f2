"""A browser of somebody of the office, for the registers."""

import pytest
from playwright.sync_api import Page

from tests.support.staff import SignIn


@pytest.fixture
def signed_in(as_role: SignIn, page: Page) -> Page:
    """A browser with the session of somebody of the office."""
    cookie = as_role("office").get_cookie("session")
    assert cookie is not None
    page.context.add_cookies([{"name": "session", "value": cookie.value, "domain": "127.0.0.1", "path": "/"}])
    return page
