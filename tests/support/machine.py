"""What a test needs of the machine: skipped without it, with the line that installs it; failed under CI."""

import os
from typing import NoReturn

import pytest


def missing(what: str, package: str) -> NoReturn:
    """Skip the test, or fail it when ``CI=true``, where nothing is skipped."""
    message = f"{what} is missing; install it with: sudo apt-get install {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
