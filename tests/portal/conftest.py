"""Fixtures of the portal's tests."""

import itertools
import time
from types import SimpleNamespace

import pytest

from attention_point.foundation.database import identifiers


@pytest.fixture(autouse=True)
def _ids_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each new id is of a later millisecond, so that lists by age have one order however fast the machine is."""
    milliseconds = itertools.count(time.time_ns() // 1_000_000)
    monkeypatch.setattr(identifiers, "time", SimpleNamespace(time_ns=lambda: next(milliseconds) * 1_000_000))
