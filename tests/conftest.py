"""Fixtures for every test; what they stand on is in tests/support/."""

import gc

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.support.databases",
    "tests.support.backups",
    "tests.support.application",
    "tests.support.browser",
    "tests.support.own_keys",
    "tests.support.staff",
    "tests.support.second_step",
    "tests.support.worker",
]

# A slow moment of the machine is no fault of a test. The rest is as it was: under CI, hypothesis draws without chance.
settings.register_profile("patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """Leave modules and tests, which stay to the end, out of every later garbage collection: a tenth of the time."""
    gc.collect()
    gc.freeze()
