"""Whatever the umask: files of an installation 0600, folders 0700; one that others may read is refused at start."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attention_point.command_line import main
from attention_point.foundation import paths

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The command line on an instance in ``of the office``, under an everyday umask."""
    monkeypatch.setenv("ATTENTION_POINT_INSTANCE", str(tmp_path / "of the office"))
    before = os.umask(0o022)
    yield lambda *words: CliRunner().invoke(main, words)
    os.umask(before)


def wide(folder: Path) -> list[str]:
    """What others have rights on."""
    paths = [folder, *folder.rglob("*")]
    return [f"{path} {path.stat().st_mode:o}" for path in paths if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]


def test_without_a_umask_all_files_are_the_owner_s(tmp_path: Path) -> None:
    """In a process of its own, as a shell without a umask starts it; a narrower one could only hide a fault."""
    folder = tmp_path / "new" / "instance"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ATTENTION_POINT")}
    environment["ATTENTION_POINT_INSTANCE"] = str(folder)

    done = subprocess.run(
        [sys.executable, "-c", WORK],
        env=environment,
        umask=0,
        cwd=paths.PROJECT_FOLDER,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    kinds = {path.suffix for path in folder.rglob("*")}
    assert {".db", ".json", ".lock", ".pdf", ".jsonl"} <= kinds
    assert wide(tmp_path / "new") == []


# Much of what writes files, in one process. While it is open SQLite keeps a log beside the database.
WORK = """
import os, pathlib
from click.testing import CliRunner
from attention_point.app import open_database
from attention_point.command_line import main
from tests.support.visits import recorded

def run(*words):
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output

folder = pathlib.Path(os.environ["ATTENTION_POINT_INSTANCE"])
run("init")
database = open_database()
with database.write_session() as session:
    recorded(session)
for path in (folder / "attention-point.db-wal", folder / "attention-point.db-shm"):
    assert path.stat().st_mode & 0o777 == 0o600, path
run("statistics", "release", "2017-08")
run("jobs", "run")
run("journal", "export", str(folder / "journal.jsonl"))
"""


def test_a_folder_of_a_checkout_is_tightened_by_the_first_init(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "of the office"
    (folder / "demo").mkdir(parents=True)
    (folder / "demo").chmod(0o700)
    (folder / "README.md").write_text("what belongs here")
    folder.chmod(0o755)
    assert run("init").exit_code == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert run("user", "list").exit_code == 0


def test_an_installation_that_others_may_read_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, run: Run
) -> None:
    folder = tmp_path / "of the office"
    assert run("init").exit_code == 0
    for name in ("attachments", "open-data"):
        (folder / name).mkdir(mode=0o700)
    (folder / "open-data" / "month.csv").touch(mode=0o600)
    command = f"chmod -R go= '{folder}'"
    for name in ("attention-point.db", "keyring.json", "attachments", "open-data/month.csv", ""):
        target = folder / name
        target.chmod(target.stat().st_mode | 0o044)
        done = run("user", "list")
        assert (done.exit_code, command in done.stderr) == (1, True), name
        if name == "":
            for words in (("init",), ("serve", "--port", "0"), ("jobs", "run"), ("doctor",)):
                done = run(*words)
                assert (done.exit_code, command in done.stderr) == (1, True), words
        subprocess.run(["sh", "-c", command], check=True)
    # What somebody left in the folder, which is closed itself, stops nobody.
    (folder / "notes.txt").write_text("left here")
    (folder / "notes.txt").chmod(0o644)
    assert run("user", "list").exit_code == 0
    done = run("doctor")
    assert (done.exit_code, command in done.stderr) == (1, True)


def test_a_database_elsewhere_is_looked_at_by_itself(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "elsewhere" / "people.db"
    file.parent.mkdir()
    monkeypatch.setenv("ATTENTION_POINT_DATABASE_URL", f"sqlite:///{file}")
    assert run("init").exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    done = run("user", "list")
    assert (done.exit_code, f"chmod go= {file}" in done.stderr) == (1, True)


def test_a_folder_that_holds_other_things_is_never_tightened(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "of the office"
    folder.mkdir()
    (folder / "letter.txt").write_text("somebody's")
    folder.chmod(0o755)
    done = run("init")
    assert (done.exit_code, "chmod -R go=" in done.stderr) == (1, True)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]
