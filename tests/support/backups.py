"""An installation with a recipient of its backups, and an empty machine on which one is restored."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyrage  # type: ignore[import-untyped]
import pytest
from sqlalchemy import MetaData, func, select

from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.demo.steps.visit_steps import LoadedCounts, load_visits
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.settings import Settings
from tests.support.directory import load_shipped
from tests.support.postgres import Server

IDENTITY = pyrage.x25519.Identity.generate()
DAY = date(2017, 9, 8)


@pytest.fixture
def identity_file(tmp_path: Path) -> Path:
    """The identity as ``age-keygen`` writes it."""
    path = tmp_path / "identity.txt"
    path.write_text(f"# created: 2026-11-30\n# public key: {IDENTITY.to_public()}\n{IDENTITY}\n")
    return path


@pytest.fixture
def running(database: Database, settings: Settings) -> Settings:
    """An installation with people, an attachment, and a recipient of its backups."""
    settings.instance.mkdir(mode=0o700, exist_ok=True)
    (settings.instance / "attachments").mkdir(mode=0o700)
    (settings.instance / "attachments" / "a-record").write_bytes(b"%PDF-1.7 sealed")
    with database.write_session() as session:
        load_shipped(session)
        load_visits(session, invent_visits(20, date(2017, 9, 1), DAY, 5), LoadedCounts())
    return replace(settings, backup_recipients=(str(IDENTITY.to_public()),))


@pytest.fixture
def empty(running: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """An empty machine: an instance with the keyring alone, and an empty database of the same kind."""
    instance = tmp_path / "other-machine"
    instance.mkdir(mode=0o700)
    shutil.copy(running.keyring, instance / "keyring.json")
    fresh = replace(running, instance=instance, keyring=instance / "keyring.json")
    if running.database_url.startswith("sqlite"):
        yield replace(fresh, database_url=f"sqlite:///{instance / 'attention-point.db'}")
        return
    server: Server = request.getfixturevalue("postgresql_server")
    name = f"test_{new_id().hex}"
    server.create(name)
    try:
        yield replace(fresh, database_url=server.url(name))
    finally:
        server.drop(name)


def count_rows(database: Database) -> dict[str, int]:
    """The rows of each table."""
    metadata = MetaData()
    with database.read_engine.connect() as connection:
        metadata.reflect(connection)
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in metadata.tables.items()
        }
