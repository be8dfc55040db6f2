"""The tests' own PostgreSQL server: one a run, fresh databases, gone at the end."""

from pathlib import Path

import psycopg
import pytest

from tests.support.machine import missing
from tests.support.postgres import Server, find_binaries


def test_a_server_starts_once_copies_a_template_and_leaves_nothing() -> None:
    binaries = find_binaries()
    if binaries is None:
        missing("PostgreSQL", "postgresql")
    server = Server.prepare()
    try:
        for _ in range(2):  # the second to ask finds it running
            with server.locked():
                server.start(binaries)
        server.create("source")
        with psycopg.connect(host=str(server.folder), user="tests", dbname="source") as connection:
            connection.execute("CREATE TABLE things (n integer)")
            connection.execute("INSERT INTO things VALUES (7)")
        server.create("copy", template="source")
        with psycopg.connect(host=str(server.folder), user="tests", dbname="copy") as connection:
            assert connection.execute("SELECT n FROM things").fetchall() == [(7,)]
            assert connection.info.server_version >= 150_000
        with psycopg.connect(host=str(server.folder), user="tests", dbname="copy") as connection:
            connection.autocommit = True
            server.drop("copy")  # whoever is connected
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(host=str(server.folder), user="tests", dbname="copy")
    finally:
        server.stop()
    assert not Path(server.folder).exists()


def test_what_is_missing_fails_under_ci_and_is_skipped_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        missing("Chromium", "chromium")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        missing("Chromium", "chromium")
