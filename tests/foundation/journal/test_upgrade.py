"""The whole way with the commands: an installation of before is upgraded by ``init``, and a forged one is told."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from attention_point.app import open_database
from attention_point.command_line import main
from attention_point.foundation.database import migrations
from attention_point.foundation.private_files import JOURNAL_HEADS_FILE
from attention_point.foundation.vault import Keyring
from tests.foundation.journal.support import disarm, rearm, write_unkeyed


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for an installation of its own."""
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("ATTENTION_POINT_INSTANCE", str(folder))
    monkeypatch.delenv("ATTENTION_POINT_DATABASE_URL", raising=False)
    return folder


def run(*words: str) -> Result:
    done = CliRunner().invoke(main, list(words))
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def test_an_installation_of_before_goes_on(instance: Path) -> None:
    Keyring.create(instance / "keyring.json")
    migrations.upgrade_database(f"sqlite:///{instance}/attention-point.db", "0012")
    database = open_database()
    write_unkeyed(database, 7)
    before = run("journal", "head").stdout
    assert "La base de datos es anterior al programa" in run("journal", "verify").stderr
    made = run("init")
    assert made.exit_code == 0
    assert "La bitácora lleva clave desde la entrada" in made.stdout
    (instance / "kept").write_text(before, encoding="ascii")
    checked = run("journal", "verify", "--head", str(instance / "kept"))
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert "1 sello guardado fuera concuerda" in checked.stdout
    assert "La bitácora lleva clave" not in run("init").stdout
    with database.read_session() as session:
        indexed = session.execute(text("SELECT count(*) FROM journal_mention WHERE seq <= 7")).scalar_one()
        assert indexed == 7
    database.close()


def test_a_new_installation_keeps_the_first_head_for_its_owner_alone(instance: Path) -> None:
    assert run("init").exit_code == 0
    kept = instance / JOURNAL_HEADS_FILE
    assert kept.read_text(encoding="ascii").startswith("1 ")
    assert kept.stat().st_mode & 0o777 == 0o600
    checked = run("journal", "verify")
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert "No se comparó ningún sello guardado fuera" in checked.stdout  # what lies beside the keyring is not outside


def test_a_journal_put_in_its_place_is_told_and_nobody_is_kept_out(instance: Path) -> None:
    assert run("init").exit_code == 0
    database = open_database()
    with database.write_session() as session:
        armed = disarm(session)
        for statement in ("DELETE FROM journal_entry", "DELETE FROM journal_mention"):
            session.execute(text(statement))
        session.execute(text("UPDATE journal_head SET seq = 0, hash = :hash"), {"hash": bytes(32)})
        rearm(session, armed)
    write_unkeyed(database, 3)
    database.close()
    again = run("init")
    assert again.exit_code == 0  # the desk goes on
    assert "La bitácora no concuerda con" in again.stderr
    checked = run("journal", "verify")
    assert checked.exit_code == 1
    assert "la entrada 1 no es aquella cuyo sello se guardó fuera" in checked.stderr
    assert "sin clave" in checked.stderr


def test_a_trigger_that_is_missing_is_told(instance: Path) -> None:
    assert run("init").exit_code == 0
    database = open_database()
    with database.write_session() as session:
        session.execute(text("DROP TRIGGER journal_entry_stays"))
    database.close()
    checked = run("journal", "verify")
    assert checked.exit_code == 1
    assert "el disparador journal_entry_stays falta" in checked.stderr
