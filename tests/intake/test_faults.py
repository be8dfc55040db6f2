"""The crash of the durability test, again and again: twenty kills, no acknowledged visit lost."""

import random
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from tests.intake.test_durability import file, writer  # noqa: F401 - `file` is a fixture

ROUNDS = 20


@pytest.mark.faults
def test_twenty_kills_lose_nothing(file: Path, keyring_path: Path) -> None:  # noqa: F811
    told: set[str] = set()
    for _round in range(ROUNDS):
        process = writer(file, keyring_path, "after")
        assert process.stdout is not None
        told.add(process.stdout.readline().strip())
        time.sleep(random.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        told.update(process.stdout.read().split())
        process.wait(60)
        process.stdout.close()
        database = sqlite3.connect(file)
        kept = {row[0] for row in database.execute("SELECT id FROM visit")}
        assert {visit.replace("-", "") for visit in told} <= kept
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()
    assert len(told) >= ROUNDS
