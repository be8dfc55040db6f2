"""The worker: a process that does one task after the other for the server, and ends when there are none.

It gives way to whoever serves tablets (``nice``), and may use only so much memory and time. Like ``system_commands`` it
composes the rooms. ``foundation.worker`` starts it.
"""

import os
import resource
import signal
from contextlib import closing
from multiprocessing.connection import Connection
from types import FrameType

from attention_point.app import configure_logging, open_database_of
from attention_point.foundation import clock, journal
from attention_point.foundation.damage_notes import list_noted_damage
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, VaultError, list_code_places
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import in_language
from attention_point.foundation.private_files import set_private_umask
from attention_point.foundation.settings import Settings
from attention_point.foundation.worker import NotDone
from attention_point.foundation.worker.protocol import IDLE_SECONDS, MEMORY_BYTES, SECONDS_FOR_A_TASK, Outcome, Task
from attention_point.loading import freeze_loaded_objects

NICENESS = 10


def main(descriptor: int) -> None:
    """Do what comes through this pipe, until nothing comes for a while or the server is gone."""
    _limit_process()
    configure_logging()
    freeze_loaded_objects()
    with Connection(descriptor) as connection:
        while connection.poll(IDLE_SECONDS):
            try:
                task: Task = connection.recv()
            except EOFError:
                return
            # A server that is gone cannot end its worker: the alarm does, a little later than the server would.
            signal.alarm(SECONDS_FOR_A_TASK + 5)
            connection.send(do_task(task))
            signal.alarm(0)


def _limit_process() -> None:
    set_private_umask()
    # Of two cores one stays for the tablets, whatever the libraries would start threads for.
    os.nice(NICENESS)
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C ends the server, and its end ends the worker
    signal.signal(signal.SIGTERM, _end_at_once)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the memory of a killed process may hold names


# Without cleaning up: there is nothing to save, and whoever ends the server does not wait for a paper.
def _end_at_once(_number: int, _frame: FrameType | None) -> None:
    os._exit(1)


def do_task(task: Task) -> Outcome:
    """Do a task, and return what became of it."""
    with in_language(task.language), clock.override_now(task.now):
        try:
            # Opened for each task: an idle worker holds no connection, and a restored
            # database is not read from an old file.
            with closing(open_database_of(task.settings)) as database:
                return _call_function(database, task.settings, task)
        except (AppError, VaultError) as error:
            return Outcome(error=(type(error), str(error), error.__dict__))
        except MemoryError:
            message = _("The file needs more memory than it may have. Choose less.")
            return Outcome(error=(NotDone, message, {"message": message}))
        except Exception as error:  # its words may hold personal data: the log gets its kind and places
            return Outcome(fault=(type(error).__name__, list_code_places(error)))


def _call_function(database: Database, settings: Settings, task: Task) -> Outcome:
    with database.read_session() as session:
        value = task.function(session, settings, *task.arguments)
        return Outcome(
            value,
            damaged_values=list_noted_damage(session),
            journal_entries=journal.pop_pending_entries(session),
        )
