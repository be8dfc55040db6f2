"""Fixtures of the tests of sync."""

import pytest

from attention_point.foundation import clock
from tests.accounts.support import Clock


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock, standing still until a test moves it."""
    moved = Clock()
    monkeypatch.setattr(clock, "now", moved)
    return moved
