"""The whole command line: what the machine or the database refuses is a sentence and exit status 1."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text

from attention_point.app import open_database
from attention_point.command_line import main
from attention_point.foundation.journal import JournalEntry


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own with some invented visits."""
    monkeypatch.setenv("ATTENTION_POINT_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("ATTENTION_POINT_DEMO", "1")
    monkeypatch.delenv("ATTENTION_POINT_DATABASE_URL", raising=False)
    assert run("init").exit_code == 0
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_a_sealed_record_that_does_not_open_is_told_and_kept(house: Path) -> None:
    loaded = run("demo", "load", "--people", "3", "--from", "2017-09-01", "--to", "2017-09-02")
    assert loaded.exit_code == 0, loaded.output
    database = open_database()
    with database.write_session() as session:
        session.execute(text("UPDATE visit SET sealed = x'00'"))
    result = run("statistics", "verify")
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert ": visit " in result.stderr
    with database.read_session() as session:
        kept = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()
        assert kept is not None
        assert (kept.action, kept.subject) == ("vault.refused", "visit")
        assert str(kept.subject_id) in result.stderr
    database.close()


def test_a_port_that_is_taken_is_told(house: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("serve", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "No se puede atender en 127.0.0.1" in result.stderr
    assert run("serve", "--port", "70000").exit_code == 2


def test_a_folder_that_cannot_be_made_is_told(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = house / "taken"
    taken.write_text("a file, not a folder")
    for name, place in (("INSTANCE", taken / "instance"), ("KEYRING", taken / "keyring.json")):
        with monkeypatch.context() as changed:
            changed.setenv("ATTENTION_POINT_INSTANCE", str(house / "new"))  # beside a database no keyring is made
            changed.setenv(f"ATTENTION_POINT_{name}", str(place))
            result = run("init")
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert f"No se puede escribir {place}" in result.stderr
