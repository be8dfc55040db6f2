"""``attention-point directory load FILE``."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from attention_point.directory import queries
from attention_point.directory.commands import directory_commands
from attention_point.foundation.database import Database
from attention_point.foundation.language import speaking
from tests.directory.test_loading import FILE, changed


@pytest.fixture
def file(
    tmp_path: Path, database_url: str, keyring_path: Path, shipped: Database, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Where the test puts its file; the command finds the test's own database."""
    monkeypatch.setenv("ATTENTION_POINT_INSTANCE", str(tmp_path))
    monkeypatch.setenv("ATTENTION_POINT_DATABASE_URL", database_url)
    monkeypatch.setenv("ATTENTION_POINT_KEYRING", str(keyring_path))
    return tmp_path / "more.yaml"


def load(file: Path) -> Result:
    with speaking("en"):
        return CliRunner().invoke(directory_commands, ["load", str(file)])


def test_a_file_is_loaded_and_counted(file: Path, shipped: Database) -> None:
    file.write_text(yaml.safe_dump(FILE), encoding="utf-8")
    done = load(file)
    assert (done.exit_code, done.output) == (0, "2 added, 0 changed, 0 as they were.\n")
    with shipped.reading() as session:
        assert "ALBERGUE" in queries.service_codes(session)


def test_a_wrong_file_is_exit_status_1_with_the_reason_on_stderr(file: Path, shipped: Database) -> None:
    file.write_text(yaml.safe_dump(changed("offers.0.entity", "nobody")), encoding="utf-8")
    done = load(file)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "offers · 1 (ALBERGUE/nobody) · entity" in done.stderr
    with shipped.reading() as session:
        assert "ALBERGUE" not in queries.service_codes(session)


def test_a_file_that_is_not_there_is_wrong_usage(file: Path) -> None:
    assert load(file).exit_code == 2
