"""Released months, for the public pages and the catalogue."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from attention_point.foundation.settings import Settings
from attention_point.statistics.open_data import public_files
from attention_point.statistics.releases.models import Release
from tests.statistics.releases.publishing import SEPTEMBER, publish_month

AUGUST = date(2017, 8, 1)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An office to which a reader can write: without it the page is not served."""
    return replace(settings, contact="internacional@example.org")


@pytest.fixture
def undrawn_months(app: Flask) -> list[Release]:
    """August, and September in two versions, the second of which is in force. Their files are not drawn yet."""
    with app.extensions["database"].write_session() as session:
        made = [
            publish_month(session, 250, AUGUST),
            publish_month(session, 300, SEPTEMBER),
            publish_month(session, 310, SEPTEMBER, note="Faltaban visitas de un día."),
        ]
        session.expunge_all()
    return made


@pytest.fixture(scope="session")
def drawn_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of these months, drawn once a run: their names carry the hashes of the contents."""
    return tmp_path_factory.mktemp("drawn") / public_files.FOLDER


@pytest.fixture
def months(app: Flask, undrawn_months: list[Release], settings: Settings, drawn_files: Path) -> list[Release]:
    """The same months with their files, as ``jobs run`` leaves them."""
    kept = settings.instance / public_files.FOLDER
    if drawn_files.exists():
        shutil.copytree(drawn_files, kept)
        kept.chmod(0o700)
    public_files.make_missing_files(app.extensions["database"], settings)
    if not drawn_files.exists():
        shutil.copytree(kept, drawn_files)
    return undrawn_months
