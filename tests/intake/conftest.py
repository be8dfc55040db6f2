"""Who sits at the desk in the tests of intake."""

import pytest

from tests.support.pages import PageClient
from tests.support.staff import SignIn


@pytest.fixture
def agent(as_role: SignIn) -> PageClient:
    """An agent at the desk."""
    return as_role("agent")
