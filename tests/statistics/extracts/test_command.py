"""``attention-point statistics extract``."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from attention_point.foundation.database import Database
from attention_point.statistics.commands import statistics_commands
from attention_point.statistics.extracts import commands
from attention_point.statistics.extracts.models import Extract, LogEntry
from tests.statistics.extracts.adversary import read_rows
from tests.statistics.extracts.people import record_consenting_people

Run = Callable[..., Result]
ASKED = {"--from": "2017-07", "--to": "2017-12", "--recipient": "UIS", "--agreement": "Convenio 12"}


@pytest.fixture
def run(database: Database, database_url: str, tmp_path: Path) -> Run:
    """A command line on the test's database."""

    def said(**changed: str | None) -> Result:
        asked = {
            **ASKED,
            "--output": str(tmp_path / "given"),
            **{f"--{name}": value for name, value in changed.items()},
        }
        words = [word for name, value in asked.items() if value is not None for word in (name, value)]
        opened = Database(database_url, database.info)
        return CliRunner().invoke(statistics_commands, ["extract", *words], obj=lambda: opened)

    return said


def test_it_writes_a_folder_and_the_log(run: Run, database: Database, tmp_path: Path) -> None:
    record_consenting_people(database, 55)
    done = run()
    assert done.exit_code == 0, done.output
    folder = tmp_path / "given"
    assert {file.name for file in folder.iterdir()} == {
        "extract-2017-07-to-2017-12.csv", "codebook.csv", "codebook.json", "method-es.md", "method-en.md",
    }  # fmt: skip
    with database.read_session() as session:
        line = session.scalars(select(LogEntry)).one()
    assert (line.recipient, line.agreement, line.made_by) == ("UIS", "Convenio 12", "system")
    assert line.downloaded_at is not None
    content = (folder / "extract-2017-07-to-2017-12.csv").read_bytes()
    assert len(read_rows(content)) == line.rows
    again = run()
    assert again.exit_code == 1
    assert "no está vacía" in again.stderr
    other = run(output=str(tmp_path / "other"))
    assert other.exit_code == 0, other.output
    assert (tmp_path / "other" / "extract-2017-07-to-2017-12.csv").read_bytes() == content
    assert sorted(entry.name for entry in tmp_path.iterdir() if entry.is_dir()) == ["given", "other"]


@pytest.mark.parametrize(
    ("changed", "status", "told"),
    [
        ({"agreement": None}, 2, "--agreement"),
        ({"agreement": " "}, 1, "agreement: Este dato es obligatorio"),
        ({"to": "2017-11"}, 1, "semestre completo"),
        ({"from": "2099-07", "to": "2099-12"}, 1, "todavía no ha terminado"),
        ({"k": "2"}, 2, "--k"),
        ({}, 1, "Muy pocas personas"),
    ],
)
def test_a_refusal_leaves_nothing(
    run: Run, database: Database, tmp_path: Path, changed: dict[str, str | None], status: int, told: str
) -> None:
    done = run(**changed)
    assert done.exit_code == status
    assert told in done.stderr
    assert not (tmp_path / "given").exists()
    with database.read_session() as session:
        assert session.scalars(select(LogEntry)).all() == []


def test_a_full_disk_leaves_neither_files_nor_log(
    run: Run, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_consenting_people(database, 55)

    def full(_handle: int) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(commands.os, "fsync", full)
    done = run()
    assert done.exit_code == 1
    assert "No se puede escribir given" in done.stderr
    assert not [entry for entry in tmp_path.iterdir() if entry.name in {"given", ".given.part"}]
    with database.read_session() as session:
        assert session.scalars(select(LogEntry)).all() == []
        assert session.scalars(select(Extract)).all() == []
