"""An application to ask about its own shape: which engine it stands on does not matter here."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from attention_point.foundation.settings import read_settings


@pytest.fixture(scope="session")
def shape(sqlite_template: Path, keyring_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for the run, asked for its routes and views; no request is sent to it."""
    from attention_point.app import create_app  # noqa: PLC0415 - the other tests here run without the app

    instance = tmp_path_factory.mktemp("shape")
    shutil.copy(sqlite_template, instance / "attention-point.db")
    environment = {"INSTANCE": str(instance), "KEYRING": str(keyring_path)}
    made = create_app(read_settings({f"ATTENTION_POINT_{name}": value for name, value in environment.items()}))
    yield made
    made.extensions["database"].close()
