"""Fixtures for every test; what they stand on is in tests/support/."""

pytest_plugins = [
    "tests.support.databases",
    "tests.support.application",
    "tests.support.browser",
    "tests.support.staff",
]
