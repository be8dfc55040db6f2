"""What the worker is asked for is done in the test's own process, with all that it takes and gives sent over as it is.

Starting a worker costs two seconds of a processor, and then it steps back behind everything else that runs, on one core
for all. Its own tests have the real one, and so has whatever a test starts as another process. Nothing limits here what
a task takes: a test of hostile input that would need more memory or time than a worker may asks for ``real_worker``.
"""

import pickle
from collections.abc import Iterator

import pytest

from attention_point.foundation.worker.client import CLIENT, WorkerClient
from attention_point.foundation.worker.protocol import Outcome, Task

_EXCHANGE = WorkerClient._exchange_messages


def _do_here(_client: WorkerClient, task: Task) -> Outcome:
    # Imported when asked for: a test of rules runs in milliseconds, and while another room is broken.
    from attention_point.worker_process import do_task  # noqa: PLC0415

    sent: Task = pickle.loads(pickle.dumps(task))
    outcome: Outcome = pickle.loads(pickle.dumps(do_task(sent)))
    return outcome


@pytest.fixture(scope="session", autouse=True)
def _tasks_done_here() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WorkerClient, "_exchange_messages", _do_here)
        yield


@pytest.fixture
def real_worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The worker as the server has it, in a process of its own that serves no other test."""
    monkeypatch.setattr(WorkerClient, "_exchange_messages", _EXCHANGE)
    yield
    CLIENT.end_worker()
