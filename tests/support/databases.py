"""Databases for tests: each test that uses one runs on SQLite and on PostgreSQL, on a fresh schema."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from attention_point.directory.queries import entity_names
from attention_point.foundation.database import Database, migrations, new_id
from attention_point.foundation.vault import Keyring, Vault
from tests.support.machine import missing
from tests.support.postgres import Server, find_binaries

Compiled = dict[str, tuple[Dialect, dict[Any, Any]]]
# Set by the controlling process before it starts its workers, who inherit it.
SERVER_FOLDER = "PYTEST_POSTGRESQL_FOLDER"
TEMPLATE = "template_migrated"


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the run's server folder, in the controlling process alone."""
    if not hasattr(config, "workerinput"):
        os.environ[SERVER_FOLDER] = str(Server.prepare().folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server when the controlling process, which ends last, ends."""
    if not hasattr(config, "workerinput") and SERVER_FOLDER in os.environ:
        Server(Path(os.environ.pop(SERVER_FOLDER))).stop()


@pytest.fixture(scope="session")
def postgresql_server() -> Server:
    """The run's server, started by whoever asks first, with one migrated database to copy."""
    binaries = find_binaries()
    if binaries is None:
        missing("PostgreSQL", "postgresql")
    server = Server(Path(os.environ[SERVER_FOLDER]))
    with server.locked():
        server.start(binaries)
        migrated = server.folder / "migrated"
        if not migrated.exists():
            server.drop(TEMPLATE)
            server.create(TEMPLATE)
            migrations.upgrade(server.url(TEMPLATE))
            migrated.touch()
    return server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh migrated database, on each engine in turn."""
    if request.param == "sqlite":
        path = tmp_path / "attention-point.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    name = f"test_{new_id().hex}"
    server.create(name, TEMPLATE)
    try:
        yield server.url(name)
    finally:
        server.drop(name)


@pytest.fixture(scope="session")
def keyring_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keyring file, made once a session. A test that rotates keys makes its own."""
    path = tmp_path_factory.mktemp("keyring") / "keyring.json"
    Keyring.create(path)
    return path


@pytest.fixture(scope="session")
def vault(keyring_path: Path) -> Vault:
    """The session's vault."""
    return Vault(Keyring.load(keyring_path))


@pytest.fixture(scope="session")
def compiled() -> Compiled:
    """The SQL of statements, as text: compiled once a run, not once a test."""
    return {}


@pytest.fixture
def database(database_url: str, vault: Vault, compiled: Compiled) -> Iterator[Database]:
    """The database of the test, with the vault in its sessions."""
    opened = Database(database_url, {"vault": vault, "entity_names": entity_names})
    kind = opened.engine.dialect.name
    if kind not in compiled:
        opened.engine.connect().close()  # the first connection tells the dialect what the engine can do
        compiled[kind] = opened.engine.dialect, {}
    for one in (opened.engine, opened.reader):  # SQLAlchemy finds a statement's text again by its dialect's identity
        one.dialect, texts = compiled[kind]
        one.update_execution_options(compiled_cache=texts)
    yield opened
    opened.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session, rolled back at the end: for tests of services, which never commit."""
    with database.writing() as session:
        yield session
        session.rollback()
