"""``routing check FILE`` on an installation's database: its exit status, and what it says where."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from attention_point.directory.models import Offer
from attention_point.directory.seed.loading import increase_revision
from attention_point.foundation import paths
from attention_point.foundation.database import Database
from attention_point.foundation.language import in_language
from attention_point.routing.commands import routing_commands
from tests.support.directory import load_shipped

Check = Callable[[Path], Result]
CASES = paths.PACKAGE_FOLDER / "routing" / "data" / "cases.yaml"


@pytest.fixture
def check(database: Database, database_url: str) -> Check:
    """The command, in English, on a database with the shipped directory. The command closes what it opens."""
    with database.write_session() as session:
        load_shipped(session)

    def run_check(path: Path) -> Result:
        with in_language("en"):
            return CliRunner().invoke(
                routing_commands, ["check", str(path)], obj=lambda: Database(database_url, database.info)
            )

    return run_check


def test_the_projects_own_cases_agree(check: Check) -> None:
    result = check(CASES)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.endswith("cases agree with the rules\n")
    assert result.stderr == ""


def test_the_installation_s_own_directory_answers(check: Check, database: Database) -> None:
    with database.write_session() as session:
        session.execute(update(Offer).where(Offer.entity == "icbf").values(valid_to=date(2017, 1, 1)))
        increase_revision(session)
    result = check(CASES)
    assert result.exit_code == 1
    assert "NNA-PROT" in result.stderr
    assert result.stdout == ""


def test_a_difference_is_on_stderr(check: Check, tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text("cases: [{id: a, date: 2017-08-09, situation: {needs: [EDU], age: 30}, suggestions: []}]")
    result = check(path)
    assert result.exit_code == 1
    assert result.stderr == "a: services: expected [], found [EDU]\n"
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"cases: [", "bad.yaml cannot be read as YAML text."),
        (b"\xff\xfe\x00", "bad.yaml cannot be read as YAML text."),
        (b"cases: [{date: 2017-99-99}]", "bad.yaml cannot be read as YAML text."),
        (b"[" * 100_000, "bad.yaml cannot be read as YAML text."),
        (b"", "The file needs a list named cases, with at least one case."),
    ],
    ids=["broken", "not text", "impossible date", "too deep", "empty"],
)
def test_a_bad_file_is_refused(check: Check, tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    result = check(path)
    assert (result.exit_code, result.stderr) == (1, sentence + "\n")


def test_a_missing_file_is_wrong_usage(check: Check, tmp_path: Path) -> None:
    result = check(tmp_path / "none.yaml")
    assert result.exit_code == 2
    assert "none.yaml" in result.stderr
