"""The whole application on a test's database: the app, a client that checks pages, a live server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import BaseLoader, BytecodeCache, Environment, Template
from jinja2.bccache import Bucket

from attention_point.foundation import language
from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings, read_settings
from tests.support.pages import PageClient
from tests.support.server import serve


class _Compiled(BytecodeCache):
    """Templates compiled once a process, whichever application shows them."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self.known.get(bucket.key):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once() -> Iterator[None]:
    """Many tests compose an application of their own, whose templates are those of all the others."""
    compiled, load = _Compiled(), BaseLoader.load

    def loaded(self: BaseLoader, environment: Environment, *of: Any, **more: Any) -> Template:
        environment.bytecode_cache = compiled
        return load(self, environment, *of, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseLoader, "load", loaded)
        yield


@pytest.fixture(autouse=True)
def _spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins in Spanish, whatever language the test before it and this machine's terminal speak."""
    language.set_language("es")
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")


@pytest.fixture(scope="session", autouse=True)
def _logs_as_set() -> Iterator[None]:
    """A command that runs in this process, in the fixture of a module too, must not set the log for what follows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("attention_point.app.configure_logging", lambda: None)
        yield


@pytest.fixture
def settings(database_url: str, keyring_path: Path, tmp_path: Path) -> Settings:
    """Settings of a fresh installation. Replace what a test needs with ``dataclasses.replace``."""
    return read_settings(
        {
            "ATTENTION_POINT_INSTANCE": str(tmp_path),
            "ATTENTION_POINT_DATABASE_URL": database_url,
            "ATTENTION_POINT_KEYRING": str(keyring_path),
            # Each role signs in by its password alone, but in the tests of the second step.
            "ATTENTION_POINT_SECOND_FACTOR": "optional",
        }
    )


@contextmanager
def composed(settings: Settings) -> Iterator[Flask]:
    """The application, as ``serve`` makes it. Nothing is switched off: forms need their tokens here too.

    For a test that adds to the application or composes it with settings of its own; the others share one.
    """
    # Imported when asked for: a test of rules runs in milliseconds, and while another room is broken.
    from attention_point.app import create_app  # noqa: PLC0415

    made = create_app(settings)
    made.test_client_class = PageClient
    yield made
    made.extensions["database"].close()


@pytest.fixture(scope="session")
def _shared_apps(keyring_path: Path) -> Iterator[Callable[[bool], Flask]]:
    """The application composed once, and once as a demonstration: its 240 addresses and its templates cost more than a
    test's pages."""
    environment = {"INSTANCE": str(keyring_path.parent), "KEYRING": str(keyring_path), "SECOND_FACTOR": "optional"}
    plain = read_settings({f"ATTENTION_POINT_{name}": value for name, value in environment.items()})
    with ExitStack() as stack:

        @cache
        def shared(demo: bool) -> Flask:
            made = stack.enter_context(composed(replace(plain, demo=demo)))
            made.test_client().get("/static/css/base.css").close()  # from now on, Flask lets nobody add to it
            return made

        yield shared


@pytest.fixture
def app(_shared_apps: Callable[[bool], Flask], settings: Settings, database: Database) -> Iterator[Flask]:
    """The application on the test's own settings and database."""
    shared = _shared_apps(settings.demo)
    held = shared.extensions
    before = held["settings"], held["database"]
    # Cookies and headers were made for the settings of then; nothing may differ but what each page reads anew.
    here = {"instance": settings.instance, "database_url": settings.database_url, "contact": settings.contact}
    assert replace(before[0], **here) == settings
    held["settings"], held["database"] = settings, database
    yield shared
    held["settings"], held["database"] = before


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A visitor without a session, who looks at every page with care."""
    return PageClient(app, app.response_class)


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The application behind waitress on a free loopback port; gives its address."""
    with serve(app) as address:
        yield address
