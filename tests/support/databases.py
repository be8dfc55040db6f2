"""Databases for tests: each test that uses one runs on SQLite and on PostgreSQL, on a fresh schema.

A test of pages or of the API runs on one of the two: half of them on each, since most of what they try is the same
code on both. Those about several requests at once carry the mark ``both_databases``; ``--databases both`` runs all on
both, as is done before a release.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from zlib import crc32

import pytest
from sqlalchemy import event, make_url
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from attention_point import catalogue
from attention_point.directory.queries import list_entity_names, list_point_names
from attention_point.foundation.database import Database, engine, migrations, new_id
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.queries import list_hidden_visits
from attention_point.people.search import index_keeper
from attention_point.portal.inbox.order import index_keeper as inbox_keeper
from tests.support.directory import mark_shipped
from tests.support.machine import missing
from tests.support.postgres import Server, find_binaries

Compiled = dict[str, tuple[Dialect, dict[Any, Any]]]
# Set by the controlling process before it starts its workers, who inherit it.
SERVER_FOLDER = "PYTEST_POSTGRESQL_FOLDER"
TEMPLATE = "template_migrated"
PATIENT_SECONDS = 60.0
# What is rolled back stays in PostgreSQL's files, where every later test reads past it.
MOST_TESTS = 20


ENGINES = ("sqlite", "postgresql")
CHOICES = ("either", "both", *ENGINES)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the databases be chosen."""
    parser.addoption("--databases", choices=CHOICES, default="either", help="on which databases tests run")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that run on another database."""
    choice = config.getoption("--databases")
    left_out = [item for item in items if not _runs_on_its_database(item, choice)]
    items[:] = [item for item in items if item not in set(left_out)]
    config.hook.pytest_deselected(items=left_out)


def _runs_on_its_database(item: pytest.Item, choice: str) -> bool:
    parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    engine = parameters.get("database_url")
    if engine not in ENGINES or choice == "both":
        return True
    if choice in ENGINES:
        return bool(engine == choice)
    is_of_pages = not {"app", "of_pages"}.isdisjoint(getattr(item, "fixturenames", ()))
    if not is_of_pages or item.get_closest_marker("both_databases") or not _is_for_every_database(item):
        return True
    return bool(ENGINES[crc32(item.nodeid.replace(engine, "").encode()) % 2] == engine)


def _is_for_every_database(item: pytest.Item) -> bool:
    # A test that names its database has no other variant.
    return not any("database_url" in str(mark.args[:1]) for mark in item.iter_markers("parametrize"))


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the run's server folder, in the controlling process alone."""
    if not hasattr(config, "workerinput"):
        os.environ[SERVER_FOLDER] = str(Server.prepare().folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server when the controlling process, which ends last, ends."""
    if not hasattr(config, "workerinput") and SERVER_FOLDER in os.environ:
        Server(Path(os.environ.pop(SERVER_FOLDER))).stop()


@pytest.fixture
def of_pages() -> None:
    """A fixture that composes pages of its own asks for it: what uses them is a test of pages."""


@pytest.fixture(scope="session", autouse=True)
def _patient() -> Iterator[None]:
    """What a person is not kept waiting for, a busy machine may take its time for. A test of a refusal sets its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "MAX_WAIT_SECONDS", PATIENT_SECONDS)
        patch.setattr(index_keeper, "FIRST_WAIT_SECONDS", PATIENT_SECONDS)
        patch.setattr(inbox_keeper, "FIRST_WAIT_SECONDS", PATIENT_SECONDS)
        yield


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
            migrations.upgrade_database(server.url(TEMPLATE))
            migrated.touch()
    return server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    migrations.upgrade_database(f"sqlite:///{path}")
    return path


class _Untouched(NamedTuple):
    """A database of PostgreSQL to which nothing was committed, and after how many tests."""

    url: str
    tests: int


@pytest.fixture(scope="session")
def _untouched() -> list[_Untouched]:
    """What a test that takes everything back has left to the next one."""
    return []


@pytest.fixture(scope="session")
def _written_to() -> set[str]:
    """The databases to which something was committed."""
    return set()


@pytest.fixture(params=ENGINES)
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, _untouched: list[_Untouched], _written_to: set[str]
) -> Iterator[str]:
    """The address of a fresh migrated database, on each engine in turn.

    To make and drop one costs PostgreSQL as much as a short test: who has only the ``session``, which is rolled back,
    leaves it to the next such test.
    """
    if request.param == "sqlite":
        path = tmp_path / "attention-point.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    has_session_alone = _has_session_alone(request.node)
    if has_session_alone and _untouched:
        url, earlier_tests = _untouched.pop()
    else:
        name = f"test_{new_id().hex}"
        server.create(name, TEMPLATE)
        url, earlier_tests = server.url(name), 0
    yield url
    if has_session_alone and url not in _written_to and earlier_tests < MOST_TESTS:
        _untouched.append(_Untouched(url, earlier_tests + 1))
    else:
        server.drop(make_url(url).database or "")


def _has_session_alone(item: Any) -> bool:
    """Whether neither the test nor a fixture of it asks for the database itself: only the session can write to it."""
    fixtures = item._fixtureinfo  # pytest tells nobody else who asked for what
    asked = {*fixtures.initialnames}
    for name in fixtures.names_closure:
        if name not in {"session", "database"}:
            asked |= {argument for each in fixtures.name2fixturedefs.get(name, ()) for argument in each.argnames}
    return "session" in asked and asked.isdisjoint({"database", "database_url"})


@pytest.fixture(scope="session")
def keyring_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keyring file, made once a session. A test that rotates keys makes its own.

    Its keys are the same in each run: what is published is rounded by them, and no test may depend on chance.
    """
    path = tmp_path_factory.mktemp("keyring") / "keyring.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("attention_point.foundation.vault.keyring.secrets.token_bytes", Random(7).randbytes)
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
def database(database_url: str, vault: Vault, compiled: Compiled, _written_to: set[str]) -> Iterator[Database]:
    """The database of the test, with the vault in its sessions."""
    opened = Database(
        database_url,
        {
            "vault": vault,
            "entity_names": list_entity_names,
            "point_names": list_point_names,
            "hidden_visits": list_hidden_visits,
            "erasers": tuple(eraser for feature in catalogue.FEATURES for eraser in feature.erasers),
        },
    )
    event.listen(opened.engine, "commit", lambda _connection: _written_to.add(database_url))
    mark_shipped(opened)
    keeper = index_keeper.NameIndexKeeper(opened.read_session, 1_000)
    opened.info[index_keeper.SESSION_KEY] = keeper
    kind = opened.engine.dialect.name
    if kind not in compiled:
        opened.engine.connect().close()  # the first connection tells the dialect what the engine can do
        compiled[kind] = opened.engine.dialect, {}
    for one in (
        opened.engine,
        opened.read_engine,
    ):  # SQLAlchemy finds a statement's text again by its dialect's identity
        one.dialect, texts = compiled[kind]
        one.update_execution_options(compiled_cache=texts)
    yield opened
    keeper.close()
    opened.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session, rolled back at the end: for tests of services, which never commit."""
    with database.write_session() as session:
        yield session
        session.rollback()
