"""Fixtures of the accounts' tests."""

import pytest

from attention_point.accounts import passwords
from attention_point.foundation import clock
from tests.accounts.support import PASSWORD, Clock


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock, standing still until a test moves it."""
    moved = Clock()
    monkeypatch.setattr(clock, "now", moved)
    return moved


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords compared without the slow hash: where only their number counts."""
    monkeypatch.setattr(passwords, "is_password_right", lambda _stored, password: password == PASSWORD)
