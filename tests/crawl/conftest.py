"""A database that holds a population: built once a run on each engine, copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, delete, insert, select, text

from attention_point.accounts.models import Account
from attention_point.accounts.sign_in.authentication import build_account_actor
from attention_point.directory.queries import list_entity_names, list_point_names
from attention_point.foundation.access import ROLES
from attention_point.foundation.database import Base, Database, new_id
from attention_point.foundation.settings import ENVIRONMENT_PREFIX
from attention_point.foundation.vault import Vault, VaultError
from attention_point.intake.queries import list_hidden_visits
from attention_point.people.break_glass import grants
from attention_point.people.queries import list_id_batches
from tests.accounts.support import token_of
from tests.crawl.crawling import Crawl
from tests.crawl.populations import POPULATIONS, TYPED, Population, ids_of
from tests.portal.support import browser
from tests.support.pages import PageClient
from tests.support.postgres import Server

ENTITY = "sena"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A population in a database of its own that nothing but copies is made of, and its instance folder.

    ``drawn`` are the files that walks through copies of it have got.
    """

    population: Population
    database: str
    folder: Path
    drawn: set[str] = field(default_factory=set)


@pytest.fixture(scope="session")
def prepared() -> dict[tuple[str, str], Prepared]:
    """The populations built so far, by engine and name."""
    return {}


@pytest.fixture
def prepare(
    request: pytest.FixtureRequest,
    prepared: dict[tuple[str, str], Prepared],
    vault: Vault,
    keyring_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, str], Prepared]:
    """``prepare("sqlite", "demonstration")``: the population, built if this run has not built it yet."""

    def prepare(engine: str, name: str) -> Prepared:
        if (engine, name) not in prepared:
            folder = tmp_path_factory.mktemp(name)
            stored, address = _empty(request, engine, folder)
            database = Database(
                address,
                {
                    "vault": vault,
                    "entity_names": list_entity_names,
                    "point_names": list_point_names,
                    "hidden_visits": list_hidden_visits,
                },
            )
            try:
                if engine == "postgresql":
                    population = _copy(prepare("sqlite", name), database, folder)
                else:
                    population = _build(name, database, folder, keyring_path)
            finally:
                database.close()
            prepared[engine, name] = Prepared(population, stored, folder)
        return prepared[engine, name]

    return prepare


def _build(name: str, database: Database, folder: Path, keyring_path: Path) -> Population:
    with pytest.MonkeyPatch.context() as patch:
        # The worker that draws files opens the same database with the same keyring.
        url = database.url.render_as_string(hide_password=False)
        for variable, value in (("KEYRING", keyring_path), ("DATABASE_URL", url)):
            patch.setenv(f"{ENVIRONMENT_PREFIX}{variable}", str(value))
        return POPULATIONS[name](database, folder)


def _copy(source: Prepared, database: Database, folder: Path) -> Population:
    """The rows and files of a population that was built on SQLite: to build it anew takes half a minute."""
    shutil.copytree(source.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("attention-point.db*"))
    stored = create_engine(f"sqlite:///{source.database}")
    with stored.connect() as reading, database.engine.begin() as writing:
        # Neither the order of keys nor what may be deleted counts for a copy.
        writing.execute(text("SET LOCAL session_replication_role = replica"))
        for table in Base.metadata.sorted_tables:
            writing.execute(delete(table))
            if rows := reading.execute(select(table)).mappings().all():
                writing.execute(insert(table), [dict(row) for row in rows])
    stored.dispose()
    return source.population


def _empty(request: pytest.FixtureRequest, engine: str, folder: Path) -> tuple[str, str]:
    """A migrated database: what it is copied by, and its address."""
    if engine == "sqlite":
        path = folder / "attention-point.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        path.chmod(0o600)  # the worker opens no file that others may read
        return str(path), f"sqlite:///{path}"
    server: Server = request.getfixturevalue("postgresql_server")
    name = f"crawl_{new_id().hex}"
    server.create(name, "template_migrated")
    return name, server.url(name)


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest,
    prepare: Callable[[str, str], Prepared],
    engine: str,
    population: str,
    tmp_path: Path,
) -> Iterator[str]:
    """The address of a copy of the population, in whose instance folder its files stand."""
    source = prepare(engine, population)
    shutil.copytree(source.folder, tmp_path, dirs_exist_ok=True)
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'attention-point.db'}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    name = f"test_{new_id().hex}"
    server.create(name, source.database)
    try:
        yield server.url(name)
    finally:
        server.drop(name)


@pytest.fixture
def crawl(app: Flask, prepare: Callable[[str, str], Prepared], engine: str, population: str) -> Callable[[str], Crawl]:
    """``crawl("office")``: a walk through the population as somebody of the role, or as nobody."""
    database = app.extensions["database"]
    # A page is made of the same on both engines: its HTML is looked through on one.
    careful = engine == "sqlite"

    def sign_in(who: str) -> tuple[FlaskClient, dict[str, str]]:
        signed_in = browser(app, who, ENTITY if who == "entity" else None) if who in ROLES else PageClient(app)
        if who == "supervisor":
            _open_files(database)
        client = signed_in if careful else _plain(app, signed_in)
        return client, {"X-CSRFToken": token_of(client.get("/account" if who in ROLES else "/sign-in"))}

    def crawl(who: str) -> Crawl:
        source = prepare(engine, population)
        known, has_refusals = ("/", *source.population.known), population == "bare-records"
        ids = ids_of(database)
        return Crawl(app, who, lambda: sign_in(who), ids, TYPED, known, refusals=has_refusals, drawn=source.drawn)

    return crawl


def _open_files(database: Database) -> None:
    """Let the newest supervisor open every file but one, which asks for a reason."""
    with database.write_session() as session:
        query = select(Account).where(Account.role == "supervisor").order_by(Account.id.desc()).limit(1)
        actor = build_account_actor(session.scalars(query).one())
        for people in list_id_batches(session, 500):
            for person in people[1:]:
                with suppress(VaultError):  # the barest records include damaged ones
                    grants.open_file(session, actor, person, "review")


def _plain(app: Flask, signed_in: FlaskClient) -> FlaskClient:
    """The same session in a client that does not look through the pages."""
    client = FlaskClient(app, app.response_class)
    cookie = signed_in.get_cookie(app.config["SESSION_COOKIE_NAME"])
    if cookie is not None:
        client.set_cookie(cookie.key, cookie.value)
    return client
