"""A turn is one durable transaction: killed after the reply, nothing is lost; killed in the middle, nothing is left."""

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
from pathlib import Path
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.vault import Keyring, Vault
from attention_point.turns import services, steps
from attention_point.turns.services import NewTurn, create_turn
from tests.turns.support import DOOR, POINT, agent, open_room

database = Database(sys.argv[1], {"vault": Vault(Keyring.load(Path(sys.argv[2])))})
with database.write_session() as session:
    desk, *_others = open_room(session)
if sys.argv[3] == "before":
    def die(session, actor, turn, *arguments, **detail):
        session.flush()
        print("about to commit", flush=True)
        os.kill(os.getpid(), 9)
    steps.write_step = die
actor = agent()
while True:
    with database.write_session() as session:
        turn = create_turn(session, DOOR, NewTurn(new_id(), POINT)).turn
    print(turn.id.hex, "waiting", flush=True)
    with database.write_session() as session:
        services.call_turn(session, actor, turn.id, desk)
    print(turn.id.hex, "called", flush=True)
    with database.write_session() as session:
        services.finish_turn(session, actor, turn.id, desk)
    print(turn.id.hex, "finished", flush=True)
"""
ORDER = ("waiting", "called", "finished")


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    """A migrated SQLite file."""
    path = tmp_path / "attention-point.db"
    path.write_bytes(sqlite_template.read_bytes())
    return path


def start_writer(file: Path, keyring: Path, moment: str) -> "subprocess.Popen[str]":
    """A process that gives, calls and finishes turns, and says each step once it is committed."""
    command = [sys.executable, "-c", WRITER, f"sqlite:///{file}", str(keyring), moment]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], env={**os.environ}
    )


def read_states(file: Path) -> dict[str, str]:
    """The state of each turn in the file, which is whole."""
    database = sqlite3.connect(file)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    states = dict(database.execute("SELECT id, state FROM turn").fetchall())
    steps = database.execute("SELECT count(*) FROM journal_entry WHERE subject = 'turn'").fetchone()[0]
    assert steps == sum(ORDER.index(state) + 1 for state in states.values())
    codes = [code for (code,) in database.execute("SELECT code FROM turn")]
    assert len(set(codes)) == len(codes)
    database.close()
    return states


def test_killed_after_the_answer_nothing_is_lost(file: Path, keyring_path: Path) -> None:
    process = start_writer(file, keyring_path, "after")
    assert process.stdout is not None
    told = [process.stdout.readline().split() for _line in range(20)]
    time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    told += [line.split() for line in process.stdout.read().splitlines() if len(line.split()) == 2]
    process.wait(60)
    process.stdout.close()
    states = read_states(file)
    # The latest word of each turn; the killed process may have gone one step further than it could say.
    for turn, state in dict(told).items():
        assert ORDER.index(states[turn]) >= ORDER.index(state)


def test_killed_before_the_commit_the_turn_still_waits(file: Path, keyring_path: Path) -> None:
    process = start_writer(file, keyring_path, "before")
    out, _err = process.communicate(timeout=60)
    assert out.splitlines()[-1] == "about to commit"
    assert process.returncode == -signal.SIGKILL
    assert list(read_states(file).values()) == ["waiting"]
