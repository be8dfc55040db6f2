"""An installation with a keyring of its own, for tests that change it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from attention_point.app import open_database_of
from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings, read_settings
from attention_point.foundation.vault import Keyring


@pytest.fixture
def own_settings(database_url: str, tmp_path: Path) -> Settings:
    """The settings of a fresh installation whose keys nobody else uses."""
    tmp_path.chmod(0o700)
    for file in tmp_path.iterdir():
        file.chmod(0o600)
    Keyring.create(tmp_path / "keyring.json")
    return read_settings({"ATTENTION_POINT_INSTANCE": str(tmp_path), "ATTENTION_POINT_DATABASE_URL": database_url})


@pytest.fixture
def opened(own_settings: Settings) -> Iterator[Database]:
    """Its database, as a server opens it: it takes up a changed keyring by itself."""
    database = open_database_of(own_settings)
    yield database
    database.close()
