"""Fixtures for every test; what they stand on is in tests/support/."""

from hypothesis import HealthCheck, settings

# How long an example takes says something of the machine, not of the product.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

pytest_plugins = [
    "tests.support.databases",
    "tests.support.application",
    "tests.support.browser",
    "tests.support.staff",
]
