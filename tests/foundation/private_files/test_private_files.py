"""Whatever the umask: files of an installation 0600, folders 0700; one that others may read is refused at start."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = str(Path(sys.executable).with_name("attention-point"))


class House:
    """An installation made by the real command line, each command in a process with a umask of its own."""

    def __init__(self, folder: Path, umask: int) -> None:
        self.folder, self.umask = folder, umask
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("ATTENTION_POINT")}
        self.environment["ATTENTION_POINT_INSTANCE"] = str(folder)

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run one command to its end."""
        return subprocess.run(
            [COMMAND, *words], env=self.environment, umask=self.umask, capture_output=True, text=True, timeout=120
        )


def wide(folder: Path) -> list[str]:
    """What others have rights on."""
    paths = [folder, *folder.rglob("*")]
    return [f"{path} {path.stat().st_mode:o}" for path in paths if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]


def test_whatever_the_umask_all_files_are_the_owner_s(tmp_path: Path) -> None:
    house = House(tmp_path / "new" / "instance", 0o000)
    for words in (
        ("init",),
        ("init",),
        ("demo", "load", "--people", "12", "--from", "2026-09-01", "--to", "2026-09-10"),
        ("statistics", "release", "2026-09"),
        ("jobs", "run"),
        ("journal", "export", str(house.folder / "journal.jsonl")),
    ):
        done = house.run(*words)
        assert done.returncode == 0, done.stderr
    kinds = {path.suffix for path in house.folder.rglob("*")}
    assert {".db", ".json", ".lock", ".pdf", ".jsonl"} <= kinds
    assert wide(tmp_path / "new") == []
    # While it is open SQLite keeps a log beside the database, with the database's rights.
    script = (
        "from attention_point.app import open_database, take_umask\n"
        "import pathlib\n"
        "from sqlalchemy import text\n"
        "from tests.foundation.private_files.test_private_files import wide\n"
        "database = open_database()\n"
        "with database.writing() as session:\n"
        "    session.execute(text('UPDATE journal_head SET seq = seq'))\n"
        "folder = pathlib.Path(database.url.database).parent\n"
        "assert (folder / 'attention-point.db-wal').exists()\n"
        "print(wide(folder))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=house.environment, umask=0o000, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_a_strict_umask_works_as_well(tmp_path: Path) -> None:
    house = House(tmp_path / "instance", 0o077)
    assert house.run("init").returncode == 0
    assert house.run("doctor").returncode == 0


def test_a_folder_of_a_checkout_is_tightened_by_the_first_init(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    (folder / "demo").mkdir(parents=True, mode=0o700)
    (folder / "demo").chmod(0o700)
    (folder / "README.md").write_text("what belongs here")
    (folder / "README.md").chmod(0o644)
    folder.chmod(0o755)
    house = House(folder, 0o022)
    assert house.run("init").returncode == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert house.run("user", "list").returncode == 0


@pytest.mark.parametrize("name", ["", "attention-point.db", "keyring.json", "attachments", "open-data/month.csv"])
def test_an_installation_that_others_may_read_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, name: str
) -> None:
    house = House(tmp_path / "of the office", 0o022)
    assert house.run("init").returncode == 0
    for folder in ("attachments", "open-data"):
        (house.folder / folder).mkdir(mode=0o700)
    (house.folder / "open-data" / "month.csv").touch(mode=0o600)
    target = house.folder / name
    target.chmod(target.stat().st_mode | 0o044)
    for words in (("init",), ("serve", "--port", "0"), ("jobs", "run"), ("user", "list")):
        done = house.run(*words)
        assert done.returncode == 1, words
        assert f"chmod -R go= '{house.folder}'" in done.stderr
        assert "Traceback" not in done.stderr
    done = house.run("doctor")
    assert (done.returncode, f"chmod -R go= '{house.folder}'" in done.stderr) == (1, True)
    subprocess.run(["sh", "-c", f"chmod -R go= '{house.folder}'"], check=True)
    assert house.run("user", "list").returncode == 0


def test_what_somebody_left_in_a_closed_folder_stops_nobody_and_is_named_by_doctor(tmp_path: Path) -> None:
    house = House(tmp_path / "instance", 0o022)
    assert house.run("init").returncode == 0
    (house.folder / "notes.txt").write_text("left here")
    (house.folder / "notes.txt").chmod(0o644)
    assert house.run("user", "list").returncode == 0
    done = house.run("doctor")
    assert (done.returncode, f"chmod -R go= {house.folder}" in done.stderr) == (1, True)


def test_a_database_elsewhere_is_looked_at_by_itself(tmp_path: Path) -> None:
    house = House(tmp_path / "instance", 0o022)
    file = tmp_path / "elsewhere" / "people.db"
    file.parent.mkdir()
    house.environment["ATTENTION_POINT_DATABASE_URL"] = f"sqlite:///{file}"
    assert house.run("init").returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    done = house.run("user", "list")
    assert done.returncode == 1
    assert f"chmod go= {file}" in done.stderr


def test_a_folder_that_holds_other_things_is_never_tightened(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "letter.txt").write_text("somebody's")
    folder.chmod(0o755)
    done = House(folder, 0o022).run("init")
    assert done.returncode == 1
    assert "chmod -R go=" in done.stderr
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]
