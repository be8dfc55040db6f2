"""The worker: does what the server would, in a process of its own, and may be killed without harm."""

import os
import signal
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from attention_point.foundation import clock, journal
from attention_point.foundation.damage_notes import list_noted_damage
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Busy, Invalid, VaultError
from attention_point.foundation.language import in_language
from attention_point.foundation.settings import Settings
from attention_point.foundation.worker import NotDone, client, protocol, run_in_worker
from attention_point.foundation.worker.checks import check_worker
from tests.foundation.worker import tasks

# What a task reads is tried on both by the papers themselves.
pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("real_worker"),
]
DAY = datetime(2017, 8, 9, 15, tzinfo=UTC)


def test_a_task_runs_elsewhere_as_it_would_here(database: Database, settings: Settings) -> None:
    client.CLIENT.start_process()
    started = client.CLIENT.process_id
    with database.read_session() as session, in_language("en"), clock.override_now(DAY):
        process, instance, now, words = run_in_worker(session, settings, tasks.describe, DAY)
    assert process == started not in (os.getpid(), None)
    assert (instance, now, words) == (str(settings.instance), DAY, "Wednesday 9 August")
    with database.read_session() as session, in_language("es"):
        again, *_here, spanish = run_in_worker(session, settings, tasks.describe, DAY)
    assert again == process == client.CLIENT.process_id
    assert spanish == "miércoles 9 agosto"


def test_a_task_only_reads(database: Database, settings: Settings) -> None:
    with database.read_session() as session, pytest.raises(RuntimeError, match="OperationalError|InternalError"):
        run_in_worker(session, settings, tasks.write_row)


def test_refusals_come_back_as_they_are(database: Database, settings: Settings) -> None:
    with database.read_session() as session:
        with pytest.raises(Invalid, match="^no$") as refusal:
            run_in_worker(session, settings, tasks.refuse)
        with pytest.raises(VaultError) as damage:
            run_in_worker(session, settings, tasks.open_only_damaged)
    assert refusal.value.field_errors[0].field == "day"
    assert (damage.value.purpose, damage.value.row_id) == ("visit", tasks.ROW)


def test_what_waits_for_the_journal_waits_here(database: Database, settings: Settings) -> None:
    with database.read_session() as session:
        run_in_worker(session, settings, tasks.open_damaged)
        assert [damage.row_id for damage in list_noted_damage(session)] == [tasks.ROW]
        assert [entry["subject_id"] for entry in journal.pop_pending_entries(session)] == ["2017-08"]


def test_the_words_of_a_fault_stay_in_the_worker(
    database: Database, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    with database.read_session() as session, pytest.raises(RuntimeError) as fault:
        run_in_worker(session, settings, tasks.fail, "Yohana")
    assert "Yohana" not in str(fault.value)
    assert "Yohana" not in "".join(capfd.readouterr())


def test_a_killed_worker_is_said_and_replaced(database: Database, settings: Settings) -> None:
    with database.read_session() as session:
        with pytest.raises(NotDone, match="terminó antes"):
            run_in_worker(session, settings, tasks.be_killed)
        assert run_in_worker(session, settings, tasks.take_long, 0) == client.CLIENT.process_id


def test_a_worker_that_is_killed_between_two_tasks_is_replaced(database: Database, settings: Settings) -> None:
    with database.read_session() as session:
        first = run_in_worker(session, settings, tasks.take_long, 0)
        os.kill(first, signal.SIGKILL)
        with suppress(NotDone):  # it may be told before the system has told of the end
            assert run_in_worker(session, settings, tasks.take_long, 0) != first
        assert run_in_worker(session, settings, tasks.take_long, 0) != first


def test_a_worker_that_ended_for_want_of_work_is_replaced(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_START", _START_WITHOUT_PATIENCE)
    with database.read_session() as session:
        first = run_in_worker(session, settings, tasks.take_long, 0)
        _wait_for_end(first)
        assert run_in_worker(session, settings, tasks.take_long, 0) != first


_START_WITHOUT_PATIENCE = (
    "import sys; sys.path[:] = sys.argv[2:]; import attention_point.worker_process as worker; "
    "worker.IDLE_SECONDS = 0.2; worker.main(int(sys.argv[1]))"
)


def _wait_for_end(process: int) -> None:
    while Path(f"/proc/{process}").exists():
        threading.Event().wait(0.02)


def test_a_task_has_so_much_memory_and_so_much_time(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.read_session() as session:
        with pytest.raises(NotDone, match="memoria"):
            run_in_worker(session, settings, tasks.take_memory)
        assert run_in_worker(session, settings, tasks.take_long, 0)
        monkeypatch.setattr(protocol, "SECONDS_FOR_A_TASK", 0.3)
        slow = client.CLIENT.process_id
        with pytest.raises(NotDone, match="segundos"):
            run_in_worker(session, settings, tasks.take_long, 600)
        assert slow is not None
        _wait_for_end(slow)


def test_few_requests_wait_and_the_others_are_asked_to_come_again(database: Database, settings: Settings) -> None:
    outcomes: list[object] = []
    release, begun = threading.Event(), threading.Barrier(client.MAX_WAITING)

    def ask() -> None:
        with database.read_session() as session:
            begun.wait()
            outcomes.append(run_in_worker(session, settings, tasks.take_long, 0.2))

    with database.read_session() as session:
        run_in_worker(session, settings, tasks.take_long, 0)
        waiting = [threading.Thread(target=ask) for _number in range(client.MAX_WAITING - 1)]
        holder = threading.Thread(target=lambda: client.CLIENT._turn.acquire() and release.wait())
        holder.start()
        for thread in waiting:
            thread.start()
        begun.wait()
        while client.CLIENT._places._value > 1:
            threading.Event().wait(0.01)
        assert client.CLIENT._places.acquire(blocking=False)
        with pytest.raises(Busy):
            run_in_worker(session, settings, tasks.take_long, 0)
        client.CLIENT._places.release()
        client.CLIENT._turn.release()
        release.set()
        for thread in (*waiting, holder):
            thread.join()
    assert len(outcomes) == client.MAX_WAITING - 1
    assert len(set(outcomes)) == 1


def test_the_worker_ends_with_its_server(database: Database, settings: Settings) -> None:
    with database.read_session() as session:
        process = run_in_worker(session, settings, tasks.take_long, 0)
    connection = client.CLIENT._connection
    assert connection is not None
    connection.close()
    client.CLIENT._connection = None
    _wait_for_end(process)


def test_doctor_tries_it(database: Database, settings: Settings) -> None:
    assert list(check_worker(database, settings)) == []
    assert client.CLIENT.process_id is None
