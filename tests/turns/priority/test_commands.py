"""``attention-point turns …``."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attention_point.foundation.database import Database
from attention_point.turns.priority.commands import turns_commands
from tests.turns.past_day import live_day

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, database_url: str) -> Run:
    """A command line on the test's database, which holds one past day."""
    with database.write_session() as session:
        live_day(session)

    def invoke(*words: str) -> Result:
        opened = Database(database_url, database.info)
        return CliRunner().invoke(turns_commands, list(words), obj=lambda: opened)

    return invoke


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text("preferential_calls: 3\nageing_minutes: 45\n", encoding="utf-8")
    return path


def _numbers(result: Result, label: str) -> list[str]:
    line = next(line for line in result.output.splitlines() if line.startswith(label))
    return line[44:].split()


def test_a_past_day_is_simulated_against_first_come_first_served(run: Run, file: Path) -> None:
    result = run("simulate", "--policy", str(file), "--day", "2017-08-09")
    assert result.exit_code == 0, result.output
    assert "4 turnos, 2 módulos" in result.output
    assert _numbers(result, "En orden de llegada, todos")[0] == "4"
    assert _numbers(result, "Con esta regla, preferenciales")[0] == "1"


def test_200_arrivals_at_4_desks_are_printed_without_a_day(run: Run, file: Path) -> None:
    result = run("simulate", "--policy", str(file))
    assert result.exit_code == 0
    assert "200 turnos, 4 módulos" in result.output
    before, after = (
        _numbers(result, f"{title}, preferenciales") for title in ("En orden de llegada", "Con esta regla")
    )
    assert float(after[1].replace(",", ".")) < float(before[1].replace(",", "."))
    assert result.output.splitlines()[-1].endswith("0 turnos.")


def test_the_desks_of_a_simulation_can_be_chosen(run: Run, file: Path) -> None:
    result = run("simulate", "--policy", str(file), "--day", "2017-08-09", "--desks", "1")
    assert "4 turnos, 1 módulos" in result.output


def test_the_printed_policy_is_a_file_to_simulate(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "today.yaml"
    path.write_text(run("policy").output, encoding="utf-8")
    assert run("simulate", "--policy", str(path)).exit_code == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("preferential_calls: [", "policy.yaml"),
        ("ordinary_calls: 0", "ordinary_calls"),
        ("- 1", ""),
        ("preferential_groups: [friends]", "preferential_groups"),
    ],
)
def test_a_file_that_is_no_policy_is_refused(run: Run, file: Path, content: str, message: str) -> None:
    file.write_text(content, encoding="utf-8")
    result = run("simulate", "--policy", str(file))
    assert result.exit_code == 1
    assert message in result.stderr


@pytest.mark.parametrize(
    "words", [("--day", "2017-08-08"), ("--day", "2017-08-09", "--point", "nowhere"), ("--point", "nowhere")]
)
def test_a_day_or_point_of_which_nothing_is_known_is_refused(run: Run, file: Path, words: tuple[str, ...]) -> None:
    result = run("simulate", "--policy", str(file), *words)
    assert result.exit_code == 1
    assert result.stderr
