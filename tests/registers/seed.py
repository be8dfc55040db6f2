"""The office's real year as data, where the checkout stands beside it."""

from collections.abc import Mapping
from typing import Any

import pytest

from attention_point.foundation import paths
from attention_point.registers.shared.records.loading import read_year_file

FILE = paths.PROJECT_FOLDER.parent / "shared" / "seed" / "office-2017.yaml"


def seed() -> Mapping[str, Any]:
    """The file's content; the test is skipped where the folder is absent."""
    if not FILE.is_file():
        pytest.skip("the office's real year is not beside this checkout")
    return read_year_file(FILE)
