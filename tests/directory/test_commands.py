"""``attention-point directory load FILE``."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from attention_point.directory import queries
from attention_point.directory.seed.commands import directory_commands
from attention_point.foundation.database import Database
from attention_point.foundation.language import in_language
from attention_point.foundation.vault import Vault
from tests.directory.test_loading import FILE, changed

Load = Callable[[object], Result]


@pytest.fixture
def load(database_url: str, vault: Vault, tmp_path: Path) -> Load:
    """Runs the command on a file of these rows, on the test's own database."""

    def run(rows: object) -> Result:
        file = tmp_path / "more.yaml"
        file.write_text(yaml.safe_dump(rows), encoding="utf-8")
        with in_language("en"):
            return CliRunner().invoke(
                directory_commands, ["load", str(file)], obj=lambda: Database(database_url, {"vault": vault})
            )

    return run


def test_a_file_is_loaded_and_counted(load: Load, shipped: Database) -> None:
    outcome = load(FILE)
    assert (outcome.exit_code, outcome.output) == (0, "2 added, 0 changed, 0 as they were.\n")
    with shipped.read_session() as session:
        assert "ALBERGUE" in queries.list_service_codes(session)


def test_a_wrong_file_is_exit_status_1_with_the_reason_on_stderr(load: Load, shipped: Database) -> None:
    outcome = load(changed("offers.0.entity", "nobody"))
    assert (outcome.exit_code, outcome.stdout) == (1, "")
    assert "offers · 1 (ALBERGUE/nobody) · entity" in outcome.stderr
    with shipped.read_session() as session:
        assert "ALBERGUE" not in queries.list_service_codes(session)


def test_a_file_of_no_parts_is_told_without_a_place(load: Load, shipped: Database) -> None:
    assert load(["entities"]).stderr.splitlines()[-1] == "This must be an object."


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert CliRunner().invoke(directory_commands, ["load", str(tmp_path / "none.yaml")]).exit_code == 2
