"""The whole application on a test's database: the app, a client that checks pages, a live server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from attention_point.foundation import language
from attention_point.foundation.settings import Settings, from_environment
from tests.support.pages import PageClient
from tests.support.server import serve


@pytest.fixture(autouse=True)
def _spanish() -> None:
    """Each test begins in Spanish, whatever language a page of the test before it spoke."""
    language.use("es")


@pytest.fixture
def settings(database_url: str, keyring_path: Path, tmp_path: Path) -> Settings:
    """Settings of a fresh installation. Replace what a test needs with ``dataclasses.replace``."""
    return from_environment(
        {
            "ATTENTION_POINT_INSTANCE": str(tmp_path),
            "ATTENTION_POINT_DATABASE_URL": database_url,
            "ATTENTION_POINT_KEYRING": str(keyring_path),
        }
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application, as ``serve`` makes it. Nothing is switched off: forms need their tokens here too."""
    # Imported when asked for: a test of rules runs in milliseconds, and while another room is broken.
    from attention_point.app import create_app  # noqa: PLC0415

    made = create_app(settings)
    made.test_client_class = PageClient
    yield made
    made.extensions["database"].close()


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A visitor without a session, who looks at every page with care."""
    return PageClient(app, app.response_class)


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The application behind waitress on a free loopback port; gives its address."""
    with serve(app) as address:
        yield address
