"""A task in one process's hands: nobody else's meanwhile, anybody's afterwards, also when the process was killed."""

import subprocess
import sys
import time

import pytest

from attention_point.foundation import paths
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import single_run_lock

HOLD = """
import sys, time
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import single_run_lock
with single_run_lock(Database(sys.argv[1]), "task") as mine:
    print(mine, flush=True)
    time.sleep(600)
"""


def has(database: Database, task: str = "task") -> bool:
    with single_run_lock(database, task) as mine:
        return mine


def test_one_at_a_time(database: Database) -> None:
    with single_run_lock(database, "task") as mine:
        assert mine
        assert not has(database)
        assert has(database, "other-task")
    assert has(database)


def test_it_is_free_again_after_an_error(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), single_run_lock(database, "task"):
        raise ZeroDivisionError
    assert has(database)


def test_it_keeps_nobody_from_writing(database: Database) -> None:
    with single_run_lock(database, "task"), database.write_session() as session:
        assert session.is_active


def test_a_killed_process_holds_nothing(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, url], cwd=paths.PROJECT_FOLDER, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert not has(database)
        holder.kill()
    for _time in range(1200):  # PostgreSQL sees that its client is gone within moments
        if has(database):
            break
        time.sleep(0.05)
    else:
        pytest.fail("the lock stayed")
