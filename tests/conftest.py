"""Fixtures for every test; what they stand on is in tests/support/."""

import gc
import time
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from attention_point.foundation import clock

pytest_plugins = [
    "tests.support.directory",
    "tests.support.databases",
    "tests.support.backups",
    "tests.support.application",
    "tests.support.browser",
    "tests.support.own_keys",
    "tests.support.staff",
    "tests.support.second_step",
    "tests.support.worker",
]

TESTS = Path(__file__).parent

# A slow moment of the machine is no fault of a test. The rest is as it was: under CI, hypothesis draws without chance.
settings.register_profile("patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


# One worker has a module whole (``--dist loadfile``), so that what its tests share is made once. These take longest.
LONG = ("crawl", "upgrade", "statistics", "browser", "recipes")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders that take longest, so that no worker goes on with one while the others have none left."""
    folders = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: folders.get(item.path.relative_to(TESTS).parts[0], len(LONG)))


def pytest_collection_finish() -> None:
    """Leave modules and tests, which stay to the end, out of every later garbage collection, and collect less often.

    Either is a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Begin no test in the last minute of a day: what it calls today is today until its end."""
    left = clock.start_of_day(clock.today() + timedelta(days=1)) - clock.now()
    if left < timedelta(minutes=1):
        time.sleep(left.total_seconds())
