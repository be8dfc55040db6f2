"""The server's side: starts the worker when something is to be done, and waits without taking the processor."""

import atexit
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from typing import Any, TypeVar

import structlog
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.damage_notes import add_damage_notes
from attention_point.foundation.errors import Busy
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.foundation.worker import protocol
from attention_point.foundation.worker.protocol import NotDone

WORKER_MODULE = "attention_point.worker_process"  # it composes the rooms, so that it stands above them
MAX_WAITING = 3
"""How many requests may wait, with the one that is answered: five of the server's eight threads stay for pages."""
# The same modules as here, wherever the working folder is.
_START = "import sys; sys.path[:] = sys.argv[2:]; from {module} import main; main(int(sys.argv[1]))"
T = TypeVar("T")
log = structlog.get_logger("worker")


class _WorkerClosed(Exception):
    """The worker ended before it took the task."""


class WorkerClient:
    """The worker of this process, started on demand. It does one task at a time."""

    def __init__(self) -> None:
        # Two locks: the places bound how many threads wait at all, and the turn lets one of them talk to the worker.
        self._places = threading.BoundedSemaphore(MAX_WAITING)
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def run_task(self, task: protocol.Task) -> protocol.Outcome:
        """Let a task be done. Raises Busy where too many wait, and NotDone."""
        # Refused at once and not kept waiting: eight threads that wait for papers would serve no tablet.
        if not self._places.acquire(blocking=False):
            raise Busy(_("Other files are being made just now. Try again in a moment."))
        try:
            if not self._turn.acquire(timeout=protocol.SECONDS_FOR_A_TASK):
                raise Busy(_("Other files are being made just now. Try again in a moment."))
            try:
                return self._run_in_turn(task)
            finally:
                self._turn.release()
        finally:
            self._places.release()

    def start_process(self) -> None:
        """Start the process where none runs, and return at once."""
        # Whoever has the turn has started it.
        if self._turn.acquire(blocking=False):
            try:
                self._get_connection()
            finally:
                self._turn.release()

    def _run_in_turn(self, task: protocol.Task) -> protocol.Outcome:
        for _attempt in range(2):  # a worker that has just ended for want of work did not take the task
            try:
                return self._exchange_messages(task)
            except _WorkerClosed:
                continue
        raise NotDone(_("The file could not be made. Try again; if it fails again, tell the administrator."))

    def _exchange_messages(self, task: protocol.Task) -> protocol.Outcome:
        connection = self._get_connection()
        try:
            connection.send(task)
            if not connection.poll(protocol.SECONDS_FOR_A_TASK):
                self.end_worker()
                log.error("worker.too_slow", task=task.function.__qualname__)
                raise NotDone(
                    _(
                        "Making the file took more than %(seconds)s seconds and was given up. Nothing was changed.",
                        seconds=protocol.SECONDS_FOR_A_TASK,
                    )
                )
            outcome: protocol.Outcome = connection.recv()
        except (EOFError, OSError):
            exit_status = self.end_worker()
            # It ended by itself for want of work, just as the task was sent: a new one takes it. Any other end may be
            # the task's own doing, and is not tried again.
            if exit_status == 0:
                raise _WorkerClosed from None
            # The name of the task and no argument: an argument may say who is looked at.
            log.error("worker.ended", task=task.function.__qualname__, status=exit_status)
            raise NotDone(
                _("The process that makes files ended before it was done. Nothing was changed; try again.")
            ) from None
        return outcome

    def _get_connection(self) -> Connection:
        if self._process is not None and self._process.poll() is not None:
            self.end_worker()
        if self._connection is None:
            self._connection, worker_end = Pipe()
            with worker_end:
                descriptor = worker_end.fileno()
                start = _START.format(module=WORKER_MODULE)
                self._process = subprocess.Popen(  # noqa: S603 - this Python and this program
                    [sys.executable, "-c", start, str(descriptor), *sys.path],
                    # What a library prints must not mix with the output of the server. Errors still reach its log.
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[descriptor],
                )
            # Somebody must take note of its end, or it stays in the system's list of processes.
            threading.Thread(target=self._process.wait, name="worker-end", daemon=True).start()
        return self._connection

    @property
    def process_id(self) -> int | None:
        """The id of the running worker; None while there is none."""
        is_running = self._process is not None and self._process.poll() is None
        return self._process.pid if self._process and is_running else None

    def end_worker(self) -> int:
        """End the worker, and return its exit status: 0 where it ended by itself for want of work."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        process, self._process = self._process, None
        if process is None:
            return 0
        try:
            return process.wait(0.2)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


CLIENT = WorkerClient()
atexit.register(CLIENT.end_worker)


def run_in_worker(session: Session, settings: Settings, function: Callable[..., T], *arguments: Any) -> T:
    """Call ``function(reading session, settings, *arguments)`` in the worker, and return what it returns.

    The function stands in a module, and what it takes and returns can be pickled; it sees what is committed, and writes
    nothing. Raises what the function raises, Busy where too many wait, and NotDone where the worker was killed, or
    needed too much time or memory. Damage that it notes and journal entries that it makes wait in ``session``.
    """
    task = protocol.Task(settings, current_language(), clock.now(), function, arguments)
    outcome = CLIENT.run_task(task)
    add_damage_notes(session, outcome.damaged_values)
    journal.add_pending_entries(session, outcome.journal_entries)
    if outcome.error is not None:
        error_class, text, attributes = outcome.error
        # Without its constructor, which differs from class to class: the attributes are what was sent.
        error = error_class.__new__(error_class, text)
        error.__dict__.update(attributes)
        raise error
    if outcome.fault is not None:
        kind, places = outcome.fault
        log.error("worker.failed", task=function.__qualname__, kind=kind, at=places)
        raise RuntimeError(f"a task of the worker failed: {kind}")
    value: Any = outcome.value
    result: T = value
    return result
