"""Running what is due: each job once a period, whoever else runs jobs at the same time."""

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import structlog

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.jobs.alone import alone
from attention_point.foundation.jobs.job import EVERY_RUN, Job
from attention_point.foundation.jobs.models import JobRun
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import speaking
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import Settings

log = structlog.get_logger("jobs")


@dataclass(frozen=True, slots=True)
class Ran:
    """A job that was run: ``error`` is None when it is done, else a code, and ``message`` says it in a sentence."""

    name: str
    period: str
    error: str | None = None
    message: str = ""


def run_due(database: Database, settings: Settings, jobs: Iterable[Job], today: date) -> Iterator[Ran]:
    """Run each job that is due on a day (the point's) and neither done nor in another process's hands.

    A job that fails keeps none of the others from running. Raises Busy when the database cannot be had.
    """
    for job in jobs:
        period = job.due(today)
        ran = period and _run(database, settings, job, period)
        if ran:
            yield ran


def _run(database: Database, settings: Settings, job: Job, period: str) -> Ran | None:
    with alone(database, f"job-{job.name}") as mine:
        if not mine or not _begin(database, job.name, period):
            return None
        ran = _try(database, settings, job, period)
        with database.writing() as session:
            row = session.get_one(JobRun, (job.name, period))
            row.finished_at, row.outcome = clock.now(), "failed" if ran.error else "done"
            row.error = ran.error and ran.error[:60]
    return ran


def _begin(database: Database, name: str, period: str) -> bool:
    """Write down that it begins; False when it was done. One that a dead process left running begins again."""
    with database.writing() as session:
        row = session.get(JobRun, (name, period))
        if row is not None and row.outcome == "done" and period != EVERY_RUN:
            return False
        if row is None:
            row = JobRun(name=name, period=period, tries=0)
            session.add(row)
        row.started_at, row.finished_at, row.outcome, row.error = clock.now(), None, "running", None
        row.tries = row.tries + 1 if period != EVERY_RUN else 1
    return True


def _try(database: Database, settings: Settings, job: Job, period: str) -> Ran:
    try:
        with speaking("es"):  # what a job stores and sends is the office's, whatever terminal or timer calls it
            job.run(database, settings, period)
    except Refusal as refusal:
        log.warning("job.refused", job=job.name, period=period, code=refusal.code)
        return Ran(job.name, period, refusal.code, refusal.message)
    except Exception as error:  # its place is logged, its words (which may hold data) are not
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        at = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames]
        log.error("job.failed", job=job.name, period=period, kind=type(error).__name__, at=at)
        return Ran(job.name, period, type(error).__name__, _("The program failed; its log says where."))
    if period != EVERY_RUN:  # a timer's every call is no news
        log.info("job.done", job=job.name, period=period)
    return Ran(job.name, period)
