"""A visit is one durable transaction: killed after the reply, nothing is lost; killed before it, nothing is left."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

WRITER = """
import os, sys
from attention_point.foundation.database import Database
from attention_point.foundation.vault import Keyring, Vault
from attention_point.intake.draft import read_draft
from attention_point.intake.services import record_visit
from attention_point.tallies import services as tallies
from pathlib import Path
from tests.support.directory import load_shipped
from tests.support.visits import AGENT, draft

database = Database(sys.argv[1], {"vault": Vault(Keyring.load(Path(sys.argv[2])))})
with database.write_session() as session:
    load_shipped(session)
if sys.argv[3] == "before":
    counted = tallies.add_to_tallies
    def add(session, cells):
        counted(session, cells)
        print("about to commit", flush=True)
        os.kill(os.getpid(), 9)
    tallies.add_to_tallies = add
while True:
    made = draft()
    with database.write_session() as session:
        answer = record_visit(session, AGENT, read_draft(made)).response
    print(answer["id"], flush=True)
"""
TABLES = ("person", "visit", "referral", "pending_tallies")


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    """A migrated SQLite file."""
    path = tmp_path / "attention-point.db"
    path.write_bytes(sqlite_template.read_bytes())
    return path


def writer(file: Path, keyring: Path, moment: str) -> "subprocess.Popen[str]":
    """A process that records visits and prints each id once it is committed."""
    command = [sys.executable, "-c", WRITER, f"sqlite:///{file}", str(keyring), moment]
    folder = Path(__file__).parents[2]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env={**os.environ})


def test_killed_after_the_answer_nothing_is_lost(file: Path, keyring_path: Path) -> None:
    process = writer(file, keyring_path, "after")
    assert process.stdout is not None
    told = [process.stdout.readline().strip() for _each in range(20)]
    time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    told += process.stdout.read().split()
    process.wait(60)
    process.stdout.close()
    database = sqlite3.connect(file)
    kept = {row[0] for row in database.execute("SELECT id FROM visit")}
    lost = {visit.replace("-", "") for visit in told} - kept
    assert not lost
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    people, journal = (database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("person", "visit"))
    assert people == journal == len(kept)
    database.close()


def test_killed_before_the_commit_nothing_is_left(file: Path, keyring_path: Path) -> None:
    process = writer(file, keyring_path, "before")
    out, _err = process.communicate(timeout=60)
    assert out.strip() == "about to commit"
    assert process.returncode == -signal.SIGKILL
    database = sqlite3.connect(file)
    assert [database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES] == [0, 0, 0, 0]
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
