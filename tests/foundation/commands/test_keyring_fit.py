"""A database never gets a keyring that is not its own: nothing would open, and what is written would be lost too."""

import hashlib
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from attention_point.app import open_database_of
from attention_point.command_line import main
from attention_point.foundation import clock
from attention_point.foundation.database.identifiers import new_id
from attention_point.foundation.settings import read_settings
from attention_point.foundation.vault import Keyring, get_vault
from attention_point.people.models import Person

MARK = "No se cambió nada"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite installation in which there is a person."""
    folder = tmp_path_factory.mktemp("installed") / "instance"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTENTION_POINT_INSTANCE", str(folder))
        patch.delenv("ATTENTION_POINT_DATABASE_URL", raising=False)
        assert CliRunner().invoke(main, ["init"]).exit_code == 0
        with closing(open_database_of(read_settings())) as database, database.write_session() as session:
            person = new_id()
            _key, wrapped = get_vault(session).create_person_key(person)
            row = Person(id=person, sealed=b"x", wrapped_key=wrapped.sealed_key, key_version=wrapped.version)
            row.created_at = row.updated_at = clock.now()
            session.add(row)
    return folder


@pytest.fixture
def instance(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, which the test's commands use."""
    folder = tmp_path / "instance"
    shutil.copytree(installed, folder)
    monkeypatch.setenv("ATTENTION_POINT_INSTANCE", str(folder))
    monkeypatch.setenv("LC_ALL", "es_CO.UTF-8")
    monkeypatch.delenv("ATTENTION_POINT_DATABASE_URL", raising=False)
    return folder


def _digest(instance: Path) -> str:
    return hashlib.sha256((instance / "attention-point.db").read_bytes()).hexdigest()


COMMANDS = [["init"], ["jobs", "run"], ["keys", "rotate"], ["keys", "status"], ["serve", "--port", "1"], ["doctor"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_keyring_of_another_installation_is_refused(instance: Path, command: list[str]) -> None:
    (instance / "keyring.json").unlink()
    Keyring.create(instance / "keyring.json")
    keyring, database = (instance / "keyring.json").read_bytes(), _digest(instance)
    done = CliRunner().invoke(main, command)
    assert (done.exit_code, MARK in done.output) == (1, True), done.output
    assert ((instance / "keyring.json").read_bytes(), _digest(instance)) == (keyring, database)


def test_a_lost_keyring_is_not_replaced_by_a_new_one(instance: Path) -> None:
    (instance / "keyring.json").unlink()
    database = _digest(instance)
    done = CliRunner().invoke(main, ["init"])
    assert (done.exit_code, MARK in done.output) == (1, True), done.output
    assert not (instance / "keyring.json").exists()
    assert _digest(instance) == database
