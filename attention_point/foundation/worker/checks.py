"""The check of ``doctor`` on the worker."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check
from attention_point.foundation.language import N_
from attention_point.foundation.settings import Settings
from attention_point.foundation.worker.client import CLIENT, run_in_worker


def check_worker(database: Database, settings: Settings) -> Iterator[str]:
    """Find nothing by itself: raises NotDone where no worker can be started."""
    with database.read_session() as session:
        run_in_worker(session, settings, do_nothing)
    # The doctor is a command that ends now: a worker that waits for more would outlive it by a minute.
    CLIENT.end_worker()
    yield from ()


def do_nothing(_session: Session, _settings: Settings) -> None:
    """Do nothing: the worker that calls it has started, and has opened the database."""


WORKER_CHECK = Check(N_("Process that makes files"), check_worker)
