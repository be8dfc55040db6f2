"""Runs the jobs that are due, each once in its period, also while another process runs jobs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import structlog

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, list_code_places
from attention_point.foundation.jobs.job import EVERY_RUN, Job
from attention_point.foundation.jobs.models import JobRun
from attention_point.foundation.jobs.single_run_lock import single_run_lock
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import in_language
from attention_point.foundation.settings import Settings

log = structlog.get_logger("jobs")


@dataclass(frozen=True, slots=True)
class JobResult:
    """The outcome of a job. ``error`` is None, or a code that ``message`` explains in a sentence."""

    name: str
    period: str
    error: str | None = None
    message: str = ""


def run_due_jobs(database: Database, settings: Settings, jobs: Iterable[Job], today: date) -> Iterator[JobResult]:
    """Run each job that is due on a day of the point, not yet done, and not running in another process.

    The other jobs run also when one fails. Raises Busy when the database cannot be had.
    """
    for job in jobs:
        period = job.due_period(today)
        if period is not None and (result := _run_job(database, settings, job, period)) is not None:
            yield result


def _run_job(database: Database, settings: Settings, job: Job, period: str) -> JobResult | None:
    with single_run_lock(database, f"job-{job.name}") as acquired:
        if not acquired or not _record_start(database, job.name, period):
            return None
        result = _try_job(database, settings, job, period)
        # A transaction of its own: the job's transactions may have failed, and this must be stored nevertheless.
        with database.write_session() as session:
            job_run = session.get_one(JobRun, (job.name, period))
            job_run.finished_at, job_run.outcome = clock.now(), "failed" if result.error else "done"
            job_run.error = result.error and result.error[:60]  # the length of the column
    return result


def _record_start(database: Database, job_name: str, period: str) -> bool:
    """Store that the job begins. Returns False when it was done; one that a dead process left running begins again."""
    with database.write_session() as session:
        job_run = session.get(JobRun, (job_name, period))
        if job_run is not None and job_run.outcome == "done" and period != EVERY_RUN:
            return False
        if job_run is None:
            job_run = JobRun(name=job_name, period=period, tries=0)
            session.add(job_run)
        job_run.started_at, job_run.finished_at, job_run.outcome, job_run.error = clock.now(), None, "running", None
        job_run.tries = job_run.tries + 1 if period != EVERY_RUN else 1
    return True


def _try_job(database: Database, settings: Settings, job: Job, period: str) -> JobResult:
    try:
        with in_language("es"):  # the office reads what a job stores and sends, whatever terminal or timer calls it
            job.run(database, settings, period)
    except AppError as error:
        log.warning("job.refused", job=job.name, period=period, code=error.code)
        return JobResult(job.name, period, error.code, error.message)
    except Exception as error:  # its place is logged; its words may hold data
        places = list_code_places(error)
        log.error("job.failed", job=job.name, period=period, kind=type(error).__name__, at=places)
        return JobResult(job.name, period, type(error).__name__, _("The program failed; its log says where."))
    if period != EVERY_RUN:  # else each call of the timer would be a line of the log
        log.info("job.done", job=job.name, period=period)
    return JobResult(job.name, period)
